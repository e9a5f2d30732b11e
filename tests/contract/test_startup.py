"""A small case is analyzed in less time than the interpreter takes to start: nothing is imported that is not used."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Each takes longer to import than the example to analyze, or has no business in a plain run.
NEVER = {
    "asyncio", "babel", "bz2", "concurrent", "dataclasses", "email", "gzip", "http", "inspect", "isal", "jsonschema", "logging",
    "lzma", "multiprocessing", "networkx", "numpy", "pathlib", "random", "regex", "subprocess", "tarfile", "tempfile",
    "textwrap", "unittest", "urllib", "zipfile", "zstandard",
}  # fmt: skip

# A command line of any program: since Python 3.14 argparse itself loads what colors its help.
BARE = "import argparse; argparse.ArgumentParser(formatter_class=lambda prog: argparse.HelpFormatter(prog, width=80))"


def imported(*arguments: str) -> set[str]:
    """The modules that a command imports, beyond those of a bare interpreter with a command line."""

    def modules(command: list[str]) -> set[str]:
        done = subprocess.run([sys.executable, "-X", "importtime", *command], capture_output=True, text=True, timeout=60, check=False)
        lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
        return {line.rpartition("|")[2].strip() for line in lines}

    code = f"import sys; sys.argv = ['stackan', *{list(arguments)!r}]; from stackan.cli import main; main()"
    return modules(["-c", code]) - modules(["-c", BARE])


@pytest.mark.parametrize("form", ["text", "json"])
def test_analyzing_a_plain_pair_imports_nothing_heavy(example, form):
    used = imported("analyze", "--format", form, str(example / "snap1.txt"), str(example / "snap2.txt"))
    assert "stackan.pipeline" in used
    assert not {name.partition(".")[0] for name in used} & NEVER
    assert not {name for name in used if name.startswith(("stackan.faultlogs", "stackan.model.log"))}, "no log lies beside the dumps"
    assert not {name for name in used if name.startswith(("stackan.counters", "stackan.model.counters", "stackan.compare.counted"))}
    assert not {name for name in used if name.startswith(("stackan.peers", "stackan.model.link"))}, (
        "no table of descriptors lies beside them"
    )
    assert ("json" in used) == (form == "json")


def test_the_version_imports_no_stage():
    used = imported("--version")
    assert not {name for name in used if name.startswith(("stackan.pipeline", "stackan.parsing", "stackan.graph"))}


def test_importing_the_library_imports_no_stage():
    code = "import sys, stackan; print([name for name in sys.modules if name.startswith('stackan.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "['stackan._version', 'stackan.errors']"


def test_english_reads_no_catalog(example):
    code = (
        "import sys, stackan\n"
        f"analysis = stackan.analyze(stackan.load({str(example)!r}))\n"
        "analysis.to_dict()\n"
        "print('gettext' in sys.modules)\n"
        "analysis.to_dict(lang='zh_CN')\n"
        "print('gettext' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_the_graph_brings_networkx_in_only_when_asked_for(example):
    code = (
        "import sys, stackan\n"
        f"analysis = stackan.analyze(stackan.load({str(example)!r}))\n"
        "before = 'networkx' in sys.modules\n"
        "graph = analysis.graph\n"
        "print(before, type(graph).__name__, 'networkx' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["False", "MultiDiGraph", "True"]
