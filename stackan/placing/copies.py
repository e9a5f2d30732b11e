"""Evidence in the names of two inputs with the same text: that one is a copy of the other, that they are of two rounds, or neither.

Equal bytes alone say nothing: two dumps of a process that hangs altogether are the same, byte for byte.  But people who copy, pack or
unpack a file keep most of its name, and people who take two dumps count them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from stackan.model.expressions import expression
from stackan.model.natural import Run, natural_key
from stackan.model.records import NamedTuple
from stackan.placing.names import HOST_WORDS, PROCESS_WORDS, read_name

# Names that browsers and file managers give to a second file of one name: `snap1 (1).txt`, `snap1 - Copy (2).txt`, `Copy of snap1.txt`.
_COPY = r"(?:copy|kopie|copie|copia|копия|副本|コピー|복사본)"
_MARKS = expression(
    rf"^{_COPY}(?: ?\(\d{{1,3}}\))? (?:of|von|de|di) |[ _]?[-–]?[ _]?(?<![^\W_]){_COPY}(?: ?\(?\d{{1,3}}\)?)?$| ?\(\d{{1,3}}\)$|~$",
    re.IGNORECASE,
)
# Endings that show how a text is kept, and not which one it is.
_ENDINGS = "txt|log|out|dump|text|trace|md|eml|gz|xz|bz2|zst|zip|tar|tgz|txz|tbz2?|bak|orig|copy|save"
_KEPT = expression(rf"\.(?:{_ENDINGS})(?=$|\.\d{{1,3}}$)", re.IGNORECASE)
_EARLIER, _LATER = ("before", "first", "begin", "start"), ("after", "second", "end")
_ORDER = {**dict.fromkeys(_EARLIER, 0), **dict.fromkeys(_LATER, 1), "third": 2}
_WORDS = expression(r"[^\W\d_]+")
_FURTHER = expression(r"[._-]?\d{1,4}")  # `dump.txt` and `dump2.txt`, `pstack.log` and `pstack.log.1`
_COUNTED = expression(r"(?<![^\W_])\d{1,3}$")  # at the end of a name
_CARRIERS = frozenset(("mail", "email", "msg", "message", "attachment", "upload", "ticket", "reply", "copy"))
_LEFT = frozenset(("output", "out", "result", "results", "stack", "stacks", "pstack", "gdb", "dumps"))
_MOST_MARKS = 4
_LONGEST = 1024  # characters that are looked at, from the end


class Label(NamedTuple):
    """A name without what copying, packing and compressing puts to it, part by part."""

    parts: tuple[str, ...]  # folders, archives and the file's own name, from the outermost inwards
    inner: int  # how many parts at the end lie in the innermost archive; 0 outside of any
    rounds: tuple[int, ...]
    time: str | None
    order: tuple[int, ...]  # of words like `before` and `after`
    is_marked: bool  # as a copy
    own: bool  # the file's own name, without its folders, gives its round or its time

    @property
    def last(self) -> str:
        """The file's own name, which copies have in common."""
        return self.parts[-1] if self.parts else ""

    @property
    def tells_round(self) -> bool:
        return bool(self.rounds or self.time or self.order)

    def is_plainer(self, other: Label) -> bool:
        """Whether a copy's name shows better which text it is."""
        return (self.is_marked, self.inner > 0) < (other.is_marked, other.inner > 0)

    @property
    def content(self) -> tuple[str, ...]:
        """Its path in the innermost archive, or all of it."""
        return self.parts[-self.inner :] if self.inner else self.parts


@lru_cache(2048)  # stages ask again
def read_label(source: str) -> Label:
    path = source[-_LONGEST:].replace("\\", "/")
    archive, _, member = path.rpartition("!")
    given = path.replace("!", "/").split("/")
    parts = tuple(bare(part) for part in given if part not in ("", "."))
    name, own = read_name(path), read_name(given[-1])
    order = tuple(_ORDER[word] for part in parts for word in _WORDS.findall(part) if word in _ORDER)
    inner = len([part for part in member.split("/") if part not in ("", ".")]) if archive else 0
    marked = parts[-1:] != (_without_endings(given[-1]),)
    own_round = own.time is not None or bool(own.rounds) or _COUNTED.search("".join(parts[-1:])) is not None
    return Label(parts, inner, name.rounds, name.time, order, marked, own_round)


