"""InnoDB's list of threads that wait for a latch: in the error log of a server that hangs, and in SHOW ENGINE INNODB STATUS.

    ----------
    SEMAPHORES
    ----------
    OS WAIT ARRAY INFO: reservation count 15143
    --Thread 140585128785664 has waited at buf0flu.cc line 1209 for 237 seconds the semaphore:
    SX-lock on RW-latch at 0x7fdb1fbe3f80 created in file buf0buf.cc line 1460
    a writer (thread id 140584786024192) has reserved it in mode SX
    number of readers 0, waiters flag 1, lock_word: 10000000
    Last time read locked in file row0sel.cc line 3758
    Last time write locked in file /export/…/mysql-5.7.27/storage/innobase/fsp/fsp0fsp.cc line 167

The grammar is that of `sync_array_cell_print` in storage/innobase/sync/sync0arr.cc (MySQL 5.5 to 8.4, MariaDB to 10.5).  A
mutex has one line instead of the latch's, by version:

    Mutex at 0x2a96d8f2b8 created file srv0srv.c line 872, lock var 1             (5.5, 5.6)
    Mutex at 0x3c62d78, Mutex BUF_POOL created buf0buf.cc:1731, lock var 1        (5.7)
    Mutex at 0x3c62d78, Mutex BUF_POOL created buf0buf.cc:1731, locked by 1403…   (8.0)

MySQL 8.0 names a single reader, too: `number of readers 1 (thread id 1403…), waiters flag 1, …`.  Where a thread is about
to go on, `wait has ended` follows.  MariaDB has no such list since 10.6; it only warns of a long wait for dict_sys.latch.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.log import Log, LoggedWait

_WAITED = b" has waited at "
_HEADING = b"SEMAPHORES"
_CLOSING = b"Starts InnoDB Monitor"  # printed behind a list of long waits
_MONITOR = b"INNODB MONITOR OUTPUT"
_ALARMS = (
    b"emaphore wait has lasted > ",  # srv0srv.cc, before the server ends itself
    b"innodb_fatal_semaphore_wait_threshold was exceeded",  # MariaDB since 10.6
    b" seconds) for dict_sys.latch",
)
_MODES = {"X-lock (wait_ex) on": "wait_ex", "SX-lock on": "SX", "X-lock on": "X", "S-lock on": "S"}  # the longer ones first
# A page that is being read or written is locked by the thread that asked for it, and unlocked by one that completes the request
# ("we set a pass-type x-lock on the frame", buf_page_init_for_read; buf_flush_page).  Only the place of the lock shows it.
_HANDS_OVER = ("buf0buf.", "buf0flu.")
_LINES = 9  # that describe one wait, in the longest version (8.0 with UNIV_DEBUG has 8)
_SHOWN = 1000  # bytes of a line


def read_log(data: bytes, source: str) -> Log | None:
    """The waits for InnoDB's latches in a text; None if it is no log of InnoDB's."""
    if not any(mark in data for mark in (_WAITED, _MONITOR, *_ALARMS)):
        return None
    lines: dict[int, str] = {}
    waits, rounds = _last_round(data, lines)
    alarms = tuple(sorted({line for mark in _ALARMS for line in _numbers(data, mark, lines)}))
    if not waits and not rounds and not alarms and _MONITOR not in data:
        return None
    return Log(source, "innodb", waits, rounds, alarms, {line: lines[line] for line in {*_named(waits), *alarms}})


def _named(waits: tuple[LoggedWait, ...]) -> Iterator[int]:
    for wait in waits:
        yield from (wait.line, wait.lock_line)
        if wait.holder is not None:
            yield wait.holder_line


def _last_round(data: bytes, lines: dict[int, str]) -> tuple[tuple[LoggedWait, ...], int]:
    """The waits of the newest list, and how many lists there are.

    A server that hangs lists its waits again and again.  A list ends where the next one is headed, and where a thread is named
    that was named already, as a thread waits for one latch at a time.
    """
    current: dict[int, LoggedWait] = {}
    closed, rounds = True, 0
    for mark, at, number in _marks(data):
        if mark == _CLOSING:
            closed = True
            continue
        wait = _read_wait(data, at, number, lines) if mark == _WAITED else None
        if mark == _HEADING or (wait is not None and (closed or wait.thread in current)):
            current, closed, rounds = {}, False, rounds + 1
        if wait is not None:
            current[wait.thread] = wait
    return tuple(current.values()), rounds


def _marks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(mark, where its line starts, the line's number) in the order of the text."""
    coming = {mark: data.find(mark) for mark in (_WAITED, _HEADING, _CLOSING)}
    at, number = 0, 1
    while any(place >= 0 for place in coming.values()):
        mark = min((mark for mark, place in coming.items() if place >= 0), key=lambda mark: coming[mark])
        place = coming[mark]
        number += data.count(b"\n", at, place)
        at = place
        coming[mark] = data.find(mark, place + len(mark))
        start = _line_start(data, place)
        if start is not None and (mark != _HEADING or data[place + len(mark) : place + len(mark) + 2].strip(b"\r")[:1] in (b"", b"\n")):
            yield mark, start, number


