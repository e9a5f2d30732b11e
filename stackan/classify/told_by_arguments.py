"""What the arguments of a call say about its purpose, where the names of the frames leave it open.

__GI___libc_read (fd=4, buf=0x7fffba05fce3, nbytes=1)            one byte: a signal from a pipe that wakes or ends the server
__libc_recvfrom (fd=3, …, addr=..., addrlen=0x0)                  no sender is asked for: the socket has one peer
__GI___wait4 (pid=-1, stat_loc=0x7fff7a74bb10, options=1, …)      WNOHANG: it asks, and does not wait
"""

from __future__ import annotations

from stackan.arguments import FrameArguments, value_argument
from stackan.model.dump import Dump
from stackan.model.place import READS_CONTROL, RUNS, WAITS_FOR_DATAGRAMS, StackMeaning

_SIZES = (b"nbytes", b"n", b"len", b"count")
_READS = ("read", "recv")
_WNOHANG = 1  # waitpid(2)


class ToldByArguments:
    """Places of one dump as the arguments of their calls show them."""

    def __init__(self, dump: Dump, arguments: FrameArguments) -> None:
        self._arguments = arguments
        self._several = len(dump.threads) > 1
        self._told: dict[tuple[int, str], tuple[StackMeaning, StackMeaning]] = {}  # by the place's id, which it keeps, and what is told

    def may_tell(self, place: StackMeaning) -> bool:
        """Whether the arguments of a thread in this place may say more about it."""
        if not place.wait_frames or place.in_task:
            return False
        return place.reason == WAITS_FOR_DATAGRAMS or self._may_control(place) or (place.kind == "process" and place.rule is None)

    def place(self, thread: int, place: StackMeaning) -> StackMeaning:
        """The place of a thread whose arguments may say more; the same object where they say nothing new."""
        if place.reason == WAITS_FOR_DATAGRAMS:
            return self._as(place, "peer") if self._names_no_sender(thread, place) else place
        if self._may_control(place):
            return self._as(place, "control") if self._reads_one_byte(thread, place) else place
        return self._as(place, "asks") if self._asks_only(thread, place) else place

    def _may_control(self, place: StackMeaning) -> bool:
        return place.verb == "waiting" and place.kind in ("pipe", "socket") and self._several and place.of_initial_thread

    def _reads_one_byte(self, thread: int, place: StackMeaning) -> bool:
        if place.names[place.wait_frames - 1] not in _READS:
            return False
        return any(self._arguments.number(thread, at, size) == 1 for at in range(place.wait_frames) for size in _SIZES)

    def _names_no_sender(self, thread: int, place: StackMeaning) -> bool:
        texts = (self._arguments.text(thread, at) for at in range(place.wait_frames))
        return any(_is_null(value_argument(text, b"addrlen")) for text in texts)

    def _asks_only(self, thread: int, place: StackMeaning) -> bool:
        return any((self._arguments.number(thread, at, b"options") or 0) & _WNOHANG for at in range(place.wait_frames))

    def _as(self, place: StackMeaning, told: str) -> StackMeaning:
        """Equal places stay the same object."""
        key = id(place), told
        if key not in self._told:
            self._told[key] = place, _retold(place, told)
        return self._told[key][1]


def _retold(place: StackMeaning, told: str) -> StackMeaning:
    if told == "control":
        return place._replace(verb="idle", state="idle", reason=READS_CONTROL, role="control")
    if told == "peer":
        return place._replace(verb="waiting", state="network", reason="glibc.socket", role=None)
    return place._replace(verb="running", state="running", kind=None, reason=RUNS, role=None, what="")


def _is_null(value: bytes | None) -> bool:
    return value is not None and value[:3] == b"0x0" and not value[3:4].isalnum()
