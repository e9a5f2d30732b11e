"""A dump that was quoted, wrapped or logged is judged as it was printed, and proved by the lines of the file that was given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import stackan

CHANGES: dict[str, Callable[[str], str]] = {
    "quoted": lambda line: f"> {line}",
    "logged": lambda line: f"Nov 21 06:28:34 db1 gdb[4711]: {line}",
    "indented": lambda line: f"    {line}".rstrip(),
    "colored": lambda line: line.replace("0x", "\x1b[34m0x\x1b[m"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_verdict_is_the_same_and_its_proof_stands_in_the_file(example: Path, tmp_path: Path, change: str) -> None:
    names = ("snap1.txt", "snap2.txt")
    for name in names:
        lines = (example / name).read_text(encoding="utf-8").split("\n")
        changed = ["On Monday somebody wrote:", *map(CHANGES[change], lines)]
        (tmp_path / name).write_text("\n".join(changed), encoding="utf-8")
    plain = stackan.analyze(stackan.load(*(example / name for name in names))).to_dict()
    found = stackan.analyze(stackan.load(*(tmp_path / name for name in names))).to_dict()
    assert (found["verdict"], found["headline"]) == (plain["verdict"], plain["headline"])
    assert [finding["title"] for finding in found["findings"]] == [finding["title"] for finding in plain["findings"]]
    quotes = [quote for finding in found["findings"] for quote in finding["evidence"]]
    own = [quote for finding in plain["findings"] for quote in finding["evidence"]]
    assert [quote["line"] for quote in quotes] == [quote["line"] + 1 for quote in own] != []
    for quote in quotes:
        text = (tmp_path / Path(quote["source"]).name).read_text(encoding="utf-8").split("\n")
        assert text[quote["line"] - 1] == quote["text"]
