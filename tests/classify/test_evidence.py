"""What a dump's text proves beyond the stack: the object that a thread waits for, its owner, and the locks that a thread holds."""

from __future__ import annotations

import pytest

import stackan
from stackan.classify import Rulebook, sight
from stackan.model.case import Case
from stackan.model.place import Awaited, Held, Sighting
from stackan.normalize import Names
from stackan.parsing import parse_all


def see(text: str) -> dict[int | None, Sighting]:
    """{LWP: what the only snapshot of a text shows of it}"""
    (dump,) = parse_all(text.encode(), "snap.txt")
    names = Names(dump)
    stacks = {thread.node: names.stack(thread.node) for thread in dump.threads}
    places = Rulebook().places({name for stack in stacks.values() for name in stack})
    return {dump.thread(sighting.thread).lwp: sighting for sighting in sight(dump, stacks, places)}


def thread(*frames: str, lwp: int = 9, pthread: int = 0x7F00) -> str:
    """A thread whose frames are numbered here; lines of locals stand behind their frame, with their blanks."""
    lines, level = [f'Thread {lwp} (Thread {pthread:#x} (LWP {lwp}) "t"):'], 0
    for frame in frames:
        if frame.startswith((" ", "No ")):
            lines.append(frame)
        else:
            lines.append(f"#{level} {frame}")
            level += 1
    return "\n".join([*lines, "", ""])


def awaited(*frames: str) -> Awaited:
    found = see(thread(*frames))[9].awaited
    assert found is not None
    return found


def waiting_line(*frames: str) -> int:
    return see(thread(*frames))[9].wait_line


def holds(*frames: str) -> tuple[Held, ...]:
    return see(thread(*frames))[9].holds


def addresses(held: tuple[Held, ...]) -> list[int | None]:
    return [hold.address for hold in held]


FUTEX = "futex_wait (private=0, expected=2, futex_word=0x5567ca2791c0 <debit>) at ../sysdeps/nptl/futex-internal.h:146"
LLL = "__GI___lll_lock_wait (futex=futex@entry=0x5567ca2791c0 <debit>, private=0) at ./nptl/lowlevellock.c:49"
OPTIMIZED = "0x01 in lll_mutex_lock_optimized (mutex=0x5567ca2791c0 <debit>) at ./nptl/pthread_mutex_lock.c:48"
LOCK = "___pthread_mutex_lock (mutex=0x5567ca2791c0 <debit>) at ./nptl/pthread_mutex_lock.c:93"
GTHREAD = "0x02 in __gthread_mutex_lock (__mutex=0x5567ca2791c0 <debit>) at /usr/include/c++/12/bits/gthr-default.h:749"
STD_LOCK = "0x03 in std::mutex::lock (this=0x5567ca2791c0 <debit>) at /usr/include/c++/12/bits/std_mutex.h:100"
GUARD = "0x04 in std::lock_guard<std::mutex>::lock_guard (this=0x7f9b10f3add8, __m=...) at /usr/include/c++/12/bits/std_mutex.h:229"
WORK = "0x05 in transfer (i=3) at bank.cc:10"
CLONE = "0x06 in start_thread (arg=<optimized out>) at ./nptl/pthread_create.c:442"
DEBIT, CREDIT, STATS = 0x5567CA2791C0, 0x5567CA279180, 0x5567CA279200

STRIPPED = "0x00007f01 in ?? () from /lib/x86_64-linux-gnu/libc.so.6"
STRIPPED_LOCK = "0x00007f02 in pthread_mutex_lock () from /lib/x86_64-linux-gnu/libc.so.6"
COND = (
    "__futex_abstimed_wait_common64 (private=0, cancel=true, op=393, expected=0, futex_word=0x7ffe82fbd978) at futex-internal.c:57",
    "0x01 in __pthread_cond_wait_common (abstime=0x0, clockid=0, mutex=0x7ffe82fbd928, cond=0x7ffe82fbd950) at pthread_cond_wait.c:503",
    "___pthread_cond_wait (cond=0x7ffe82fbd950, mutex=0x7ffe82fbd928) at ./nptl/pthread_cond_wait.c:618",
)
# A task of a pool: what it waits for is no wait for work.
TASK = (
    "0x11 in std::packaged_task<int ()>::operator() (this=0x7f3d08000bc0) at /usr/include/c++/12/future:1559",
    "0x12 in ThreadPool::worker_loop (this=0x7ffe) at pool.h:30",
    CLONE,
)


