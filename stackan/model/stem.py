"""The common part of the names of a pool's threads.

The number stands where the program put it:

    wrk-7 → wrk                 10_dirty_io_sch → dirty_io_sc
    [ET_AIO 3:18] → ET_AIO      Thread-2 (broker-worker-7516) → Thread (broker-worker-7516)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from os.path import commonprefix

from stackan.model.expressions import expression

_KERNELS = 15  # bytes of a name that Linux keeps (comm in proc(5))
_SHOWN = 11  # that is what is left of a name in front of which stands a number of up to three digits: 10_dirty_io_sch, 9_dirty_io_sche
_DIGITS = 9  # a longer number counts nothing
_LEADING = expression(r"\A(\d{1,9})[-_:. ]{1,3}(?=[A-Za-z])")
_NUMBER = expression(r"(?<!\d)[-_#: ]\d+(?![\dA-Za-z.])")
_OWN_NUMBER = expression(r"[-_#:. ]\d+")
_BRACKETED = expression(r"\[([^][]*)\]?\Z")  # the kernel cuts the closing one, too

NOT_GIVEN = ("", "Thread")  # stems of what run-times call threads that the program gave no name


def stem(name: str | None) -> str:
    """A thread's name without its number, the first one unless one stands at its end."""
    return _split(name)[0]


def number(name: str | None) -> int | None:
    """The number that stem leaves out of a thread's name."""
    digits = _split(name)[1]
    return int(digits) if digits and len(digits) <= _DIGITS else None


@lru_cache(maxsize=1 << 16)  # stages ask for the same threads again, and snapshots repeat their names
def _split(name: str | None) -> tuple[str, str]:
    if not name:
        return "", ""
    bracketed = _BRACKETED.match(name)
    if bracketed:
        name = bracketed[1].partition(":")[0]
    if name[-1:].isdigit():
        bare = name.rstrip("0123456789")
        return bare.rstrip("-_#:. "), name[len(bare) :]
    leading = _LEADING.match(name)
    if leading:
        rest = name[leading.end() :]
        return (rest[:_SHOWN] if len(name) <= _KERNELS else rest), leading[1]
    inside = _NUMBER.search(name)
    if inside is None:
        return name.strip(), ""
    return (name[: inside.start()] + name[inside.end() :]).strip(), inside[0].lstrip("-_#:. ")


def common_name(stem: str, names: Iterable[str | None]) -> str:
    """What to call threads of this stem: a number in front costs the stem more of the name than all of them have in common."""
    known = {name or "" for name in names}
    if all(map(_LEADING.match, known)):
        return commonprefix([_LEADING.sub("", name, count=1) for name in known])  # noqa: RUF071  (characters are what names share)
    (alone,) = known if len(known) == 1 else ("",)
    return alone if alone and not (alone[-1].isdigit() or _BRACKETED.match(alone)) else stem


def pools_of(name: str | None) -> list[str]:
    """The pools, shortest name first, whose thread this may be by its name: theirs, its own number and a role behind that.

    qtp1421-90-acceptor-0 may be one of qtp1421.
    """
    return [pool for found in _OWN_NUMBER.finditer(name or "") if (pool := found.string[: found.start()])]


def are_counted(numbers: Sequence[int | None]) -> bool:
    """Whether these are all numbers from zero or from one on."""
    known = sorted(each for each in numbers if each is not None)
    return len(known) == len(numbers) and known[0] in (0, 1) and known == list(range(known[0], known[0] + len(known)))
