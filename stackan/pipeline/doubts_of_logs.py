"""Warnings about logs that are of several clusters, or of another time than the dumps."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.clock import seconds_of
from stackan.model.event import Starting, Story
from stackan.model.said import first_of, said
from stackan.model.spans import spoken

_LISTED = 4
_STILL = 60  # seconds without a new line


def doubt_logs(story: Story) -> Iterator[str]:
    if story.clusters:
        firsts = first_of([cluster.logs[0].source for cluster in story.clusters], _LISTED)
        yield said(
            "the logs are of {count} clusters, as processes of several write for one node at a time; each is read by itself: {logs}",
            count=len(story.clusters),
            logs=firsts,
        )
    gap = story.gap
    if gap is not None:
        yield said(
            "the logs cover {begin} to {end}, and the dumps were taken at {time}: ask for the logs of that time",
            begin=_clock(gap.begin),
            end=_clock(gap.end),
            time=_clock(gap.first),
        )
    for start in story.starts[:_LISTED]:
        yield from _doubt_start(start)


def _doubt_start(start: Starting) -> Iterator[str]:
    """What the log of a node that starts says of its dumps: whether it went on while they were taken."""
    newest, first, last = map(seconds_of, (start.time, start.first, start.last))
    if start.time is None or start.first is None or start.last is None or newest is None or first is None or last is None:
        return
    known = {"log": start.log.source, "line": start.event.last_line, "time": _clock(start.time)}
    redo = start.event.kind == "replaying"
    if newest >= first:
        yield (
            said("{log}:{line}: the log went on to apply redo while the dumps were taken, up to {time}: the replay moves", **known)
            if redo
            else said("{log}:{line}: the start-up went on while the dumps were taken, by a line of {time}", **known)
        )
    elif last - newest >= _STILL:
        known |= {"first": _clock(start.first), "last": _clock(start.last), "span": spoken(int(last - newest))}
        yield (
            said(
                "{log}:{line}: the newest line about redo that is applied is of {time}, and the dumps were taken from {first} to {last}: "
                "no new line for {span}, unless the log was copied before",
                **known,
            )
            if redo
            else said(
                "{log}:{line}: the newest line about the start-up is of {time}, and the dumps were taken from {first} to {last}: "
                "no new line for {span}, unless the log was copied before",
                **known,
            )
        )


def _clock(time: str) -> str:
    return time.partition(".")[0].replace("T", " ")
