"""The words that stackan's readers and rules look for: what `stackan/redact/vocabulary.txt` has to hold.

Run as a script it writes that file again.
"""

from __future__ import annotations

import ast
import pathlib
import re
import sys
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).parents[2] / "stackan"
VOCABULARY = ROOT / "redact" / "vocabulary.txt"
READERS = (
    *("parsing", "faultlogs", "normalize", "classify", "compare", "placing", "listings", "counters", "peers"),
    *("captured", "model", "graph", "diagnose", "profiles", "redact"),
)
_NO_WORDS = re.compile(r"\\[a-zA-Z]|\(\?P?<?[!=:a-zA-Z]\w*>?|\(\?i[a-z]*\)")
_PAIR = re.compile(r"\[([A-Za-z])([A-Za-z])\]")
_PIECE = re.compile(r"[^\W\d_]{2,}")
_MIXED = re.compile(r"\b[A-Za-z_]+\d+[A-Za-z_]\w*")
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def _strings(path: pathlib.Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield text
        return
    tree = ast.parse(text)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docs:
            if isinstance(node.value, bytes):
                yield node.value.decode("utf-8", "replace")
            elif isinstance(node.value, str):
                yield node.value


def words_of(text: str) -> Iterator[str]:
    """The words that a pattern or a name is made of, in lower case."""
    text = _PAIR.sub(lambda pair: pair[1] if pair[1].lower() == pair[2].lower() else pair[0], text)
    for part in (_NO_WORDS.sub(" ", text), re.sub(r"(\w)\?", "", text), text.replace("?", "")):
        yield from (token.lower() for token in _MIXED.findall(_NO_WORDS.sub(" ", part)))
        for piece in _PIECE.findall(_NO_WORDS.sub(" ", part)):
            yield piece.lower()
            yield from (each.lower() for each in _CAMEL.findall(piece) if len(each) > 1)


def words() -> set[str]:
    """All words of all readers and rules."""
    found = set[str]()
    paths = [path for folder in READERS for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".toml")]
    for path in [*paths, *ROOT.glob("_fast*.p[yx][xi]")]:
        for text in _strings(path):
            found.update(words_of(text))
    return found


if __name__ == "__main__":
    VOCABULARY.write_text("\n".join(sorted(words())) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(words())} words\n")
