"""`stackan rescue`: DolphinDB's emergency channel: what has to hold before it can help, the command for it, and a session with it."""

from __future__ import annotations

import argparse
import os

from stackan.cli.common import add_format, add_output
from stackan.cli.endings import settle_format
from stackan.cli.help import WrongValue
from stackan.cli.printing import say
from stackan.cli.rescue_report import document, lines
from stackan.cli.streams import output
from stackan.cli.terminal import width_for
from stackan.model.said import row, said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackan.rescue.channel import Session
    from stackan.rescue.preconditions import Precondition

_MOST_SECONDS = 3600
_LONGEST_LINE = 4000  # bytes; a terminal hands a program no line of more than 4,095 (termios(3), canonical mode)
_DONE, _UNANSWERED, _REFUSED = 0, 1, 2


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    parser.add_argument("--pid", type=_process, required=True, metavar="PID", help=said("the process of the server that hangs"))
    parser.add_argument(
        "--install-dir",
        metavar="DIR",
        help=said("the folder of another DolphinDB installation than the server's, in which the program `dolphindb` lies"),
    )
    parser.add_argument(
        "--run",
        dest="lines",
        type=_line,
        action="append",
        default=[],
        metavar="COMMAND",
        help=said("send this to the console, and `quit` behind it; may be given several times (without it nothing is started)"),
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=30.0,
        metavar="SECONDS",
        help=said("how long each command may take, and then the end of the console (default 30)"),
    )
    add_format(parser, ("text", "json"), said("how to write the result (default: by the ending of -o, else text)"))
    add_output(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Exit status 0: nothing speaks against it, or all was carried out; 1: not all has come back; 2: a precondition is not held."""
    from stackan.report.page import Page
    from stackan.rescue.preconditions import NOT_HELD

    settle_format(options)
    folder = os.path.abspath(options.install_dir) if options.install_dir is not None else None
    with output(options.output) as stream:  # before anything is sent: what comes back is not to be lost
        preconditions, session = _look(options, folder)
        status = _status(preconditions, session)
        page = Page(options.language, width_for(stream))
        if options.format == "json":
            from stackan.report.json_lines import layout

            stream.writelines(layout(document(options.pid, folder, preconditions, session, status, page), opened=3))
            stream.write("\n")
        else:
            stream.writelines(line + "\n" for line in lines(options.pid, folder, preconditions, session, page))
    if options.lines and session is None:
        names = row(each.name for each in preconditions if each.state == NOT_HELD)
        say(said("nothing was started, for want of: {names}; the result says what to do", names=names), options.language)
    return status


def _look(options: argparse.Namespace, folder: str | None) -> tuple[list[Precondition], Session | None]:
    """The preconditions, and the session if one is asked for and nothing speaks against it."""
    if not options.lines:
        from stackan.rescue.preconditions import check

        return check(options.pid, folder), None
    from stackan.rescue.session import rescue

    def announce() -> None:
        if not options.quiet:
            begins = said("the session begins; each command may take {seconds} s", seconds=f"{options.timeout:g}")
            say(begins, options.language)

    return rescue(options.pid, folder, options.lines, options.timeout, announce)


def _status(preconditions: list[Precondition], session: Session | None) -> int:
    from stackan.rescue.preconditions import NOT_HELD

    if any(each.state == NOT_HELD for each in preconditions):
        return _REFUSED
    return _DONE if session is None or session.came_back else _UNANSWERED


def _process(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
        raise WrongValue(said("{text} is no process id: give the number that `pgrep -fa dolphindb` shows", text=repr(text)))
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _MOST_SECONDS:  # which holds for no NaN either
        raise WrongValue(said("{text} is no time limit: give seconds, {most} at the most", text=repr(text), most=_MOST_SECONDS))
    return seconds


def _line(text: str) -> str:
    """A command as one line of a terminal, which obeys control characters before the console sees them."""
    if not text.strip() or not text.isprintable():
        raise WrongValue(said("{text} is no line of a script: give one line for each --run, without control characters", text=repr(text)))
    if len(os.fsencode(text)) > _LONGEST_LINE:
        raise WrongValue(said("a command has more than {most} bytes, which no terminal takes as one line; split it", most=_LONGEST_LINE))
    if text.strip(" ;()") == "quit":
        raise WrongValue(said("{text} is always sent at the end; leave it out", text=text))
    return text
