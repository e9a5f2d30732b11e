"""The rounds of a capture: in each, what /proc shows of every process first, then the stacks, one process at a time."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence

from stackan.collect.archive import Archive
from stackan.collect.capture import Capture, now
from stackan.collect.manifest import Manifest, Round, Step
from stackan.collect.masks import Masks
from stackan.collect.plan import Plan
from stackan.collect.priority import humbly
from stackan.collect.targets import Target
from stackan.collect.turns import Turns
from stackan.model.said import said_of

Tell = Callable[[str], None]


def collect(targets: Sequence[Target], plan: Plan, archive: Archive, tell: Tell) -> Manifest:
    """Take all rounds into the archive; `tell` gets a sentence for each round."""
    host = socket.gethostname() or "host"
    masks = Masks(host) if plan.clean else None
    name = masks.host(host) if masks is not None else host
    capture, turns = Capture(name, plan, archive, masks), Turns(plan.interval, plan.align)
    capture.describe(targets)
    for number in range(1, plan.rounds + 1):
        turns.wait()
        begun, wall = time.monotonic(), now()
        taken = _in_order(capture, number, targets)
        capture.manifest.steps += taken
        capture.manifest.rounds.append(Round(number, wall, now(), begun, time.monotonic()))
        capture.write_manifest(f"manifest-{number}.json")
        humbly(archive.end_round)
        tell(
            said_of(
                len(targets),
                "round {number} of {rounds}: {count} process in {seconds} s; steps that failed: {failed}",
                "round {number} of {rounds}: {count} processes in {seconds} s; steps that failed: {failed}",
                number=number,
                rounds=plan.rounds,
                seconds=f"{time.monotonic() - begun:.1f}",
                failed=sum(step.failed for step in taken),
            )
        )
    capture.write_manifest("manifest.json")
    return capture.manifest


def _in_order(capture: Capture, number: int, targets: Sequence[Target]) -> list[Step]:
    living = [target for target in targets if target.lives]
    steps = [capture.gone(number, target) for target in targets if target not in living]
    steps += [capture.threads(number, target.pid) for target in living]
    pids = [target.pid for target in living]
    steps += capture.waits(number, pids)
    steps += capture.descriptors(number, pids)
    for target in living:
        steps += capture.stacks(number, target)
    if number == capture.plan.rounds:
        for target in living:
            steps += capture.logs(number, target.pid)
    return steps
