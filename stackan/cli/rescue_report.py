"""What `stackan rescue` has found and done, for a person and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from stackan._version import __version__
from stackan.model.said import said, said_of
from stackan.report.layout import wrap
from stackan.report.page import Page
from stackan.rescue.installation import shell_command
from stackan.rescue.preconditions import HELD, NOT_HELD, REMINDER, UNKNOWN, Precondition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackan.rescue.channel import Heard, Session

SCHEMA = "stackan.rescue/1"
_STATES = {HELD: said("held"), NOT_HELD: said("not held"), UNKNOWN: said("cannot be told"), REMINDER: said("reminder")}
_INDENT, _COLUMN = 3, 19  # of a state, and of the words behind it
_PLACE = "DIR"  # where no installation is known
# By the codes of stackan.rescue.channel, which is imported only where a session was held.
_REPLIES = {
    "answered": said("answered"),
    "silent": said("nothing came back in time"),
    "endless": said("the answer did not end in time, or went beyond all bounds"),
    "lost": said("the console ended after it"),
    "unsent": said("not sent"),
}
_ENDINGS = {
    "by-itself": said("the console ended by itself"),
    "terminated": said("the console did not end in time, and was ended by SIGTERM"),
    "killed": said("the console did not end in time, and was ended by SIGKILL"),
}


def document(
    pid: int, folder: str | None, preconditions: Sequence[Precondition], session: Session | None, status: int, page: Page
) -> dict[str, Any]:
    """The result as docs/rescue.md describes it."""
    return {
        "schema": SCHEMA,
        "version": __version__,
        "lang": page.language,
        "pid": pid,
        "command": shell_command(folder, pid) if folder is not None and not _is_final(preconditions) else None,
        "preconditions": [
            {"name": each.name, "state": each.state, "says": page.say(each.says), "advice": page.say(each.advice) if each.advice else None}
            for each in preconditions
        ],
        "session": _session(session) if session is not None else None,
        "exit": status,
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "opening": session.opening._asdict(),
        "replies": [{"command": each.command, "state": each.state, **each.heard._asdict()} for each in session.replies],
        "closing": session.closing._asdict(),
        "ending": session.ending,
        "status": session.status,
    }


def lines(pid: int, folder: str | None, preconditions: Sequence[Precondition], session: Session | None, page: Page) -> Iterator[str]:
    """The result as a person reads it."""
    yield page.say(said("DolphinDB's emergency channel to process {pid}", pid=pid))
    yield from page.indented(_summary(preconditions), 0, 0)
    yield ""
    for each in preconditions:
        yield from _precondition(each, page)
    if session is not None:
        yield ""
        yield from _story(session, page)
    elif not _is_final(preconditions):
        yield ""
        yield from _command(pid, folder, preconditions, page)


def _summary(preconditions: Sequence[Precondition]) -> str:
    """Whether the command may be run: people copy the command, and read no list above it."""
    states = [each.state for each in preconditions]
    lacking, untold = states.count(NOT_HELD), states.count(UNKNOWN)
    if _is_final(preconditions):
        return said_of(
            lacking,
            "{count} precondition is not held: there is nothing to run.",
            "{count} preconditions are not held: there is nothing to run.",
        )
    if lacking:
        return said_of(
            lacking, "{count} precondition is not held: do not run it yet.", "{count} preconditions are not held: do not run it yet."
        )
    if untold:
        return said_of(
            untold,
            "Nothing is known that stands in the way; {count} precondition cannot be told.",
            "Nothing is known that stands in the way; {count} preconditions cannot be told.",
        )
    return said("Every precondition is held.")


def _is_final(preconditions: Sequence[Precondition]) -> bool:
    """Whether there is no command to give: for no such process, say, or from the server's own folder."""
    return any(each.state == NOT_HELD and each.final for each in preconditions)


def _command(pid: int, folder: str | None, preconditions: Sequence[Precondition], page: Page) -> Iterator[str]:
    lacking = any(each.state == NOT_HELD for each in preconditions)
    yield page.say(said("The command, once they are held:") if lacking else said("The command:"))
    yield "   " + shell_command(folder if folder is not None else _PLACE, pid)  # whole, to be copied
    if folder is None:
        yield from page.indented(said("{place} stands for the folder of another DolphinDB of the server's version.", place=_PLACE), 0, 0)
    yield from page.indented(
        said("It opens a console, which may show no prompt. Type one command after the other, and `quit` at the end."), 0, 0
    )


def _precondition(each: Precondition, page: Page) -> Iterator[str]:
    words = [*wrap(page.say(each.says), page.width - _COLUMN)]
    advice = [*wrap(page.say(each.advice), page.width - _COLUMN - 3)] if each.advice else []
    label = page.label(_STATES[each.state], _INDENT, _COLUMN - _INDENT)
    for at, line in enumerate(words):
        yield (label if at == 0 else " " * _COLUMN) + line
    for at, line in enumerate(advice):
        yield " " * _COLUMN + ("-> " if at == 0 else "   ") + line


def _story(session: Session, page: Page) -> Iterator[str]:
    yield page.say(said("The session:"))
    yield from _heard(said("the console's greeting"), session.opening, page)
    for reply in session.replies:
        yield from _heard(said("{command}: {outcome}", command=reply.command, outcome=_REPLIES[reply.state]), reply.heard, page)
    yield from _heard(said("{command}: {outcome}", command="quit", outcome=_ending(session)), session.closing, page)
    yield ""
    yield from page.indented(_conclusion(session), 0, 0)


def _ending(session: Session) -> str:
    if session.ending != "by-itself" or session.status == 0:
        return _ENDINGS[session.ending]
    if session.status < 0:
        return said("the console was ended by signal {number}", number=-session.status)
    return said("the console ended by itself, with status {status}", status=session.status)


def _conclusion(session: Session) -> str:
    if session.came_back:
        return said("The console took every command and ended by itself.")
    if not any(each.heard.text for each in session.replies):
        return said(
            "No command was answered, so nothing shows that one was carried out. Ask `getConsoleJobs()` as soon as a session answers; "
            "where the channel could not be opened, look again at process, user and installation."
        )
    return said("Not everything has come back. Ask `getConsoleJobs()` as soon as a session answers, before you send it again.")


def _heard(head: str, heard: Heard, page: Page) -> Iterator[str]:
    yield from page.indented(head, 3, 6)
    if heard.text.strip():
        for line in heard.text.strip("\n").split("\n"):
            yield f"      | {line}"  # what is not fit for a terminal, the stream escapes
    if heard.dropped:
        yield from page.indented(said_of(heard.dropped, "({count} byte more is left out)", "({count} bytes more are left out)"), 6, 6)
