"""The signals that ask a program to end."""

from __future__ import annotations

import signal
from types import FrameType

from stackan.model.said import said

_WORDS = {
    "SIGINT": said("interrupted"),
    "SIGTERM": said("ended by SIGTERM"),
    "SIGHUP": said("ended by SIGHUP"),
}


class Stopped(KeyboardInterrupt):
    """One of these signals has come.

    Of a plain KeyboardInterrupt that passes an `exec` (which every named tuple is made by) Python remembers that it came, and
    ends itself by SIGINT in place of the status that is returned.
    """


class Stops:
    """Raises the signals that ask a program to end, wherever it is, so that files are left whole on the way out.

    number: that of the signal that has come, or 0.  The interrupted code may have made another error of it.
    """

    def __init__(self, last: bool) -> None:
        """`last`: after this the program ends, so that no further signal needs to be handled."""
        self.number = 0
        self._last = last
        self._before: dict[int, signal._HANDLER] = {}

    @property
    def words(self) -> str:
        return _WORDS[signal.Signals(self.number or signal.SIGINT).name]

    def __enter__(self) -> Stops:
        for name in _WORDS:
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            # Where one is ignored (nohup, a job in the background) or has a handler, that is on purpose.
            if number is not None and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                self._set(number)
        return self

    def _set(self, number: int) -> None:
        try:
            self._before[number] = signal.signal(number, self._stop)
        except ValueError:  # only the main thread may; then it is for that one to be asked
            return

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        raise Stopped

    def hold_off(self) -> None:
        """Ignore them from now on: the end is near, and a second one would only disturb it."""
        for number in self._before:
            signal.signal(number, signal.SIG_IGN)

    def __exit__(self, *_: object) -> None:
        if self._last:
            self.hold_off()
            return
        for number, handler in self._before.items():
            signal.signal(number, handler)