# -- the awaited object


@pytest.mark.parametrize(
    ("frames", "kind", "address", "symbol"),
    [
        ((FUTEX, LLL, OPTIMIZED, LOCK, WORK, CLONE), "mutex", DEBIT, "debit"),
        ((FUTEX, LLL, OPTIMIZED, LOCK, GTHREAD, STD_LOCK, GUARD, WORK, CLONE), "mutex", DEBIT, "debit"),
        ((STRIPPED, STRIPPED_LOCK, GTHREAD.replace(" <debit>", ""), WORK, CLONE), "mutex", DEBIT, None),
        ((STRIPPED, STRIPPED_LOCK, STD_LOCK, GUARD, WORK, CLONE), "mutex", DEBIT, "debit"),
        ((FUTEX, LLL, LOCK.replace("0x5567ca2791c0 <debit>", "<optimized out>"), WORK, CLONE), "mutex", DEBIT, "debit"),
        ((STRIPPED, STRIPPED_LOCK, "0x05 in take (m=0x5567ca2791c0) at a.c:1", CLONE), "mutex", DEBIT, None),
        ((STRIPPED, STRIPPED_LOCK, WORK, CLONE), "mutex", None, None),
        ((STRIPPED, STRIPPED_LOCK, GUARD, WORK, CLONE), "mutex", None, None),
        (
            # glibc parks a thread whose PI mutex can never be had on an int of its own stack
            (
                "__futex_abstimed_wait_common (futex_word=0x7f9b10f3adc0, expected=0) at ./nptl/futex-internal.c:87",
                "0x01 in __pthread_mutex_lock_full (mutex=0x5567ca2791c0 <debit>) at ./nptl/pthread_mutex_lock.c:454",
                WORK,
                CLONE,
            ),
            *("mutex", DEBIT, "debit"),
        ),
        (
            # the futex is a word inside the lock, not the lock
            (
                "__futex_abstimed_wait_common64 (private=0, expected=3, futex_word=0x55b9b76211ec <catalog+12>) at futex-internal.c:57",
                "0x01 in __pthread_rwlock_wrlock_full64 (abstime=0x0, clockid=0, rwlock=0x55b9b76211e0 <catalog>) at ./nptl/rwlock.c:830",
                "___pthread_rwlock_wrlock (rwlock=0x55b9b76211e0 <catalog>) at ./nptl/pthread_rwlock_wrlock.c:26",
                WORK,
                CLONE,
            ),
            *("rwlock", 0x55B9B76211E0, "catalog"),
        ),
        (
            (
                "__futex_abstimed_wait_common64 (private=0, expected=3, futex_word=0x55b9b76211ec <catalog+12>) at futex-internal.c:57",
                "___pthread_rwlock_wrlock (rwlock=<optimized out>) at ./nptl/pthread_rwlock_wrlock.c:26",
                WORK,
                CLONE,
            ),
            *("rwlock", None, None),
        ),
        ((*COND, "0x05 in wait_for_reply (r=0x7ffe) at a.cc:1", *TASK), "condition", 0x7FFE82FBD950, None),
        (
            (
                "__futex_abstimed_wait_common64 (private=0, expected=0, futex_word=0x55a0f6a05060 <slots>) at ./nptl/futex-internal.c:57",
                "0x01 in do_futex_wait (sem=sem@entry=0x55a0f6a05060 <slots>, abstime=0x0, clockid=0) at ./nptl/sem_waitcommon.c:111",
                "0x02 in __new_sem_wait_slow64 (sem=0x55a0f6a05060 <slots>, abstime=0x0, clockid=0) at ./nptl/sem_waitcommon.c:183",
                WORK,
                CLONE,
            ),
            *("semaphore", 0x55A0F6A05060, "slots"),
        ),
        (
            (
                "futex_wait (private=0, expected=1, futex_word=0x55c0 <meet+4>) at ../sysdeps/nptl/futex-internal.h:146",
                "___pthread_barrier_wait (barrier=0x55bc <meet>) at ./nptl/pthread_barrier_wait.c:184",
                WORK,
                CLONE,
            ),
            *("barrier", 0x55BC, "meet"),
        ),
        (
            (
                "__lll_lock_wait_private (futex=0x7f7b94000030) at ./nptl/lowlevellock.c:34",
                "0x01 in __GI___libc_malloc (bytes=32) at ./malloc/malloc.c:3321",
                WORK,
                CLONE,
            ),
            *("allocator", 0x7F7B94000030, None),
        ),
    ],
)
def test_the_awaited_object_is_the_best_argument(frames: tuple[str, ...], kind: str, address: int | None, symbol: str | None) -> None:
    found = awaited(*frames)
    assert (found.kind, found.address, found.symbol, found.evidence) == (kind, address, symbol, "frames")


