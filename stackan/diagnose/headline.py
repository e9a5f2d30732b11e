"""One sentence that a person can act on."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.diagnose.findings import leading
from stackan.diagnose.verdict import MANY
from stackan.model.finding import WARNING, Finding
from stackan.model.kin import alike, share
from stackan.model.process import Process
from stackan.model.track import IDLE, RAN_NOTHING, UNSURE, USED_NO_CPU, Track

# Shares from which on the headline says that a kind of dump shows too little: of the threads that are not idle, and of all.
_MOST, _MANY = 0.5, 0.2
_OF_SEVERAL = "Nothing could be compared, as the snapshots are of different processes: give two or more of one process"


def headline(verdict: str, findings: Sequence[Finding], processes: Sequence[Process], apart: bool = False) -> str:
    """`apart`: the caller gave snapshots of several processes to be compared with each other."""
    cause = leading(findings, verdict)
    if cause is not None:
        return f"{_where(cause, findings, processes)}{cause.title}."
    threads = sum(len(process.tracks) for process in processes)
    unsure = sum(track.progress == UNSURE for process in processes for track in process.tracks)
    broken = next((finding for finding in findings if finding.kind == "capture-problem" and finding.severity == "warning"), None)
    if verdict == "inconclusive" and broken is not None:
        return f"{broken.title}: take it again."
    if verdict == "inconclusive" and any(len(process.dumps) == 1 for process in processes):
        first = next((finding for finding in findings if finding.kind != "capture-problem"), None)
        hint = f" What it suggests: {first.title}." if first is not None else ""
        alone = _blind(findings, unsure, threads) or "One snapshot cannot tell what is stuck: take a second one some minutes later"
        return f"{_OF_SEVERAL if apart else alone}.{hint}"
    if unsure >= threads * MANY:
        hint = next((finding.advice[0] for finding in findings if finding.kind == "capture-problem" and finding.advice), "")
        return f"No thread is seen stuck, but {unsure} of {threads} cannot be judged by this dump{f': {_clause(hint)}' if hint else ''}."
    suspect = next((finding for finding in findings if finding.severity == WARNING and not finding.counts), None)
    if verdict == "progressing" and suspect is not None:
        return f"Nothing is proved to be stuck, but {suspect.title}."
    rest = f"; {unsure} cannot be judged" if unsure else ""
    words = {
        "progressing": f"Nothing is stuck: of {threads} threads those with work move{rest}.",
        "idle": f"{_rest_in_words(processes, threads)}{rest}.",
        "inconclusive": f"The dump does not tell what {unsure} of {threads} threads wait for.",
    }
    return words.get(verdict, "")


def _blind(findings: Sequence[Finding], unsure: int, threads: int) -> str:
    """What to take instead where this kind of dump shows nothing of most threads in question: another one of it would not either."""
    found = next((finding for finding in findings if finding.kind == "capture-problem" and finding.advice), None)
    if found is None or len(found.threads) < max(unsure * _MOST, threads * _MANY):
        return ""
    return f"{found.title}: {_clause(found.advice[0])}"


def _clause(sentence: str) -> str:
    """The sentence as it goes on behind a colon."""
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _rest_in_words(processes: Sequence[Process], threads: int) -> str:
    """What idle processes wait for, and what is no more than the best guess where no rule knows the caller."""
    idle = [track for process in processes for track in process.tracks if track.progress == IDLE]
    guessed = [track for track in idle if track.place.verb == "idle" and track.place.rule is None]
    peers = [track for track in guessed if track.place.role == "connection"]
    turns = [track for track in guessed if track.place.role == "follower"]
    children = [track for track in guessed if track.place.kind == "process"]
    parked = [track for track in guessed if track.place.role is None and track.place.kind not in (None, "process")]
    on = " or ".join(sorted({track.place.what or f"a {track.place.kind}" for track in parked}))
    turn = " or ".join(sorted({track.place.reason.removeprefix("waits for its turn to ") for track in turns}))
    waiting = f"{len(idle)} of {threads} threads wait"
    for tracks, least, guess in (
        (peers, 0.25, "for a peer to send: a client, or a backend that hangs"),
        (parked, 0.5, f"on {on}: for work, as far as a stack tells"),
        (turns, 0.5, f"for their turn to {turn}, as far as stacks tell"),
        (children, 0.5, "for a child process: what that does, its own dumps tell"),
    ):
        if tracks and len(tracks) >= threads * least:
            return f"Nothing is seen stuck: {waiting}, {len(tracks)} of them {guess}{_rested(tracks)}"
    return f"Nothing is stuck: {waiting} for work"


def _rested(tracks: Sequence[Track]) -> str:
    """What counters say of threads of which a stack says little: whoever got no work may wait for some that is stuck elsewhere."""
    rested = all(track.counted in (RAN_NOTHING, USED_NO_CPU) for track in tracks)
    return "; none of these ran in between, by their CPU time" if rested else ""


def _where(cause: Finding, findings: Sequence[Finding], processes: Sequence[Process]) -> str:
    """In how many of a case's processes it is so: `14 of 16 data nodes: `; the process, if it is one of several."""
    if len(processes) == 1 or len(cause.processes) > 1:
        return ""
    same = next(group for group in alike(findings) if any(finding is cause for finding in group))
    if len(same) == 1:
        return f"{cause.processes[0].id}: "
    differ = len({finding.title for finding in same}) > 1  # in a number or an address, which are of the first one
    who = share([finding.processes[0] for finding in same], processes)
    return f"{who}, as {cause.processes[0].id}: " if differ else f"{who}: "
