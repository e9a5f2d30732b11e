"""What the frames of real waits mean: stacks as debuggers print them, innermost first, and what their threads wait for."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from stackan.classify import Rulebook
from stackan.model.place import UNNAMED, StackMeaning
from stackan.normalize import canonical

LIBC, LIBSTDCXX = "?? libc.so.6", "?? libstdc++.so.6"

# Mechanisms of glibc 2.36, as gdb prints them with its debug symbols.
FUTEX = ("__futex_abstimed_wait_common64", "__futex_abstimed_wait_common", "__GI___futex_abstimed_wait_cancelable64")
MUTEX = ("futex_wait", "__GI___lll_lock_wait", "lll_mutex_lock_optimized", "___pthread_mutex_lock")
COND = (*FUTEX, "__pthread_cond_wait_common", "___pthread_cond_wait")
COND_TIMED = (*FUTEX, "__pthread_cond_wait_common", "___pthread_cond_timedwait64")
SEM = (*FUTEX, "do_futex_wait", "__new_sem_wait_slow64", "___new_sem_wait")
ABSL = (  # Debian's build of Abseil 20220623
    "syscall",
    "absl::debian3::synchronization_internal::Waiter::Wait(absl::debian3::synchronization_internal::KernelTimeout)",
    "AbslInternalPerThreadSemWait_debian3",
)
ABSL_BLOCK = (*ABSL, "absl::debian3::Mutex::Block(absl::debian3::base_internal::PerThreadSynch*)")
ABSL_SLOW = (
    *ABSL_BLOCK,
    "absl::debian3::Mutex::LockSlowLoop",
    "absl::debian3::Mutex::LockSlowWithDeadline",
    "absl::debian3::Mutex::LockSlow",
)
STRIPPED_COND = (LIBC, "pthread_cond_timedwait")
START = ("start_thread", "clone3")
STRIPPED_START = (LIBC, LIBC)
RUST_PARK = (
    "syscall",
    "std::sys::pal::unix::futex::futex_wait",
    "std::sys::sync::thread_parking::futex::Parker::park",
    "std::thread::thread::Thread::park",
)
RUST_CHANNEL = (
    "std::sync::mpmc::context::{impl#0}::with::{closure#0}<std::sync::mpmc::list::{impl#3}::recv::{closure_env#1}<i32>, ()>",
    "std::thread::local::LocalKey<core::cell::Cell<core::option::Option<std::sync::mpmc::context::Context>>>::try_with<()>",
    "std::sync::mpmc::context::Context::with<std::sync::mpmc::list::{impl#3}::recv::{closure_env#1}<i32>, ()>",
)
RUST_START = (
    "std::sys::backtrace::__rust_begin_short_backtrace<pool::main::{closure_env#1}, ()>",
    "core::panic::unwind_safe::{impl#23}::call_once<(), std::thread::lifecycle::spawn_unchecked::{closure#1}>",
    "std::panicking::catch_unwind::do_call<core::panic::unwind_safe::AssertUnwindSafe<()>>",
    "std::panic::catch_unwind<core::panic::unwind_safe::AssertUnwindSafe<()>>",
    "std::thread::lifecycle::spawn_unchecked::{closure#1}<pool::main::{closure_env#1}, ()>",
    "core::ops::function::FnOnce::call_once<std::thread::lifecycle::spawn_unchecked::{closure_env#1}, ()>",
    "alloc::boxed::{impl#31}::call_once<(), (dyn core::ops::function::FnOnce<(), Output=()> + core::marker::Send)>",
    "std::sys::thread::unix::{impl#2}::new::thread_start",
    *START,
)
FOLLY = (
    "syscall",
    "folly::detail::(anonymous namespace)::nativeFutexWaitImpl(std::atomic<unsigned int> const*, unsigned int, unsigned int)",
    "folly::detail::futexWaitImpl",
)
FOLLY_LOOP = ("folly::CPUThreadPoolExecutor::threadRun", "std::__invoke_impl<void, void (folly::ThreadPoolExecutor::*&)()>", *START)
CXX_START = (
    "std::__invoke_impl<void, void (*)(int), int>",
    "std::thread::_Invoker<std::tuple<void (*)(int), int> >::operator()",
    "std::thread::_State_impl<std::thread::_Invoker<std::tuple<void (*)(int), int> > >::_M_run",
    LIBSTDCXX,
    *START,
)
FUTURE = (
    "syscall",
    "std::__atomic_futex_unsigned_base::_M_futex_wait_until(unsigned int*, unsigned int, bool, std::chrono::duration<long>)",
    "std::__atomic_futex_unsigned<2147483648u>::_M_load_and_test_until",
    "std::__atomic_futex_unsigned<2147483648u>::_M_load_and_test",
    "std::__atomic_futex_unsigned<2147483648u>::_M_load_when_equal",
    "std::__future_base::_State_baseV2::wait",
    "std::__basic_future<int>::_M_get_result",
    "std::future<int>::get",
)
# A pool's worker in a task of its queue.  `__pthread_once_slow` stands in the middle of each such stack, and is no wait.
TASK = (
    "std::__future_base::_State_baseV2::_M_do_set",
    "__pthread_once_slow",
    "__gthread_once",
    "std::call_once<void (std::__future_base::_State_baseV2::*)()>",
    "std::__future_base::_Task_state<main()::<lambda()>, std::allocator<int>, int()>::_M_run(void)",
    "std::packaged_task<int ()>::operator()",
    "std::function<void ()>::operator()",
    "ThreadPool::worker_loop",
    *CXX_START,
)


def place_of(*printed: str, seen: Collection[str] = ()) -> StackMeaning:
    """The place of a stack of printed names; a frame without a name is written with its library, as `Names` gives it.

    `seen` are names in other stacks of the process.
    """
    names = tuple(name if name.startswith("??") else canonical(name) for name in printed)
    return Rulebook().places({*names, *seen}).place(names)


WAITS = {
    # -- locks: (stack, state, kind, verb)
    "mutex": ((*MUTEX, "lock_second", "audit", *START), "lock", "mutex", "waiting"),
    "mutex, glibc 2.12": (
        ("__lll_lock_wait", "_L_lock_854", "pthread_mutex_lock", "audit", "start_thread", "clone"),
        "lock",
        "mutex",
        "waiting",
    ),
    "mutex, stripped libc": ((LIBC, "pthread_mutex_lock", "audit", *STRIPPED_START), "lock", "mutex", "waiting"),
    "mutex, eu-stack": (("__lll_lock_wait", "__pthread_mutex_lock@GLIBC_2.2.5", "audit", *START), "lock", "mutex", "waiting"),
    "mutex through C++": ((*MUTEX, "__gthread_mutex_lock", "std::mutex::lock", "transfer", *CXX_START), "lock", "mutex", "waiting"),
    "robust or PI mutex": (("__futex_lock_pi64", "__pthread_mutex_lock_full", "waiter", *START), "lock", "mutex", "waiting"),
    "mutex that is just being taken": (("___pthread_mutex_lock", "audit", *START), "running", None, "running"),
    "condition, woken and waiting for its mutex": (
        ("futex_wait", "__GI___lll_lock_wait", "__pthread_mutex_cond_lock", *COND[3:], "take_job", "worker", *START),
        *("lock", "mutex", "waiting"),
    ),
    "the same, glibc 2.12": (
        ("__lll_lock_wait", "_L_cond_lock_886", "__pthread_mutex_cond_lock", "pthread_cond_wait@@GLIBC_2.3.2", "worker", "start_thread"),
        *("lock", "mutex", "waiting"),
    ),
    "rwlock to write": (
        (
            "__futex_abstimed_wait_common64",
            "__futex_abstimed_wait64",
            "__pthread_rwlock_wrlock_full64",
            "___pthread_rwlock_wrlock",
            "t2",
            *START,
        ),
        *("lock", "rwlock", "waiting"),
    ),
    "rwlock to read, stripped libc": ((LIBC, "pthread_rwlock_rdlock", "t1", *STRIPPED_START), "lock", "rwlock", "waiting"),
    "rwlock to read, libc of another name": (("?? libc-2.31.so", "pthread_rwlock_rdlock", "t1", *START), "lock", "rwlock", "waiting"),
    "rwlock to read, in assembler": (("pthread_rwlock_rdlock", "t1", "start_thread", "clone"), "lock", "rwlock", "waiting"),
    "once": (
        ("futex_wait", "futex_wait_simple", "__pthread_once_slow", "__gthread_once", "std::call_once<void (&)()>", "late", *CXX_START),
        *("lock", "once", "waiting"),
    ),
    "static initializer": (("syscall", "__cxa_guard_acquire", "instance", "main"), "lock", "once", "waiting"),
    "malloc's lock": (("__lll_lock_wait_private", "malloc", "grow", "worker", *START), "lock", "allocator", "waiting"),
    "a stream's lock": (("__lll_lock_wait_private", "_IO_puts", "log_line", "worker", *START), "lock", "stdio", "waiting"),
    "a stream's lock, inlined": (
        ("futex_wait", "__lll_lock_wait_private", "__vfprintf_internal", "log_line", "main"),
        "lock",
        "stdio",
        "waiting",
    ),
    "the loader's lock": ((*MUTEX, "_dl_open", "dlopen@@GLIBC_2.34", "load_plugin", *START), "lock", "loader", "waiting"),
    # -- others of glibc
    "semaphore": ((*SEM, "get_connection", "handler", *START), "semaphore", "semaphore", "waiting"),
    "semaphore, inlined": ((*SEM[:-1], "late", *START), "semaphore", "semaphore", "waiting"),
    "join": ((*FUTEX, "__pthread_clockjoin_ex", "___pthread_join", "shutdown_all", "stopper", *START), "join", "thread", "waiting"),
    "join in C++": ((*FUTEX, "__pthread_clockjoin_ex", "std::thread::join", "main"), "join", "thread", "waiting"),
    "child process": (("__GI___wait4", "run_helper", "main"), "idle", "process", "idle"),
    "barrier": (("futex_wait", "___pthread_barrier_wait", "phase", "worker", *START), "barrier", "barrier", "waiting"),
    "file": (("__GI___fsync", "write_log", "commit", "session", *START), "io", "file", "waiting"),
    "a write of a stream": (("__GI___libc_write", "_IO_puts", "log_line", "worker", *START), "io", "pipe", "waiting"),
    "pipe to main": (("__GI___libc_read", "main"), "io", "pipe", "waiting"),
    # -- conditions and events, in a task and outside
    "condition outside of any task": ((*COND, "take_job", "worker", *START), "idle", "condition", "idle"),
    "condition in a task": ((*COND, "wait_for_reply", "job", *TASK), "condition", "condition", "waiting"),
    "future in a task": ((*FUTURE, "handle_request", *TASK), "future", "future", "waiting"),
    "future of main": ((*FUTURE, "main"), "future", "future", "waiting"),
    "accept": (("__libc_accept", "acceptor", *CXX_START), "idle", "socket", "idle"),
    "accept in a task": (("__libc_accept", "job", *TASK), "network", "socket", "waiting"),
    "events in a loop": (("epoll_wait", "?? libevent-2.1.so.7", "event_base_loop", "main"), "idle", None, "idle"),
    "events in a loop of nobody's": (("epoll_wait", "acceptor", *CXX_START), "idle", None, "idle"),
    "events in a task": (("__GI___poll", "rpc_call", "job", *TASK), "network", None, "waiting"),
    "recv in a task": (("__libc_recv", "rpc_call", "job", *TASK), "network", "socket", "waiting"),
    "recv of a thread": (("__libc_recv", "session", *START), "idle", "socket", "idle"),
    "recv of main": (("__libc_recv", "client", "main"), "network", "socket", "waiting"),
    "send of a thread": (("__libc_send", "session", *START), "network", "socket", "waiting"),
    "sleep in a loop": (("__GI___clock_nanosleep", "__GI___nanosleep", "usleep", "timer", *START), "idle", None, "idle"),
    "sleep deep inside": (("__GI___clock_nanosleep", "__GI___nanosleep", "retry", "query", "session", *START), "sleep", None, "sleeping"),
    "signals": (("__GI___sigtimedwait", "signal_loop", *START), "idle", None, "idle"),
    # -- Abseil
    "Abseil's mutex": ((*ABSL_SLOW, "absl::debian3::Mutex::Lock", "w_lock", *CXX_START), "lock", "mutex", "waiting"),
    "Abseil's mutex to read": (
        (
            *ABSL_SLOW,
            "absl::debian3::Mutex::ReaderLock() [clone .cold]",
            "absl::debian3::ReaderMutexLock::ReaderMutexLock",
            "r",
            *CXX_START,
        ),
        *("lock", "mutex", "waiting"),
    ),
    "Abseil's condition": ((*ABSL, "absl::debian3::CondVar::WaitCommon", "w_cond", *CXX_START), "idle", "condition", "idle"),
    "Abseil's condition in a task": ((*ABSL, "absl::debian3::CondVar::WaitCommon", "job", *TASK), "condition", "condition", "waiting"),
    "Abseil's condition that has come": (
        (*ABSL_SLOW, "absl::debian3::Mutex::Trans", "absl::debian3::CondVar::WaitCommon", "w_cond", *CXX_START),
        *("lock", "mutex", "waiting"),
    ),
    "Abseil's condition of a mutex": (
        (*ABSL_BLOCK, "absl::debian3::Mutex::AwaitCommon", "absl::debian3::Mutex::Await", "w_await", *CXX_START),
        *("idle", "condition", "idle"),
    ),
    "Abseil's notification": (
        (*ABSL_SLOW, "absl::debian3::Mutex::LockWhen", "absl::debian3::Notification::WaitForNotification() const", "w_note", *CXX_START),
        *("idle", "condition", "idle"),
    ),
    "Abseil's barrier": (
        (*ABSL_BLOCK, "absl::debian3::Mutex::AwaitCommon", "absl::debian3::Mutex::Await", "absl::debian3::Barrier::Block", "t", *CXX_START),
        *("barrier", "barrier", "waiting"),
    ),
    "Abseil's call_once": (
        (
            *("syscall", "AbslInternalSpinLockDelay_debian3", "absl::debian3::base_internal::SpinLockWait"),
            *("absl::debian3::base_internal::CallOnceImpl<void (&)()>", "absl::debian3::call_once<void (&)()>", "w_once", *CXX_START),
        ),
        *("lock", "once", "waiting"),
    ),
    # -- folly
    "folly's idle pool": (
        (
            *(
                *FOLLY,
                "folly::detail::MemoryIdler::futexWaitUntil<std::atomic<unsigned int> >",
                "folly::Baton<true, std::atomic>::tryWaitSlow<C>",
            ),
            *(
                "folly::LifoSemImpl<std::atomic, S>::try_wait_until",
                "folly::LifoSemMPMCQueue<T, (folly::QueueBehaviorIfFull)0>::try_take_for",
            ),
            *FOLLY_LOOP,
        ),
        *("idle", "semaphore", "idle"),
    ),
    "folly's baton": ((*FOLLY, "folly::Baton<true, std::atomic>::wait", "flusher", *CXX_START), "idle", "condition", "idle"),
    "folly's baton in a task": (
        (*FOLLY, "folly::Baton<true, std::atomic>::wait", "app::handle", "folly::ThreadPoolExecutor::runTask", *FOLLY_LOOP),
        *("condition", "condition", "waiting"),
    ),
    "folly's future in a task": (
        (
            *(*FOLLY, "folly::Baton<true, std::atomic>::wait", "folly::futures::detail::waitImpl<folly::Future<int>, int>"),
            *("folly::Future<int>::get() &&", "app::handle", "folly::ThreadPoolExecutor::runTask", *FOLLY_LOOP),
        ),
        *("future", "future", "waiting"),
    ),
    "folly's shared mutex": (
        (
            *(*FOLLY, "folly::SharedMutexImpl<false>::WaitForever::doWait", "folly::SharedMutexImpl<false>::futexWaitForZeroBits<W>"),
            *("folly::SharedMutexImpl<false>::lockExclusiveImpl<W>", "cache::Shard::put", *CXX_START),
        ),
        *("lock", "rwlock", "waiting"),
    ),
    # -- Rust 1.95
    "Rust, parked": ((*RUST_PARK, "std::thread::functions::park", "pool::main::{closure#2}", *RUST_START), "idle", "condition", "idle"),
    "Rust, parked, older": (
        (*RUST_PARK[:-1], "std::thread::park", "pool::main::{{closure}}", "std::sys::backtrace::__rust_begin_short_backtrace", *START),
        *("idle", "condition", "idle"),
    ),
    "Rust, receives": (
        (
            *(*RUST_PARK, "std::sync::mpmc::context::Context::wait_until", "std::sync::mpmc::list::{impl#3}::recv::{closure#1}<i32>"),
            *(*RUST_CHANNEL, "std::sync::mpmc::list::Channel<i32>::recv<i32>", "std::sync::mpmc::Receiver<i32>::recv<i32>"),
            *("std::sync::mpsc::Receiver<i32>::recv<i32>", "pool::main::{closure#1}", *RUST_START),
        ),
        *("idle", "condition", "idle"),
    ),
    "Rust, a full channel": (
        (
            *(*RUST_PARK, "std::sync::mpmc::context::Context::wait_until", "std::sync::mpmc::array::{impl#1}::send::{closure#0}<i32>"),
            *(*RUST_CHANNEL, "std::sync::mpmc::array::Channel<i32>::send<i32>", "std::sync::mpmc::Sender<i32>::send<i32>"),
            *("std::sync::mpsc::SyncSender<i32>::send<i32>", "a::main::{closure#11}", *RUST_START),
        ),
        *("condition", "condition", "blocked"),
    ),
    "Rust's call_once": (
        (*RUST_PARK[:2], "std::sys::sync::once::futex::Once::call", "std::sync::once::Once::call_once<a::main>", "a::main", *RUST_START),
        *("lock", "once", "waiting"),
    ),
    "Rust's barrier": (
        (
            *(
                *RUST_PARK[:2],
                "std::sys::sync::condvar::futex::Condvar::wait_optional_timeout",
                "std::sys::sync::condvar::futex::Condvar::wait",
            ),
            *("std::sync::nonpoison::condvar::Condvar::wait<B>", "std::sync::nonpoison::condvar::Condvar::wait_while<B, W>"),
            *("std::sync::barrier::Barrier::wait", "a::main::{closure#12}", *RUST_START),
        ),
        *("barrier", "barrier", "waiting"),
    ),
    # -- no wait
    "spin lock": (("pthread_spin_lock", "worker", *START), "running", "spinlock", "spinning"),
    "yield": (("__sched_yield", "worker", *START), "running", "spinlock", "spinning"),
    "running": (("hash_phase", "mixed", *CXX_START), "running", None, "running"),
    "running in a task": (("sort_phase", "job", *TASK), "running", None, "running"),
    "an initializer that runs": (
        ("compute", "init_a", "__pthread_once_slow", "std::call_once<void (&)()>", "ta", *START),
        "running",
        None,
        "running",
    ),
    "one innermost frame without a name": ((LIBC, "get_connection", "worker", *STRIPPED_START), "unknown", "futex", "waiting"),
    "the same below a frame without a name": ((LIBC, "??", "worker", *STRIPPED_START), "unknown", None, "unknowable"),
    "a lock of the library's own": (("__lll_lock_wait_private", "__tzset", "localtime", "log_line", *START), "lock", "mutex", "waiting"),
    "two innermost frames without a name": ((LIBC, LIBC, "get_connection", "worker", *STRIPPED_START), "unknown", "futex", "waiting"),
    "the same in main, which mostly joins": ((LIBC, LIBC, "main", *STRIPPED_START), "unknown", None, "unknowable"),
    "innermost frames without names": ((LIBC, LIBC, LIBC, "get_connection", "worker", *STRIPPED_START), "unknown", None, "unknowable"),
    "no frames": ((), "unknown", None, "unknowable"),
}


@pytest.mark.parametrize(("stack", "state", "kind", "verb"), WAITS.values(), ids=WAITS)
def test_a_stack_has_its_state_its_kind_and_its_verb(stack: tuple[str, ...], state: str, kind: str | None, verb: str) -> None:
    place = place_of(*stack)
    assert (place.state, place.kind, place.verb) == (state, kind, verb)


MARIADB_SESSION = ("mysql_parse", "dispatch_command(enum_server_command, THD*, char*, unsigned int, bool)", "do_command(THD*, bool)")
MARIADB_POOL = ("threadpool_process_request", "tp_callback(TP_connection*)", "worker_main", *START)
JIT = ("??", "??", "??")

SERVERS = {
    # (stack, state, kind, verb, reason)
    "MariaDB row lock": (
        (*COND_TIMED, "lock_wait", "row_mysql_handle_errors", "row_search_mvcc", "mysql_update", *MARIADB_SESSION, *MARIADB_POOL),
        *("lock", "database-lock", "blocked", "mariadb.row-lock"),
    ),
    "MariaDB row lock, stripped": (
        (*STRIPPED_COND, "??", "??", "??", "??", "handler::ha_index_read_map", "mysql_update", *MARIADB_SESSION, "??", *STRIPPED_START),
        *("lock", "database-lock", "blocked", "mariadb.row-lock-stripped"),
    ),
    "MariaDB metadata lock": (
        (
            *COND_TIMED,
            "inline_mysql_cond_timedwait",
            "MDL_wait::timed_wait",
            "MDL_context::acquire_lock",
            "open_table",
            *MARIADB_SESSION,
            *START,
        ),
        *("lock", "database-lock", "blocked", "mariadb.metadata-lock"),
    ),
    "MariaDB metadata lock, stripped": (
        (*STRIPPED_COND, "MDL_context::acquire_lock(MDL_request*, double)", "open_table", *MARIADB_SESSION, *STRIPPED_START),
        *("lock", "database-lock", "blocked", "mariadb.metadata-lock"),
    ),
    "MariaDB pool's listener": (
        ("epoll_wait", "io_poll_wait", "listener", "get_event", "worker_main", *START),
        *("idle", None, "idle", "mariadb.pool-listener"),
    ),
    "MariaDB pool's listener, stripped": (
        ("epoll_wait", "io_poll_wait(int, epoll_event*, int, int)", "get_event", "??", "??", *STRIPPED_START),
        *("idle", None, "idle", "mariadb.pool-listener"),
    ),
    "MariaDB pool's idle worker": (
        (*COND_TIMED, "inline_mysql_cond_timedwait", "get_event", "worker_main", *START),
        *("idle", "condition", "idle", "mariadb.pool-worker"),
    ),
    "MariaDB idle connection": (
        ("__GI___poll", "vio_io_wait", "vio_socket_io_wait", "vio_read", "my_net_read_packet", "do_command(THD*, bool)", *START),
        *("idle", None, "idle", "mariadb.client"),
    ),
    "MariaDB statement that runs": (
        ("JOIN_CACHE::join_records(bool)", *MARIADB_SESSION, *START),
        "running",
        None,
        "running",
        "no-wait-in-sight",
    ),
    "PostgreSQL lock": (
        (
            "epoll_wait",
            "WaitEventSetWait",
            "WaitLatch",
            "ProcSleep",
            "??",
            "LockAcquireExtended",
            "PostgresMain",
            "??",
            "PostmasterMain",
            "main",
        ),
        *("lock", "database-lock", "blocked", "postgres.lock"),
    ),
    "PostgreSQL idle backend": (
        ("epoll_wait", "WaitEventSetWait", "secure_read", "??", "pq_getbyte", "PostgresMain", "??", "PostmasterMain", "main"),
        *("idle", None, "idle", "postgres.client"),
    ),
    "PostgreSQL background process": (
        ("epoll_wait", "WaitEventSetWait", "WaitLatch", "CheckpointerMain", "AuxiliaryProcessMain", "??", "PostmasterMain", "main"),
        *("idle", None, "idle", "postgres.background"),
    ),
    "PostgreSQL postmaster": (("__GI___select", "??", "PostmasterMain", "main"), "idle", None, "idle", "postgres.postmaster"),
    "Redis io thread, parked on a mutex by design": ((*MUTEX, "IOThreadMain", *START), "idle", "mutex", "idle", "redis.io-thread"),
    "Redis io thread that spins by design": (("IOThreadMain", *START), "idle", None, "idle", "spins-while-there-is-no-work"),
    "Redis main loop": (("epoll_wait", "??", "aeMain", "main"), "idle", None, "idle", "loop.event-loop"),
    "slapd worker without work": (
        (*COND, "ldap_pvt_thread_cond_wait", "ldap_int_thread_pool_wrapper", *START),
        *("idle", "condition", "idle", "slapd.worker"),
    ),
    "slapd worker without work, stripped": ((*COND, "?? libldap-2.5.so.0", *START), "idle", "condition", "idle", "slapd.worker-stripped"),
    "slapd worker behind another server": (
        ("__GI___poll", "wait4msg", "ldap_result", "ldap_back_search", "ldap_int_thread_pool_wrapper", *START),
        *("network", "socket", "blocked", "slapd.backend-reply"),
    ),
    "slapd worker that waits for a mutex": ((*MUTEX, "?? libldap-2.5.so.0", *START), "lock", "mutex", "waiting", "glibc.mutex"),
    "JVM thread parked": ((*COND, "Parker::park", "Unsafe_Park", *JIT), "condition", "condition", "unknowable", "jvm.park"),
    "JVM monitor": (
        (*COND, "os::PlatformEvent::park", "ObjectMonitor::EnterI", "ObjectMonitor::enter", *JIT, "JavaThread::run"),
        *("lock", "monitor", "blocked", "jvm.monitor-enter"),
    ),
    "JVM helper": (
        (*SEM[:-1], "PosixSemaphore::wait", "Semaphore::wait", "GangWorker::loop", "Thread::call_run", "thread_native_entry", *START),
        *("idle", "semaphore", "idle", "jvm.background"),
    ),
    "CPython waits for the GIL": (
        (*COND_TIMED, "take_gil", "PyEval_RestoreThread", "time_sleep", "_PyEval_EvalFrameDefault", *START),
        *("lock", "gil", "running", "python.gil"),
    ),
    "CPython waits for a lock or for work": (
        (*SEM, "PyThread_acquire_lock_timed", "acquire_timed", "lock_PyThread_acquire_lock", "_PyEval_EvalFrameDefault", *START),
        *("semaphore", "semaphore", "unknowable", "python.lock"),
    ),
    "CPython executor's worker without work": (
        (*SEM, "PyThread_acquire_lock_timed", "?? _queue.cpython-311-x86_64-linux-gnu.so", "_PyEval_EvalFrameDefault", *START),
        *("idle", "semaphore", "idle", "python.queue"),
    ),
    "Go": (
        ("runtime.futex.abi0", "runtime.notesleep", "runtime.findRunnable", "runtime.mcall"),
        "running",
        None,
        "running",
        "no-wait-in-sight",
    ),
}


@pytest.mark.parametrize(("stack", "state", "kind", "verb", "reason"), SERVERS.values(), ids=SERVERS)
def test_a_servers_stack_means_what_the_server_does(stack: tuple[str, ...], state: str, kind: str | None, verb: str, reason: str) -> None:
    place = place_of(*stack, seen=["mysqld_main"] if reason.startswith("mariadb.") else [])
    assert (place.state, place.kind, place.verb, place.reason) == (state, kind, verb, reason)


# -- the parts of a place


def test_the_run_is_the_waits_own_and_the_end_starts_the_thread() -> None:
    place = place_of(*MUTEX, "__gthread_mutex_lock", "std::mutex::lock", "lock_second", "audit", *CXX_START)
    assert place.names[place.wait_frames] == "lock_second"
    assert place.application == ("lock_second", "audit")
    assert place.names[place.first_start_frame] == "std::__invoke_impl"
    assert place.purpose == "lock_second"


def test_the_purpose_passes_over_what_only_calls_a_lambda() -> None:
    assert place_of(LIBC, "pthread_mutex_lock", "operator()", "std::function::operator()", "flush_all", "main").purpose == "flush_all"
    assert place_of(LIBC, "pthread_mutex_lock", "operator()", *STRIPPED_START).purpose == "operator()"


def test_the_purpose_of_rusts_lock_is_who_takes_it() -> None:
    futex = "std::sys::sync::mutex::futex::Mutex::"
    place = place_of(
        *RUST_PARK[:2], f"{futex}lock_contended", f"{futex}lock", "std::sync::poison::mutex::Mutex<i32>::lock<i32>", "a::ba", *RUST_START
    )
    assert (place.purpose, place.kind) == ("a::ba", "mutex")


def test_the_purpose_is_the_first_named_frame_outside_the_wait() -> None:
    assert place_of(LIBC, "pthread_mutex_lock", "??", "?? libx.so", "audit", *STRIPPED_START).purpose == "audit"
    assert place_of(LIBC, "pthread_mutex_lock", "??", *STRIPPED_START).purpose == "??"


@pytest.mark.parametrize(
    ("stack", "timed"),
    [
        ((*COND, "job", *TASK), False),
        ((*COND_TIMED, "job", *TASK), True),
        ((*FUTEX, "__pthread_cond_wait_common", "___pthread_cond_clockwait64", "job", *TASK), True),
        (("futex_wait", "__pthread_mutex_clocklock_common", "___pthread_mutex_timedlock", "job", *START), True),
        (("syscall", "std::__future_base::_State_baseV2::wait_for", "job", *TASK), True),
    ],
)
def test_a_wait_that_ends_at_a_time_out_is_timed(stack: tuple[str, ...], timed: bool) -> None:
    assert place_of(*stack).timed is timed


def test_a_wait_for_a_tasks_result_is_told_from_one_in_a_task() -> None:
    in_task, outside, other = place_of(*FUTURE, "f", *TASK), place_of(*FUTURE, "main"), place_of(*MUTEX, "f", *TASK)
    assert (in_task.task, in_task.in_task) == (True, True)
    assert (outside.task, outside.in_task) == (True, False)
    assert (other.task, other.in_task) == (False, True)


@pytest.mark.parametrize(
    ("stack", "role"),
    [
        (("__libc_accept", "acceptor", *START), "acceptor"),
        (("epoll_wait", "loop", *START), "event-loop"),
        (("__libc_recv", "session", *START), "connection"),
        (("__GI___clock_nanosleep", "timer", *START), "timer"),
        (("epoll_wait", "io_poll_wait", "listener", "get_event", "worker_main", "mysqld_main"), "listener"),
        ((*MUTEX, "audit", *START), None),
    ],
)
def test_a_thread_that_serves_has_a_role(stack: tuple[str, ...], role: str | None) -> None:
    assert place_of(*stack).role == role


def test_the_rule_that_fired_is_kept() -> None:
    place = place_of(*COND_TIMED, "lock_wait", "row_mysql_handle_errors", *MARIADB_SESSION)
    assert place.rule is not None
    assert (place.rule.id, place.rule.specific) == ("mariadb.row-lock", True)
    assert place_of(*MUTEX, "audit", *START).rule is None


def test_what_a_native_stack_cannot_tell_comes_with_what_to_take_instead() -> None:
    rule = place_of(*COND, "Parker::park", "Unsafe_Park", *JIT).rule
    assert rule is not None
    assert "jstack" in rule.hint


def test_a_place_is_worked_out_once() -> None:
    places = Rulebook().places(())
    assert places.place(("poll", "main")) is places.place(("poll", "main"))


@pytest.mark.parametrize(
    "stack",
    [
        (*MUTEX, "??", "?? libevent-2.1.so.7", "event_base_loop", "??", *START),
        ("__libc_sendmsg", "??", "?? libevent-2.1.so.7", "event_base_loop", "??", *START),
        (*SEM, "??", "uv_run", "main"),
    ],
    ids=["mutex", "send", "semaphore"],
)
def test_a_callback_of_an_event_loop_that_waits_is_not_idle(stack: tuple[str, ...]) -> None:
    assert place_of(*stack).verb != "idle"


def test_a_wait_without_a_rule_is_not_told_to_lack_names() -> None:
    place = place_of("futex_wait", "futex_wait_simple", "__condvar_quiesce_and_switch_g1", "___pthread_cond_signal", "submit", *START)
    assert place.reason != UNNAMED


def test_mariadbs_thread_that_waits_for_io_uring_is_idle() -> None:
    place = place_of("?? liburing.so.2", "__io_uring_get_cqe", "??", LIBSTDCXX, *STRIPPED_START, seen=["mysqld_main"])
    assert (place.verb, place.role) == ("idle", "event-loop")
