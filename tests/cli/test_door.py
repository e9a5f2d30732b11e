"""However a call ends, it ends in one sentence at most and in a status that says what happened; 1 is no crash's."""

from __future__ import annotations

import os
import pathlib
import shlex
import signal
import subprocess
import sys
import sysconfig

import pytest

SCRIPT = pathlib.Path(sysconfig.get_path("scripts")) / "stackan"
WAYS = [[sys.executable, "-m", "stackan"], [str(SCRIPT)]]
WAY_NAMES = ["python -m stackan", "stackan"]
PLAIN = {"PYTHONUNBUFFERED": "", "PATH": os.defpath}
FULL = "/dev/full"
needs_full = pytest.mark.skipif(not os.path.exists(FULL), reason="no /dev/full, which takes nothing")


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command line as a shell runs it, whose standard streams it may close."""
    return subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **PLAIN, **environment}
    )


def with_run(body: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """A call of `analyze` in whose midst something happens."""
    code = f"import os, sys, stackan, stackan.cli.analyze\ndef run(options):\n    {body}\nstackan.cli.analyze.run = run\n"
    code += "from stackan.cli import main\nsys.exit(main())\n"
    command = shlex.join([sys.executable, "-c", code, "analyze", *map(str, arguments or ["x"])])
    return shell(command, **environment)


# -- errors


@pytest.mark.parametrize(
    "error",
    [
        "KeyError(7)", "ValueError('no such thing')", "AttributeError('isatty')", "AssertionError()", "RecursionError('too deep')",
        "SystemError('of C')", "ImportError('no module')", "StopIteration()", "UnicodeEncodeError('utf-8', '\\ud800', 0, 1, 'surrogate')",
        "GeneratorExit()", "BaseException('of some library')",
    ],
)  # fmt: skip
def test_an_error_that_nobody_foresaw_is_told_as_a_defect_in_one_sentence(error):
    done = with_run(f"raise {error}")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    name = error.partition("(")[0]
    assert done.stderr.startswith("stackan: internal error") and name in done.stderr and "please report" in done.stderr
    assert "STACKAN_TRACEBACK=" in done.stderr


def test_endless_recursion_is_a_defect_too():
    done = with_run("run(options)")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "RecursionError" in done.stderr


def test_a_lack_of_memory_is_told_as_such():
    for error in (
        "MemoryError()",
        "OSError(12, 'Cannot allocate memory')",
        "ImportError('x.so: failed to map segment from shared object')",
    ):
        done = with_run(f"raise {error}")
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert done.stderr.startswith("stackan: out of memory")


def test_an_error_of_the_systems_names_its_file():
    done = with_run("open('/nowhere/at/all')")
    assert (done.returncode, done.stderr.splitlines()[1:]) == (2, [])
    assert "/nowhere/at/all: No such file or directory" in done.stderr


def test_the_words_of_an_error_cannot_write_to_the_terminal_nor_fill_it():
    done = with_run("raise KeyError('\\x1b[2J\\n' + 'x' * 100_000)")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert done.stderr[:-1].isprintable() and len(done.stderr) < 600
    done = with_run("raise stackan.StackanError('\\u202e' + 'x' * 100_000)")
    assert done.stderr[:-1].isprintable() and len(done.stderr) < 1600


def test_a_traceback_is_written_only_where_it_is_asked_for(tmp_path):
    trace = tmp_path / "trace.txt"
    assert "trace.txt" not in "".join(os.listdir(tmp_path))
    done = with_run("{}['key']", STACKAN_TRACEBACK=str(trace))
    assert done.returncode == 2 and str(trace) in done.stderr and len(done.stderr.splitlines()) == 1
    text = trace.read_text()
    assert text.startswith("stackan ") and "Traceback (most recent call last)" in text and "KeyError: 'key'" in text


def test_a_traceback_that_cannot_be_written_changes_no_status(tmp_path):
    done = with_run("{}['key']", STACKAN_TRACEBACK=str(tmp_path))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "name another file" in done.stderr


# -- memory


@pytest.fixture(scope="module")
def healthy(tmp_path_factory) -> pathlib.Path:
    """A dump of many threads that all wait for work: nothing in it is critical."""
    frames = "#0  0x00007f2be7f1a26f in poll () from /lib/x86_64-linux-gnu/libc.so.6\n\n"
    path = tmp_path_factory.mktemp("memory") / "healthy.txt"
    path.write_text("".join(f"Thread {n} (Thread 0x7f{n:010x} (LWP {n})):\n{frames}" for n in range(1, 100_001)))
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="the shell limits memory on Linux only")
@pytest.mark.parametrize("way", WAYS, ids=WAY_NAMES)
def test_no_limit_of_memory_makes_a_crash(way, healthy):
    limited = 0
    for mebibytes in (16, 20, 24, 28, 32, 36, 40, 48, 60, 80, 100, 120, 150, 200, 300):
        limit = f"ulimit -v {mebibytes * 1024}"
        if shell(f"{limit}; {sys.executable} -c 'import encodings.idna, re'").returncode:
            continue  # the interpreter itself does not start
        done = shell(f"{limit}; {shlex.join(way)} analyze --quiet {healthy} >/dev/null")
        assert done.returncode in (0, 2), done.stderr
        if done.returncode == 2:
            assert done.stderr.startswith("stackan: out of memory") and len(done.stderr.splitlines()) == 1
            limited += 1
    assert limited > 4


# -- standard streams


COMMANDS = ["analyze {}", "analyze --format json {}", "parse {}", "parse --format summary {}", "--version", "--help", "analyze --help"]


@needs_full
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("stream", [f">{FULL}", ">&-", "1</dev/null"])
def test_a_standard_output_that_takes_nothing_is_told(example, command, stream):
    done = shell(f"{SCRIPT} {command.format(example)} {stream}")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert done.stderr.startswith("stackan: standard output: cannot be written (") and done.stderr.endswith("; give a file with -o\n")


@needs_full
@pytest.mark.parametrize("stream", [f"2>{FULL}", "2>&-", "2</dev/null"])
def test_a_standard_error_that_takes_nothing_changes_no_status(example, stream):
    for command, status in {
        f"analyze {example}": 1,
        f"analyze {example / 'snap1.txt'}": 0,
        "analyze /nowhere": 2,
        "analyze --bogus": 2,
        "": 2,
        "--version": 0,
    }.items():
        done = shell(f"{SCRIPT} {command} {stream}", STACKAN_BACKEND="")
        assert done.returncode == status, command
        assert done.stderr == "" and "stackan: " not in done.stdout
    assert with_run("{}[0]", STACKAN_BACKEND="").returncode == 2


def test_with_no_stream_at_all_the_status_is_still_right(example, tmp_path):
    closed = "<&- >&- 2>&-"
    assert shell(f"{SCRIPT} analyze {example} {closed}").returncode == 2
    assert shell(f"{SCRIPT} analyze {example} -o {tmp_path / 'out.txt'} {closed}").returncode == 1
    assert (tmp_path / "out.txt").read_text().startswith("WORKER-EXHAUSTION")


@pytest.mark.parametrize("command", ["parse {}", "analyze {}", "--version", "profiles show glibc"])
def test_a_reader_that_has_gone_ends_the_call_quietly(example, command):
    """A short result meets it only when the last of it is flushed."""
    command = shlex.join([str(SCRIPT), *command.format(example).split()])
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        shlex.split(command), stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False, env={**os.environ, **PLAIN}
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_what_makes_no_sense_is_told_shortly(run):
    done = run("parse", "--format", "x\x1b[2J" * 10_000, "snap1.txt")
    assert done.returncode == 2
    assert "\x1b" not in done.stderr and len(done.stderr) < 1000


# -- signals


HOOK = """
import os, sys
class Finder:
    def find_spec(self, name, *_):
        if name == os.environ["MOMENT"]:
            if os.environ.get("MADE"):
                exec('os.kill(os.getpid(), int(os.environ["SIGNAL"]))')
            else:
                os.kill(os.getpid(), int(os.environ["SIGNAL"]))
