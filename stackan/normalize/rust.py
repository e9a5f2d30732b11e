"""Rust's names as they stand in an object file, as eu-stack prints them, → names as the debuggers that know Rust print them.

    _RNvMs_NtNtCsjrHSEGnQ3l9_3std6thread6threadNtB4_6Thread4park                std::thread::thread::Thread::park
    _RNvXs_NtNtCsjrHSEGnQ3l9_3std3net3tcpNtB4_9TcpStreamNtNtB8_2io4Read4read    <std::net::tcp::TcpStream as std::io::Read>::read
    std::sync::mpmc::list::Channel$LT$T$GT$::recv::hd06616d4b1b5362d            std::sync::mpmc::list::Channel<T>::recv

Generic arguments are only stepped over, as canonical names have none.  (RFC 2603, Rust Symbol Name Mangling v0)
"""

from __future__ import annotations

import re
from collections.abc import Callable

from stackan.model.expressions import expression

# A function is a path with a name at its end, with generic arguments or without.
_FUNCTION = expression(r"_R(I?N[A-Za-z][BCIMNXY]\w+)(?:[.$@ (]|$)", re.ASCII)
_DEEPEST = 64
# A part may stand for one that came before, and that again: how many characters may be read and written for one of the symbol, and at all.
_WORK = 32
_MOST_WORK = 20_000
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BUILTIN = "abcdefhijlmnopstuvxyz"
_LONGEST_NUMBER = 20  # digits: a crate is told by 64 bits
_SIZE = expression(r"0|[1-9][0-9]{0,3}")  # of an identifier
_HASH = 16  # hexadecimal digits behind `::h`
_ESCAPES = (
    ("$LT$", "<"),
    ("$GT$", ">"),
    ("$u20$", " "),
    ("$u7b$", "{"),
    ("$u7d$", "}"),
    ("$RF$", "&"),
    ("$BP$", "*"),
    ("$C$", ","),
    ("$LP$", "("),
    ("$RP$", ")"),
    ("..", "::"),
)


class _Unreadable(Exception):
    """The next characters are no name, or one of a kind that is not read here."""


def is_symbol(name: str) -> bool:
    """Whether a name may be a function's symbol, suffixes of compiler and linker included; many a name of C begins with `_R`, too."""
    return _FUNCTION.match(name) is not None


def demangled(symbol: str) -> str | None:
    """The name of a function's symbol, or None if it is none or cannot be read to its end.

    >>> demangled("_RNvMNtNtNtNtCsjrHSEGnQ3l9_3std3sys4sync5mutex5futexNtB2_5Mutex14lock_contended")
    'std::sys::sync::mutex::futex::Mutex::lock_contended'
    """
    function = _FUNCTION.match(symbol)
    if function is None:
        return None
    reader = _Reader(function[1])
    try:
        return reader.whole()
    except (_Unreadable, IndexError):
        return None


def without_escapes(name: str) -> str:
    """The name without the hash behind it, and with the signs that may not stand in a symbol.

    >>> without_escapes("_$LT$std..fs..File$u20$as$u20$std..io..Write$GT$::write::h0123456789abcdef")
    '<std::fs::File as std::io::Write>::write'
    """
    front, _, digits = name.rpartition("::h")
    if not front or len(digits) != _HASH or digits.strip("0123456789abcdef"):
        return name
    parts = [part.removeprefix("_") if part.startswith("_$") else part for part in front.split("::")]
    front = "::".join(parts)
    if "$" in front:
        for escape, sign in _ESCAPES:
            front = front.replace(escape, sign)
    return front