@pytest.mark.parametrize("name", ["mutex", "mtx", "lock", "mu", "m", "rwlock"])
def test_a_callers_own_name_for_its_lock_is_known(name: str) -> None:
    assert awaited(STRIPPED, STRIPPED_LOCK, f"0x05 in take (n=0x77, {name}=0x5567ca2791c0) at a.c:1", CLONE).address == DEBIT


def test_a_callers_other_arguments_are_no_lock() -> None:
    assert awaited(STRIPPED, STRIPPED_LOCK, "0x05 in take (this=0x77, pool=0x78, mutexes=0x79) at a.c:1", CLONE).address is None
    assert awaited(STRIPPED, STRIPPED_LOCK, WORK, "0x06 in outer (m=0x77) at a.c:2", CLONE).address is None


def test_the_guards_own_address_is_not_taken_for_the_mutex() -> None:
    found = awaited(
        STRIPPED, STRIPPED_LOCK, "0x03 in std::unique_lock<std::mutex>::lock (this=0x7f9b10f3add8) at unique_lock.h:139", GUARD, WORK
    )
    assert found.address is None


def test_the_line_is_that_of_the_frame_that_names_the_object() -> None:
    assert waiting_line(FUTEX, LLL, OPTIMIZED, LOCK, WORK, CLONE) == 5
    assert waiting_line(STRIPPED, STRIPPED_LOCK, WORK, CLONE) == 3


@pytest.mark.parametrize(
    ("frame", "mode"),
    [
        ("___pthread_rwlock_wrlock (rwlock=0x55b9) at a.c:26", "write"),
        ("___pthread_rwlock_rdlock (rwlock=0x55b9) at a.c:26", "read"),
    ],
)
def test_a_rwlock_is_awaited_to_read_or_to_write(frame: str, mode: str) -> None:
    assert awaited(STRIPPED, frame, WORK, CLONE).mode == mode


def test_a_writer_of_a_shared_mutex_awaits_it_to_write() -> None:
    writer = "0x04 in std::shared_mutex::lock (this=0x55b9) at /usr/include/c++/12/shared_mutex:420"
    assert awaited(STRIPPED, "___pthread_rwlock_wrlock (rwlock=0x55b9) at a.c:26", writer, WORK, CLONE).mode == "write"


def test_a_future_is_known_by_its_futex_word() -> None:
    found = awaited(
        "0x00 in syscall () at ../sysdeps/unix/sysv/linux/x86_64/syscall.S:38",
        "0x01 in std::__atomic_futex_unsigned_base::_M_futex_wait_until(unsigned int*, unsigned int, bool) () from /lib/libstdc++.so.6",
        "0x02 in std::__atomic_futex_unsigned<2147483648u>::_M_load_and_test_until (this=0x7f148c000bd0) at atomic_futex.h:102",
        "0x03 in std::__atomic_futex_unsigned<2147483648u>::_M_load_when_equal (this=0x7f148c000bd0, __val=1) at atomic_futex.h:165",
        "0x04 in std::__future_base::_State_baseV2::wait (this=0x7f148c000bc0) at /usr/include/c++/12/future:345",
        "0x05 in std::__basic_future<int>::_M_get_result (this=0x7f14a0119e20) at /usr/include/c++/12/future:721",
        "0x06 in std::future<int>::get (this=0x7f14a0119e20) at /usr/include/c++/12/future:800",
        "0x07 in handle_request (id=3) at pool.cc:9",
        *TASK,
    )
    assert (found.kind, found.address) == ("future", 0x7F148C000BD0)


def test_a_thread_that_waits_for_nothing_awaits_nothing() -> None:
    assert see(thread("0x01 in compute (n=5) at a.c:1", WORK, CLONE))[9].awaited is None


