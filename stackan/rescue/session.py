"""One session with a server's emergency channel, when every precondition that is known to matter holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stackan.errors import UsageError
from stackan.model.said import said
from stackan.rescue.channel import Session, converse
from stackan.rescue.installation import console_arguments
from stackan.rescue.lock import locked
from stackan.rescue.preconditions import NOT_HELD, Precondition, check
from stackan.rescue.target import read_target


def rescue(
    pid: int, folder: str | None, commands: Sequence[str], seconds: float, announce: Callable[[], object]
) -> tuple[list[Precondition], Session | None]:
    """Check, and send the commands if nothing speaks against it; no session where something does.

    `announce` is called when the console is about to be started.

    Raises UsageError if another session with this server is going on, or if its console cannot be started.
    """
    before = read_target(pid)
    preconditions = check(pid, folder, commands)
    if before is None or folder is None or any(each.state == NOT_HELD for each in preconditions):
        return preconditions, None
    with locked(pid):
        now = read_target(pid)
        if now is None or now.started != before.started:
            raise UsageError(said("process {pid} has ended while it was looked at; find the server with `pgrep -fa dolphindb`", pid=pid))
        announce()
        return preconditions, converse(folder, console_arguments(pid), commands, seconds)
