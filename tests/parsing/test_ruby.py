"""Dumps of Ruby's threads: of tests/dumps/ruby/places.rb, by Debian's Ruby 3.1.2, and texts by the grammar of other versions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import stackan
from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.parsing import parse_all
from tests.parsing import hostile

DUMPS = Path(__file__).parents[1] / "dumps" / "ruby"
SIGDUMP = (DUMPS / "places.sigdump.txt").read_text(encoding="utf-8")
SIDEKIQ = (DUMPS / "places.sidekiq.txt").read_text(encoding="utf-8")
NAMES = [
    *("keeper", "transfer-1", "transfer-2", "monitor", "worker", "condition", "joiner"),
    *("acceptor", "client", "select", "child", "ticker", "spin"),
]
# {thread of places.rb: (state, kind, verb)}
PLACES = {
    "transfer-1": ("lock", "mutex", "waiting"),
    "transfer-2": ("lock", "mutex", "waiting"),
    "monitor": ("lock", "mutex", "waiting"),
    "worker": ("idle", "condition", "idle"),
    "condition": ("idle", "condition", "idle"),
    "joiner": ("join", "thread", "waiting"),
    "acceptor": ("idle", "socket", "idle"),
    "client": ("network", "socket", "waiting"),
    "select": ("idle", None, "idle"),
    "ticker": ("idle", None, "idle"),
}


def only(text: str) -> Dump:
    (dump,) = parse_all(text.encode(), "dump.txt")
    return dump


def analyzed(*texts: str) -> stackan.Analysis:
    dumps = [dump for number, text in enumerate(texts, 1) for dump in parse_all(text.encode(), f"snap{number}.txt")]
    return stackan.analyze(stackan.Case(dumps, []))


def sleeping(*frames: str) -> str:
    lines = "".join(f"      {frame}\n" for frame in frames)
    return f"Sigdump at 2026-03-02 11:00:00 +0000 process 7 (server)\n  Thread #<Thread:0x7f01 sleep> status=sleep priority=0\n{lines}"


@pytest.mark.parametrize(("text", "format"), [(SIGDUMP, "sigdump"), (SIDEKIQ, "ruby-threads")])
def test_each_thread_of_a_real_dump_is_read(text: str, format: str) -> None:
    dump = only(text)
    assert (dump.format, len(dump.threads), len(dump.frames), dump.unparsed) == (format, 14, 60, [])
    assert [(thread.name or "").split(" ")[-1] for thread in dump.threads[1:]] == NAMES
    assert dump.facts.pid is not None


@pytest.mark.parametrize("text", [SIGDUMP, SIDEKIQ])
def test_functions_in_c_tell_what_a_thread_waits_for(text: str) -> None:
    (process,) = analyzed(text).processes
    found = {(track.name or "").split(" ")[-1]: (track.place.state, track.place.kind, track.place.verb) for track in process.tracks}
    assert {name: found[name] for name in PLACES} == PLACES


def test_who_runs_is_told_by_sigdump_and_not_by_a_log() -> None:
    verbs = []
    for text in (SIGDUMP, SIDEKIQ):
        (process,) = analyzed(text).processes
        verbs.append(process.tracks[-1].place.verb)
    assert verbs == ["running", "unknowable"]


def test_a_deadlock_of_two_mutexes_is_seen_as_blocked() -> None:
    kinds = {(finding.kind, len(finding.threads)) for finding in analyzed(SIGDUMP).findings}
    assert ("stuck-wait", 2) in kinds
    assert "deadlock" not in str(kinds)
    assert analyzed(SIGDUMP, SIGDUMP.replace("Sigdump at 2026-11-30 16:1", "Sigdump at 2026-11-30 16:2")).verdict == "blocked"


def test_a_block_is_no_second_call_of_the_method_that_it_stands_in() -> None:
    assert "may-hold-itself" not in [reason.name for finding in analyzed(SIGDUMP).findings for reason in finding.reasons]


@pytest.mark.parametrize(
    ("frames", "verb", "kind"),
    [
        (("<internal:thread_sync>:18:in 'Thread::Queue#pop'", "/srv/x.rb:3:in 'Push#run'"), "idle", "condition"),
        (("/srv/x.rb:3:in 'Thread::Mutex#synchronize'", "/srv/x.rb:3:in 'Push#run'"), "waiting", "mutex"),
        (("/srv/x.rb:3:in 'Process.wait'", "/srv/x.rb:3:in 'Push#run'"), "waiting", "process"),
        (
            ("/srv/x.rb:3:in 'IO#wait'", "/srv/x.rb:3:in 'Push#run'", "/srv/y.rb:4:in 'Push#call'", "/srv/x.rb:9:in '<main>'"),
            "waiting",
            "socket",
        ),
        (("/srv/x.rb:3:in `pop'", "/srv/x.rb:9:in `run'"), "unknowable", None),  # the program's own: it has a place of its own
    ],
)
def test_classes_and_built_in_methods_of_newer_versions_are_known(frames: tuple[str, ...], verb: str, kind: str | None) -> None:
    (process,) = analyzed(sleeping(*frames)).processes
    assert (process.tracks[0].place.verb, process.tracks[0].place.kind) == (verb, kind)


def test_threads_of_puma_are_a_pool_and_the_free_ones_idle() -> None:
    loop = (
        "/srv/gems/puma-6.4.2/lib/puma/thread_pool.rb:155:in `block in spawn_thread'",
        "/srv/gems/puma-6.4.2/lib/puma/thread_pool.rb:120:in `initialize'",
    )
    park = ("/srv/gems/puma-6.4.2/lib/puma/thread_pool.rb:155:in `sleep'", "/srv/gems/puma-6.4.2/lib/puma/thread_pool.rb:155:in `wait'")
    text = sleeping(*park, *loop) + sleeping("/srv/x.rb:3:in `synchronize'", "/srv/x.rb:3:in `call'", *loop).partition("\n")[2].replace(
        "7f01", "7f02"
    )
    (process,) = analyzed(text).processes
    assert [(pool.name, len(pool.members), pool.idle) for pool in process.pools] == [("Puma threads", 2, 1)]


def test_sigdump_appends_its_dumps_to_one_file() -> None:
    assert [len(dump.threads) for dump in parse_all((SIGDUMP + SIGDUMP).encode(), "sigdump-7.log")] == [14, 14]
    assert [len(dump.threads) for dump in parse_all((SIDEKIQ + SIDEKIQ).encode(), "sidekiq.log")] == [14, 14]


@pytest.mark.parametrize(
    ("text", "name", "frames"),
    [
        ("Thread TID-70123\n/srv/x.rb:3:in `sleep'\n/srv/x.rb:3:in `run'\n\n", "TID-70123", 2),
        ("[4100] Thread: TID-oxq8 puma srv tp 001\n[4100]   /srv/x.rb:3:in `run'\n", "TID-oxq8 puma srv tp 001", 1),
        ("2026-03-02 WARN: Thread TID-oxq8 \n2026-03-02 WARN: <no backtrace available>\n", "TID-oxq8 ", 0),
    ],
)
def test_handlers_of_other_servers_are_read(text: str, name: str, frames: int) -> None:
    (thread,) = only(text).threads
    assert (thread.name, thread.frames) == (name, frames)


def test_a_backtrace_that_a_log_has_folded_into_one_line_is_unfolded() -> None:
    json = (
        '{"pid":4100,"tid":"oxq7","lvl":"WARN","msg":"Thread TID-oxq8 processor"}\n'
        '{"pid":4100,"tid":"oxq7","lvl":"WARN","msg":"/srv/push.rb:22:in `pop\'\\n/srv/push.rb:22:in `run\'"}\n'
    )
    logged = "Mar  2 11:00:00 web puma[7]: Thread TID-oxq9 tp 001#012/srv/push.rb:22:in `pop'#012/srv/push.rb:22:in `run'\n"
    for text, name in ((json, "TID-oxq8 processor"), (logged, "TID-oxq9 tp 001")):
        dump = only(text)
        (thread,) = dump.threads
        assert (thread.name, [frame.function for frame in dump.frames]) == (name, ["pop", "run"])
        assert dump.frames[1].file == "/srv/push.rb"


@pytest.mark.parametrize(
    "text", ["Thread TID-7 started\nwords\n", "x.rb:3:in `f': boom (RuntimeError)\n", "  Thread #<Thread:0x7> status\n"]
)
def test_what_only_looks_like_such_a_dump_is_none(text: str) -> None:
    with pytest.raises(InputError):
        parse_all(text.encode(), "log.txt")


# -- hostile texts


@pytest.mark.parametrize("text", [SIGDUMP, SIDEKIQ])
def test_broken_dumps_are_read_as_far_as_they_go(text: str) -> None:
    for broken in hostile.mutations(text.encode(), 300):
        hostile.check(broken)


@pytest.mark.parametrize(
    "line",
    [
        "  Thread #<Thread:0x7f01" + "@" * 90 + "> status=run priority=0\n",
        "  Thread #<Thread:0x7f01> status=run priority=0\n",
        "      /srv/x.rb:3:in `" + ":3:in `" * 40 + "'\n",
        "Thread TID-7 " + " Thread TID-7" * 20 + "\nx.rb:3:in `f'\n",
        "Sigdump at x process 7 (y)\n",
    ],
)
def test_the_worst_lines_take_time_in_proportion(in_proportion: Callable[..., None], line: str) -> None:
    head = sleeping("/srv/x.rb:3:in `f'")
    in_proportion(lambda size: (head + line * (size // len(line))).encode(), parse_all)