def test_a_lock_of_the_server_is_not_the_condition_that_its_waiters_sleep_on() -> None:
    frames = (
        *COND,
        "0x03 in lock_wait (thr=thr@entry=0x772bb00173c0) at lock0lock.cc:2189",
        "0x04 in row_mysql_handle_errors (new_err=0x7ffe) at row0mysql.cc:713",
        "0x05 in do_command (thd=0x77) at sql_parse.cc:1402",
        CLONE,
    )
    found = awaited(*frames)
    assert (found.kind, found.address, waiting_line(*frames)) == ("database-lock", None, 5)


def test_a_thread_woken_from_a_condition_awaits_the_mutex() -> None:
    found = awaited(FUTEX, LLL, OPTIMIZED.replace("lll_mutex_lock_optimized", "__pthread_mutex_cond_lock"), *COND[1:], WORK, CLONE)
    assert (found.kind, found.address) == ("mutex", DEBIT)


# -- joins

JOIN = (
    "__futex_abstimed_wait_common64 (private=128, cancel=true, op=265, expected=27337, futex_word=0x7f476becf990) at futex-internal.c:57",
    "0x01 in __pthread_clockjoin_ex (threadid=139944730097344, thread_return=0x0, clockid=0) at ./nptl/pthread_join_common.c:102",
    "0x02 in shutdown_all () at join.c:4",
    CLONE,
)
assert 139944730097344 == 0x7F476BECF6C0


def test_the_joined_thread_is_known_by_the_word_that_is_waited_on() -> None:
    found = awaited(*JOIN)
    assert (found.kind, found.owners, waiting_line(*JOIN)) == ("thread", (27337,), 2)


def test_the_joined_thread_is_known_by_its_pthread_id() -> None:
    joining = thread(*(frame.replace("expected=27337", "expected=<optimized out>") for frame in JOIN))
    joined = thread("0x01 in work () at a.c:1", CLONE, lwp=27337, pthread=0x7F476BECF6C0)
    sighting = see(joining + joined)[9]
    assert sighting.awaited is not None
    assert (sighting.awaited.kind, sighting.awaited.owners, sighting.wait_line) == ("thread", (27337,), 3)


def test_a_joined_thread_that_is_not_in_the_dump_is_unknown() -> None:
    found = awaited(*(frame.replace("expected=27337", "expected=<optimized out>") for frame in JOIN))
    assert (found.kind, found.owners) == ("thread", ())


# -- what a thread holds, by the locals of its guards


def test_a_guard_of_an_outer_frame_shows_a_held_lock() -> None:
    (hold,) = holds("0x01 in compute (n=1) at a.c:1", "No locals.", WORK, f"        g = {{_M_device = @{DEBIT:#x}}}", CLONE)
    assert (hold.kind, hold.address, hold.evidence, hold.line, hold.frame, hold.shared) == ("mutex", DEBIT, "locals", 5, 1, False)


def test_the_awaited_lock_is_not_held() -> None:
    waiting = (FUTEX, LLL, OPTIMIZED, LOCK, GTHREAD, STD_LOCK, GUARD)
    assert addresses(holds(*waiting, WORK, f"        g = {{_M_device = @{DEBIT:#x}}}", CLONE)) == []
    assert addresses(
        holds(*waiting, WORK, f"        a = {{_M_device = @{CREDIT:#x}}}", f"        b = {{_M_device = @{DEBIT:#x}}}", CLONE)
    ) == [CREDIT]


def test_a_guard_is_sure_where_its_frame_builds_the_one_behind_it() -> None:
    waiting = (FUTEX, LLL, OPTIMIZED, LOCK, GTHREAD, STD_LOCK, GUARD)
    first, second = f"        a = {{_M_device = @{CREDIT:#x}}}", f"        b = {{_M_device = @{DEBIT:#x}}}"
    assert [(hold.address, hold.sure) for hold in holds(*waiting, WORK, first, second, CLONE)] == [(CREDIT, True)]
    assert [(hold.address, hold.sure) for hold in holds(*waiting, WORK, first, "        b = <optimized out>", CLONE)] == [(CREDIT, True)]


def test_a_guard_behind_the_one_that_is_built_is_not_held() -> None:
    waiting = (FUTEX, LLL, OPTIMIZED, LOCK, GTHREAD, STD_LOCK, GUARD)
    lines = (f"        b = {{_M_device = @{DEBIT:#x}}}", f"        c = {{_M_device = @{CREDIT:#x}}}")
    assert holds(*waiting, WORK, *lines, CLONE) == ()


