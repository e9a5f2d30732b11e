"""The jobs that a listing beside the dumps names: their ids are needed to cancel them, and cannot be asked for once no login passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from stackan.model.facts import Fact, fact
from stackan.model.finding import Quote
from stackan.model.process import Process

if TYPE_CHECKING:
    from stackan.model.listing import Job

_QUOTED = 5


def jobs_of(processes: Iterable[Process]) -> list[Job]:
    """The jobs that these processes may run, each once."""
    return list({(job.id, job.batch): job for process in processes for job in process.jobs}.values())


def advise_on_jobs(jobs: Sequence[Job]) -> list[Fact]:
    """The commands that cancel them."""
    if not jobs:
        return []
    return [fact("cancel-listed-jobs", count=len(jobs), commands=tuple(map(_command, jobs)), source=jobs[0].log.source)]


def _command(job: Job) -> str:
    return f'{"cancelJob" if job.batch else "cancelConsoleJob"}("{job.id}")'


def quote_jobs(jobs: Sequence[Job]) -> list[Quote]:
    return [Quote(job.log.source, job.line, job.log.line_text(job.line)) for job in jobs[:_QUOTED]]
