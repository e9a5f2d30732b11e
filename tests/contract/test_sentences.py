"""What a user may read is made as a sentence that can be said in other languages, too: by `said`, or of a fact.

Read off the sources: a string with words in it is a part of `said(…)` or `said_of(…)`, or it is listed here with what else it is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "stackan"
STAGES = (
    "reading",
    "parsing",
    "placing",
    "normalize",
    "classify",
    "compare",
    "faultlogs",
    "counters",
    "peers",
    "graph",
    "diagnose",
    "pipeline",
    "rescue",
)
PARTS = (*STAGES, "model", "library.py", "overview.py", "backend.py", "manual.py", "errors.py")
SAYING = {"said", "said_of"}
WORDS = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")  # two words, of which the second is no name

# Files whose strings are other programs' words.
OTHERS_WORDS = {
    "parsing/collected/waits.py": "printed states, which rules of profiles speak of",
    "faultlogs/dameng/commands.py": "the lines of Dameng's logs",
    "faultlogs/dameng/show.py": "the lines of Dameng's logs",
    "faultlogs/dameng/templates.py": "the lines of Dameng's logs, and the documents that have them",
    "faultlogs/dolphindb.py": "the lines of DolphinDB's logs, and the documents that have them",
    "faultlogs/innodb.py": "the lines of InnoDB's monitor",
    "normalize/mangled.py": "C++ names",
    "normalize/symbols.py": "C++ names",
    "normalize/windows.py": "C++ names",
    "parsing/failures/words.py": "the words of shells and debuggers",
    "parsing/go/profile.py": "printed states, which rules of profiles speak of",
    "parsing/java/thread.py": "printed states, which rules of profiles speak of",
    "parsing/java/jstack.py": "printed states, which rules of profiles speak of",
    "parsing/python/source_lines.py": "a printed state, which rules of profiles speak of",
    "parsing/ruby/threads.py": "a printed state, which rules of profiles speak of",
    "placing/heads.py": "titles of PostgreSQL's processes",
}
# Strings that are no sentences.
NAMES = {
    "<signal handler called>": "gdb's mark of a frame",
    " of snapshot ": "a key",
    "Carrying virtual thread #": "jstack's frame of a carrier",
    "Could not attach to process.  If ": "gdb's advice",
    "allocator of thread ": "a key",
    "non-Go function": "Go's name of a frame",
    "readers of ": "a part of a latch's name, which is a key, too",
    "takes the dump": "a printed state, which rules of profiles speak of",
    "work of another pool": "a phrase of profiles where they give none",
}


def loose(node: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, text) of each string with words that is not said."""
    text = _text(node)
    if text is not None and WORDS.search(text):
        yield node.lineno, text  # type: ignore[attr-defined]
    for part in _parts(node):
        yield from loose(part)


def _text(node: ast.AST) -> str | None:
    """The words of a string, without the values in it."""
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _parts(node: ast.AST) -> Iterable[ast.AST]:
    """What of a node may be words: no docstrings, types, assertions, and nothing that only a debugger shows."""
    match node:
        case ast.Call(func=ast.Name("said" | "said_of")):
            return [keyword.value for keyword in node.keywords]
        case ast.Call(func=ast.Name("cast")):
            return node.args[1:]
        case ast.JoinedStr():
            return [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        case ast.AnnAssign():
            return [node.value] if node.value is not None else []
        case ast.Expr(value=ast.Constant()) | ast.Assert() | ast.arg() | ast.FunctionDef(name="__repr__"):
            return []
    return ast.iter_child_nodes(node)


def strings() -> Iterator[tuple[str, int, str]]:
    """(file, line, text) of all that is not said."""
    for part in PARTS:
        path = ROOT / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            name = file.relative_to(ROOT).as_posix()
            yield from ((name, line, text) for line, text in loose(ast.parse(file.read_text(encoding="utf-8"))))


FOUND = list(strings())


def test_every_sentence_of_the_stages_is_said() -> None:
    assert [each for each in FOUND if each[0] not in OTHERS_WORDS and each[2] not in NAMES] == []


def test_no_exception_is_left_over() -> None:
    assert {name for name, _, _ in FOUND} >= OTHERS_WORDS.keys()
    assert {text for _, _, text in FOUND} >= NAMES.keys()


@pytest.mark.parametrize(
    "source",
    [
        'raise InputError(f"{source}: no thread dump")',
        'warnings.append("one snapshot counts once")',
        'yield Skipped(source, "not a regular file", False)',
        'reason = f"damaged data of {kind}"\nraise Unreadable(reason)',
        'raise InputError(said("{source}: {reason}", reason=f"damaged data of {kind}"))',
        'KNOWN: dict[str, str] = {"text": "by the times in the texts"}',
    ],
)
def test_a_sentence_that_was_forgotten_is_found(source: str) -> None:
    assert len(list(loose(ast.parse(source)))) == 1


@pytest.mark.parametrize(
    "source",
    [
        'raise InputError(said("{source}: no thread dump", source=source))',
        'said_of(count, "one thread waits", "{count} threads wait", name=f"{kind} {number}")',
        'def load():\n    """Read the dumps of a case."""',
        'key = f"{kind} {address:#x}"',
    ],
)
def test_what_is_said_is_none(source: str) -> None:
    assert list(loose(ast.parse(source))) == []


def test_sentences_are_given_whole() -> None:
    """A template that is put together from others, or from values, is in no catalog."""
    stitched = []
    for file in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
                templates = node.args[1:] if node.func.id == "said_of" else node.args
                stitched += [(file.name, node.lineno) for each in templates if not isinstance(each, ast.Constant)]
    assert stitched == []


def test_errors_that_pass_on_another_one_keep_its_sentence() -> None:
    """`str(error)` is the same text, but no longer knows what it was made of."""
    own = {"InputError", "LimitError", "LimitHit", "ProfileError", "StackanError", "Unreadable", "UsageError"}
    lost = []
    for part in PARTS:
        path = ROOT / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for handler in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(handler, ast.ExceptHandler) and handler.name and own & {name.id for name in _names(handler.type)}:
                    lost += [(file.name, node.lineno) for node in ast.walk(handler) if _writes(node, handler.name)]
    assert lost == []


def _names(node: ast.AST | None) -> Iterator[ast.Name]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Name)) if node is not None else iter(())


def _writes(node: ast.AST, error: str) -> bool:
    """Whether an error is made a text here: `str(error)`, `f"{error}"`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str":
        return any(isinstance(each, ast.Name) and each.id == error for each in node.args)
    return isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Name) and node.value.id == error
