"""Mangled C++ and Rust symbols, as systemd-coredump prints them, → the names of their functions.

    _ZN6ledger4bookIiE3runEiRKSs            ledger::book::run
    _ZZN10ThreadPoolC1EiENKUlvE_clEv        ThreadPool::ThreadPool::{lambda()#1}::operator()
    _ZN4core3fmt5Write9write_fmt17h2006c69a75a9a243E        core::fmt::Write::write_fmt

Parameters and template arguments are only stepped over, as canonical names have none.  (Itanium C++ ABI, 5.1 External Names)
"""

from __future__ import annotations

from stackan.normalize import rust

_DEEPEST = 64
_BUILTIN = "vwbcahstijlmxynofdegz"
_QUALIFIERS = "rVKPROCG"
_ABBREVIATIONS = {
    "Sa": "std::allocator", "Sb": "std::basic_string", "Ss": "std::basic_string", "Si": "std::basic_istream", "So": "std::basic_ostream",
    "Sd": "std::basic_iostream",
}  # fmt: skip
_OPERATORS = {
    "nw": " new", "na": " new[]", "dl": " delete", "da": " delete[]", "aw": " co_await", "ng": "-", "ad": "&", "de": "*", "co": "~",
    "pl": "+", "mi": "-", "ml": "*", "dv": "/", "rm": "%", "an": "&", "or": "|", "eo": "^", "aS": "=", "pL": "+=", "mI": "-=", "mL": "*=",
    "dV": "/=", "rM": "%=", "aN": "&=", "oR": "|=", "eO": "^=", "ls": "<<", "rs": ">>", "lS": "<<=", "rS": ">>=", "eq": "==", "ne": "!=",
    "lt": "<", "gt": ">", "le": "<=", "ge": ">=", "ss": "<=>", "nt": "!", "aa": "&&", "oo": "||", "pp": "++", "mm": "--", "cm": ",",
    "pm": "->*", "pt": "->", "cl": "()", "ix": "[]",
}  # fmt: skip


class _Unreadable(Exception):
    """The next characters are no name, or one of a kind that is not read here."""


def demangled(symbol: str) -> str | None:
    """The name of a mangled symbol's function, or None if it cannot be read."""
    reader = _Reader(symbol)
    try:
        if not reader.takes("_Z"):
            return None
        names = reader.encoding()
    except (_Unreadable, IndexError):
        return None
    return rust.without_escapes("::".join(names))


