"""The text `waits.txt`: a line for each thread, which a person reads and `analyze`, too.

    thread 4243 S "transfer": waits for mutex 0x55d178 (recursive), owner 4242, by its owner-word

Its grammar, with a line of each kind, stands beside what reads it: stackan/parsing/collected/waits.py.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from stackan.collect.owners.calls import CHILD, words_for
from stackan.collect.owners.reading import Seen, View
from stackan.collect.owners.waits import Wait
from stackan.collect.owners.who import GONE, NOBODY, OTHER, UNKNOWN, Owner


def render(view: View) -> bytes:
    """The text of one process."""
    at = datetime.datetime.fromtimestamp(view.at, datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    together = f" together with {' '.join(map(str, view.together))}" if view.together else ""
    lines = [f"stackan waits/1 of process {view.pid}: {len(view.threads)} threads at {at} in {view.took:.3f} s{together}"]
    lines += [f'thread {seen.state.tid} {seen.state.state} "{_quoted(seen.state.name)}": {_does(seen)}' for seen in view.threads]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _quoted(name: str) -> str:
    """A thread's name on one line, whatever is in it."""
    return "".join(char if char.isprintable() and char not in '"\\' else f"\\x{ord(char):02x}" for char in name)


def _does(seen: Seen) -> str:
    if seen.state.syscall == "running":
        return "runs"
    if not seen.stood:
        return "moved while it was looked at"
    if seen.wait is not None and seen.wait.kind == "process":
        return f"{CHILD}, process {seen.wait.keeper[0]}"
    if seen.wait is not None:
        return f"waits for {', '.join(_clauses(seen, seen.wait))}"
    call = seen.state.call
    if call is None or call.number < 0:
        return "is in no system call"
    return words_for(seen.state.pid, call) or f"is in a call: {call.number}"


def _clauses(seen: Seen, wait: Wait) -> Iterator[str]:
    flavor = f" ({wait.flavor})" if wait.flavor else ""
    mode = f" for {wait.mode}" if wait.mode else ""
    timed = " until a time" if wait.timed else ""
    if wait.descriptor is not None:
        yield f"{wait.kind} of descriptor {wait.descriptor}{mode}{timed}"
        process, thread = wait.keeper
        if process:
            yield f"owner {thread} of process {process}" if thread else f"held by process {process}"
        yield f"by its {wait.how}"
        return
    yield f"{wait.kind} {wait.address:#x}{flavor}{mode}{timed}" if wait.address else f"{wait.kind}{flavor}{mode}{timed}"
    if seen.owner is not None and seen.owner.where != NOBODY:
        yield f"owner {_who(seen.owner)}{' which ended with it' if wait.died else ''}"
    if wait.readers:
        yield f"{wait.readers} readers"
    if wait.mutex:
        yield f"mutex {wait.mutex:#x} of {_who(seen.mutex_owner)}"
    if wait.needed:
        yield f"{wait.arrived} of {wait.needed} arrived"
    yield f"by its {wait.how}"


def _who(owner: Owner | None) -> str:
    if owner is None or owner.where == NOBODY:
        return "nobody"
    if owner.where == GONE:
        return f"{owner.tid} which is gone"
    if owner.where == UNKNOWN:
        return f"{owner.tid} which cannot be told"
    return f"{owner.tid} of process {owner.pid}" if owner.where == OTHER else str(owner.tid)
