"""Dumps that cannot show what matters, and what to take instead."""

from __future__ import annotations

from stackan.diagnose.evidence.quotes import sample
from stackan.diagnose.evidence.unnamed_frames import ask_for_names
from stackan.model.facts import Fact, fact
from stackan.model.finding import INFO, LIKELY, POSSIBLE, WARNING, Finding, Quote
from stackan.model.place import MAYBE_SAME_CALL, NOT_PRINTED
from stackan.model.process import Process
from stackan.model.track import Track, is_hidden


def find_unknowable(process: Process) -> list[Finding]:
    """Threads whose waits this kind of dump cannot show."""
    groups: dict[tuple[str, str], list[Track]] = {}
    for track in process.tracks:
        rule = track.place.rule
        # One snapshot alone does not show what a thread waits for; a second one by the same tool will not help where a rule says so.
        if is_hidden(track) and (rule is not None or len(process.dumps) > 1):
            reason = track.place.reason if track.place.reason in (MAYBE_SAME_CALL, NOT_PRINTED) else ""
            groups.setdefault((rule.hint if rule else "", reason), []).append(track)
    return [_unknowable(process, _why_and_what_to_do(process, hint, reason, tracks), tracks) for (hint, reason), tracks in groups.items()]


def _why_and_what_to_do(process: Process, hint: str, reason: str, tracks: list[Track]) -> tuple[Fact, tuple[Fact, ...]]:
    if reason == MAYBE_SAME_CALL:
        return fact("write-without-arguments"), (fact("read-the-system-call"),)
    if reason == NOT_PRINTED and any(track.place.names for track in tracks):
        return fact("stacks-printed-in-part"), (fact("take-whole-stacks"),)
    if not hint:
        return fact("frames-without-names"), ask_for_names(tracks)
    why, steps = _read_hint(hint)
    return why, (fact("list-owners-in-core"),) if _is_javas(hint) and process.dumps[-1].facts.core else steps


def _is_javas(hint: str) -> bool:
    """Whether it names a command for a JVM that runs, as no core does."""
    return "`jcmd " in hint


def _unknowable(process: Process, told: tuple[Fact, tuple[Fact, ...]], tracks: list[Track]) -> Finding:
    threads = tuple((process, track) for track in tracks)
    why, steps = told
    return Finding(
        kind="capture-problem",
        severity=INFO,
        confidence=LIKELY if len(process.dumps) > 1 else POSSIBLE,
        title=(fact("cannot-be-judged", count=len(tracks), of=len(process.tracks)),),
        reasons=(why,),
        threads=threads,
        resources=(),
        evidence=sample(threads),
        advice=steps,
        processes=(process,),
    )


def _read_hint(hint: str) -> tuple[Fact, tuple[Fact, ...]]:
    """Why the dump cannot show it, and what to do instead; a profile's hint says both: `a native stack cannot tell …: take `jcmd …``."""
    why = fact("profile-says-why", hint=hint) if ": " in hint else fact("dump-cannot-tell")
    return why, (fact("profile-says-what-to-take", hint=hint),)


def find_truncated(process: Process) -> list[Finding]:
    """Dumps that break off: the threads that matter may be missing."""
    findings = []
    for dump in process.dumps:
        if dump.is_truncated:
            last = dump.thread(dump.stop_thread - 1)
            findings.append(
                Finding(
                    kind="capture-problem",
                    severity=WARNING,
                    confidence=LIKELY,
                    title=(fact("dump-breaks-off", source=dump.source, count=len(dump.threads), of=dump.expected),),
                    reasons=(fact("rest-judged-by-other-dumps" if process.whole else "rest-not-judged"),),
                    threads=(),
                    resources=(),
                    evidence=(Quote(dump.source, last.line, dump.line_text(last.line)),),
                    advice=(fact("let-gdb-finish"),),
                    processes=(process,),
                )
            )
    return findings
