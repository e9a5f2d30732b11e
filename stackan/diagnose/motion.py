"""Threads that burn CPU in one place, and threads of which a native stack cannot tell what they do."""

from __future__ import annotations

import itertools

from stackan.diagnose.quotes import sample
from stackan.diagnose.words import in_all, label
from stackan.model.certainty import certainty
from stackan.model.finding import INFO, LIKELY, POSSIBLE, WARNING, Finding, Quote
from stackan.model.process import Process
from stackan.model.track import SPINNING, UNSURE, Track

_LOOK_AT_CPU = (
    "Look at the CPU time of these threads (`top -H -p PID`); find who holds the spin lock among the threads that sleep or were preempted."
)
_LOOK_AT_CODE = (
    "Look whether the loop in that function can end for the data that it has: an endless loop and a long computation look alike here."
)
_LOOK_AGAIN = "Take a few more snapshots some minutes apart: who is in the same calls in all of them does not come back from one request."
_SHOWN = 3  # calls that are named
_GET_SYMBOLS = (
    "Install the debug symbols of glibc (libc6-dbg, glibc-debuginfo) and take the dumps again: these waits have no exported name."
)
_SILENT = "A dump of this kind cannot tell what these threads wait for."
_NAMELESS = "The innermost frames have no names that a rule knows, so the text cannot tell what these threads wait for."


def spinning(process: Process) -> list[Finding]:
    """Who burns CPU in one place: in a primitive that does nothing else, or, less sure, anywhere by the counters of the dump."""
    tracks = [track for track in process.tracks if track.progress == SPINNING]
    named = [track for track in tracks if track.place.verb != "running"]
    counted = [track for track in tracks if track.place.verb == "running"]
    return [
        *_spinning(process, named, LIKELY, "spin", "stood in a primitive that burns CPU until a value changes", _LOOK_AT_CPU),
        *_spinning(
            process,
            counted,
            _weakest(process, counted),
            "spin or compute",
            "stood in one place, and used CPU all the time",
            _LOOK_AT_CODE,
        ),
    ]


def _weakest(process: Process, tracks: list[Track]) -> str:
    """As sure as the least sure of them: whoever was met in one place often enough, over long enough, hardly computes."""
    return LIKELY if all(certainty(track, process.place.span) == LIKELY for track in tracks) else POSSIBLE


def _spinning(process: Process, tracks: list[Track], confidence: str, do: str, why: str, advice: str) -> list[Finding]:
    if not tracks:
        return []
    threads = tuple((process, track) for track in tracks)
    names = ", ".join(dict.fromkeys(track.place.names[0] for track in tracks))
    does = " or ".join(f"{verb}s" for verb in do.split(" or "))
    return [
        Finding(
            kind="spin",
            severity=WARNING,
            confidence=confidence,
            title=f"{label(tracks[0])} {does} in {names}" if len(tracks) == 1 else f"{len(tracks)} threads {do} in {names}",
            explanation=f"{in_all(process).capitalize()} {'it' if len(tracks) == 1 else 'they'} {why}.",
            threads=threads,
            resources=(),
            evidence=sample(threads),
            advice=(advice,),
            processes=(process,),
        )
    ]


def in_handlers(process: Process) -> list[Finding]:
    """Event loops that were in the same call in all snapshots: they hold up whoever else they serve, for all that one sees."""
    return [_in_handler(process, track) for track in process.tracks if track.in_handler]


def _in_handler(process: Process, track: Track) -> Finding:
    place = track.place
    inside = itertools.takewhile(lambda name: name != place.event_loop, _shared_calls(track))
    calls = " ← ".join([name for name in inside if not name.startswith("??")][:_SHOWN])
    what = place.rule.what if place.rule is not None and place.rule.what else "one request"
    return Finding(
        kind="spin",
        severity=WARNING,
        confidence=POSSIBLE,
        title=f"{label(track)}, an event loop, is in {calls or 'the same calls'} {in_all(process)}",
        explanation=f"It runs below {place.event_loop}, in {what} that is long or endless, or by chance each time in another one. "
        "As long as it is in there, whoever else this loop serves has to wait.",
        threads=((process, track),),
        resources=(),
        evidence=sample(((process, track),)),
        advice=(place.rule.advice if place.rule is not None else ()) or (_LOOK_AGAIN,),
        processes=(process,),
    )


def _shared_calls(track: Track) -> list[str]:
    """The outermost frames that it was met in each time, innermost first."""
    stacks = [reversed(sighting.place.names) for _, sighting in track.sightings]
    shared = itertools.takewhile(lambda level: len(set(level)) == 1, zip(*stacks, strict=False))
    return [level[0] for level in shared][::-1]


def unknowable(process: Process) -> list[Finding]:
    """What to take instead where the dump cannot tell."""
    groups: dict[tuple[str, str], list[Track]] = {}
    for track in process.tracks:
        rule = track.place.rule
        # One snapshot alone tells of no thread what it waits for; a second one by the same tool will not help where a rule says so.
        if track.progress == UNSURE and track.place.verb == "unknowable" and (rule is not None or len(process.dumps) > 1):
            groups.setdefault(_read_hint(rule.hint) if rule else (_NAMELESS, _GET_SYMBOLS), []).append(track)
    return [_unknowable(process, reason, advice, tracks) for (reason, advice), tracks in groups.items()]


def _read_hint(hint: str) -> tuple[str, str]:
    """`a native stack cannot tell …: take `jcmd …`` → why not, and what to do instead, a sentence each."""
    reason, _, advice = hint.partition(": ")
    return (_sentence(reason), _sentence(advice)) if advice else (_SILENT, _sentence(hint))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def _unknowable(process: Process, reason: str, advice: str, tracks: list[Track]) -> Finding:
    threads = tuple((process, track) for track in tracks)
    return Finding(
        kind="capture-problem",
        severity=INFO,
        confidence=LIKELY if len(process.dumps) > 1 else POSSIBLE,
        title=f"{len(tracks)} of {len(process.tracks)} threads cannot be judged by this dump",
        explanation=reason,
        threads=threads,
        resources=(),
        evidence=sample(threads),
        advice=(advice,),
        processes=(process,),
    )


def cut_short(process: Process) -> list[Finding]:
    """Dumps that break off: what they do not show may be what matters."""
    findings = []
    for dump in process.dumps:
        if dump.cut:
            shown = len(dump.threads)
            last = dump.thread(dump.stop_thread - 1)
            judged = "judged by the other dumps" if process.whole else "not judged"
            findings.append(
                Finding(
                    kind="capture-problem",
                    severity=WARNING,
                    confidence=LIKELY,
                    title=f"{dump.source} breaks off after {shown} of {dump.facts.announced} threads",
                    explanation=f"gdb had named more threads than it printed. Those that are missing, and the last one, are {judged}.",
                    threads=(),
                    resources=(),
                    evidence=(Quote(dump.source, last.line, dump.line_text(last.line)),),
                    advice=("Take the dump again and let gdb finish; look for a time-out, a full disk or a size limit on the way.",),
                    processes=(process,),
                )
            )
    return findings
