"""Parts: the rows of some cases, one immutable file a table.

The files of a part have one name, which says what is in it: the same cases give the same name, so a part that is written twice is there
once in a run.  That of `cases` comes last, and is what counts: files without one are of a run that was killed, and are removed by the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from stackan.store.arrow import PARTS, pa, parquet_of, read, table_of, to_bytes
from stackan.store.place import ENDING, Place
from stackan.store.rows import Rows
from stackan.store.schema import TABLES

MERGED = "merged-"  # how the names of files begin that are made of several parts
_FIRST, LAST = "processes", "cases"  # of TABLES


def part_name(case_ids: Iterable[str], group: str = "", run: str = "") -> str:
    """The name of the part that holds these cases; `group` is its beginning, by which the parts of one are found again.

    run: the token of the run that writes it.  A case that is tried again by another run has the same id, and its part is another one:
    the first may be merged or indexed already, and would be taken for the second.
    """
    return group + hashlib.sha256("\n".join([run, *sorted(case_ids)]).encode()).hexdigest()[:32]


def case_id(case: str, sha256: str, version: str) -> str:
    """What joins the rows of a case in all tables: equal only for one name, one content and one version."""
    return hashlib.sha256(f"{case}\0{sha256}\0{version}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def write_part(place: Place, cases: Sequence[Rows], group: str = "", check: Callable[[], object] = bool, run: str = "") -> str:
    """Write the rows of some cases, and return the part's name. When this returns, they outlive a crash.

    check: called before the first file and before the last, the one that counts; what it raises leaves the part unfinished.
    """
    name = part_name((row["case_id"] for rows in cases for row in rows[LAST]), group, run)
    for table in TABLES:
        if table in (_FIRST, LAST):
            check()
        found = [row for rows in cases for row in rows.get(table, ())]
        if found:
            place.put(f"{table}/{name}{ENDING}", to_bytes(table_of(table, found)))
    return name


def settle_part(place: Place, case_ids: Iterable[str], group: str = "", run: str = "") -> bool:
    """Whether the part of these cases is whole, after its writer has died; if it is not, its files are removed."""
    name = part_name(case_ids, group, run)
    if place.has(f"{LAST}/{name}{ENDING}"):
        return True
    for table in TABLES:
        place.remove(f"{table}/{name}{ENDING}")
    return False


def written_by(place: Place, group: str) -> dict[str, list[str]]:
    """{case: ids of its rows} of a group's parts that are whole; others stay, as whoever writes them may still live."""
    found: dict[str, list[str]] = {}
    for path in place.list(LAST, group):
        for row in _rows(place, path, ("case", "case_id")):
            found.setdefault(row["case"], []).append(row["case_id"])
    return found


def written_parts(place: Place) -> set[str]:
    """The names of all parts that are whole, also of those that were merged since."""
    names: set[str] = set()
    for path in place.list(LAST):
        names.add(_name(path))
        names.update(merged_parts(place, path))
    return names


def merged_parts(place: Place, path: str) -> list[str]:
    """The parts that were merged into a file; none in one that is a part itself."""
    if not _name(path).startswith(MERGED):
        return []
    with parquet_of(place, path) as file:
        told: bytes = (file.schema_arrow.metadata or {}).get(PARTS, b"")
    return told.decode().split()


def remove_leftovers(place: Place) -> int:
    """Remove what killed runs have left, and return how many files: of parts that were not finished, or were merged and written again.

    Only while nobody writes.
    """
    whole, removed = written_parts(place), 0
    for table in TABLES:
        paths = place.list(table)
        merged = {name for path in paths for name in merged_parts(place, path)}
        for path in paths:
            if not _name(path).startswith(MERGED) and (_name(path) in merged or _name(path) not in whole):
                place.remove(path)
                removed += 1
    return removed


def remove_doubles(place: Place) -> int:
    """Take out what stands in two parts, as where a case was tried again, or a worker was believed lost; returns how many cases did.

    Only while nobody writes, and before parts are merged.
    """
    doubled = _doubled(place)
    if not doubled:
        return 0
    best: dict[str, tuple[Any, str]] = {}
    held: dict[str, set[str]] = {}
    for path in place.list(LAST):
        for row in _rows(place, path, ("case_id", "failure", "processes", "analyzed_at")):
            if (each := row["case_id"]) in doubled:
                held.setdefault(path, set()).add(each)
                best[each] = max(best.get(each, ((), "")), (_worth(place, path, row), path))
    for path, found in held.items():
        if again := {each for each in found if best[each][1] != path}:
            for table in TABLES:  # `cases` last, so that this can be interrupted, too
                _take_out(place, f"{table}/{_name(path)}{ENDING}", again)
    return len(doubled)


def _doubled(place: Place) -> set[str]:
    seen, doubled = set[str](), set[str]()
    for path in place.list(LAST):
        found = {row["case_id"] for row in _rows(place, path, ("case_id",))}
        doubled |= found & seen
        seen |= found
    return doubled


def _worth(place: Place, path: str, row: dict[str, Any]) -> tuple[Any, ...]:
    """What is rather kept of two rows of a case: one that has all its other rows, an analysis, what is merged already, the newest."""
    merged, analyzed = _name(path).startswith(MERGED), row["failure"] is None
    whole = merged or not row["processes"] or place.has(f"{_FIRST}/{_name(path)}{ENDING}")
    return whole, analyzed, merged and analyzed, row["analyzed_at"].timestamp() if row["analyzed_at"] else 0.0


def _take_out(place: Place, path: str, case_ids: Collection[str]) -> None:
    """Replace a file by one without the rows of these cases."""
    if not place.has(path):
        return
    with parquet_of(place, path) as file:
        table = read(file)
    kept = table.filter(pa.array([each not in case_ids for each in table["case_id"].to_pylist()], pa.bool_()))
    if len(kept) < len(table):
        place.put(path, to_bytes(kept))


def read_rows(place: Place, table: str, columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """Rows of a table, file by file."""
    for path in place.list(table):
        yield from _rows(place, path, columns)


def _rows(place: Place, path: str, columns: Sequence[str] | None) -> list[dict[str, Any]]:
    with parquet_of(place, path) as file:
        found: list[dict[str, Any]] = read(file, columns).to_pylist()
    return found


def known_cases(place: Place) -> dict[str, str | None]:
    """{case_id: the kind of its failure, None where it was analyzed} of every case that has a row."""
    return {row["case_id"]: row["failure"] for row in read_rows(place, LAST, ("case_id", "failure"))}


def known_failures(place: Place) -> dict[str, str]:
    """{case_id: the kind of its failure} of every case that could not be analyzed."""
    return {case_id: failure for case_id, failure in known_cases(place).items() if failure is not None}


def drop_cases(place: Place, dropped: Collection[str]) -> None:
    """Take rows out of `cases`: each file that has some is replaced by one without them."""
    for path in place.list(LAST):
        _take_out(place, path, dropped)


def _name(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(ENDING)
