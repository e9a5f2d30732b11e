"""Functions as Windows' debuggers print them: Microsoft's own words for what has no name, and two names for each system call."""

from __future__ import annotations

from stackan.normalize import symbols


def canonical(printed: str) -> str:
    """The canonical form of a printed function name, which has no module before it.

    >>> canonical("_ZwWaitForSingleObject@12")
    'NtWaitForSingleObject'
    >>> canonical("ledger::`anonymous namespace'::<lambda_7c1e>::operator()")
    'ledger::(anonymous namespace)::{lambda}::operator()'
    """
    if printed.startswith(("@", "_", "Zw")):
        printed = printed.lstrip("@_") or printed  # the decorations of calling conventions: _ZwClose@4, @BaseThreadInitThunk@12
        printed = f"Nt{printed[2:]}" if printed.startswith("Zw") and printed[2:3].isupper() else printed
    if "`" in printed:
        printed = printed.replace("`anonymous namespace'", "(anonymous namespace)").replace(
            "`anonymous-namespace'", "(anonymous namespace)"
        )
    head, mark, rest = printed.partition("<lambda_")
    while mark:
        printed = f"{head}{{lambda}}{rest.partition('>')[2]}"
        head, mark, rest = printed.partition("<lambda_")
    return symbols.canonical(printed)
