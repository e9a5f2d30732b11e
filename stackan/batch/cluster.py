"""The engine of a Dask cluster: a scheduler gets chunks of cases, and each of its workers runs a supervisor as this machine would.

A dask worker never reads a case itself, so that none can end it.  If one is lost all the same, dask gives its chunk to another; what was
written of it is found by the names of its parts.  Workers answer with what became of each case; results never pass the scheduler.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import threading
import uuid
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from stackan._version import __version__
from stackan.batch.run import Engine, Known
from stackan.batch.supervisor import Supervisor
from stackan.batch.task import CRASH, Outcome, Settings, Task
from stackan.errors import StackanError, UsageError
from stackan.model.said import said
from stackan.store.about import ABOUT
from stackan.store.lock import leave_token
from stackan.store.parts import written_by
from stackan.store.place import is_url, place_of

try:
    import distributed
except ImportError as error:
    raise UsageError(said("the engine dask needs distributed: pip install 'stackan[batch]'")) from error

CHUNK = 50  # cases of one dask task: each costs the scheduler some 10 ms and memory that it keeps …
_THREADS = 32  # … so beyond so many threads, which end some 80 such tasks a second, tasks grow with the cluster
_AHEAD = 3  # chunks for each thread of the cluster that are on their way
_PATIENCE = 30  # seconds in which the scheduler has to answer, and a worker has to be there
_RETRIES = 2  # of a chunk whose task has failed; the loss of workers is counted by the scheduler itself
_PLUGIN = "stackan-batch"
_ATTEMPT = 8  # signs by which the parts of one attempt at a chunk differ from those of another

_Answer = list[tuple[str, str, "str | None", bool]]  # (case, id of its row, word of its failure, was known)


def cluster(address: str) -> Engine:
    """An engine on the cluster of the scheduler at this address, `HOST:PORT`."""

    @contextlib.contextmanager
    def engine(tasks: Sequence[Task], known: Known, settings: Settings, keep: Sequence[int]) -> Iterator[Iterator[Outcome]]:
        store = settings.store if is_url(settings.store) else os.path.abspath(settings.store)
        settings = settings._replace(store=store, folder=os.getcwd())
        with _connected(address) as client:
            client.register_plugin(_Workers(settings), name=f"{_PLUGIN}-{settings.run}")
            try:
                yield _run(client, tasks, known, settings)
            finally:
                leave_token(place_of(store))  # whoever still works on a chunk, as one that was believed lost, shall write nothing more
                client.unregister_worker_plugin(f"{_PLUGIN}-{settings.run}")

    return engine


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Any]:
    """A client of the scheduler. Raises UsageError where it doesn't answer, or has no workers."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters comes as an error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            client = distributed.Client(f"tcp://{address}", timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise UsageError(said("dask://{address}: the scheduler does not answer; check that it runs", address=address)) from error
        with client:
            try:
                client.wait_for_workers(1, timeout=_PATIENCE)
            except TimeoutError as error:
                raise UsageError(said("dask://{address}: the cluster has no workers; start some", address=address)) from error
            yield client


def _run(client: Any, tasks: Sequence[Task], known: Known, settings: Settings) -> Iterator[Outcome]:
    """Keep the cluster busy with chunks, and give what became of their cases."""
    threads = max(1, sum(client.nthreads().values()))
    size = chunk_size(len(tasks), threads)
    chunks = iter([tuple(tasks[at : at + size]) for at in range(0, len(tasks), size)])
    running: dict[Any, tuple[Task, ...]] = {}
    done = distributed.as_completed(loop=client.loop)

    def submit(chunk: tuple[Task, ...], failure: str | None = None) -> None:
        names = {task.case: known[task.case] for task in chunk if task.case in known}
        future = client.submit(analyze_chunk, settings, chunk, names, failure, __version__, retries=_RETRIES, pure=False)
        running[future] = chunk
        done.add(future)

    for _ in range(_AHEAD * threads):
        chunk = next(chunks, None)
        if chunk is not None:
            submit(chunk)
    for future in done:
        chunk = running.pop(future)
        error = future.exception()
        if error is None:
            yield from _outcomes(future.result(), known)
        elif not isinstance(error, distributed.KilledWorker):
            raise error if isinstance(error, StackanError) else UsageError(said("the cluster has failed ({reason})", reason=error))
        elif len(chunk) > 1:  # one of them may have ended all the workers that it was given to: each by itself, but what is written
            known = {**known, **written_by(place_of(settings.store), _group(chunk, settings.run))}
            for task in chunk:
                submit((task,))
        else:
            submit(chunk, CRASH)
        future.release()
        following = next(chunks, None)
        if following is not None:
            submit(following)


def chunk_size(cases: int, threads: int) -> int:
    """How many cases one task has, so that the scheduler keeps up, and every thread has several."""
    return max(CHUNK, min(CHUNK * threads // _THREADS, cases // (_AHEAD * threads)))


def _outcomes(answer: _Answer, known: Known) -> Iterator[Outcome]:
    """Of a chunk that was begun twice, what was written the first time is no case that was done before this run."""
    for case, case_id, failure, was_known in answer:
        yield Outcome(case, case_id, failure, None, was_known and case_id in known.get(case, ()))


def analyze_chunk(settings: Settings, tasks: tuple[Task, ...], known: Known, failure: str | None, version: str) -> _Answer:
    """On a worker: analyze some cases, or give them up for a `failure`. Raises UsageError where this machine cannot do so."""
    place = place_of(settings.store)
    if version != __version__:
        raise UsageError(said("a worker has version {version} of stackan; install {wanted} there", version=__version__, wanted=version))
    if not place.has(ABOUT) or not all(is_url(name) or os.path.exists(os.path.join(settings.folder, name)) for name in tasks[0].inputs):
        raise UsageError(
            said("{path}: a worker does not see the store or the cases; give URLs, or a folder that all machines share", path=place.name)
        )
    group = _group(tasks, settings.run)
    known = {**known, **written_by(place, group)}
    plugin = distributed.get_worker().plugins[f"{_PLUGIN}-{settings.run}"]
    with plugin.supervisor() as supervisor:
        outcomes = supervisor.run(tasks, known, group + uuid.uuid4().hex[:_ATTEMPT], failure)
        return [(outcome.case, outcome.case_id, outcome.failure, outcome.was_known) for outcome in outcomes]


def _group(tasks: Sequence[Task], run: str) -> str:
    """The beginning of the names of a chunk's parts in this run; behind it each attempt has its own, as the one before may still live."""
    return hashlib.sha256("\n".join([run, *(task.case for task in tasks)]).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class _Workers(distributed.WorkerPlugin):  # type: ignore[misc]
    """The supervisors of a dask worker, one for each chunk that it has at a time; they live as long as the run."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def setup(self, worker: Any) -> None:
        self._lock = threading.Lock()
        self._free: list[Supervisor] = []
        self._all: list[Supervisor] = []

    def teardown(self, worker: Any) -> None:
        with self._lock:
            for supervisor in self._all:
                supervisor.close()
            self._all, self._free = [], []

    @contextlib.contextmanager
    def supervisor(self) -> Iterator[Supervisor]:
        with self._lock:
            supervisor = self._free.pop() if self._free else Supervisor(self._settings, 1)
            if supervisor not in self._all:
                self._all.append(supervisor)
        try:
            yield supervisor
        except BaseException:
            with self._lock:
                self._all.remove(supervisor)
            supervisor.close()
            raise
        with self._lock:
            self._free.append(supervisor)
