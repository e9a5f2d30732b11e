"""Every regular expression of the package takes time in proportion to the text, whatever stands in it: its own signs, repeated."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import regex

import stackan
from stackan.classify.patterns import expressions_in
from stackan.classify.profiles import profile_files, read_profile
from stackan.errors import UsageError
from stackan.model.expressions import expression

try:
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # Python 3.10
    import sre_parse as parser

SHORT = 500  # characters; a long text has eight times as many
SLOW = 0.0015  # seconds for a long text; a linear search takes a fraction of that
FACTOR = 24  # in time, for eight times the text; a square gives 64
_SIGNS = 4  # of an expression's single signs that are combined with each other
_SAMPLE = 'aA0_ x-(:.\t#"/>,=\\\n'


def modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(stackan.__path__, "stackan."):
        if not found.name.endswith("__main__"):
            try:
                yield importlib.import_module(found.name)
            except UsageError:
                assert found.name == "stackan.report.arrow"  # pyarrow is an extra; that module has no expressions


def expressions(value: object) -> Iterator[re.Pattern[Any] | regex.Pattern[Any]]:
    """Those in a variable, and in containers of containers."""
    if isinstance(value, (re.Pattern, regex.Pattern)):
        yield value
    elif isinstance(value, expression):
        yield re.compile(value.pattern, value.flags)
    elif isinstance(value, dict):
        yield from expressions([*value.keys(), *value.values()])
    elif isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from expressions(each)


def everywhere() -> dict[str, re.Pattern[Any] | regex.Pattern[Any]]:
    """{where it stands: the expression} of all modules, classes and profiles."""
    found = {}
    for module in modules():
        classes = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
        spaces = [vars(module), *map(vars, classes)]
        for name, value in itertools.chain.from_iterable(space.items() for space in spaces):
            for number, each in enumerate(expressions(value)):
                found.setdefault(each, f"{module.__name__}.{name}[{number}]")
    for path in profile_files():
        for rows in read_profile(path).values():
            for row in rows if isinstance(rows, list) else ():
                for text in expressions_in(row.get("frames", ())) if isinstance(row, dict) else ():
                    found.setdefault(regex.compile(text), f"{path}: {text}")
    return {where: each for each, where in found.items()}


EXPRESSIONS = everywhere()


class Signs:
    """What an expression is made of, as texts that its parts match."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self.single: dict[str, None] = {}
        self.behind: dict[tuple[str, str], None] = {}  # (what leads to a part, the part)
        tree = parser.parse(text, flags & (re.IGNORECASE | re.MULTILINE | re.DOTALL | re.VERBOSE))
        self._visit(list(tree), "")

    def _visit(self, items: list[Any], before: str) -> None:
        for at, item in enumerate(items):
            lead = before + "".join(map(self._text, items[:at]))
            self.behind[lead, self._text(item)] = None
            for inner in _inside(item):
                self._visit(inner, lead)

    def _text(self, item: Any) -> str:
        kind, value = str(item[0]), item[1]
        if kind == "LITERAL":
            found = chr(value)
        elif kind in ("IN", "NOT_LITERAL", "ANY"):
            named = [chr(inner[0] if isinstance(inner, tuple) else inner) for _, inner in value if inner] if kind == "IN" else []
            found = next(sign for sign in (*_SAMPLE, *map(chr, range(1, 256)), *named) if _is_in(kind, value, sign))
        else:
            inner = _inside(item)
            times = max(value[0], 1) if "REPEAT" in kind else 1
            return "" if "ASSERT" in kind or not inner else "".join(map(self._text, inner[0])) * min(times, 12)
        self.single[found] = None
        return found


def _inside(item: Any) -> list[list[Any]]:
    """The sequences that a part of an expression holds."""
    kind, value = str(item[0]), item[1]
    if kind == "BRANCH":
        return [list(each) for each in value[1]]
    if kind == "SUBPATTERN":
        return [list(value[3])]
    if "REPEAT" in kind:
        return [list(value[2])]
    if kind == "ATOMIC_GROUP":
        return [list(value)]
    return [list(value[1])] if "ASSERT" in kind else []


def _is_in(kind: str, value: Any, sign: str) -> bool:
    if kind != "IN":
        return kind == "ANY" or ord(sign) != value
    negated = str(value[0][0]) == "NEGATE"
    return negated != any(_is_of(str(op), each, sign) for op, each in value)


def _is_of(op: str, value: Any, sign: str) -> bool:
    if op == "LITERAL":
        return ord(sign) == value
    if op == "RANGE":
        return bool(value[0] <= ord(sign) <= value[1])
    if op != "CATEGORY":
        return False
    letter = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}[str(value).rpartition("_")[2]]
    return (re.match(letter, sign, re.ASCII) is not None) != ("_NOT_" in str(value))


def pumps(expression: re.Pattern[Any] | regex.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """(beginning, what is repeated, end) of texts that almost match."""
    signs = Signs(expression.pattern, expression.flags)
    single = list(signs.single)[:_SIGNS]
    repeated = [*signs.behind, *(("", one) for one in signs.single), *(("", a + b) for a, b in itertools.permutations(single, 2))]
    for lead, pump in dict.fromkeys(repeated):
        if pump:
            yield lead, pump, ""
            yield lead, pump, "\0\n"
            yield lead, pump, pump[-1]


METHODS: dict[str, Callable[[Any, Any], object]] = {
    "match": lambda expression, text: expression.match(text),
    "search": lambda expression, text: expression.search(text),
    "fullmatch": lambda expression, text: expression.fullmatch(text),
    "finditer": lambda expression, text: sum(1 for _ in expression.finditer(text)),
}


def worst(expression: re.Pattern[Any] | regex.Pattern[Any]) -> tuple[float, str]:
    """How much longer eight times the text takes at the most, and with what."""
    most = (0.0, "")
    for lead, pump, end in pumps(expression):
        short, long = (_text(expression, lead, pump, end, size) for size in (SHORT, 8 * SHORT))
        for name, method in METHODS.items():
            if _seconds(method, expression, long) < SLOW:
                continue
            taken = [min(_seconds(method, expression, text) for _ in range(3)) for text in (short, long)]
            if taken[1] >= SLOW:
                most = max(most, (taken[1] / max(taken[0], 1e-5), f"{name} of {lead[:20]!r} + {pump!r} … + {end!r}"))
    return most


def _text(expression: re.Pattern[Any] | regex.Pattern[Any], lead: str, pump: str, end: str, size: int) -> str | bytes:
    text = lead + pump * (size // len(pump)) + end
    return text.encode("latin-1") if isinstance(expression.pattern, bytes) else text


def _seconds(method: Callable[[Any, Any], object], expression: Any, text: str | bytes) -> float:
    start = time.process_time()
    method(expression, text)
    return time.process_time() - start


def test_the_expressions_are_found() -> None:
    assert len(EXPRESSIONS) > 50


@pytest.mark.parametrize("where", EXPRESSIONS)
def test_an_expression_takes_time_in_proportion_to_its_text(where: str) -> None:
    ratio, how = worst(EXPRESSIONS[where])
    assert ratio < FACTOR, f"{EXPRESSIONS[where].pattern!r}: eight times the text takes {ratio:.0f} times as long in {how}"


@pytest.mark.parametrize("text", [r'"(?:\\.|[^"\\])*(?:"|$)|[()]', r" *x", r"\w+:\d", r"<.*>\d", r"\x1b\][^\x07\n]*\x07"])
def test_an_expression_that_does_not_is_seen(text: str) -> None:
    assert worst(re.compile(text))[0] >= FACTOR
