"""Logs of InnoDB's, written by hand after `sync_array_cell_print` in storage/innobase/sync/sync0arr.cc, and threads that wait in InnoDB."""

from __future__ import annotations

from collections.abc import Iterable

from tests.dumping import START, Frame, Thread, app, condition, dump, poll_events, pthread_of, thread

PAGE, INDEX, POOL = 0x7F1B_2C00_1180, 0x7F1B_2C00_2240, 0x3C6_2D78


def latch(
    waiter: int,
    address: int,
    writer: int | None = None,
    *,
    want: str = "X-lock",
    grip: str = " exclusive",
    reader: int | None = None,
    made: str = "dict0dict.cc line 2737",
    written: str = "/build/mysql-5.7.26/storage/innobase/btr/btr0cur.cc line 976",
    at: str = "btr0cur.cc line 569",
    seconds: str = "241.00",
) -> str:
    """A thread that waits for a latch; threads by their LWP."""
    lines = [
        f"--Thread {pthread_of(waiter)} has waited at {at} for {seconds} seconds the semaphore:",
        f"{want} on RW-latch at {address:#x} created in file {made}",
    ]
    if writer is not None:
        lines.append(f"a writer (thread id {pthread_of(writer)}) has reserved it in mode {grip}")
    who = f" (thread id {pthread_of(reader)})" if reader is not None else ""
    lines += [
        f"number of readers {int(reader is not None)}{who}, waiters flag 1, lock_word: 0",
        "Last time read locked in file btr0cur.cc line 1008",
        f"Last time write locked in file {written}",
    ]
    return "\n".join(lines) + "\n"


def mutex(waiter: int, address: int, words: str) -> str:
    head = f"--Thread {pthread_of(waiter)} has waited at buf0lru.cc line 1320 for 0.00 seconds the semaphore:"
    return f"{head}\nMutex at {address:#x}{words}\n\n"


def long_waits(*waits: str, warning: str = "2021-10-25T10:11:03.120491Z 0 [Warning] InnoDB: A long semaphore wait:") -> str:
    """What the error log of a server that hangs gets every few seconds."""
    listed = "".join(f"{warning}\n{wait}" for wait in waits)
    return f"{listed}InnoDB: ###### Starts InnoDB Monitor for 30 secs to print diagnostic info:\n"


def status(*waits: str) -> str:
    """The first part of SHOW ENGINE INNODB STATUS."""
    rule = "=" * 37
    return (
        f"{rule}\n2021-10-25 10:11:03 0x7f508c080700 INNODB MONITOR OUTPUT\n{rule}\n"
        "Per second averages calculated from the last 14 seconds\n"
        "----------\nSEMAPHORES\n----------\n"
        f"OS WAIT ARRAY INFO: reservation count 815823\n{''.join(waits)}"
        "OS WAIT ARRAY INFO: signal count 2351\n"
        "RW-shared spins 0, rounds 9251, OS waits 4603\n"
        "------------\nTRANSACTIONS\n------------\n"
    )


def waits_for_latch(own: int, *, function: str = "btr_cur_search_to_nth_level", file: str = "btr0cur.cc:569") -> tuple[Frame, ...]:
    """Waits for a latch of InnoDB's; it sleeps on a condition of its own, so the latch's address is not printed."""
    where = "at /build/mysql-5.7.26/storage/innobase"
    return (
        *condition(own, own + 64),
        Frame("os_event::wait_low", f"this={own:#x}, reset_sig_count=1", f"{where}/os/os0event.cc:335"),
        Frame("os_event_wait_low", f"event={own:#x}, reset_sig_count=<optimized out>", f"{where}/os/os0event.cc:518"),
        Frame("sync_array_wait_event", "arr=0x2cb1f38, cell=@0x7f31a0: 0x7f31", f"{where}/sync/sync0arr.cc:475"),
        Frame("rw_lock_x_lock_func", "lock=<optimized out>, pass=0", f"{where}/sync/sync0rw.cc:743"),
        Frame(function, "", f"{where}/btr/{file}"),
        *statement(),
    )


def statement() -> tuple[Frame, ...]:
    """What runs a client's statement."""
    return (
        Frame("row_search_mvcc", "", "at /build/mysql-5.7.26/storage/innobase/row/row0sel.cc:5203"),
        Frame("mysql_execute_command", "thd=0x7f30", "at /build/mysql-5.7.26/sql/sql_parse.cc:5121"),
        Frame("do_command", "thd=0x7f30", "at /build/mysql-5.7.26/sql/sql_parse.cc:1021"),
        Frame("handle_connection", "arg=0x3c", "at /build/mysql-5.7.26/sql/conn_handler/connection_handler_per_thread.cc:300"),
        *START,
    )


def waiter(lwp: int, **known: str) -> Thread:
    return thread(lwp, "mysqld", waits_for_latch(0x7F30_0000_0000 + lwp * 256, **known))


def reader_of_disk(lwp: int) -> Thread:
    """Holds latches and reads a page."""
    return thread(lwp, "mysqld", Frame("__libc_pread64", "fd=31, buf=0x7f30, count=16384, offset=81920", "at pread64.c:29"), statement())


def idle_client(lwp: int) -> Thread:
    frames = (Frame("vio_io_wait", "vio=0x3d"), Frame("vio_read", "vio=0x3d"), Frame("my_net_read", "net=0x3e"))
    return thread(
        lwp, "mysqld", Frame("__GI___poll", "fds=0x7f30, nfds=1, timeout=28800000", "at poll.c:29"), frames, app("do_command"), START
    )


def acceptor(lwp: int) -> Thread:
    return thread(lwp, "mysqld", poll_events(), Frame("handle_connections_sockets"), Frame("mysqld_main"), Frame("main"))


def server(threads: Iterable[Thread], *, full: bool = False) -> bytes:
    return dump(acceptor(4000), *threads, full=full, pid=4000)
