"""Faults that servers' logs tell of, each with what it brought about, what became of it, and where to look next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackan.diagnose.evidence.nodes import clock, named, quote_log
from stackan.model.clock import seconds_of
from stackan.model.event import CLEAN, GOES_ON, HANDLED, OF_START, UNHANDLED, Episode, Fault, Logged, Story
from stackan.model.facts import Fact, fact
from stackan.model.finding import CRITICAL, INFO, LIKELY, WARNING, Finding
from stackan.model.process import Process

# By the kind of the first cause: its title, and the step that is about it.
_WORDS = {
    "instance-fault": ("node-found-dead", None),
    "group-fault": ("whole-node-found-dead", None),
    "storage-fault": ("shared-storage-lost", "check-shared-storage"),
    "network-fault": ("network-failed", "check-links"),
    "site-fault": ("all-nodes-gone", "look-at-the-site"),
    "halt": ("server-ended-itself", "read-back-from-halt"),
    "io-timeout": ("disk-did-not-answer", "check-slow-disk"),
    "disk-full": ("disk-was-full", "free-space"),
    "session-limit": ("sessions-at-limit", "free-sessions"),
    "connection-limit": ("connections-at-limit", "free-connections"),
    "out-of-memory": ("memory-ran-out", "find-memory-user"),
    "license-expired": ("license-had-expired", None),
    "port-taken": ("port-was-taken", None),
    "start-failed": ("start-came-across-damage", None),
}
_DEATHS = ("instance-fault", "group-fault")
_QUOTED = 8
_SOON = 120  # seconds


def find_log_faults(processes: Sequence[Process], story: Story) -> list[Finding]:
    """A finding for each fault that is not explained by another one."""
    known = {process.id: process for process in processes}
    return [_finding(fault, known, story) for fault in story.faults]


def _finding(fault: Fault, known: dict[str, Process], story: Story) -> Finding:
    writers = dict.fromkeys(story.writers[log] for log, _ in (*fault.events, *fault.behind) if log in story.writers)
    return Finding(
        kind="log-fault",
        severity=_severity(fault),
        confidence=LIKELY,
        title=tuple(_title(fault)),
        reasons=tuple(_explain(fault)),
        threads=(),
        resources=(),
        evidence=tuple(dict.fromkeys(quote_log(_lines(fault)))),
        advice=tuple(_advise(fault)),
        processes=tuple(known[name] for name in writers),
    )


def _severity(fault: Fault) -> str:
    if fault.outcome == CLEAN:
        return INFO
    if fault.lost and fault.outcome in (UNHANDLED, GOES_ON) and fault.back is None:
        return CRITICAL
    return INFO if fault.outcome == HANDLED and fault.back is not None else WARNING


def _title(fault: Fault) -> Iterator[Fact]:
    yield fact(_WORDS[fault.kind][0], nodes=named(fault.nodes), time=clock(fault.time))
    episode = fault.episode
    if fault.outcome == HANDLED and episode is not None:
        yield fact("fault-was-handled", time=clock(episode.end))
    elif fault.outcome == GOES_ON and episode is not None:
        ended = _logs_end_behind(episode)
        yield fact("logs-end-behind-fault", time=ended) if ended is not None else fact("fault-is-being-handled", time=clock(episode.start))
    elif fault.outcome == CLEAN:
        yield fact("nodes-were-stopped")
    elif fault.lost and fault.back is None and _is_of_cluster(fault):
        yield fact("fault-was-not-handled")


def _explain(fault: Fault) -> Iterator[Fact]:
    root = _first(fault, (fault.kind,)) or (fault.events[0] if fault.kind in OF_START else None)
    if root is not None:
        yield root.event.means
    halt = _first(fault, ("halt",))
    if halt is not None and fault.kind != "halt" and fault.kind not in OF_START:
        yield fact("then-it-halted", time=clock(halt.event.time))
    death = _first(fault, _DEATHS)
    if death is not None and fault.kind not in _DEATHS:
        yield fact("then-found-dead", time=clock(death.event.time))
    if fault.rejoining:
        yield fact("lost-while-rejoining")
    if fault.halted:
        yield fact("others-halted-behind", nodes=named(fault.halted))
    if fault.episode is not None:
        yield fact("handled-from-to", begin=clock(fault.episode.start), end=clock(fault.episode.end), nodes=named(fault.episode.failed))
    elif fault.lost and fault.outcome == UNHANDLED and _is_of_cluster(fault):
        yield fact("no-handling-in-logs")
    if fault.back is not None:
        yield fact("node-is-ready-again", nodes=named(fault.nodes), time=clock(fault.back))


def _advise(fault: Fault) -> Iterator[Fact]:
    if fault.outcome == GOES_ON:
        yield fact("wait-for-end-of-handling")
        yield fact("do-not-kill-survivors")
        if fault.episode is not None and (ended := _logs_end_behind(fault.episode)) is not None:
            yield fact("ask-for-later-logs", time=ended)
    of_cluster = fault.lost and fault.kind != "site-fault" and _is_of_cluster(fault)
    if of_cluster:
        yield fact("read-css-logs-first", time=clock(fault.time))
    for each in fault.lacking if fault.lost else ():
        nodes = named((each.node,)) if each.node is not None else None
        if each.ends is not None:
            yield fact("ask-for-continuation", log=each.kind, nodes=nodes, end=clock(each.ends), time=clock(each.fault))
        else:
            yield fact("ask-for-log", log=each.kind, nodes=nodes)
    step = _WORDS[fault.kind][1]
    if step is not None:
        yield fact(step)
    if of_cluster and fault.kind != "halt":
        yield fact("read-back-from-halt")
    if fault.lost and fault.outcome == UNHANDLED and fault.back is None:
        yield fact("find-the-cause-before-start")
    if fault.outcome == GOES_ON:
        yield fact("rejoin-after-end", nodes=named(fault.nodes))
    elif fault.outcome == HANDLED and fault.back is None and not fault.rejoined:
        yield fact("bring-it-back", nodes=named(fault.nodes))


def _logs_end_behind(episode: Episode) -> str | None:
    """When the logs end, where that is so soon behind the last line about handling that they say nothing of how it went on."""
    last = seconds_of((episode.events[-1].event.time if episode.events else None) or episode.start)
    end = seconds_of(episode.logs_end)
    return clock(episode.logs_end) if last is not None and end is not None and end - last <= _SOON else None


def _is_of_cluster(fault: Fault) -> bool:
    """Whether it is one of Dameng's servers, whose clusters handle such a fault."""
    return any(each.log.kind.startswith("dm") for each in fault.events)


def _first(fault: Fault, kinds: Sequence[str]) -> Logged | None:
    return next((each for each in fault.events if each.event.kind in kinds), None)


def _lines(fault: Fault) -> list[Logged]:
    """Those that tell of it first, of each kind one; then the others."""
    firsts = {each.event.kind: each for each in reversed(fault.events)}
    chosen = [*(each for each in fault.events if firsts[each.event.kind] is each), *fault.behind[:1]]
    over = [each for each in fault.episode.events if each.event.kind == "handling-over"][:1] if fault.episode is not None else []
    return [*chosen, *over, *fault.events, *fault.behind][:_QUOTED]
