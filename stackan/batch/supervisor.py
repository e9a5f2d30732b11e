"""Workers and who watches over them: a case that takes too long, too much memory, or its worker with it costs its own row.

The pools of Python's own, of joblib and of dask end as a whole when one worker is killed (docs/decisions/0027-batch.md).
"""

from __future__ import annotations

import selectors
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from time import monotonic

from stackan.batch.child import Asked, Child
from stackan.batch.task import CRASH, MEMORY_LIMIT, TIME_LIMIT, Message, Outcome, Settings, Task
from stackan.errors import UsageError
from stackan.model.said import said
from stackan.store.parts import settle_part
from stackan.store.place import place_of

_TICK = 0.25  # seconds between two looks at the clock
_GRACE = 2.0  # seconds in which workers may end what they do when the run is stopped
_TRIES = 3  # times that a worker may die outside of any case with the rows of one


class Supervisor:
    """Some workers, which are started when there is work, and end with the `with` block.

    keep: descriptors that the workers inherit, as that of a lock.
    """

    def __init__(self, settings: Settings, workers: int, keep: Sequence[int] = ()) -> None:
        self._settings = settings
        self._place = place_of(settings.store)
        self._workers = workers
        self._keep = keep
        self._children: list[Child] = []
        self._selector = selectors.DefaultSelector()
        self._stillborn = 0  # workers that have ended before their first word

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            self._wind_up()
        self.close()

    def close(self) -> None:
        """End all workers; what they have not written is lost."""
        for child in list(self._children):
            self._forget(child)
            child.kill()
        self._selector.close()

    def run(self, tasks: Iterable[Task], known: dict[str, list[str]], group: str = "", failure: str | None = None) -> Iterator[Outcome]:
        """Analyze cases; gives each outcome when its rows are in the store, in no order.

        known: {case: ids of the rows that the store has of it}.  group: the beginning of the names of all parts.
        failure: what all of them are given up for; they are not analyzed then.
        Raises UsageError where the store cannot be written.
        """
        waiting = deque(Asked(number, task, group, tuple(known.get(task.case, ()))) for number, task in enumerate(tasks))
        if failure is not None:
            waiting = deque(asked._replace(failure=failure, error=_tell_lost(asked.task.case)) for asked in waiting)
        while True:
            self._feed(waiting)
            busy = [child for child in self._children if child.current is not None or child.held]
            if not busy and not waiting:
                return
            for child in self._ready():
                yield from self._follow(child, waiting, group)
            for child in [child for child in self._children if child.late(self._settings.timeout)]:
                yield from self._bury(child, waiting, group, ended=True)

    def _feed(self, waiting: deque[Asked]) -> None:
        """Give every free worker a case, as many workers as there are cases for; when none is left, have them write."""
        for child in self._children:
            if child.is_free and waiting:
                child.give(waiting.popleft())
            elif child.is_free and child.held and not child.asked_to_write:
                child.ask_to_write()
        while waiting and len(self._children) < self._workers:
            child = Child(self._settings, self._keep)
            self._children.append(child)
            self._selector.register(child, selectors.EVENT_READ)
            child.give(waiting.popleft())

    def _ready(self) -> list[Child]:
        return [key.fileobj for key, _ in self._selector.select(_TICK)]  # type: ignore[misc]

    def _follow(self, child: Child, waiting: deque[Asked], group: str) -> Iterator[Outcome]:
        messages = child.hear()
        if messages is None:
            yield from self._bury(child, waiting, group, ended=False)
            return
        for message in messages:
            yield from self._note(child, message)

    def _note(self, child: Child, message: Message) -> Iterator[Outcome]:
        if "begins" in message:
            child.begun = monotonic()
        elif "judged" in message:
            assert child.current is not None
            child.held.append((child.current, Outcome(**{name: message[name] for name in Outcome._fields})))
            child.current = child.begun = None
        elif "wrote" in message:
            held, child.held, child.asked_to_write = child.held, [], False
            yield from (outcome for _, outcome in held)
        else:
            raise UsageError(said("the store cannot be written ({trouble})", trouble=message["trouble"]))

    def _bury(self, child: Child, waiting: deque[Asked], group: str, *, ended: bool) -> Iterator[Outcome]:
        """Take leave of a worker: what it held is done again by another one, and the case that has ended it is given up.

        What it held may be written nevertheless: then it has died before it could say so.

        ended: the supervisor ends it, as the case has taken too long.
        """
        self._forget(child)
        status = child.kill() if ended else child.wait()
        if not child.has_spoken and status:
            self._stillborn += 1
            if self._stillborn >= _TRIES:
                raise UsageError(said("the workers cannot start; allow them more memory with --memory"))
        current, begun = child.current, child.begun is not None
        held = [outcome for _, outcome in child.held]
        written = {outcome.case for outcome in held if outcome.was_known}
        fresh = [outcome.case_id for outcome in held if not outcome.was_known]
        if fresh and settle_part(self._place, fresh, group, self._settings.run):
            written |= {outcome.case for outcome in held}
        yield from (outcome for outcome in held if outcome.case in written)
        again = [asked for asked, outcome in child.held if outcome.case not in written]
        if current is not None and (ended or begun):
            failure, error = self._why(current, status, ended)
            waiting.appendleft(self._counted(current._replace(failure=failure, error=error)))
        else:
            again = [*again, current] if current is not None else again
            if status:  # it died by itself outside of any case: one of those that it held may be the reason
                again = [self._tried(asked, status) for asked in again]
        waiting.extendleft(reversed(again))

    def _why(self, asked: Asked, status: int, ended: bool) -> tuple[str, str]:
        """What a case is given up for, as a word and as a sentence."""
        case = asked.task.case
        if ended:
            seconds = f"{self._settings.timeout:g}"
            return TIME_LIMIT, said("{source}: not done within {seconds} s; allow more with --timeout", source=case, seconds=seconds)
        if status == -signal.SIGKILL:
            return MEMORY_LIMIT, said(
                "{source}: its worker was killed by the system, as happens where memory runs out; use fewer workers with --jobs",
                source=case,
            )
        name = signal.Signals(-status).name if status < 0 else str(status)
        return CRASH, said("{source}: its worker has died ({status}); please report that with this case", source=case, status=name)

    def _tried(self, asked: Asked, status: int) -> Asked:
        asked = self._counted(asked)
        if asked.tries < _TRIES or asked.failure:
            return asked
        failure, error = self._why(asked, status, False)
        return asked._replace(failure=failure, error=error)

    def _counted(self, asked: Asked) -> Asked:
        """The same, tried once more. Raises UsageError where even the row of its failure cannot be written."""
        if asked.tries >= 2 * _TRIES:
            raise UsageError(said("no worker lives long enough to write a row; allow them more memory with --memory"))
        return asked._replace(tries=asked.tries + 1)

    def _forget(self, child: Child) -> None:
        self._children.remove(child)
        self._selector.unregister(child)

    def _wind_up(self) -> None:
        """Let the workers write what they have, as far as they are quick."""
        until = monotonic() + _GRACE
        for child in self._children:
            child.ask_to_write()
            child.close()
        while self._children and monotonic() < until:
            for child in self._ready():
                if child.hear() is None:
                    self._forget(child)
                    child.wait()


def _tell_lost(case: str) -> str:
    return said("{source}: each machine that it was given to was lost; analyze it alone, with less --memory", source=case)
