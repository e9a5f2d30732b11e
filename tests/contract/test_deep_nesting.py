"""However deep something is nested in a dump, reading it, analyzing it and writing all about it ends without an error of Python's own."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

import stackan
from stackan.report import text

DEEP = 5_000  # five times as deep as Python may call


def frames(function: str = "f", arguments: str = "x=1", below: str = "") -> str:
    return (
        '[New LWP 12]\nThread 1 (Thread 0x7f01 (LWP 11) "main"):\n'
        f"#0  0x0000558400001234 in {function} ({arguments}) at w.c:9\n{below}"
        "#1  0x00007f2e51a26f00 in pthread_mutex_lock (mutex=0x55b9b76211e0) at m.c:2\n#2  0x0000558400001222 in main () at w.c:20\n"
    )


def mangled_in_mangled() -> str:
    name = "f"
    for _ in range(DEEP // 2):
        name = f"_Z{len(name)}{name}"
    return name


SHAPES = {
    "templates": frames("a<" * DEEP + ">" * DEEP),
    "templates that never close": frames("a<" * DEEP),
    "parentheses": frames("f(" * DEEP + ")" * DEEP),
    "lambdas": frames("{lambda(" * DEEP + ")#1}" * DEEP),
    "mangled pointers": frames("_Z1f" + "P" * DEEP + "v"),
    "mangled templates": frames("_Z" + "1fI" * DEEP + "v" + "E" * DEEP),
    "mangled functions in functions": frames("_Z" + "Z" * DEEP + "1fvE1g"),
    "mangled names in mangled names": frames(mangled_in_mangled()),
    "Rust's angles": frames("<" * DEEP + "a as b>" * DEEP + "::f"),
    "arguments": frames(arguments="x=" + "{a = " * DEEP + "1" + "}" * DEEP),
    "locals": frames(below="        lock = " + "{_M_device = " * DEEP + "0x5581" + "}" * DEEP + "\n"),
    "locals over lines": frames(below="        lock = {\n" + "          _M_device = {\n" * DEEP),
    "a printed lock": frames() + "(gdb) p m\n$1 = " + "{__data = " * DEEP + "{__lock = 2, __owner = 11}" + "}" * DEEP + "\n",
    "a stack": "[New LWP 12]\nThread 1 (LWP 11):\n"
    + "".join(f"#{level}  0x{level + 4096:x} in f{level % 7} () at a.c:{level}\n" for level in range(4 * DEEP)),
    "XML around a dump": "<a>" * DEEP + "\n" + frames() + "</a>" * DEEP,
    "quotation marks": "> " * DEEP + "Thread 1 (LWP 11):\n" + "> " * DEEP + "#0  0x1234 in f () at a.c:1\n",
    "Go's generics": "goroutine 1 [running]:\nmain.f[" + "[" * DEEP + "]" * DEEP + "](...)\n\t/x.go:1 +0x1\n",
    "Go's arguments": "goroutine 1 [running]:\nmain.f(" + "{" * DEEP + "}" * DEEP + ")\n\t/x.go:1 +0x1\n",
    "Python's lists": 'Process 1: python\nPython v3.11\n\nThread 1 (active): "M"\n    f (x.py:1)\n        Arguments:\n            a: '
    + "[" * DEEP
    + "]" * DEEP
    + "\n",
    "a tree of calls": "Analysis of sampling x (pid 1) every 1 millisecond\nCall graph:\n    10 Thread_1\n"
    + "".join(f"    {'+ ' * level}10 f  (in a) + 1  [0x1]\n" for level in range(1_200)),
}
JSON = ("python/places.py-spy.json", '"name": '), ("java/jdk25-monitor-file.json", '"name": ')


def check(folder: Path) -> None:
    analysis = stackan.analyze(stackan.load(folder))
    json.dumps(analysis.to_dict())
    text.write(analysis, io.StringIO())


@pytest.mark.parametrize("shape", SHAPES)
def test_a_deep_shape_is_read_and_analyzed(shape: str, tmp_path: Path) -> None:
    for name in ("1.txt", "2.txt"):
        (tmp_path / name).write_text(SHAPES[shape], encoding="utf-8")
    check(tmp_path)


@pytest.mark.parametrize(("name", "mark"), JSON, ids=[name for name, _ in JSON])
def test_deep_json_is_read_and_analyzed(name: str, mark: str, root: Path, tmp_path: Path) -> None:
    dump = (root / "tests" / "dumps" / name).read_text(encoding="utf-8")
    for number, deep in enumerate(("[" * DEEP + "]" * DEEP, '{"a": ' * DEEP + "1" + "}" * DEEP)):
        (tmp_path / f"{number}.txt").write_text(dump.replace(mark, f'"x": {deep},\n{mark}', 1), encoding="utf-8")
    check(tmp_path)
