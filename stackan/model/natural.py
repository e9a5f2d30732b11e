"""The order in which a person expects names with numbers in them."""

from __future__ import annotations

from itertools import groupby

Run = tuple[int, int, str]  # digits: (0, how many, the digits); other text: (1, 0, the text)
NaturalKey = tuple[tuple[Run, ...], str]


def natural_key(name: str) -> NaturalKey:
    """A sort key with numbers by value, letters without regard to case: snap2, Snap3, snap10."""
    return tuple(_run_key(digits, "".join(run)) for digits, run in groupby(name, _is_digit)), name


def _is_digit(char: str) -> bool:
    return "0" <= char <= "9"


def _run_key(digits: bool, run: str) -> Run:
    if not digits:
        return 1, 0, run.casefold()
    value = run.lstrip("0")
    return 0, len(value), value  # not int(value), which refuses more than 4300 digits
