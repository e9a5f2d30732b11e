"""Interpreters seen natively hide what a script waits for: it is called neither idle nor stuck, and their own dumps are asked for."""

from __future__ import annotations

import pytest

import stackan
from tests.dumping import START, Frame, Thread, analyze, app, condition, dump, kinds, lwps, poll_events, progress, receive, thread, told

PYTHON = tuple(map(app, ("sock_recv_impl", "sock_recv", "PyObject_Vectorcall", "_PyEval_EvalFrameDefault", "thread_run")))
RUBY = tuple(map(app, ("rb_thread_io_blocking_region", "rb_io_getpartial", "rb_vm_exec", "rb_vm_invoke_proc")))
PHP = tuple(map(app, ("_php_stream_fill_read_buffer", "php_stream_read", "zif_fgets", "execute_ex", "zend_execute")))
PERL = tuple(map(app, ("PerlIOUnix_read", "PerlIOBuf_fill", "Perl_sv_gets", "Perl_do_readline", "Perl_runops_standard", "Perl_call_sv")))
LUA = tuple(map(app, ("socket_recv", "recvraw", "buffer_meth_receive", "luaD_precall", "luaV_execute", "lua_pcall", "serve_script")))
JAVA = tuple(map(app, ("Java_sun_nio_ch_SocketDispatcher_read0", "JavaThread::run")))
LOOP = thread(6900, "app", poll_events(), app("select_epoll_poll_impl"), app("_PyEval_EvalFrameDefault"), app("Py_RunMain"), app("main"))


def reader(lwp: int, stack: tuple[Frame, ...], name: str = "worker") -> Thread:
    return thread(lwp, name, receive(9), stack, START)


def of(*threads: Thread) -> stackan.Analysis:
    text = dump(LOOP, *threads)
    return analyze(text, text)


@pytest.mark.parametrize(
    ("stack", "tool"), [(PYTHON, "py-spy"), (RUBY, "rbspy"), (PHP, "phpspy"), (PERL, "cluck"), (LUA, "show threads"), (JAVA, "jcmd")]
)
def test_threads_of_a_script_that_all_stand_in_one_read_may_wait_for_a_server(stack: tuple[Frame, ...], tool: str) -> None:
    analysis = of(*(reader(lwp, stack) for lwp in (6901, 6902, 6903)))
    assert analysis.verdict == "inconclusive"
    finding, problem = analysis.findings
    assert (finding.kind, finding.confidence, lwps(finding)) == ("stalled-io", "possible", [6901, 6902, 6903])
    assert problem.kind == "capture-problem"
    assert tool in told(finding, "profile-says-what-to-take")[0]["hint"]


def test_threads_of_which_others_of_their_kind_do_something_else_are_told_as_unknown_only() -> None:
    others = [thread(lwp, "worker", poll_events(), app("wait_for_job"), START) for lwp in (6904, 6905, 6906)]
    analysis = of(*(reader(lwp, PYTHON) for lwp in (6901, 6902)), *others)
    assert "stalled-io" not in kinds(analysis)
    assert progress(analysis)[6901] == "unknown"


def test_who_reads_in_one_snapshot_only_has_moved() -> None:
    after = [thread(lwp, "worker", app("json_loads"), PYTHON, START) for lwp in (6901, 6902)]
    analysis = analyze(dump(LOOP, *(reader(lwp, PYTHON) for lwp in (6901, 6902))), dump(LOOP, *after))
    assert analysis.verdict == "progressing"
    assert not analysis.findings


def test_a_script_that_accepts_is_idle() -> None:
    accept = Frame("accept", "fd=3, addr=..., len=0x7fff", "at ../sysdeps/unix/sysv/linux/accept.c:26")
    accepts = thread(6901, "worker", accept, app("sock_accept_impl"), app("sock_call_ex"), PYTHON[2:], START)
    assert progress(of(accepts))[6901] == "idle"


@pytest.mark.parametrize(
    "stack",
    [
        (app("rb_native_cond_wait"), app("rb_mutex_sleep"), app("rb_vm_exec")),
        (app("v8::internal::FutexEmulation::WaitSync"), app("Builtins_CEntry")),
    ],
)
def test_a_scripts_own_wait_is_unknown_however_many_threads_of_the_run_time_are_parked(stack: tuple[Frame, ...]) -> None:
    parked = [thread(lwp, "app", condition(0x5581_D000 + lwp, 0x5581_E000), app("PlatformWorker"), START) for lwp in range(6910, 6919)]
    waits = thread(6901, "script", condition(0x5581_D178_4100, 0x5581_D178_4140), *stack, START)
    analysis = of(waits, *parked)
    assert progress(analysis)[6901] == "unknown"
    assert analysis.verdict == "inconclusive"


@pytest.mark.parametrize(("function", "state"), [("Java_sun_nio_ch_EPoll_wait", "idle"), ("Java_sun_nio_ch_Net_poll", "unknown")])
def test_only_a_selector_is_an_event_loop_of_java(function: str, state: str) -> None:
    waits = thread(6901, "http-nio", poll_events(), app(function), app("JavaThread::run"), START)
    assert progress(of(waits))[6901] == state
