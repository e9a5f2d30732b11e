"""The way of the data: who may import whom, read off the sources without importing anything."""

from __future__ import annotations

import ast
import pathlib
from collections.abc import Collection, Iterator

import networkx

ROOT = pathlib.Path(__file__).parents[2] / "stackan"
MODEL = {"model"}

# part → parts that it may import besides itself.  `errors`, `manual` and `_version` are everybody's.
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "_version": set(),
    "escapes": set(),
    "collector": set(),
    "manual": MODEL,
    "_source_tree": set(),
    "model": set(),
    "_reference": MODEL,
    "_reference_logs": MODEL,
    "_reference_looking": set(),
    "arguments": {"backend", "_fast", *MODEL},
    "backend": {"_fast", "_reference", "_reference_logs", "_reference_looking", *MODEL},
    "reading": MODEL,
    "parsing": {"backend", "collector", *MODEL},
    "normalize": MODEL,
    "function_words": set(),
    "classify": {"_profiles", "arguments", "backend", "function_words", *MODEL},
    "_profiles": set(),
    "placing": MODEL,
    "compare": {"arguments", "function_words", *MODEL},
    "faultlogs": {"backend", *MODEL},
    "listings": MODEL,
    "counters": MODEL,
    "peers": MODEL,
    "graph": {"arguments", "backend", "function_words", *MODEL},
    "diagnose": {"backend", *MODEL},
    "wording": MODEL,
    "report": {"backend", "wording", *MODEL},
    "pipeline": {
        "model",
        "reading",
        "parsing",
        "placing",
        "normalize",
        "classify",
        "compare",
        "faultlogs",
        "listings",
        "counters",
        "peers",
        "captured",
        "graph",
        "diagnose",
        "wording",
        "report",
    },
    "redact": {"reading", *MODEL},
    "rescue": MODEL,
    "captured": MODEL,
    "collect": MODEL,
    "store": MODEL,
    "query": {"store", *MODEL},
    "likeness": {"store", *MODEL},
    "batch": {"model", "reading", "pipeline", "redact", "report", "store"},
    "library": {"model", "reading", "parsing", "pipeline"},
    "overview": {"model", "reading", "parsing"},
    "cli": {
        "model",
        "reading",
        "classify",
        "pipeline",
        "overview",
        "report",
        "wording",
        "backend",
        "rescue",
        "collect",
        "redact",
        "store",
        "batch",
        "query",
        "likeness",
    },
}
# Modules that only some parts may import: heavy ones, and those with effects outside.
GATED = {
    "json": {"report", "cli", "collect", "parsing", "captured", "redact", "batch", "store"},
    "hashlib": {"report", "collect", "store", "batch", "likeness"},
    "gettext": {"wording"},
    "networkx": {"graph"},
    "regex": {"classify"},
    "pyarrow": {"report", "store"},
    "fsspec": {"store"},
    "duckdb": {"query"},
    "distributed": {"batch"},
    "argparse": {"cli"},
    "subprocess": {"rescue", "collect", "batch"},
    "multiprocessing": set(),
    "tarfile": {"reading", "collect", "redact"},
    "zipfile": {"reading", "redact"},
    "lzma": {"reading", "collect", "redact"},
    "bz2": {"reading", "redact"},
    "zstandard": {"reading", "collect", "redact"},
    "isal": {"reading"},
    "time": {"reading", "rescue", "collect", "redact", "store", "batch", "cli"},
    "random": set(),
}
EVERYBODYS = {"collector", "errors", "escapes", "manual", "_version", ""}


def imports(path: pathlib.Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every import of a file, at any depth."""
    package = ["stackan", *path.relative_to(ROOT).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            if stem == "stackan":  # "from stackan import graph" names a part
                yield from ((node.lineno, f"stackan.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, stem


def typing_only(path: pathlib.Path) -> set[int]:
    """Lines below `if TYPE_CHECKING:`; they are never run."""
    lines: set[int] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def violations(root: pathlib.Path = ROOT) -> Iterator[str]:
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        part = relative.parts[0].removesuffix(".py")
        if part in ("__init__", "__main__"):
            continue
        if part not in ALLOWED:
            yield f"{relative}: {part} is no known part; say in this test what it may import"
            continue
        skipped = typing_only(path)
        for line, name in imports(path):
            top, _, rest = name.partition(".")
            if top in GATED and part not in GATED[top] and line not in skipped:
                yield f"{relative}:{line}: {part} may not import {top}"
            other = rest.partition(".")[0]
            if top == "stackan" and other not in {part} | EVERYBODYS | ALLOWED[part]:
                yield f"{relative}:{line}: {part} may not import {other}"


def test_data_flows_one_way() -> None:
    assert list(violations()) == []


def test_only_the_pipeline_knows_several_stages() -> None:
    stages = {"parsing", "placing", "normalize", "classify", "compare", "faultlogs", "counters", "peers", "graph", "diagnose"}
    assert {part for part, may in ALLOWED.items() if len(may & stages) > 1} == {"pipeline"}


def test_only_what_writes_for_people_asks_for_words() -> None:
    """The pipeline opens the door to them for `Analysis`, and says nothing itself."""
    assert {part for part, may in ALLOWED.items() if "wording" in may} == {"report", "cli", "pipeline"}


def modules(root: pathlib.Path) -> dict[str, pathlib.Path]:
    """{dotted name: file}"""
    paths = {".".join(path.relative_to(root.parent).with_suffix("").parts): path for path in root.rglob("*.py")}
    return {name.removesuffix(".__init__"): path for name, path in paths.items()}


def imported_modules(path: pathlib.Path, known: Collection[str]) -> set[str]:
    """The modules that a file imports when it is run, or lazily in a function."""
    skipped, found = typing_only(path), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.lineno not in skipped:
            names = [f"{node.module}.{alias.name}" for alias in node.names]  # a module, or a name of one
            found |= {name if name in known else node.module for name in names}
        elif isinstance(node, ast.Import) and node.lineno not in skipped:
            found |= {alias.name for alias in node.names}
    return found & set(known)


def circles(root: pathlib.Path = ROOT) -> list[list[str]]:
    """Modules that import each other, directly or over others."""
    known = modules(root)
    graph = networkx.DiGraph((name, other) for name, path in known.items() for other in imported_modules(path, known) - {name})
    return [sorted(component) for component in networkx.strongly_connected_components(graph) if len(component) > 1]


def test_no_modules_import_each_other_in_a_circle_not_even_lazily() -> None:
    assert circles() == []


def test_a_circle_is_found_where_one_of_its_imports_is_lazy(tmp_path: pathlib.Path) -> None:
    package = tmp_path / "stackan"
    package.mkdir()
    (package / "one.py").write_text("from stackan import two\n")
    (package / "two.py").write_text("def later():\n    from stackan.three import name\n")
    (package / "three.py").write_text("import stackan.one\n")
    assert circles(package) == [["stackan.one", "stackan.three", "stackan.two"]]
    (package / "three.py").write_text("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import stackan.one\n")
    assert circles(package) == []


def test_only_the_command_line_prints_and_exits() -> None:
    loud = []
    for path in sorted(ROOT.rglob("*.py")):
        if path.relative_to(ROOT).parts[0] in ("cli", "__main__.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "exit", "quit", "input"):
                loud.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert loud == []
