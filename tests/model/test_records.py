"""Records are named tuples, whichever way they are defined."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import NamedTuple as OfTyping

import pytest

import stackan
from stackan.model.expressions import expression
from stackan.model.records import NamedTuple


class Point(NamedTuple):
    """A place."""

    x: int
    y: int = 0

    def sum(self) -> int:
        return self.x + self.y


class Expected(OfTyping):
    """A place."""

    x: int
    y: int = 0

    def sum(self) -> int:
        return self.x + self.y


def test_a_record_is_what_typing_makes_of_the_same_lines():
    for name in ("_fields", "_field_defaults", "__match_args__", "__doc__", "__slots__", "__bases__", "__module__"):
        assert getattr(Point, name) == getattr(Expected, name), name
    assert Point.__qualname__ == "Point"
    point = Point(3)
    assert point == (3, 0) == Expected(3)
    assert repr(point) == "Point(x=3, y=0)"
    assert point.sum() == 3
    assert point._replace(y=4).sum() == 7
    assert pickle.loads(pickle.dumps(point)) == point
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        Point()


def test_all_modules_with_records_keep_their_annotations_as_written():
    """Python from 3.14 on shows them in a class's body only so."""
    sources = [path.read_text(encoding="utf-8") for path in Path(stackan.__file__).parent.rglob("*.py")]
    users = [text for text in sources if "from stackan.model.records import" in text]
    assert users
    assert all("from __future__ import annotations" in text for text in users)


@pytest.mark.parametrize("text", [b"a1", b"b", b"1a"])
def test_an_expression_answers_as_a_compiled_one(text):
    late, compiled = expression(rb"[a-c](\d)?", re.IGNORECASE), re.compile(rb"[a-c](\d)?", re.IGNORECASE)
    for method in ("match", "search", "fullmatch"):
        found, wanted = getattr(late, method)(text), getattr(compiled, method)(text)
        assert (found and found.span(), found and found.groups()) == (wanted and wanted.span(), wanted and wanted.groups())
    assert late.sub(b".", text) == compiled.sub(b".", text)
    assert (late.pattern, late.flags) == (compiled.pattern, compiled.flags)


def test_an_expression_is_compiled_when_it_is_asked():
    wrong = expression("(")
    with pytest.raises(re.error):
        wrong.match("")
