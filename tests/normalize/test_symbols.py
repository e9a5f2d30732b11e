"""Printed function names and their canonical forms; the names come from dumps of glibc, libstdc++, MariaDB, CPython and Rust programs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackan.normalize import Names, canonical
from stackan.parsing import parse_all

NAMES = {
    # C, as it is
    "main": "main",
    "lock_second": "lock_second",
    "start_thread": "start_thread",
    "aeProcessEvents": "aeProcessEvents",
    # glibc: aliases, versions, twins for 64-bit time, clones
    "__poll": "poll",
    "__GI___poll": "poll",
    "__GI_sched_yield": "sched_yield",
    "__GI___clock_nanosleep": "clock_nanosleep",
    "clock_nanosleep@GLIBC_2.2.5": "clock_nanosleep",
    "__GI___lll_lock_wait": "lll_lock_wait",
    "__lll_lock_wait_private": "lll_lock_wait_private",
    "___pthread_mutex_lock": "pthread_mutex_lock",
    "__pthread_mutex_lock@GLIBC_2.2.5": "pthread_mutex_lock",
    "__pthread_mutex_lock_full": "pthread_mutex_lock_full",
    "__pthread_mutex_cond_lock": "pthread_mutex_cond_lock",
    "_L_lock_854": "L_lock_854",
    "___pthread_cond_wait": "pthread_cond_wait",
    "pthread_cond_wait@@GLIBC_2.3.2": "pthread_cond_wait",
    "___pthread_cond_timedwait64": "pthread_cond_timedwait",
    "___pthread_cond_clockwait64": "pthread_cond_clockwait",
    "pthread_rwlock_wrlock@@GLIBC_2.34": "pthread_rwlock_wrlock",
    "__pthread_rwlock_wrlock_full64": "pthread_rwlock_wrlock_full",
    "__futex_abstimed_wait_common64": "futex_abstimed_wait_common",
    "__GI___futex_abstimed_wait_cancelable64": "futex_abstimed_wait_cancelable",
    "__futex_lock_pi64": "futex_lock_pi",
    "___new_sem_wait": "new_sem_wait",
    "__new_sem_wait_slow64.constprop.0": "new_sem_wait_slow",
    "__pthread_clockjoin_ex": "pthread_clockjoin_ex",
    "__libc_recv": "recv",
    "__GI___libc_read": "read",
    "__libc_pwrite64": "pwrite",
    "__libc_pread64": "pread",
    "__GI___open64": "open",
    "__openat64": "openat",
    "sendfile64": "sendfile",
    "fallocate64": "fallocate",
    "__libc_start_main@@GLIBC_2.34": "libc_start_main",
    "__libc_start_main_impl": "libc_start_main_impl",
    "__libc_start_call_main": "libc_start_call_main",
    "__clone3": "clone3",
    "_start": "start",
    "__restore_rt": "restore_rt",
    "_PyEval_EvalFrameDefault": "PyEval_EvalFrameDefault",
    # Abseil: the inline namespace of its build, in C the ending
    "absl::lts_20220623::Mutex::Block(absl::lts_20220623::base_internal::PerThreadSynch*)": "absl::Mutex::Block",
    "absl::debian3::CondVar::WaitCommon(absl::debian3::Mutex*, absl::debian3::synchronization_internal::KernelTimeout) [clone .cold]": (
        "absl::CondVar::WaitCommon"
    ),
    "void absl::debian3::call_once<void (&)()>": "absl::call_once",
    "absl::debian3::Notification::WaitForNotification": "absl::Notification::WaitForNotification",
    "_ZN4absl12lts_202206235Mutex4LockEv": "absl::Mutex::Lock",
    "AbslInternalPerThreadSemWait_lts_20220623": "AbslInternalPerThreadSemWait",
    "absl::debian::Mutex": "absl::debian::Mutex",  # no build has no number
    "absl::lts_helper::run": "absl::lts_helper::run",
    # a 64 that is part of the name
    "crc64": "crc64",
    "decode_base64": "decode_base64",
    "my_strtoll10_utf64": "my_strtoll10_utf64",
    # clones of gcc
    "spawn.part.0": "spawn",
    "open_table.constprop.0.isra.3": "open_table",
    "unwind(int) [clone .cold]": "unwind",
    "rpc_call(char const*) [clone .constprop.0]": "rpc_call",
    "buf_flush_page_and_try_neighbors(buf_page_t*, buf_flush_t, unsigned long, unsigned long*) [clone .isra.0]": (
        "buf_flush_page_and_try_neighbors"
    ),
    "pthread_cond_timedwait$UNIX2003": "pthread_cond_timedwait$UNIX2003",
    "core.py": "core.py",
    "runtime.futex": "runtime.futex",
    # C++: parameters, template arguments, return types, qualifiers
    "mysqld_main(int, char**)": "mysqld_main",
    "MDL_context::acquire_lock(MDL_request*, double)": "MDL_context::acquire_lock",
    "Item_sum_sum::type_handler() const": "Item_sum_sum::type_handler",
    "Worker::take() &&": "Worker::take",
    "TTASEventMutex<GenericPolicy>::spin_and_try_lock": "TTASEventMutex::spin_and_try_lock",
    "std::vector<int, std::allocator<int> >::at(unsigned long) const": "std::vector::at",
    "std::__atomic_futex_unsigned<2147483648u>::_M_load_and_test_until": "std::__atomic_futex_unsigned::_M_load_and_test_until",
    "std::condition_variable::__wait_until_impl<std::chrono::duration<long, std::ratio<1l, 1000000000l> > >": (
        "std::condition_variable::__wait_until_impl"
    ),
    "dict_table_t* dict_acquire_mdl_shared<false>(dict_table_t*, MDL_context*, MDL_ticket**, dict_table_op_t)": "dict_acquire_mdl_shared",
    "std::enable_if<is_invocable_r_v<int, main::{lambda()#1}&>, int>::type std::__invoke_r<int, main::{lambda()#1}&>(int&)": (
        "std::__invoke_r"
    ),
    "std::thread::_Invoker<std::tuple<void (*)(int), int> >::_M_invoke<0ul>(std::_Index_tuple<0ul>)": "std::thread::_Invoker::_M_invoke",
    "std::_Bind<void (*(log_t*))(log_t*)>::__call<void, , 0ul>(std::tuple<>&&, std::_Index_tuple<0ul>)": "std::_Bind::__call",
    "std::_Sp_counted_ptr<A*, (__gnu_cxx::_Lock_policy)2>::~_Sp_counted_ptr()": "std::_Sp_counted_ptr::~_Sp_counted_ptr",
    "__gthread_once(int*, void (*)())": "gthread_once",
    "plugin_foreach_with_mask(THD*, bool (*)(THD*, st_plugin_int*, void*), int, unsigned int, void*)": "plugin_foreach_with_mask",
    # anonymous namespaces
    "(anonymous namespace)::aio_libaio::getevent_thread_routine((anonymous namespace)::aio_libaio*)": (
        "(anonymous namespace)::aio_libaio::getevent_thread_routine"
    ),
    "mongo::(anonymous namespace)::runCommandImpl": "mongo::(anonymous namespace)::runCommandImpl",
    "void (anonymous namespace)::run<int>(int)": "(anonymous namespace)::run",
    # operators
    "operator()": "operator()",
    "operator new(unsigned long)": "operator new",
    "operator delete[](void*, unsigned long)": "operator delete[]",
    "std::operator&(std::memory_order, std::__memory_order_modifier)": "std::operator&",
    "std::operator<< <std::char_traits<char> >": "std::operator<<",
    "operator< <int>(int, int)": "operator<",
    "QString::operator==": "QString::operator==",
    "F::operator->() const": "F::operator->",
    "F::operator[](int&&)": "F::operator[]",
    "F::operator,(int)": "F::operator,",
    "F::operator bool() const": "F::operator bool",
    "F::operator std::vector<int, std::allocator<int> >() const": "F::operator std::vector",
    "Detached_thread::operator()<void (*)(log_t*), log_t*>": "Detached_thread::operator()",
    "std::packaged_task<int ()>::operator()()": "std::packaged_task::operator()",
    "__gnu_cxx::__normal_iterator<int*, std::vector<int, std::allocator<int> > >::operator+(long) const": (
        "__gnu_cxx::__normal_iterator::operator+"
    ),
    "my_operator(int)": "my_operator",
    # lambdas
    "main::{lambda()#1}::operator()() const": "main::{lambda()#1}::operator()",
    "<lambda(int)>::operator()(int) const": "<lambda>::operator()",
    "proc(int)::{lambda(char const*)#2}::operator()(char const*) const": "proc::{lambda(char const*)#2}::operator()",
    "ThreadPool::submit<main::{lambda()#1}>(main::{lambda()#1})::{lambda()#1}::operator()() const": (
        "ThreadPool::submit::{lambda()#1}::operator()"
    ),
    # Rust
    "<F as alloc::boxed::FnBox<A>>::call_box": "<F as alloc::boxed::FnBox<A>>::call_box",
    "<parking_lot::raw_rwlock::RawRwLock as lock_api::rwlock::RawRwLock>::lock_exclusive": (
        "<parking_lot::raw_rwlock::RawRwLock as lock_api::rwlock::RawRwLock>::lock_exclusive"
    ),
    "core::iter::iterator::Iterator::fold::{{closure}}": "core::iter::iterator::Iterator::fold::{{closure}}",
    "core::ops::function::FnOnce::call_once<fn(i32) -> i32, (i32,)>": "core::ops::function::FnOnce::call_once",
    "std::sys_common::backtrace::__rust_begin_short_backtrace": "std::sys_common::backtrace::__rust_begin_short_backtrace",
    # no name, or none that can be read
    "": "??",
    "??": "??",
    "<signal handler called>": "<signal handler called>",
    "_Z26handle_connections_socketsv": "handle_connections_sockets",
}

# None is a word with a meaning of its own (operator, const, libc_start_main).
identifiers = st.from_regex(r"v(_?[a-z]){0,8}", fullmatch=True).filter(lambda name: name != "volatile")


@pytest.mark.parametrize(("printed", "name"), NAMES.items())
def test_a_printed_name_has_its_canonical_form(printed: str, name: str) -> None:
    assert canonical(printed) == name


@pytest.mark.parametrize("name", sorted(set(NAMES.values())))
def test_a_canonical_name_is_its_own_canonical_form(name: str) -> None:
    assert canonical(name) == name


@settings(deadline=None)
@given(identifiers)
def test_a_plain_identifier_is_its_own_canonical_form(name: str) -> None:
    assert canonical(name) == name


@settings(deadline=None)
@given(
    identifiers,
    st.sampled_from(["", "_", "__", "___", "__GI_", "__GI___", "__libc_", "__GI___libc_"]),
    st.sampled_from(
        ["", "@GLIBC_2.2.5", "@@GLIBC_2.34", ".constprop.0", ".part.3", ".isra.0.cold", "(int, char**)", "(void (*)(int)) const"]
    ),
)
def test_what_glibc_and_gcc_put_around_a_name_is_dropped(name: str, before: str, behind: str) -> None:
    assert canonical(before + name + behind) == name


@settings(deadline=None)
@given(identifiers, identifiers, st.sampled_from(["<int>", "<A<B>, (C)1>", "<void (*)(int)>", "<fn(A) -> B>", ""]))
def test_template_arguments_and_parameters_are_dropped(space: str, name: str, template: str) -> None:
    assert canonical(f"{space}{template}::{name}{template}(int, A<B> const&) const") == f"{space}::{name}"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_a_canonical_form(text: str) -> None:
    assert canonical(text)


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("bool std::operator==<char, std::char_traits<char> >(A const&, B const&)", "std::operator=="),
        ("__gnu_cxx::operator<=><int*, std::vector<int, std::allocator<int> > >(A const&, B const&)", "__gnu_cxx::operator<=>"),
        ("F::operator-<int>(int)", "F::operator-"),
    ],
)
def test_an_operators_template_arguments_are_dropped(printed: str, name: str) -> None:
    assert canonical(printed) == name


def test_gdbs_word_for_a_lambda_leaves_no_hole() -> None:
    assert "::::" not in canonical("mongo::ServiceStateMachine::<lambda()>::operator()")


# -- names of one dump


def names_of(text: str, known: dict[bytes, str] | None = None) -> list[tuple[str, ...]]:
    (dump,) = parse_all(text.encode(), "snap.txt")
    names = Names(dump, known)
    return [names.stack(thread.node) for thread in dump.threads]


def test_a_stack_is_the_canonical_names_innermost_first() -> None:
    assert names_of(
        "Thread 1 (LWP 7):\n#0  __GI___lll_lock_wait (futex=0x1) at ./nptl/lowlevellock.c:49\n"
        "#1  0x01 in ___pthread_mutex_lock (mutex=0x1) at a.c:2\n#2  0x02 in Pool<int>::take(int) (this=0x1) at b.cc:3\n"
    ) == [("lll_lock_wait", "pthread_mutex_lock", "Pool::take")]


def test_equal_functions_give_equal_tuples_in_whatever_form_they_are_printed() -> None:
    gdb = names_of(
        "Thread 2 (LWP 8):\n#0  0x01 in __GI___poll (fds=0x1) at poll.c:29\n#1  0x02 in serve(int) (n=1) at s.cc:1\n\n"
        "Thread 1 (LWP 7):\n#0  0x01 in __GI___poll (fds=0x2) at poll.c:29\n#1  0x02 in serve(int) (n=2) at s.cc:1\n"
    )
    eu_stack = names_of("PID 7 - process\nTID 7:\n#0  0x01 __poll\n#1  0x02 serve(int)\n")
    assert gdb == [("poll", "serve"), ("poll", "serve")]
    assert eu_stack == [("poll", "serve")]


def test_a_frame_without_a_name_keeps_its_library() -> None:
    assert names_of(
        "Thread 1 (LWP 7):\n#0  0x01 in ?? () from /lib/x86_64-linux-gnu/libc.so.6\n"
        "#1  0x02 in ?? () from /usr/lib/libstdc++.so.6\n#2  0x03 in ?? ()\n"
    ) == [("?? libc.so.6", "?? libstdc++.so.6", "??")]
    assert names_of("PID 7 - process\nTID 7:\n#0  0x01 - 1 - /usr/sbin/mariadbd\n#1  0x02\n") == [("?? mariadbd", "??")]


def test_a_thread_without_frames_has_an_empty_stack() -> None:
    assert names_of("Thread 2 (LWP 8):\n\nThread 1 (LWP 7):\n#0  0x01 in f ()\n") == [(), ("f",)]


def test_names_known_from_another_dump_are_taken_over() -> None:
    known = {b"__poll": "known"}
    assert names_of("TID 7:\n#0  0x01 __poll\n#1  0x02 main(int)\n", known) == [("known", "main")]
    assert known[b"main(int)"] == "main"
