"""Values of arguments and locals, read only where a rule asks for them.

The specification of what `stackan.arguments` reads natively.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.brief import brief
from stackan.model.columns import Columns
from stackan.model.expressions import expression
from stackan.model.frames import thread_arguments
from stackan.model.records import NamedTuple

_DIGITS = expression(rb"@?0x([0-9a-fA-F]{1,16})")


@brief
class Address(NamedTuple):
    """An address as gdb prints it: `0x5587d1784140 <audit_lock>` or, for a reference, `@0x5587d1784140`."""

    value: int
    symbol: str | None  # "audit_lock", "catalog+8"


class FrameArguments:
    """The arguments of the frames of a dump; a frame is given by its thread and by its position, counted from the innermost."""

    def __init__(self, data: bytes, columns: Columns) -> None:
        self._data = data
        self._columns = columns

    def text(self, thread: int, position: int) -> bytes:
        """All of them as printed; nothing where none are."""
        return thread_arguments(self._data, self._columns, thread, position)

    def address(self, thread: int, position: int, name: bytes) -> Address | None:
        """As `address_argument`."""
        return address_argument(self.text(thread, position), name)

    def addresses(self, threads: Sequence[int], position: int, name: bytes) -> list[Address | None]:
        """The same of each of these threads."""
        return [self.address(thread, position, name) for thread in threads]

    def number(self, thread: int, position: int, name: bytes) -> int | None:
        """As `number_argument`."""
        return number_argument(self.text(thread, position), name)


def value_argument(text: bytes, name: bytes) -> bytes | None:
    """The text that follows `name=` in a frame's arguments; `mutex=mutex@entry=0x…` gives what follows the last `=`."""
    start = 0
    wanted = name + b"="
    while True:
        at = text.find(wanted, start)
        if at < 0:
            return None
        if (at == 0 or text[at - 1] in b" ,\n") and not _is_quoted(text, at):
            rest = text[at + len(wanted) :]
            entry = name + b"@entry="
            return rest[len(entry) :] if rest.startswith(entry) else rest
        start = at + 1


def _is_quoted(text: bytes, at: int) -> bool:
    """Whether a byte is inside a printed string: `packet=0x7f "set mutex=0x1"`."""
    quoted = False
    quote = text.find(b'"', 0, at)
    while quote >= 0:
        backslashes = quote
        while backslashes > 0 and text[backslashes - 1] == 92:
            backslashes -= 1
        if (quote - backslashes) % 2 == 0:
            quoted = not quoted
        quote = text.find(b'"', quote + 1, at)
    return quoted


def address_argument(text: bytes, name: bytes) -> Address | None:
    """The address that argument `name` holds, or None where it is not printed or null; a number is a position, from 1."""
    if name.isdigit():
        return _positional(text, int(name))
    value = value_argument(text, name)
    return None if value is None else read_address(value)


def _positional(text: bytes, position: int) -> Address | None:
    """One of the bare hexadecimal values that tools without debug information print: `8061480, 0` (pstack of Solaris), `0x96e058` (Go).

    A value that Go marks as possibly out of date, `0x0?`, is none.
    """
    values = text.replace(b",", b" ").split(None, position)
    digits = values[position - 1].replace(b"`", b"").removeprefix(b"0x") if len(values) >= position else b""
    if not 0 < len(digits) <= 16 or digits.strip(b"0123456789abcdefABCDEF"):
        return None
    value = int(digits, 16)
    return Address(value, None) if value else None


def number_argument(text: bytes, name: bytes) -> int | None:
    """The decimal number that argument `name` holds, or None."""
    value = value_argument(text, name)
    if value is None:
        return None
    end = 0
    while end < len(value) and 48 <= value[end] <= 57:
        end += 1
    return int(value[:end]) if 0 < end <= 20 else None


def read_address(text: bytes) -> Address | None:
    """`0x…`, `@0x…` or `(type *) 0x…` at the start of a text, with the symbol behind it if there is one."""
    at = 0
    if text.startswith(b"("):
        at = text.find(b") ") + 2
        if at < 2:
            return None
    digits = _DIGITS.match(text, at)
    if digits is None:
        return None
    value, end, symbol = int(digits[1], 16), digits.end(), None
    if text.startswith(b" <", end):
        close = _closing_bracket(text, end + 1)
        symbol = text[end + 2 : close].decode("utf-8", "replace") if close > 0 else None
    return Address(value, symbol) if value else None


def _closing_bracket(text: bytes, at: int) -> int:
    """The `>` that closes the `<` at `at`, past those of template arguments; -1 if there is none."""
    depth = 0
    for position in range(at, len(text)):
        if text[position] == 60:
            depth += 1
        elif text[position] == 62 and text[position - 1] != 45:
            depth -= 1
            if depth == 0:
                return position
    return -1
