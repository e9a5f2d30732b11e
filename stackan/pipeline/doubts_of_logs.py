"""Warnings about logs that are of several clusters, or of another time than the dumps."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.event import Story
from stackan.model.said import first_of, said

_LISTED = 4


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


def _clock(time: str) -> str:
    return time.partition(".")[0].replace("T", " ")