if os.environ.get("MOMENT"):
    sys.meta_path.insert(0, Finder())
"""
MOMENTS = [
    "stackan.cli.door", "stackan.cli.printing", "stackan.escapes", "stackan.cli.stops", "signal", "stackan.cli.commands", "argparse",
    "stackan.cli.analyze", "typing", "stackan.pipeline", "stackan.classify", "stackan.backend", "stackan._fast", "stackan._profiles",
    "stackan.report.text", "stackan.report.layout",
]  # fmt: skip


@pytest.fixture(scope="module")
def hook(tmp_path_factory) -> str:
    """A folder from which the interpreter loads a signal to itself at the first import of one module."""
    folder = tmp_path_factory.mktemp("hook")
    (folder / "sitecustomize.py").write_text(HOOK)
    return str(folder)


@pytest.mark.parametrize("way", WAYS, ids=WAY_NAMES)
def test_an_interruption_at_any_import_ends_with_130(hook, example, way):
    for moment in MOMENTS:
        done = shell(shlex.join([*way, "analyze", str(example)]), PYTHONPATH=hook, MOMENT=moment, SIGNAL=str(int(signal.SIGINT)))
        early = done.returncode == 1 and done.stderr == ""  # the interpreter has imported that before the hook was there
        assert early or done.returncode == 130, (moment, done.returncode, done.stderr)
        assert not early or not moment.startswith("stackan")
        assert done.stderr in ("", "stackan: interrupted\n") and (early or done.stdout == ""), moment


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_being_asked_to_end_ends_the_call_with_the_status_of_that_signal(hook, example, name):
    number = getattr(signal, name)
    for moment in ("stackan.cli.analyze", "stackan._fast", "stackan.report.text"):
        command = shlex.join([str(SCRIPT), "analyze", str(example)])
        done = shell(command, PYTHONPATH=hook, MOMENT=moment, SIGNAL=str(int(number)))
        assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", f"stackan: ended by {name}\n")


def test_an_interruption_that_a_library_makes_another_error_of_stays_one():
    body = "try: os.kill(os.getpid(), 2)\n    except KeyboardInterrupt: raise ImportError('numpy was interrupted') from None"
    done = with_run(body)
    assert (done.returncode, done.stderr) == (130, "stackan: interrupted\n")


@pytest.mark.parametrize("way", WAYS, ids=WAY_NAMES)
def test_an_interruption_within_code_that_is_made_on_the_way_keeps_its_status(hook, example, way):
    """As every named tuple is: Python would end itself by SIGINT, whatever status is returned."""
    done = shell(shlex.join([*way, "analyze", str(example)]), PYTHONPATH=hook, MOMENT="stackan.pipeline", SIGNAL="2", MADE="1")
    assert (done.returncode, done.stderr) == (130, "stackan: interrupted\n")


def test_a_signal_that_is_ignored_on_purpose_stays_ignored(example):
    done = shell(f"trap '' HUP INT; {shlex.join([sys.executable, '-c', KILLED])} analyze {example / 'snap1.txt'}")
    assert done.returncode == 0


KILLED = """
import os, sys, stackan.cli.analyze
from stackan.cli import main
plain = stackan.cli.analyze.run
def run(options):
    os.kill(os.getpid(), 1); os.kill(os.getpid(), 2)
    return plain(options)
stackan.cli.analyze.run = run
sys.exit(main())
"""


def test_a_call_within_a_program_leaves_its_signals_alone(capsys):
    from stackan.cli import main

    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)], sys.unraisablehook
    assert main(["analyze", "/nowhere"]) == 2
    assert main(["--help"]) == 0
    assert ([signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)], sys.unraisablehook) == before
    assert "usage: stackan" in capsys.readouterr().out
