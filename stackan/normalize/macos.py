"""Functions as macOS's tools print them: Objective-C's methods, and the variants that the system's library has of one call."""

from __future__ import annotations

from stackan.normalize import symbols


def canonical(printed: str) -> str:
    """The canonical form of a printed function name.

    >>> canonical("__select$DARWIN_EXTSN")
    'select'
    >>> canonical("-[NSRunLoop(NSRunLoop) runMode:beforeDate:]")
    '-[NSRunLoop(NSRunLoop) runMode:beforeDate:]'
    """
    if "-[" in printed or "+[" in printed:
        return printed
    name = symbols.canonical(printed)
    if "$" in name:
        name = name.partition("$DARWIN_EXTSN")[0].partition("$UNIX2003")[0].partition("$NOCANCEL")[0]
    return name.removesuffix("_nocancel")