def test_a_guard_that_may_be_left_over_is_not_sure() -> None:
    line = f"        g = {{_M_device = @{CREDIT:#x}}}"
    (running,) = holds("0x01 in compute (n=1) at a.c:1", WORK, line, CLONE)
    (outer,) = holds(FUTEX, LLL, OPTIMIZED, LOCK, WORK, "No locals.", "0x07 in outer (n=1) at a.c:2", line, CLONE)
    (same,) = holds(FUTEX, LLL, OPTIMIZED, LOCK, WORK, line, CLONE)
    assert [running.sure, outer.sure, same.sure] == [False, False, False]


@pytest.mark.parametrize(("owns", "held"), [("true", [DEBIT]), ("false", [])])
def test_a_unique_lock_says_whether_it_owns(owns: str, held: list[int]) -> None:
    guard = f"        l = {{_M_device = {DEBIT:#x} <debit>, _M_owns = {owns}}}"
    assert addresses(holds("0x01 in compute (n=1) at a.c:1", WORK, guard, CLONE)) == held


def test_a_guard_that_owns_nothing_does_not_hide_the_next() -> None:
    lines = (f"        l = {{_M_device = {DEBIT:#x}, _M_owns = false}}", f"        m = {{_M_device = {CREDIT:#x}, _M_owns = true}}")
    assert addresses(holds("0x01 in compute (n=1) at a.c:1", WORK, *lines, CLONE)) == [CREDIT]


def test_the_mutex_of_a_condition_wait_is_given_back() -> None:
    lines = ("        l = {_M_device = 0x7ffe82fbd928, _M_owns = true}", f"        g = {{_M_device = @{STATS:#x}}}")
    assert addresses(holds(*COND, WORK, *lines, CLONE)) == [STATS]


@pytest.mark.parametrize(
    "frame",
    [
        "0x02 in __gthread_cond_wait (__cond=0x7ffe82fbd950, __mutex=0x7ffe82fbd928) at gthr-default.h:865",
        "0x02 in std::__condvar::wait (this=0x7ffe82fbd950, __m=@0x7ffe82fbd928: {_M_mutex = 1}) at std_mutex.h:155",
    ],
)
def test_the_mutex_is_given_back_by_a_wait_of_a_stripped_libc(frame: str) -> None:
    wait = (STRIPPED, "0x01 in pthread_cond_wait () from /lib/x86_64-linux-gnu/libc.so.6", frame)
    assert holds(*wait, WORK, "        l = {_M_device = 0x7ffe82fbd928, _M_owns = true}", CLONE) == ()


def test_a_shared_lock_shows_a_reader() -> None:
    (hold,) = holds("0x01 in compute (n=1) at a.c:1", WORK, "        r = {_M_pm = 0x556dc564c180 <catalog>, _M_owns = true}", CLONE)
    assert (hold.kind, hold.address, hold.shared) == ("rwlock", 0x556DC564C180, True)


def test_a_lock_that_two_guards_show_is_held_once() -> None:
    line = f"        g = {{_M_device = @{DEBIT:#x}}}"
    assert addresses(holds("0x01 in compute (n=1) at a.c:1", WORK, line, WORK, line, CLONE)) == [DEBIT]


def test_a_guard_belongs_to_the_thread_whose_locals_print_it() -> None:
    seen = see(
        thread("0x01 in compute (n=1) at a.c:1", WORK, f"        g = {{_M_device = @{DEBIT:#x}}}", lwp=9)
        + thread("0x01 in compute (n=1) at a.c:1", WORK, f"        g = {{_M_device = @{CREDIT:#x}}}", lwp=8)
        + thread("0x01 in compute (n=1) at a.c:1", WORK, "No locals.", lwp=7)
    )
    assert {lwp: addresses(sighting.holds) for lwp, sighting in seen.items()} == {9: [DEBIT], 8: [CREDIT], 7: []}


@pytest.mark.parametrize("argument", [f"g={{_M_device = @{DEBIT:#x}}}", f'sql=0x55 "_M_device = @{DEBIT:#x}"'])
def test_an_argument_that_looks_like_a_guard_is_none(argument: str) -> None:
    assert holds("0x01 in compute (n=1) at a.c:1", "        n = 1", f"0x02 in take ({argument}) at a.c:2", CLONE) == ()


