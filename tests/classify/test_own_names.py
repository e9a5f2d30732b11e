"""Functions of the program's own that are named like one of the C library's say nothing of what a thread waits for."""

from __future__ import annotations

from itertools import chain

import pytest

from stackan.classify.profiles import builtin
from tests.dumping import (
    LIBC,
    START,
    Frame,
    analyze,
    app,
    dump,
    eu_stack,
    kinds,
    lock_guard,
    lwps,
    mutex,
    mutex_without_address,
    progress,
    thread,
)

LIBRARY = next(profile for profile in builtin() if profile["name"] == "glibc")
SECTIONS = ("primitive", "wait", "wrapper", "spin")
NAMES = sorted({name.removesuffix("*") for section in SECTIONS for row in LIBRARY[section] for name in row["functions"]})
CALLS = [
    "accept",
    "exit",
    "malloc",
    "open",
    "poll",
    "pthread_join",
    "read",
    "recv",
    "select",
    "send",
    "sem_wait",
    "sleep",
    "wait4",
    "write",
]
A, B = 0x5581_4140, 0x5581_4180

# How a debugger shows that a function is the program's.
WAYS = {
    "file": "at teller.cc:10",
    "long file": "at /opt/teller/src/io/teller.cc:10",
    "library": "from /opt/teller/lib/libteller.so",
    "nothing": "",
}


def crossed(name: str, where: str) -> bytes:
    """Two threads that lock two mutexes crosswise, both inside of the function `name`."""

    def teller(lwp: int, holds: int, wants: int) -> tuple[Frame, ...]:
        return (*mutex(wants), Frame(name, "account=3", where, locals=(lock_guard(holds),)), app("work"), *START)

    return dump(thread(200, "a", teller(200, A, B)), thread(201, "b", teller(201, B, A)), full=True)


def one_after_the_other(*frames: Frame) -> dict[int | str, str]:
    text = dump(thread(200, "main", Frame("pthread_join", "threadid=139848000000704", LIBC), app("main")), thread(201, "b", frames, START))
    return progress(analyze(text, text))


@pytest.mark.parametrize("where", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("name", NAMES)
def test_a_deadlock_stays_one_inside_of_a_function_that_is_named_like_a_call_of_the_c_library(name: str, where: str) -> None:
    text = crossed(name, where)
    analysis = analyze(text, text)
    assert (analysis.verdict, kinds(analysis)) == ("deadlock", ["deadlock"])
    assert lwps(analysis.findings[0]) == [200, 201]


@pytest.mark.parametrize("name", CALLS)
def test_a_mutex_without_an_address_stays_a_mutex_inside_of_such_a_function(name: str) -> None:
    text = dump(*(thread(lwp, "a", mutex_without_address(), Frame(name), Frame("work"), START) for lwp in (200, 201, 202)))
    assert {wait["kind"] for each in analyze(text, text).to_dict()["processes"][0]["threads"] for wait in each["waits_for"]} == {"mutex"}


@pytest.mark.parametrize("name", CALLS)
def test_a_function_with_parameters_in_its_name_is_none_of_the_c_librarys(name: str) -> None:
    text = eu_stack(*(thread(lwp, "a", mutex(A), Frame(f"{name}(Account*, int)"), Frame("work"), START) for lwp in (200, 201, 202)))
    threads = analyze(text, text).to_dict()["processes"][0]["threads"]
    assert {(wait["kind"], each["stack"][-4]) for each in threads for wait in each["waits_for"]} == {("mutex", f"{name} (C++)")}


@pytest.mark.parametrize("name", CALLS)
def test_a_thread_that_computes_in_such_a_function_waits_for_nothing(name: str) -> None:
    assert one_after_the_other(app(name), app("work"))[201] == "progressing"


@pytest.mark.parametrize(
    "where",
    [
        "from /lib64/libpthread.so.0",
        "from /nix/store/fg4yq8i8wd08-glibc-2.27/lib/libpthread-2.27.so",
        "from /lib/ld-musl-x86_64.so.1",
        "at ../sysdeps/unix/sysv/linux/read.c:26",
        "at ../sysdeps/unix/syscall-template.S:81",
        "at /usr/src/debug/glibc-2.28-164.el8.x86_64/io/read.c:26",
        "at src/unistd/read.c:6",
        "at read.c:26",
        "at /usr/include/x86_64-linux-gnu/bits/unistd.h:38",
        "",
    ],
)
def test_the_c_librarys_own_read_is_believed_by_its_library_its_source_or_where_nothing_speaks_against_it(where: str) -> None:
    text = dump(thread(200, "a", Frame("read", "fd=3", where), app("fetch"), app("main")))
    (reader,) = analyze(text, text).to_dict()["processes"][0]["threads"]
    assert [wait["kind"] for wait in reader["waits_for"]] == ["pipe"]


def test_the_report_tells_such_a_function_by_its_file() -> None:
    text = crossed("read", "at /opt/teller/src/teller.cc:10")
    threads = analyze(text, text).to_dict()["processes"][0]["threads"]
    assert "read (teller.cc)" in set(chain.from_iterable(each["stack"] for each in threads))
