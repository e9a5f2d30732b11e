"""Functions as Solaris's and illumos's pstack prints them: the remains of Rust's names that libc's demangler leaves are taken off."""

from __future__ import annotations

from stackan.normalize import symbols

_HASH = 16  # hexadecimal digits behind `::h`


def canonical(printed: str) -> str:
    """The canonical form of a printed function name.

    >>> canonical("std::thread::Thread::park::hb57adee7634cc03d")
    'std::thread::Thread::park'
    """
    name, _, digits = printed.rpartition("::h")
    if name and len(digits) == _HASH and not digits.strip("0123456789abcdef"):
        printed = name
    return symbols.canonical(printed)
