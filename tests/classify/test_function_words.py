"""What a function's name says of it, in whatever style it is written."""

from __future__ import annotations

import pytest

from stackan.function_words import is_a_threads, is_pools_loop, only_waits, takes_work, words_of


def test_names_of_all_styles_have_words() -> None:
    assert words_of("ns::JobQueue::waitForWork") == words_of("wait_for_work") == words_of("WaitForWork") == ("wait", "for", "work")
    assert words_of("com.acme.HTTPServer.nextJob") == ("next", "job")


@pytest.mark.parametrize("name", ["JobQueue::pop", "ap_queue_pop_something", "Pool::next", "wait_for_work", "LinkedBlockingQueue.take"])
def test_who_takes_work_says_so(name: str) -> None:
    assert takes_work(name)


@pytest.mark.parametrize("name", ["Reply::wait_reply", "Pool::shutdown_and_wait", "BoundedQueue::push", "ObjWaitState", "Lease::acquire"])
def test_who_waits_for_an_answer_or_for_room_takes_no_work(name: str) -> None:
    assert not takes_work(name)


@pytest.mark.parametrize(
    "name",
    [
        "Event::wait",
        "Lck_CondWaitUntil",
        "ngx_thread_cond_wait",
        "qemu_cond_wait_impl",
        "apr_thread_cond_timedwait",
        "ProtectedQueue::wait",
        "Parker::park",
        "uv_sem_wait",
        "os_wait_event",
        "nt_wait_event_with_timeout",
    ],
)
def test_wrappers_of_waits_only_wait(name: str) -> None:
    assert only_waits(name)


@pytest.mark.parametrize("name", ["wait_reply", "Pool::next", "second_wait_done"])
def test_a_wait_for_something_is_no_wrapper(name: str) -> None:
    assert not only_waits(name)


def test_loops_call_tasks_and_bodies_are_run_by_threads() -> None:
    assert all(map(is_pools_loop, ["Pool::loop", "worker", "ThreadPool::run", "ThreadPoolImpl::worker", "exec::Executor::Run"]))
    assert not any(map(is_pools_loop, ["Thread::entry", "Thread::run", "WorkerThread::run", "Pool::shutdown", "handle_request"]))
    assert is_a_threads("Log::run") and not is_a_threads("transfer")