class _Reader:
    """Reads a symbol from the left, without the `_R` before it."""

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.at = 0
        self.depth = 0
        self.work = min(_WORK * len(symbol), _MOST_WORK)

    def spend(self, characters: int) -> None:
        self.work -= characters
        if self.work < 0:
            raise _Unreadable

    def take(self) -> str:
        self.spend(1)
        self.at += 1
        return self.symbol[self.at - 1]

    def takes(self, sign: str) -> bool:
        self.spend(1)
        found = self.symbol.startswith(sign, self.at)
        self.at += len(sign) * found
        return found

    def enter(self) -> None:
        self.spend(1)
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _Unreadable

    def leave(self, name: str) -> str:
        self.spend(len(name))
        self.depth -= 1
        return name

    def whole(self) -> str:
        """The name of the function, behind which the crate may stand that asked for its generic arguments."""
        name = self.path()
        if self.at < len(self.symbol):
            self.path()
        if self.at < len(self.symbol):
            raise _Unreadable
        return name

    def path(self) -> str:
        self.enter()
        kind = self.take()
        if kind == "C":
            name = self.identifier()
        elif kind == "N":
            name = self.nested()
        elif kind in "MX":
            name = self.implementation(trait=kind == "X")
        elif kind == "Y":
            name = f"<{self.type()} as {self.path()}>"
        elif kind == "I":
            name = self.path()
            while not self.takes("E"):
                self.argument()
        elif kind == "B":
            name = self.again(self.path)
        else:
            raise _Unreadable
        return self.leave(name)

    def nested(self) -> str:
        space = self.take()
        around = self.path()
        which, own = self.disambiguator(), self.bare_identifier()
        if space == "C":
            return f"{around}::{{closure#{which}}}"
        if not space.islower():
            return f"{around}::{{shim:{own}}}"
        return f"{around}::{own}" if own else around

    def implementation(self, trait: bool) -> str:
        self.disambiguator()
        self.path()  # where it stands
        of = self.type()
        return f"<{of} as {self.path()}>" if trait else of

    def identifier(self) -> str:
        self.disambiguator()
        return self.bare_identifier()

    def disambiguator(self) -> int:
        return self.number() + 1 if self.takes("s") else 0

    def bare_identifier(self) -> str:
        is_punycode = self.takes("u")
        digits = _SIZE.match(self.symbol, self.at)
        if digits is None:
            raise _Unreadable
        self.at = digits.end()
        self.takes("_")
        size = int(digits[0])
        name = self.symbol[self.at : self.at + size]
        if len(name) != size or is_punycode:
            raise _Unreadable
        self.at += size
        return name

    def number(self) -> int:
        """`_` is 0, `0_` is 1, in base 62."""
        value = 0
        start = self.at
        while not self.takes("_"):
            if self.at > start + _LONGEST_NUMBER:
                raise _Unreadable
            value = value * 62 + self.digit()
        return value + 1 if self.at > start + 1 else 0

    def digit(self) -> int:
        value = _DIGITS.find(self.take())
        if value < 0:
            raise _Unreadable
        return value

    def again(self, read: Callable[[], str]) -> str:
        """What stands further in front, a number of characters from the begin."""
        start = self.number()
        end = self.at
        if start >= end - 1:
            raise _Unreadable
        self.at = start
        found = read()
        self.at = end
        return found

    def argument(self) -> None:
        if self.takes("L"):
            self.number()
        elif self.takes("K"):
            self.constant()
        else:
            self.type()

    def constant(self) -> str:
        self.enter()
        if self.takes("B"):
            self.again(self.constant)
        elif not self.takes("p"):
            if self.take() not in _BUILTIN:
                raise _Unreadable
            while not self.takes("_"):
                self.take()
        return self.leave("")

    def type(self) -> str:
        self.enter()
        kind = self.symbol[self.at]
        name = "_"
        if kind in _BUILTIN:
            self.at += 1
        elif kind in "CMXYNI":
            name = self.path()
        else:
            self.at += 1
            name = self.composed(kind)
        return self.leave(name)

    def composed(self, kind: str) -> str:
        if kind == "B":
            return self.again(self.type)
        if kind == "A":
            self.type()
            self.constant()
        elif kind in "SPO":
            self.type()
        elif kind in "RQ":
            if self.takes("L"):
                self.number()
            return self.type()
        elif kind == "T":
            while not self.takes("E"):
                self.type()
        elif kind == "F":
            self.function()
        elif kind == "D":
            return self.dynamic()
        else:
            raise _Unreadable
        return "_"

    def function(self) -> None:
        if self.takes("G"):
            self.number()
        self.takes("U")
        if self.takes("K") and not self.takes("C"):
            self.bare_identifier()
        while not self.takes("E"):
            self.type()
        self.type()

    def dynamic(self) -> str:
        """`dyn Trait + …`, and how long it lives."""
        if self.takes("G"):
            self.number()
        names = []
        while not self.takes("E"):
            names.append(self.path())
            while self.takes("p"):
                self.bare_identifier()
                self.type()
        if not self.takes("L"):
            raise _Unreadable
        self.number()
        return f"dyn {names[0]}" if names else "dyn"