@pytest.mark.parametrize("value", ["<optimized out>", "0x0", "..."])
def test_a_guard_without_an_address_shows_nothing(value: str) -> None:
    assert holds("0x01 in compute (n=1) at a.c:1", WORK, f"        g = {{_M_device = {value}, _M_owns = true}}", CLONE) == ()


def test_a_guard_that_is_not_yet_made_shows_nothing() -> None:
    line = f"        l = {{_M_device = {DEBIT:#x} <debit>, _M_owns = 112}}"
    assert holds("0x01 in compute (n=1) at a.c:1", WORK, line, CLONE) == ()


# -- waits that end at a time-out

SEM = "__new_sem_wait_slow64 (sem=0x55d3ec305400 <sem>, abstime={0}, clockid=0) at ./nptl/sem_waitcommon.c:183"
ABSTIMED = (
    "__futex_abstimed_wait_common (futex_word=futex_word@entry=0x55d3ec305400 <sem>, expected=expected@entry=0, "
    "clockid=clockid@entry=0, abstime=abstime@entry={0}, private=<optimized out>, cancel=cancel@entry=true) at ./nptl/futex-internal.c:87"
)


@pytest.mark.parametrize(("abstime", "timed"), [("0x7f4cf770de80", True), ("0x0", False), ("<optimized out>", False)])
def test_a_wait_is_timed_whose_frames_print_the_time_of_its_end(abstime: str, timed: bool) -> None:
    (seen,) = see(thread(ABSTIMED.format(abstime), SEM.format(abstime), "0x05 in take () at kinds.cpp:50", CLONE)).values()
    assert (seen.place.kind, seen.place.timed) == ("semaphore", timed)


def test_of_two_threads_with_one_stack_only_the_one_with_a_time_has_a_timed_wait() -> None:
    both = [thread(ABSTIMED.format(time), SEM.format(time), WORK, CLONE, lwp=lwp) for lwp, time in ((8, "0x0"), (9, "0x7f4cf770de80"))]
    seen = see("".join(both))
    assert (seen[8].place.timed, seen[9].place.timed) == (False, True)


# -- what a thread holds, by printed owner words

PRINTED = "{{__data = {{__lock = 2, __count = 0, __owner = {0}, __nusers = 1, __kind = 0, __list = {{__prev = 0x0}}}}, __align = 2}}"
TWO = thread(FUTEX, LLL, LOCK, WORK, CLONE, lwp=9) + thread("0x01 in compute (n=1) at a.c:1", CLONE, lwp=8)


def test_a_printed_owner_word_is_a_recorded_hold() -> None:
    text = TWO + f"+p *(pthread_mutex_t *) {DEBIT:#x}\n$1 = {PRINTED.format(8)}\n"
    seen = see(text)
    assert seen[9].holds == ()
    assert seen[8].holds == (Held("mutex", DEBIT, "recorded", line=text.count("\n"), frame=0, shared=False),)


def test_a_thread_may_own_the_lock_that_it_waits_for() -> None:
    seen = see(TWO + f"+p *(pthread_mutex_t *) {DEBIT:#x}\n$1 = {PRINTED.format(9)}\n")
    assert addresses(seen[9].holds) == [DEBIT]


def test_an_owner_word_may_be_printed_alone() -> None:
    text = TWO + f"+print ((pthread_mutex_t*) {DEBIT:#x})->__data.__owner\n$1 = 8\n"
    assert addresses(see(text)[8].holds) == [DEBIT]


@pytest.mark.parametrize("word", ['["Owner ID"] = 8', "Owner ID = 8"])
def test_the_owner_may_be_told_by_glibcs_pretty_printer(word: str) -> None:
    answer = f"$1 = pthread_mutex_t = {{Type = Normal, Status = Acquired, possibly with waiters, {word}, Robust = No}}"
    assert addresses(see(TWO + f"+p *(pthread_mutex_t *) {DEBIT:#x}\n{answer}\n")[8].holds) == [DEBIT]


def test_what_else_was_printed_is_no_owner() -> None:
    for question in (f"+p *(int *) {DEBIT:#x}", f"+x/3dw {DEBIT:#x}", "+p counter"):
        assert see(TWO + f"{question}\n$1 = 8\n")[8].holds == ()


def test_each_printed_word_belongs_to_the_address_asked_before_it() -> None:
    text = (
        TWO
        + f"+p *(pthread_mutex_t *) {DEBIT:#x}\n$1 = {PRINTED.format(8)}\n+p *(pthread_mutex_t *) {CREDIT:#x}\n$2 = {PRINTED.format(9)}\n"
    )
    seen = see(text)
    assert (addresses(seen[8].holds), addresses(seen[9].holds)) == ([DEBIT], [CREDIT])


