"""The values of arguments and locals: strings, characters and numbers are replaced, addresses moved; names of arguments stay.

    mysql_execute (thd=0x7f12a0000d58, query=0x7f12a0010c40 "SELECT pin FROM cards", length=21) at sql_parse.cc:2034
    mysql_execute (thd=0x7f0000000d58, query=0x7f0000010c40 "text1", length=21) at sql_parse.cc:2034

What a rule may ask for stays: a descriptor, a thread's id, an owner word, the operation of a futex; and numbers of at most three digits.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from stackan.redact.addresses import BARE, DECIMAL, HEX, RANGE, SHORT, Addresses
from stackan.redact.replaced import ADDRESS, NUMBER, TEXT, Replaced

# Names of arguments and locals whose numbers the analysis reads, or that are the C library's own bookkeeping.
_READ = frozenset((
    *("fd", "fds", "sockfd", "sd", "out_fd", "fdout", "nfds", "pid", "id", "tid", "lwp", "expected", "threadid", "th", "pthread_id"),
    *("op", "futex_op", "private", "clockid", "clock_id", "cancel", "options", "flags", "addrlen", "timeout", "nbytes", "count", "val"),
    *("__owner", "__cur_writer", "__lock", "__count", "__nusers", "__kind", "__readers", "__writers", "__val", "__spins", "__size"),
))  # fmt: skip

_TOKEN = re.compile(
    r"""(?P<key>(?<![\w$.])[A-Za-z_$][\w$.]*(?:@entry)?[ ]?=[ ]?)
    |(?P<char>-?\d{1,10}[ ][LuU]?'(?:\\[0-7]{1,3}|\\.|[^'\\\n])')
    |(?P<string>"(?:[^"\\]|\\.)*(?:"|\\?$))
    |(?P<single>(?<![^\W_]{2})'(?:[^'\\]|\\.)*(?:'|\\?$))
    |(?P<hex>0[xX][0-9a-fA-F]{1,8}`[0-9a-fA-F]{8}|0[xX][0-9a-fA-F]+)
    |(?P<shown><(?:optimized[ ]out|repeats[ ]\d+[ ]times|incomplete[ ]type|not[ ]set|No[ ]data[ ]fields|[\w:~.$@]+\+\d+)>)
    |(?P<entry><[A-Za-z_~][^<>\s"'=(]{0,400}(?:\([^"'=<>]{0,400}\))?(?:\+\d+)?>)
    |(?P<number>(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.]))
    """,
    re.VERBOSE,
)
_BYTES = re.compile(r"(?<![\w.])(?:-?\d{1,3}|0x[0-9a-fA-F]{1,8})(?:, ?(?:-?\d{1,3}|0x[0-9a-fA-F]{1,8})(?![\w.])){2,}")  # of an array
_DIGIT = re.compile(r"(?<=x)[0-9a-fA-F]+|(?<!x)\b\d+")
_WORD = re.compile(r"(?<=\s)0x[0-9a-fA-F]{2,16}(?=\s|$)")
_FOUR_GIB = 1 << 32
_KEPT_DIGITS = 3
_LONGEST = 30  # digits of a number that identifies anything; Python refuses to read some thousands


class Values:
    """Replaces values, consistently in all texts. `kept`: numbers that identify threads and processes."""

    def __init__(self, replaced: Replaced, addresses: Addresses, kept: Collection[int]) -> None:
        self._replaced = replaced
        self._addresses = addresses
        self._kept = kept

    def arguments(self, text: str) -> str:
        """The arguments of a frame, or a line of locals, with all their values replaced, and what is to stay of them held."""
        if "," in text:
            text = _BYTES.sub(lambda match: _DIGIT.sub("0", match[0]), text)
        key = ""
        parts = []
        at = 0
        for match in _TOKEN.finditer(text):
            parts += [text[at : match.start()], self._token(match, key)]
            at = match.end()
            if match.lastgroup == "key":
                key = match[0].rstrip(" =").removesuffix("@entry")
        return "".join([*parts, text[at:]])

    def _token(self, match: re.Match[str], key: str) -> str:
        kind, text = match.lastgroup, match[0]
        hold = self._replaced.hold
        if kind in ("string", "single"):
            if key in ("__PRETTY_FUNCTION__", "__func__", "__FUNCTION__") or len(text) < 3 or text == "'lambda'":
                return hold(text)
            return text[0] + self.text(text[1:].removesuffix(text[0])) + (text[0] if text.endswith(text[0]) else "")
        if kind == "char":
            return hold("63 '?'")
        if kind == "hex":
            return self.hexadecimal(text)
        if kind == "number" and key not in _READ:
            return self.number(text)
        return hold(text)

    def text(self, content: str) -> str:
        """What stands for a string's content."""
        return self._replaced.numbered(TEXT, content) if content else content

    def number(self, text: str) -> str:
        """Another number of as many digits; one that is a thread's address in decimal moves with that."""
        sign, digits = text[: text.startswith("-")], text.lstrip("-")
        whole = digits.partition(".")[0].partition("e")[0]
        value = int(whole) if len(whole) < _LONGEST else -1
        if (len(whole) <= _KEPT_DIGITS and whole == digits) or value in self._kept:
            return self._replaced.hold(text)
        moved = self._addresses.moved(value)
        if moved is not None and len(whole) > 13:
            return self._replaced.hold(self._replaced.of(ADDRESS, text, lambda _: sign + str(moved)))
        length = min(len(whole), _LONGEST)
        return self._replaced.hold(
            sign + self._replaced.of(f"{NUMBER} of {length} digits", digits, lambda number: self._other(number, length))
        )

    def _other(self, number: int, digits: int) -> str:
        """The number-th number of at least so many digits, those aside that identify something."""
        value = 10 ** (digits - 1) + number
        while value in self._kept:
            value += 10**digits
        return str(value)

    def hexadecimal(self, text: str) -> str:
        """An address at its new place; a number that is too large for one, and no negative, becomes another one."""
        digits = text[2:].replace("`", "")
        if len(digits) > _LONGEST:
            return self.text(text)
        value = int(digits, 16)
        moved = self.moved(text)
        if moved is not None:
            new = moved
        elif value < 1 << 32 or value >> 32 == 0xFFFFFFFF:
            new = text
        else:
            new = self._replaced.of("number in hexadecimal", text, lambda number: text[:2] + _as_wide((1 << 62) + number, text[2:]))
        return self._replaced.hold(new)

    def place(self, text: str) -> str | None:
        """The new place of an address; None for another number."""
        moved = self._addresses.moved(int(text[2:].replace("`", ""), 16))
        return None if moved is None else text[:2] + _as_wide(moved, text[2:])

    def moved(self, text: str) -> str | None:
        """The same, which is replaced by it."""
        place = self.place(text)
        return None if place is None else self._replaced.of(ADDRESS, text, lambda _: place)

    def addresses(self, text: str) -> str:
        """A text with its addresses moved, in every form in which they are printed."""
        if "0x" in text or "0X" in text:
            text = HEX.sub(lambda match: self.hexadecimal(match[0]), text)
        text = RANGE.sub(lambda match: f"{self._bare(match[1])}-{self._bare(match[2])}", text)
        text = BARE.sub(lambda match: self._bare(match[0]), text)
        if self._addresses.has_short:
            text = SHORT.sub(lambda match: self._bare(match[0]), text)
        return DECIMAL.sub(lambda match: self.number(match[0]) if self._addresses.moved(int(match[0])) is not None else match[0], text)

    def memory(self, text: str) -> str:
        """Words of memory that are printed for themselves: only what is an address stays one."""
        return _WORD.sub(lambda match: self._word(match[0]), text)

    def _word(self, text: str) -> str:
        value = int(text, 16)
        if value >= _FOUR_GIB and self._addresses.moved(value) is not None:
            return self.hexadecimal(text)
        return self._replaced.hold("0x" + "0" * (len(text) - 2))

    def _bare(self, text: str) -> str:
        moved = self._addresses.moved(int(text.replace("`", ""), 16))
        if moved is None:
            return text
        new = _as_wide(moved, text)
        return self._replaced.hold(self._replaced.of(ADDRESS, text, lambda _: new.upper() if text.isupper() else new))


def _as_wide(value: int, old: str) -> str:
    """A number in hexadecimal with as many digits as another, and its backtick."""
    new = f"{value:0{len(old.replace('`', ''))}x}"
    return f"{new[:-8]}`{new[-8:]}" if "`" in old else new
