"""Findings and threads → one word for a process and one for the case."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.finding import VERDICT_OF, VERDICTS, Finding
from stackan.model.process import Process
from stackan.model.track import APPEARED, IDLE, PROGRESSING, SPINNING, STUCK, UNSURE


def judge_process(process: Process, findings: Sequence[Finding]) -> str:
    """The verdict of one process; findings that are only possible do not count."""
    own = [finding for finding in findings if finding.counts and process in finding.processes]
    verdicts = {VERDICT_OF[finding.kind] for finding in own if finding.kind in VERDICT_OF}
    if len(process.dumps) == 1:
        verdicts &= {"deadlock", "recovering"}
        if not verdicts:
            return "idle" if all(track.progress == IDLE for track in process.tracks) else "inconclusive"
    elif not verdicts:
        verdicts = {_motion(process)}
    return min(verdicts, key=VERDICTS.index)


def _motion(process: Process) -> str:
    """What the threads of a process in which nothing is wrong do."""
    states = [track.progress for track in process.tracks]
    if PROGRESSING in states or APPEARED in states:
        return "progressing"
    if SPINNING in states:
        return "spinning"
    unsure = sum(state in (UNSURE, STUCK) for state in states)
    return "idle" if states.count(IDLE) > unsure else "inconclusive"


def judge_case(verdicts: Sequence[str]) -> str:
    return min(verdicts, key=VERDICTS.index) if verdicts else "inconclusive"
