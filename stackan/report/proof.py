"""The lines that show a finding: each distinct place once, with the number of its threads there, and the snapshots."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.expressions import expression
from stackan.model.finding import Finding, Quote
from stackan.model.process import Process
from stackan.model.records import NamedTuple
from stackan.model.said import said
from stackan.model.track import Track

# Parts of a line that differ between threads at one place of the code: the frame's number, addresses, and the arguments' values.
_OWN = expression(r"^#\d+|0x[0-9a-f]+|=[-\w]+")

Key = tuple[object, ...]


class Proof(NamedTuple):
    """A line that represents all lines that show the same."""

    quote: Quote
    threads: int  # of the finding that wait there; 0 where the line shows something else
    snapshots: int  # of their process in which one of them does, or which have such a line
    of: int  # as many snapshots of the process are compared; 0 where the line is of none


def find_proofs(finding: Finding) -> list[Proof]:
    """The finding's evidence in its order, without the lines that show once more what one before them shows."""
    waits = _Waits(finding)
    compared = {dump.source: (process, at) for process in finding.processes for at, dump in enumerate(process.dumps)}
    first: dict[Key, Quote] = {}
    seen: dict[Key, set[int]] = {}
    sizes: dict[Key, int] = {}
    for quote in finding.evidence:
        process, at = compared.get(quote.source, (None, 0))
        key = waits.key_of.get((quote.source, quote.line)) or (process.id if process else quote.source, quote.text.strip())
        first.setdefault(key, quote)
        if process is not None:
            seen.setdefault(key, set()).add(at)
            sizes[key] = len(process.dumps)
    return [
        Proof(quote, len(waits.threads.get(key, ())), len(waits.snapshots.get(key, seen.get(key, ()))), sizes.get(key, 0))
        for key, quote in first.items()
    ]


class _Waits:
    """Where the threads of a finding wait."""

    def __init__(self, finding: Finding) -> None:
        self.key_of: dict[tuple[str, int], Key] = {}
        self.threads: dict[Key, set[int]] = {}
        self.snapshots: dict[Key, set[int]] = {}
        for process, track in finding.threads:
            for snapshot, source, line, key in _sightings(process, track):
                self.key_of[source, line] = key
                self.threads.setdefault(key, set()).add(id(track))
                self.snapshots.setdefault(key, set()).add(snapshot)


def _sightings(process: Process, track: Track) -> Iterator[tuple[int, str, int, Key]]:
    """(snapshot, source, line, key of the place) of each of a thread's waits."""
    for snapshot, sighting in track.sightings:
        line, awaited = sighting.quoted_line, sighting.awaited
        wanted = awaited.address if awaited is not None else None
        yield snapshot, sighting.dump.source, line, (process.id, _OWN.sub("", sighting.dump.line_text(line).strip()), wanted)


def who_shows(proof: Proof) -> str:
    """`(10 threads, both snapshots)`; "" where the line is that of one thread in one snapshot, or no dump's."""
    when = _when(proof)
    if proof.threads > 1 and when:
        return said("({count} threads, {snapshots})", count=proof.threads, snapshots=when)
    if proof.threads > 1:
        return said("({count} threads)", count=proof.threads)
    return said("({snapshots})", snapshots=when) if when else ""


def _when(proof: Proof) -> str:
    if proof.snapshots < 2:
        return ""
    if proof.snapshots < proof.of:
        return said("{count} of {all} snapshots", count=proof.snapshots, all=proof.of)
    return said("both snapshots") if proof.of == 2 else said("all {count} snapshots", count=proof.of)