def bare(part: str) -> str:
    """`Copy of snap1.txt.gz` → `snap1`"""
    for _ in range(_MOST_MARKS):
        part = _MARKS.sub("", _without_endings(part)) or part
    return part.casefold()


def _without_endings(part: str) -> str:
    for _ in range(_MOST_MARKS):
        part = _KEPT.sub("", part) or part
    return part.casefold()


def are_copies(ours: Label, theirs: Label, unique: bool, packed_at_once: bool) -> bool:
    """Whether the names of two inputs with the same text show that one is a copy of the other.

    `unique`: the text has addresses in it that no other process has.  `packed_at_once`: archives give both the same time.
    """
    if ours.parts == theirs.parts:
        return True
    if ours.last != theirs.last or are_apart(ours, theirs) or _are_counted(ours.parts, theirs.parts):
        return False
    if unique and (packed_at_once or ours.own):
        return True
    return _is_packed(ours, theirs) and (unique or _lies_beside(ours, theirs) or _lies_beside(theirs, ours))


def are_apart(ours: Label, theirs: Label) -> bool:
    """Whether names show two rounds, by words, dates or numbers that mean these."""
    rounds = ours.rounds != theirs.rounds and len(ours.rounds) == len(theirs.rounds)
    times = ours.time != theirs.time and None not in (ours.time, theirs.time)
    return rounds or times or (ours.order != theirs.order and bool(ours.order and theirs.order))


def _is_packed(ours: Label, theirs: Label) -> bool:
    """Whether one is an archive's member, and the other what was unpacked from it, or the same archive elsewhere."""
    if not (ours.inner or theirs.inner):
        return False
    if ours.inner and theirs.inner:
        return _is_end(ours.parts[-ours.inner - 1 :], theirs.parts) or _is_end(theirs.parts[-theirs.inner - 1 :], ours.parts)
    packed, plain = (ours, theirs) if ours.inner else (theirs, ours)
    if packed.inner > 1:
        return _is_end(packed.content, plain.parts) or _is_end(plain.parts, packed.content)
    beside = (*packed.parts[:-2], packed.parts[-1])
    return beside == plain.parts or len(plain.parts) == 1 or _is_end(packed.parts[-2:], plain.parts)


def _lies_beside(packed: Label, other: Label) -> bool:
    """Whether an input lies in the folder of another one's archive: elsewhere may be another host's."""
    home = packed.parts[: -packed.inner - 1]
    return packed.inner > 0 and other.parts[: len(home)] == home


def _is_end(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    return long[-len(short) :] == short


def are_rounds(ours: Label, theirs: Label) -> bool:
    """Whether the names of two inputs show that they were taken in two rounds."""
    return are_apart(ours, theirs) or _are_counted(ours.parts, theirs.parts)


def _are_counted(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Whether two paths differ in numbers only: in those of the file's own name, or of folders that count."""
    if len(ours) != len(theirs):
        return False
    *folders, names = zip(ours, theirs)
    return _count(*names) and all(x == y or _are_counted_folders(x, y) for x, y in folders) and ours != theirs


def _are_counted_folders(ours: str, theirs: str) -> bool:
    """`1` and `2`; `output` and `output2`, as who runs DolphinDB's script again makes room for the next round in /root/output."""
    if ours.isdecimal() and theirs.isdecimal():
        return True
    words = {word for name in (ours, theirs) for word in _WORDS.findall(name)[-1:]}
    return len(words) == 1 and words <= _LEFT and _count(ours, theirs)


def _count(ours: str, theirs: str) -> bool:
    """Whether two names are equal, or differ in what counts something, and that is neither hosts nor processes nor copies."""
    mine, yours = natural_key(ours)[0], natural_key(theirs)[0]
    if len(mine) != len(yours):
        short, long = sorted((ours, theirs), key=len)
        return long.startswith(short) and _FURTHER.fullmatch(long, len(short)) is not None
    return all(x == y or (x[0] == y[0] == 0 and _may_count(mine[:at])) for at, (x, y) in enumerate(zip(mine, yours)))


def _may_count(before: tuple[Run, ...]) -> bool:
    words = _WORDS.findall(before[-1][2]) if before else []
    return not words or words[-1] not in PROCESS_WORDS | HOST_WORDS | _CARRIERS
