"""Dumps that print the source lines of Python's frames: recipes over sys._current_frames, uWSGI's tracebacker, profiling.sampling.

The recipes' dumps are of recipe.py by Debian's Python 3.11.2, uWSGI's is of slow.py by uWSGI 2.0; that of Python 3.15 is written by
the grammar of its source.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

import stackan
from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.parsing import parse_all
from stackan.parsing.python.source_lines import read_source
from tests.parsing import hostile

DUMPS = Path(__file__).parents[1] / "dumps" / "python"
UWSGI = (DUMPS / "stuck.uwsgi.txt").read_text(encoding="utf-8")
SAMPLING = """\
Stack dump for PID 4100, thread 4100 (main thread, has GIL; most recent call last):
  File "/srv/ledger/srv.py", line 18, in Ledger.request
    total = sum(rows)
  <GC>

Stack dump, thread 4107 (idle; most recent call last):
  File "/usr/lib/python3.15/threading.py", line 1044, in Thread._bootstrap
    self._bootstrap_inner()
  File "/srv/ledger/srv.py", line 30, in work  opcode=CALL
    self.lock.acquire()

Stack dump, thread 4108 (idle; most recent call last):
  File "srv.py", line 7, in audit
    [source file changed after process started]

Stack dump, thread 4109 (waiting for GIL; most recent call last):
No Python frames
"""


def only(text: str) -> Dump:
    (dump,) = parse_all(text.encode(), "dump.txt")
    return dump


def parsed(name: str) -> Dump:
    return only((DUMPS / name).read_text(encoding="utf-8"))


def words(dump: Dump) -> list[tuple[str, str]]:
    """(the printed state, what is waited for) of each thread."""
    states = [dump.facts.states[thread.row] for thread in dump.threads]
    return [(state.words, state.awaits.what if state.awaits else "") for state in states]


# -- recipes over sys._current_frames


@pytest.mark.parametrize("name", ["ids", "named", "odoo"])
def test_each_thread_of_a_recipe_is_read_with_what_its_source_says(name: str) -> None:
    dump = parsed(f"recipe-{name}.current-frames.txt")
    assert dump.format == "current-frames"
    assert [thread.frames for thread in dump.threads] == [4, 6, 5, 4, 4, 2]
    assert words(dump) == [
        ("python: sleep", ""),
        ("python: lock", "waiter"),  # the frames say more: it waits for work
        ("python: lock", "Guard(accounts)"),
        ("python: lock", "second"),
        ("python: lock", "second"),
        ("python: takes the dump", ""),
    ]
    assert dump.unparsed == []


def test_names_and_ids_are_those_of_the_dump() -> None:
    for name in ("named", "odoo"):
        threads = parsed(f"recipe-{name}.current-frames.txt").threads
        assert [thread.name for thread in threads] == ["ticker", "worker", "refresh", "transfer-2", "transfer-1", "MainThread"]
        assert all(hex(thread.number or 0) == thread.pthread for thread in threads)


@pytest.mark.parametrize(
    ("header", "number", "name"),
    [
        ("# ThreadID: 140289192748800", 140289192748800, None),
        ("# Thread: Worker (1)(140289192748800)", 140289192748800, "Worker (1)"),
        ("# Thread: web (7)", 7, "web"),
        ("Thread: <_MainThread(MainThread, started 77)> (db:n/a) (uid:n/a)", 77, "MainThread"),
        ("# Thread: <Thread(Thread-1 (serve), started daemon 78)>", 78, "Thread-1 (serve)"),
        ("--- Thread 79 ---", 79, None),
        ("Thread 0x7f0000000010:", 0x7F0000000010, None),
        ("# Greenlet: <Greenlet at 0x7f0000000020: serve>", 0x7F0000000020, None),
    ],
)
def test_headers_of_many_recipes_are_read(header: str, number: int, name: str | None) -> None:
    (thread,) = only(f'{header}\n  File "/srv/x.py", line 3, in f\n    g()\n').threads
    assert (thread.number, thread.name, thread.frames) == (number, name, 1)


def test_a_thread_that_comes_again_begins_the_next_snapshot() -> None:
    text = (DUMPS / "recipe-ids.current-frames.txt").read_text(encoding="utf-8")
    assert [len(dump.threads) for dump in parse_all((text + text).encode(), "twice.txt")] == [6, 6]
    unmarked = text.replace("*** STACKTRACE", "STACKTRACE")
    assert [len(dump.threads) for dump in parse_all((unmarked + unmarked).encode(), "twice.txt")] == [6, 6]


@pytest.mark.parametrize(
    "text",
    [
        'Traceback (most recent call last):\n  File "x.py", line 3, in f\n    g()\nValueError: x\n',
        'Exception in thread Thread-1 (work):\nTraceback (most recent call last):\n  File "x.py", line 3, in f\n    g()\nValueError: x\n',
        "INFO Thread: 7 started\nINFO File: none\n",
        "thread_id = 7 filename = x\nStack dump:\n0. Program arguments: clang\n",
    ],
)
def test_what_only_looks_like_such_a_dump_is_none(text: str) -> None:
    with pytest.raises(InputError):
        parse_all(text.encode(), "log.txt")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("with self.lock, self.row_lock:", ("python: lock", "self.lock, self.row_lock")),
        ("with rows:", ("python: lock", "rows")),
        ("with self._locks[key] as held:", ("python: lock", "self._locks[key]")),
        ("return self._lock.acquire(*args, **kwargs)", ("python: lock", "self._lock")),
        ("if not self.slots_semaphore.acquire(timeout=3):", ("python: semaphore", "self.slots_semaphore")),
        ("for worker in workers: worker.join()", ("python: join", "worker")),
        ("time.sleep(interval)", ("python: sleep", "")),
        ("data = self.sock.recv(4096)", ("python: recv", "")),
        ("res = self._obj.execute(query, params)", ("python: query", "")),
        ("ready = select.select(readers, [], [], timeout)", ("python: poll", "")),
        ("with open(path) as source:", None),
        ("while not lock.acquire(False):", None),
        ("return os.path.join(folder, name)", None),
        ('line = ", ".join(names)', None),
        ("return total(rows)", None),
        ("", None),
    ],
)
def test_a_source_line_tells_what_it_calls(line: str, told: tuple[str, str] | None) -> None:
    assert read_source(line.encode()) == told


# -- uWSGI


def test_the_threads_of_uwsgi_are_told_apart_by_their_names() -> None:
    dump = only(UWSGI)
    assert [(thread.name, thread.frames) for thread in dump.threads] == [(f"uWSGIWorker1Core{core}", 2) for core in (3, 2, 1, 0)]
    assert [frame.function for frame in dump.frames][:2] == ["store", "application"]
    assert words(dump) == [("python: lock", "rows")] * 3 + [("python: sleep", "")]
    assert dump.unparsed == []


def test_a_harakiri_names_the_process() -> None:
    dumps = parse_all(b"*** HARAKIRI ON WORKER 1 (pid: 2259, try: 1) ***\n" + UWSGI.encode() + UWSGI.encode(), "uwsgi.log")
    assert [(dump.facts.pid, len(dump.threads)) for dump in dumps] == [(2259, 4), (None, 4)]


def test_threads_of_uwsgi_without_a_name_are_told_apart_by_the_blank_line() -> None:
    frame = "thread_id = <UnnamedPythonThread> filename = x.py lineno = 3 function = f line = g()\n"
    assert [(thread.name, thread.frames) for thread in only(f"{frame}{frame}\n{frame}").threads] == [(None, 2), (None, 1)]


# -- python -m profiling.sampling dump


def test_a_dump_of_profiling_sampling_is_read() -> None:
    dump = only(SAMPLING)
    assert (dump.format, dump.facts.pid) == ("profiling-sampling", 4100)
    assert [(thread.lwp, thread.frames) for thread in dump.threads] == [(4100, 2), (4107, 2), (4108, 1), (4109, 0)]
    assert words(dump) == [("python: active", ""), ("python: lock", "self.lock"), ("python: idle", ""), ("python: gil", "")]
    assert next((frame.function, frame.file, frame.file_line) for frame in dump.frames_of(1)) == ("work", "/srv/ledger/srv.py", 30)
    assert dump.unparsed == []


def test_tasks_have_a_section_each() -> None:
    text = 'Stack dump for PID 7, thread 7 (task Fetch-{0}; most recent call last):\n  File "x.py", line 3, in f\n'
    dump = only(text.format(1) + "\n" + text.format(2).replace(" for PID 7", ""))
    assert [(thread.lwp, thread.name) for thread in dump.threads] == [(None, "task Fetch-1"), (None, "task Fetch-2")]


# -- what is concluded


def analyzed(text: str) -> stackan.Analysis:
    return stackan.analyze(stackan.Case(parse_all(text.encode(), "dump.txt"), []))


def test_threads_at_a_lock_are_a_stuck_wait_that_names_the_lock() -> None:
    for text in (UWSGI, (DUMPS / "recipe-odoo.current-frames.txt").read_text(encoding="utf-8")):
        analysis = analyzed(text)
        assert analysis.verdict == "inconclusive"
        assert {finding.kind for finding in analysis.findings} in ({"stuck-wait"}, {"convoy"})
    assert "rows" in str(analyzed(UWSGI).to_dict()["findings"])


def test_who_takes_the_dump_does_not_keep_the_rest_from_being_idle() -> None:
    text = (
        '# Thread: web(7)\nFile: "/usr/lib/python3.11/threading.py", line 1002, in _bootstrap\n  self._bootstrap_inner()\n'
        'File: "/usr/lib/python3.11/socketserver.py", line 232, in serve_forever\n  ready = selector.select(poll_interval)\n'
        'File: "/usr/lib/python3.11/selectors.py", line 415, in select\n  fd_event_list = self._selector.poll(timeout)\n\n'
        '# Thread: MainThread(8)\nFile: "/srv/x.py", line 3, in <module>\n  dumpstacks()\n'
        'File: "/srv/x.py", line 9, in dumpstacks\n  for ident, stack in sys._current_frames().items():\n'
    )
    assert analyzed(text).verdict == "idle"


def test_the_outermost_frames_of_python_m_are_no_work() -> None:
    frames = "    recv (multiprocessing/connection.py:250)\n    wait (app/launch.py:94)\n    <module> (app/cli.py:35)\n"
    roots = "    _run_code (<frozen runpy>:88)\n    _run_module_as_main (<frozen runpy>:198)\n"
    for tail in ("", roots, roots.replace("<frozen runpy>", "runpy.py")):
        analysis = analyzed(f'Thread 4000 (idle): "MainThread"\n{frames}{tail}')
        assert [finding.kind for finding in analysis.findings] == ["stalled-io"]


@pytest.mark.parametrize(
    ("innermost", "file"),
    [
        ("_select", r"C:\Python312\Lib\selectors.py"),
        ("select", r"C:\Users\ann\AppData\Local\Programs\Python\Python312\Lib\asyncio\windows_events.py"),
        ("_poll", r"c:\python39\lib\asyncio\windows_events.py"),
    ],
)
def test_selectors_of_windows_wait_for_events(innermost: str, file: str) -> None:
    analysis = analyzed(f'Thread 0x1A2C (idle): "loop"\n    {innermost} ({file}:305)\n    serve (srv.py:3)\n    run (threading.py:975)\n')
    assert analysis.verdict == "idle"


# -- hostile texts


@pytest.mark.parametrize("text", [UWSGI, SAMPLING, (DUMPS / "recipe-odoo.current-frames.txt").read_text(encoding="utf-8")])
def test_broken_dumps_are_read_as_far_as_they_go(text: str) -> None:
    for broken in hostile.mutations(text.encode(), 300):
        hostile.check(broken)


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("", "# Thread: " + "(" * 100 + "\n"),
        ("", "# Thread: <Thread(" + ", started " * 9 + "\n"),
        ("# ThreadID: 7\n", 'File: "x.py", line 3, in f\n  with ' + "a.b[c]." * 40 + "\n"),
        ("# ThreadID: 7\n", 'File: "x.py", line 3, in f\n  ' + "x.acquire(" * 40 + "\n"),
        ("", '# ThreadID: 7\nFile: "x.py", line 3, in f\n'),
        ("", "thread_id = a filename = b lineno = 3 function = f line = " + " filename = " * 20 + "\n"),
        ("", "Stack dump, thread 7 (" + "task ; " * 40 + "most recent call last):\n"),
    ],
)
def test_the_worst_lines_take_time_in_proportion(in_proportion: Callable[..., None], head: str, line: str) -> None:
    def read(data: bytes) -> None:
        with contextlib.suppress(InputError):
            parse_all(data)

    in_proportion(lambda size: (head + line * (size // len(line))).encode(), read)