@pytest.mark.parametrize("owner", [0, 4711])
def test_an_owner_that_is_no_thread_of_the_dump_holds_nothing_here(owner: int) -> None:
    seen = see(TWO + f"+p *(pthread_mutex_t *) {DEBIT:#x}\n$1 = {PRINTED.format(owner)}\n")
    assert (seen[8].holds, seen[9].holds) == ((), ())


def test_an_answer_without_a_question_is_nobodys() -> None:
    seen = see(TWO + f"$1 = {PRINTED.format(8)}\n")
    assert seen[8].holds == ()


def test_the_writer_of_a_printed_rwlock_holds_a_rwlock() -> None:
    seen = see(
        TWO + "+p *(pthread_rwlock_t *) 0x55b9b76211e0\n$1 = {__data = {__readers = 3, __writers = 1, __cur_writer = 8, __shared = 0}}\n"
    )
    assert [(hold.kind, hold.address) for hold in seen[8].holds] == [("rwlock", 0x55B9B76211E0)]


NAMED = thread(FUTEX, LLL, f"0x02 in pthread_mutex_lock (mutex={DEBIT:#x} <ledger>) at lock.c:93", WORK, CLONE, lwp=9)
NAMED += thread("0x01 in compute (n=1) at a.c:1", CLONE, lwp=8)
STD = "{{<std::__mutex_base> = {{_M_mutex = {0}}}, <No data fields>}}"


@pytest.mark.parametrize(
    "question",
    [
        "+print ledger",
        "+p ledger",
        "(gdb) p ledger",
        "(gdb) print ledger",
        "+print *&ledger",
        "+p *(pthread_mutex_t *)&ledger",
        "+p *(pthread_mutex_t *) &ledger",
        "+print ledger[0]",
    ],
)
def test_a_lock_may_be_asked_for_by_the_name_that_frames_give_it(question: str) -> None:
    text = NAMED + f"{question}\n$1 = {PRINTED.format(8)}\n"
    assert see(text)[8].holds == (Held("mutex", DEBIT, "recorded", line=text.count("\n"), frame=0, shared=False),)


@pytest.mark.parametrize(("question", "answer"), [("ledger", STD.format(PRINTED.format(8))), ("ledger._M_mutex", PRINTED.format(8))])
def test_the_mutex_inside_a_std_mutex_is_told_by_its_name(question: str, answer: str) -> None:
    assert addresses(see(NAMED + f"+p {question}\n$1 = {answer}\n")[8].holds) == [DEBIT]


@pytest.mark.parametrize("question", ["ledger.__data.__owner", "((pthread_mutex_t *) &ledger)->__data.__owner"])
def test_an_owner_word_of_a_named_lock_may_be_printed_alone(question: str) -> None:
    assert addresses(see(NAMED + f"+p {question}\n$1 = 8\n")[8].holds) == [DEBIT]


def test_a_name_behind_which_only_parts_of_the_lock_are_seen_stands_for_its_beginning() -> None:
    text = NAMED.replace(f"{DEBIT:#x} <ledger>", f"{DEBIT + 40:#x} <ledger+40>")
    assert addresses(see(text + f"+p ledger\n$1 = {PRINTED.format(8)}\n")[8].holds) == [DEBIT]


def test_a_name_that_stands_for_several_addresses_or_none_tells_no_owner() -> None:
    twice = NAMED.replace("(n=1)", f"(n=1, other={CREDIT:#x} <ledger>)")
    for text, name in ((twice, "ledger"), (NAMED, "journal"), (NAMED, "*ledger"), (NAMED, "ledger->lock"), (NAMED, "ledger[1]")):
        assert see(text + f"+p {name}\n$1 = {PRINTED.format(8)}\n")[8].holds == ()


def test_a_lock_further_on_in_a_named_object_has_not_its_address() -> None:
    answer = f"{{size = 3, lock = {PRINTED.format(8)}}}"
    assert see(NAMED + f"+p ledger\n$1 = {answer}\n")[8].holds == ()


# -- what a thread holds, by its frames

ONCE_A, ONCE_B = 0x564F7A18E150, 0x564F7A18E154