def _read_wait(data: bytes, start: int, number: int, lines: dict[int, str]) -> LoggedWait | None:
    """The wait that is described from a line on; None if its description is cut off, or it is over."""
    texts = list(_lines_from(data, start))
    if not texts:
        return None
    thread, place, seconds = _waiter(texts[0])
    lock = next((at for at, text in enumerate(texts[:3]) if " RW-latch at 0x" in text or "Mutex at 0x" in text), 0)
    if thread is None or not lock or any(text.rstrip().endswith("wait has ended") for text in texts):
        return None
    kind = "rwlock" if " RW-latch at 0x" in texts[lock] else "mutex"
    before, _, behind = texts[lock].partition(" RW-latch at " if kind == "rwlock" else "Mutex at ")
    address = _read_number(behind.partition(" ")[0].rstrip(","))
    if not address:
        return None
    mode = next((mode for words, mode in _MODES.items() if before.endswith(words)), "")
    at, holder, grip = _holder(texts, kind, thread)
    lines.update((number + each, texts[each]) for each in (0, lock, at))
    return LoggedWait(
        thread=thread,
        line=number,
        place=place,
        seconds=seconds,
        kind=kind,
        address=address,
        lock_line=number + lock,
        created=_created(behind),
        mode=mode,
        holder=holder,
        holder_line=number + at,
        grip=grip,
        passed=grip in ("exclusive", "SX") and _written_in(texts).startswith(_HANDS_OVER),
    )


def _lines_from(data: bytes, start: int) -> Iterator[str]:
    """The line that starts there and those behind it, up to the next thread's; no line of the list is long."""
    for count in range(_LINES):
        line, end, _ = data[start : start + 2 * _SHOWN].partition(b"\n")
        start += len(line) + 1
        if (count and _WAITED in line) or (not end and start <= len(data)):
            return
        yield line.decode("utf-8", "replace").rstrip("\r")
        if not end:
            return


def _line_start(data: bytes, place: int) -> int | None:
    """Where the line around a place starts; None if that is far away."""
    start = data.rfind(b"\n", max(0, place - _SHOWN), place) + 1
    return start if start or place <= _SHOWN else None


def _waiter(text: str) -> tuple[int | None, str, float]:
    """`--Thread 1403… has waited at btr0cur.cc line 569 for 241.00 seconds the semaphore:`"""
    before, _, behind = text.partition(" has waited at ")
    place, _, duration = behind.partition(" for ")
    seconds, _, rest = duration.partition(" seconds the semaphore")
    if not rest or len(seconds) > 20 or not seconds.replace(".", "", 1).isdecimal():
        return None, "", 0.0
    return _read_number(before.rpartition("--Thread ")[2]), place, float(seconds)


def _holder(texts: list[str], kind: str, waiter: int) -> tuple[int, int | None, str]:
    """(position of the line, pthread id or None, how it has the lock) of the thread that is named as holding it."""
    reader = None
    for at, text in enumerate(texts):
        if kind == "mutex" and ", locked by " in text:
            return at, _read_number(text.rpartition(", locked by ")[2].strip()), ""
        if "a writer (thread id " in text:
            writer, _, mode = text.partition("a writer (thread id ")[2].partition(") has reserved it in mode")
            if mode.strip() != "wait exclusive" or _read_number(writer) != waiter:
                return at, _read_number(writer), mode.strip()
        elif "number of readers 1 (thread id " in text:
            reader = at, _read_number(text.partition("(thread id ")[2].partition(")")[0]), "shared"
    return reader or (0, None, "")


def _created(behind: str) -> str:
    """`0x7fdb… created in file buf0buf.cc line 1460`, `0x3c62d78, Mutex BUF_POOL created buf0buf.cc:1731, lock var 1`"""
    name, _, place = behind.partition(" created ")
    named = name.rpartition(", Mutex ")[2] if ", Mutex " in name else ""
    return named or place.removeprefix("in ").removeprefix("file ").partition(",")[0]


def _written_in(texts: list[str]) -> str:
    """The source file in which the latch was last locked for writing: "buf0buf.cc"."""
    mark = "Last time write locked in file "
    path = next((text.partition(mark)[2] for text in texts if mark in text), "")
    return path.rpartition(" line ")[0].replace("\\", "/").rpartition("/")[2]


def _read_number(text: str) -> int | None:
    """A pthread id or an address, decimal or hexadecimal; 0 is none."""
    base = 16 if text.startswith("0x") else 10
    if len(text) > 20 or not text.isascii() or not text.isalnum():
        return None
    try:
        return int(text, base) or None
    except ValueError:
        return None


def _numbers(data: bytes, mark: bytes, lines: dict[int, str]) -> Iterator[int]:
    """The numbers of the lines that hold a mark."""
    at, number, place = 0, 1, data.find(mark)
    while place >= 0:
        number += data.count(b"\n", at, place)
        at = place
        start = _line_start(data, place)
        text = next(_lines_from(data, start), None) if start is not None else None
        if text is not None:
            lines[number] = text
            yield number
        place = data.find(mark, place + len(mark))
