"""Jobs that a listing names, and the processes of the case that may run them."""

from __future__ import annotations

from collections.abc import Sequence

from stackan.model.listing import Job, Listing
from stackan.model.process import Process

_PROFILE = "dolphindb"  # the only server whose jobs are read


def with_jobs(processes: Sequence[Process], listings: Sequence[Listing]) -> tuple[Process, ...]:
    """The processes with the jobs of their nodes; a job whose node is none of them may run in any server of its kind."""
    servers = [process for process in processes if process.rules.profile == _PROFILE]
    shares: dict[str, list[Job]] = {}
    for job in (job for listing in listings for job in listing.jobs):
        runs = [process for process in servers if _is_node(job.node, process)] or servers
        for process in runs:
            shares.setdefault(process.id, []).append(job)
    return tuple(process._replace(jobs=tuple(shares[process.id])) if process.id in shares else process for process in processes)


def _is_node(alias: str, process: Process) -> bool:
    """Whether a process is the node of this alias: its command line (`-localSite 10.0.0.1:8902:dnode1`) or a folder says so."""
    if not alias:
        return False
    commands = (dump.facts.command or "" for dump in process.dumps)
    folders = (part for dump in process.dumps for part in dump.source.replace("!", "/").split("/")[:-1])
    return alias == process.inputs.host or alias in folders or any(f":{alias} " in f"{command} " for command in commands)
