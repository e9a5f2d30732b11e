"""The two scanners, and what it means that they agree."""

from __future__ import annotations

from array import array
from collections.abc import Callable

import pytest

from stackan import _reference
from stackan.model.columns import EU_STACK, GDB, Columns

Scan = Callable[..., Columns]


def same_columns(native: Columns, pure: Columns, data: bytes = b"") -> None:
    """Fail with the first row that differs, and the line of the dump that it comes from."""
    for name in Columns.__slots__:
        ours, theirs = getattr(native, name), getattr(pure, name)
        if len(ours) == len(theirs) and ours == theirs and typecode(ours) == typecode(theirs):
            continue
        row = next((row for row, (our, their) in enumerate(zip(ours, theirs)) if our != their), min(len(ours), len(theirs)))
        here, there = (repr(column[row]) if row < len(column) else "nothing" for column in (ours, theirs))
        lines = getattr(pure, f"{name.partition('_')[0]}_line", array("i"))
        line = data.split(b"\n")[lines[row] - 1 : lines[row]] if row < len(lines) else []
        pytest.fail(f"{name}[{row}]: native {here}, pure {there} ({len(ours)} and {len(theirs)} rows); line {line or 'unknown'}")


def typecode(column: object) -> str:
    """The type of a column's members; the native scanner gives memory that it has filled itself, the other one arrays."""
    return "" if isinstance(column, list) else memoryview(column).format  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def native() -> Scan:
    """The native scanner; skipped where it is not built."""
    return pytest.importorskip("stackan._fast", reason="the native scanner is not built").scan


@pytest.fixture(scope="session", params=["native", "pure"])
def scan(request: pytest.FixtureRequest) -> Scan:
    """Either scanner: what a test with this fixture says holds for both."""
    return request.getfixturevalue("native") if request.param == "native" else _reference.scan


@pytest.fixture(scope="session")
def agree(native: Scan) -> Callable[[bytes], Columns]:
    """Scan by both scanners, as gdb's and as eu-stack's text, and fail unless they agree; returns gdb's columns."""

    def agree(data: bytes) -> Columns:
        same_columns(native(data, EU_STACK), _reference.scan(data, EU_STACK), data)
        columns = native(data, GDB)
        same_columns(columns, _reference.scan(data, GDB), data)
        return columns

    return agree