def test_a_thread_in_an_initializer_holds_its_once_and_awaits_another() -> None:
    seen = see(
        thread(
            f"futex_wait (private=0, expected=1, futex_word={ONCE_B:#x} <fb>) at ../sysdeps/nptl/futex-internal.h:146",
            f"__pthread_once_slow (once_control={ONCE_B:#x} <fb>, init_routine=0x7fd2b90d3200 <__once_proxy>) at ./nptl/pthread_once.c:105",
            "0x01 in std::call_once<void (&)()> (__once=..., __f=@0x564f) at /usr/include/c++/12/mutex:859",
            "0x02 in init_a () at call_once.cc:5",
            f"0x03 in __pthread_once_slow (once_control={ONCE_A:#x} <fa>, init_routine=0x7fd2b90d3200) at pthread_once.c:116",
            "0x04 in std::call_once<void (&)()> (__once=..., __f=@0x564f) at /usr/include/c++/12/mutex:859",
            "0x05 in ta () at call_once.cc:7",
            CLONE,
        )
    )[9]
    assert seen.awaited is not None
    assert (seen.awaited.kind, seen.awaited.address, seen.awaited.symbol) == ("once", ONCE_B, "fb")
    assert seen.holds == (Held("once", ONCE_A, "frames", line=6, frame=4, shared=False),)


HANDLER = (
    "__lll_lock_wait_private (futex=0x7f7b94000030) at ./nptl/lowlevellock.c:34",
    "0x01 in __GI___libc_malloc (bytes=32) at ./malloc/malloc.c:3321",
    "0x02 in on_signal (sig=15) at crash.cc:3",
    "<signal handler called>",
    "0x03 in _int_free (av=0x7f7b94000030, p=0x7f7b94000b60, have_lock=0) at ./malloc/malloc.c:4579",
    "0x04 in __GI___libc_free (mem=<optimized out>) at ./malloc/malloc.c:3391",
    "0x05 in work () at crash.cc:9",
    CLONE,
)


def test_a_signal_handler_inside_the_allocator_waits_for_its_own_thread() -> None:
    seen = see(thread(*HANDLER))[9]
    assert seen.awaited is not None
    assert (seen.awaited.kind, seen.awaited.address) == ("allocator", 0x7F7B94000030)
    (hold,) = seen.holds
    assert (hold.kind, hold.evidence, hold.line, hold.frame) == ("allocator", "frames", 6, 4)


def test_a_signal_frame_may_have_its_own_name() -> None:
    (hold,) = holds(*HANDLER[:3], "0x00007f8f2e459f90 in __restore_rt () from /lib/x86_64-linux-gnu/libc.so.6", *HANDLER[4:])
    assert (hold.kind, hold.frame) == ("allocator", 4)


def test_a_signal_handler_elsewhere_holds_no_allocator() -> None:
    assert holds(*HANDLER[:4], "0x03 in work () at crash.cc:9", CLONE) == ()
    assert holds(*HANDLER[:3], *HANDLER[4:]) == ()


# -- in the document


def test_the_document_tells_what_is_awaited_and_held() -> None:
    text = thread(
        *(FUTEX, LLL, OPTIMIZED, LOCK, WORK, f"        g = {{_M_device = @{CREDIT:#x}}}", CLONE),
    )
    dumps = parse_all(text.encode(), "snap.txt")
    (told,) = stackan.analyze(Case(dumps)).to_dict()["processes"][0]["threads"]
    (waits,) = told["waits_for"]
    assert (waits["kind"], waits["address"], waits["needs"], waits["timed"]) == ("mutex", "0x5567ca2791c0", "all", False)
    assert (waits["evidence"], waits["source"], waits["line"]) == ("frames", "snap.txt", 5)
    assert told["holds"] == [{"kind": "mutex", "address": "0x5567ca279180", "evidence": "locals", "source": "snap.txt", "line": 7}]


def test_the_document_names_the_owner_that_the_text_proves() -> None:
    text = TWO + f"+p *(pthread_mutex_t *) {DEBIT:#x}\n$1 = {PRINTED.format(8)}\n"
    told = stackan.analyze(Case(parse_all(text.encode(), "snap.txt"))).to_dict()["processes"][0]["threads"]
    (waits,) = next(each for each in told if each["lwp"] == 9)["waits_for"]
    assert (waits["owner_lwp"], waits["evidence"]) == (8, "recorded")
    assert [owner["lwp"] for owner in waits["owners"]] == [8]
