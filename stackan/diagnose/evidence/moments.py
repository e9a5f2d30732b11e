"""What one moment of a process leaves open, and whether a second one can tell."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.facts import Fact, fact
from stackan.model.process import Process


def doubt_of_one(processes: Sequence[Process]) -> Fact:
    """Why a finding of one snapshot is no surer; a core, or a process that has ended, gives no second one."""
    return fact("one-moment" if all(process.gives_no_second for process in processes) else "one-snapshot")
