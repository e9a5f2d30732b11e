"""A session with the channel's console, through a pseudo-terminal: the console is made for a person, and may show no prompt.

As no prompt says when a command is done, a command counts as answered when something came back and the console then fell silent. It
reads one line after the other, so that its own end behind `quit` says that all before has been carried out.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import time
from collections.abc import Iterator, Sequence
from io import FileIO

from stackan.errors import UsageError
from stackan.model.records import NamedTuple
from stackan.model.said import said

ANSWERED, SILENT, ENDLESS, LOST, UNSENT = "answered", "silent", "endless", "lost", "unsent"
BY_ITSELF, TERMINATED, KILLED = "by-itself", "terminated", "killed"

QUIT = "quit"
_QUIET = 0.5  # seconds without a word after which an answer is taken for whole
_OPENING = 3.0  # seconds in which the console may greet; what comes later belongs to the first answer
_PARTING = 5.0  # seconds for `quit` where nothing has been answered
_GRACE = 2.0  # seconds between SIGTERM and SIGKILL, and before SIGTERM if the console has closed its terminal
_SIZE = 50, 200  # rows and columns of the terminal: a new one has none, by which no program can lay out a line
_LOOK = 0.1  # seconds between looks whether the console has ended
_KEPT, _MOST = 256 << 10, 4 << 20  # bytes of an answer that are kept, and that end the session


class Heard(NamedTuple):
    """Text that came back."""

    text: str
    dropped: int  # bytes beyond those that are kept


class Reply(NamedTuple):
    """A command, and what became of it.

    answered: text came back; silent: none within the time limit; endless: it did not stop within the limit; lost: the console ended
    behind it, and not behind `quit`; unsent: the console had ended or read nothing more, or an endless answer had ended
    the session.
    """

    command: str
    state: str
    heard: Heard


class Session(NamedTuple):
    """What a console said from its start to its end."""

    opening: Heard
    replies: tuple[Reply, ...]
    closing: Heard  # behind `quit`
    ending: str
    status: int  # as the system reports it: negative for a signal

    @property
    def came_back(self) -> bool:
        """Whether all is known to have been carried out: the console ended by itself, without a complaint, and something was answered."""
        states = {reply.state for reply in self.replies}
        return self.ending == BY_ITSELF and self.status == 0 and states <= {ANSWERED, SILENT} and ANSWERED in states


def converse(folder: str, arguments: Sequence[str], commands: Sequence[str], seconds: float) -> Session:
    """Start the console in its folder, send the commands one after the other, then `quit`; each may take that many seconds.

    Raises UsageError if the console cannot be started.
    """
    with _started(folder, arguments) as console:
        opening = console.listen(min(seconds, _OPENING))
        replies = [_ask(console, command, seconds) for command in commands]
        answered = not replies or replies[-1].state == ANSWERED
        console.send(QUIT)
        closing = console.listen_to_the_end(seconds if answered else min(seconds, _PARTING))
        ending, status = console.end()
    return Session(opening, tuple(replies), closing, ending, status)


def _ask(console: _Console, command: str, seconds: float) -> Reply:
    if console.has_ended() or console.overflows or console.is_full:
        return Reply(command, UNSENT, Heard("", 0))
    console.send(command)
    heard = console.listen(seconds)
    if console.was_cut_short:
        return Reply(command, ENDLESS, heard)
    if console.has_ended():
        return Reply(command, LOST, heard)
    return Reply(command, ANSWERED if heard.text else SILENT, heard)


@contextlib.contextmanager
def _started(folder: str, arguments: Sequence[str]) -> Iterator[_Console]:
    """The console in a terminal of its own, which has ended when this is left, whatever has happened."""
    try:
        master, slave = os.openpty()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(said("no terminal can be had for the console ({reason}); free some, or mount /dev/pts", reason=reason)) from error
    with open(master, "r+b", buffering=0) as terminal:
        try:
            process = _start(folder, arguments, slave)
        finally:
            os.close(slave)
        os.set_blocking(master, False)
        console = _Console(terminal, process)
        try:
            yield console
        finally:
            try:
                if not console.has_ended():  # the session was interrupted
                    console.send(QUIT)
                    console.listen_to_the_end(_PARTING)
            finally:
                console.end()


def _start(folder: str, arguments: Sequence[str], slave: int) -> subprocess.Popen[bytes]:
    import fcntl
    import struct
    import termios

    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *_SIZE, 0, 0))
    modes = termios.tcgetattr(slave)
    modes[3] &= ~termios.ECHO  # else all that is sent would come back as if it were an answer
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    try:
        return subprocess.Popen(
            arguments,
            cwd=folder,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "dumb"},  # no colors, and no line editing
            start_new_session=True,  # an interruption by Ctrl-C goes to stackan alone, which takes leave of the console
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # the terminal controls that session, as it does a shell's
        )
    except (OSError, subprocess.SubprocessError) as error:
        program = os.path.join(folder, arguments[0].removeprefix("./"))
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            said("{program}: cannot be started ({reason}); give another installation to --install-dir", program=program, reason=reason)
        ) from error


class _Console:
    """A running console, and the stranger's text that comes out of it.

    overflows: an answer has gone beyond all bounds.  was_cut_short: so has the last one, or it went on until the time was over.
    is_full: its terminal takes no more, as the console does not read.
    """

    def __init__(self, terminal: FileIO, process: subprocess.Popen[bytes]) -> None:
        self.overflows = False
        self.was_cut_short = False
        self.is_full = False
        self._terminal = terminal
        self._process = process
        self._hung_up = False

    def has_ended(self) -> bool:
        """Whether nothing more can come: it has ended, or closed its terminal, which the system does first when it ends."""
        return self._hung_up or self._process.poll() is not None

    def send(self, line: str) -> None:
        """Type a line, unless the terminal has taken one in part, which another one would be joined to."""
        typed = os.fsencode(line) + b"\n"
        with contextlib.suppress(OSError):
            self.is_full = self.is_full or (self._terminal.write(typed) or 0) < len(typed)

    def listen(self, seconds: float) -> Heard:
        """An answer: what comes within the time, until the console falls silent."""
        return self._collect(seconds, _QUIET)

    def listen_to_the_end(self, seconds: float) -> Heard:
        """What comes until the console ends, or the time is over."""
        return self._collect(seconds, seconds)

    def end(self) -> tuple[str, int]:
        """End the console, and nothing else, if it does not end by itself; returns how it ended, and its status."""
        ways = ((BY_ITSELF, None), (TERMINATED, self._process.terminate), (KILLED, self._process.kill))
        for ending, stop in ways:
            if stop is not None:
                stop()
            with contextlib.suppress(subprocess.TimeoutExpired):
                return ending, self._process.wait(_GRACE if stop is not None or self._hung_up else _LOOK)
        return KILLED, self._process.wait()

    def _collect(self, seconds: float, quiet: float) -> Heard:
        kept, total = bytearray(), 0
        now = time.monotonic()
        until, silent_at = now + seconds, now + seconds  # the latter moves with each word
        ended = False
        while not self._hung_up and total <= _MOST and now < min(until, silent_at):
            piece = self._read(0 if ended else min(until - now, silent_at - now, _LOOK))
            now = time.monotonic()
            if piece:
                silent_at = now + quiet
                total += len(piece)
                kept += piece[: _KEPT - len(kept)]
            elif ended:
                break
            else:
                ended = self.has_ended()  # then what it has left behind is read, and no more is waited for
        self.overflows = self.overflows or total > _MOST
        self.was_cut_short = total > _MOST or (total > 0 and until <= now < silent_at)
        return Heard(_as_text(bytes(kept)), total - len(kept))

    def _read(self, seconds: float) -> bytes:
        """What the terminal has, waiting at most that long for anything."""
        if not select.select([self._terminal], [], [], seconds)[0]:
            return b""
        try:
            return self._terminal.read(1 << 16) or b""
        except OSError:  # EIO: all programs have closed the terminal
            self._hung_up = True
            return b""


def _as_text(raw: bytes) -> str:
    """Text with plain line ends; bytes that are no text stay visible."""
    return raw.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