class _Reader:
    """Reads a symbol from the left; names come out as lists of their parts."""

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.at = 0
        self.depth = 0

    def takes(self, *words: str) -> bool:
        for word in words:
            if self.symbol.startswith(word, self.at):
                self.at += len(word)
                return True
        return False

    @property
    def next(self) -> str:
        return self.symbol[self.at]

    def number(self) -> int:
        start = self.at
        while self.at < len(self.symbol) and "0" <= self.symbol[self.at] <= "9":
            self.at += 1
        if not start < self.at <= start + 6:
            raise _Unreadable
        return int(self.symbol[start : self.at])

    def encoding(self) -> list[str]:
        """A function's name; its parameters are left."""
        if self.takes("Th", "Tv"):  # a thunk: it jumps to the function
            while not self.symbol.startswith(("_N", "_Z"), self.at) and self.at + 1 < len(self.symbol):
                self.at += 1
            self.at += 1
        return self.name()

    def name(self) -> list[str]:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _Unreadable
        if self.takes("N"):
            names = self.nested()
        elif self.takes("Z"):
            names = self.local()
        elif self.takes("St"):
            names = ["std", self.unqualified([])]
        elif self.next == "S":
            names = self.substitution()
        else:
            names = [self.unqualified([])]
        self.template_arguments()
        self.depth -= 1
        return names

    def nested(self) -> list[str]:
        while self.next in "rVK":
            self.at += 1
        self.takes("R", "O")
        names: list[str] = []
        while not self.takes("E"):
            if self.takes("St"):
                names.append("std")
            elif self.next == "S":
                names += self.substitution()
            elif self.next == "T":
                self.type()
                names.append("T")
            elif self.next == "I":
                self.template_arguments()
            elif self.takes("M"):
                continue  # of a data member whose initializer holds a lambda
            else:
                names.append(self.unqualified(names))
        return names

    def local(self) -> list[str]:
        """A name that is defined in a function: `Z`, the function with its parameters, `E`, the name."""
        names = self.encoding()
        while not self.takes("E"):
            self.type()
        if self.takes("s"):
            raise _Unreadable  # a string
        if self.takes("d"):
            while not self.takes("_"):
                self.at += 1
        names += self.name()
        return names

    def substitution(self) -> list[str]:
        """`S_`, `S1A_`: something that came before; which is not looked up, since a function's own name begins with none."""
        known = _ABBREVIATIONS.get(self.symbol[self.at : self.at + 2])
        if known is not None:
            self.at += 2
            return known.split("::")
        self.at += 1
        while self.next != "_":
            if not self.next.isalnum():
                raise _Unreadable
            self.at += 1
        self.at += 1
        return ["_"]

    def unqualified(self, before: list[str]) -> str:
        self.takes("L")
        if "0" <= self.next <= "9":
            name = self.source_name()
        elif self.takes("Ul"):
            return self.lambda_()
        elif self.takes("Ut"):
            return f"{{unnamed type#{self.discriminator()}}}"
        elif self.next in "CD" and self.symbol[self.at + 1] in "012345I":
            name = ("~" if self.next == "D" else "") + (before[-1] if before else "")
            self.at += 3 if self.symbol[self.at + 1] == "I" else 2
        elif self.takes("cvb"):
            name = "operator bool"
        elif self.takes("cv"):  # to another type
            self.type()
            name = "operator"
        elif self.takes("li"):
            name = f'operator""{self.source_name()}'
        else:
            sign = _OPERATORS.get(self.symbol[self.at : self.at + 2])
            if sign is None:
                raise _Unreadable
            self.at += 2
            name = f"operator{sign}"
        while self.takes("B"):
            name += f"[abi:{self.source_name()}]"
        return name

    def source_name(self) -> str:
        size = self.number()
        name = self.symbol[self.at : self.at + size]
        if len(name) != size or not size:
            raise _Unreadable
        self.at += size
        return "(anonymous namespace)" if name.startswith("_GLOBAL__N") else name

    def lambda_(self) -> str:
        start = self.at
        while not self.takes("E"):
            self.type()
        parameters = "" if self.symbol[start : self.at] == "vE" else "..."
        return f"{{lambda({parameters})#{self.discriminator()}}}"

    def discriminator(self) -> int:
        """`_` is the first, `0_` the second."""
        which = 1 if self.next == "_" else self.number() + 2
        if not self.takes("_"):
            raise _Unreadable
        return which

    def template_arguments(self) -> None:
        if not self.takes("I", "J"):
            return
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _Unreadable
        while not self.takes("E"):
            if self.takes("L"):
                self.literal()
            elif self.next in "IJ":
                self.template_arguments()
            else:
                self.type()
        self.depth -= 1

    def literal(self) -> None:
        if self.takes("_Z"):
            self.encoding()
            while not self.takes("E"):
                self.type()
            return
        self.type()
        while not self.takes("E"):
            self.at += 1
            if self.at >= len(self.symbol):
                raise _Unreadable

    def type(self) -> None:
        while self.next in _QUALIFIERS:
            self.at += 1
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _Unreadable
        if self.next in _BUILTIN:
            self.at += 1
        elif self.takes("Dp"):
            self.type()
        elif self.takes("Dn", "Da", "Dc", "Dd", "De", "Df", "Dh", "Di", "Ds", "Du"):
            pass
        elif self.takes("Do"):  # noexcept, before a function
            self.type()
        elif self.takes("F"):
            self.takes("Y")
            while not self.takes("E", "RE", "OE"):
                self.type()
        elif self.takes("A"):
            if self.next != "_":
                self.number()
            if not self.takes("_"):
                raise _Unreadable
            self.type()
        elif self.takes("M"):
            self.type()
            self.type()
        elif self.takes("T"):
            if self.next != "_":
                self.number()
            if not self.takes("_"):
                raise _Unreadable
            self.template_arguments()
        elif self.next in "NZS" or "0" <= self.next <= "9":
            self.name()
        else:
            raise _Unreadable  # expressions, vectors, what a vendor added
        self.depth -= 1
