"""Lines that differ in their addresses or their numbers alone are looked at once, and come out as if each had been looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from stackan.redact import Redactor
from stackan.redact.numbers import Numbers
from stackan.redact.repeats import Repeats
from stackan.redact.texts import Texts

ADDRESSES = st.sampled_from(
    ["0x7f12a0000d58", "0x00007f12a0000e00", "0x00005555555590a0", "0x7f12a0010c40", "0x11", "0x414243444546", "0x7f12"]
)
LINES = st.sampled_from([
    'Thread 2 (Thread {} (LWP 4711) "acme-{}"):',
    "#0  {} in __lll_lock_wait () from /lib64/libpthread.so.0",
    '#1  {} in mysql_execute (thd={}, query={} "SELECT pin FROM cards", length=21) at sql_parse.cc:2034',
    "#2  {} in Pool::take<(void*){}> (this={}, secret={}, name=0x0) at /home/alice/acme/pool.cc:{}",
    "#3  {} in read (fd=3, buf={}",
    "    self = {}, owner = <0x7f12a0000e00>",
    '    text = {} "begins here and',
    'goes on {} to its end"',
    "        i = {}, count = 12345",
    '"worker {}" #12 prio=5 tid={} nid=0x11 runnable [{}]',
    "\t- locked <{}> (a com.acme.Ledger)",
    "Thread 3 (LWP 4711) {}@example.com host=db1 password={}",
    "{}-0x00007f12a0000fff r-xp /opt/acme/bin/server",
    "USER     INFO",
    "-------- ----",
    "ID  USER  INFO",
    "--- ----- ----------",
    "{} alice select {}",
    "SELECT",
    "  pin FROM cards WHERE id = {}",
    "  Locals:",
    "    card: {}",
    "db1.acme.example.com said {} to 10.1.2.3",
    "web-1  | #0  {} in poll () from /lib64/libc.so.6",
    "| {} | alice |",
    "",
])  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> str:
    lines = draw(st.lists(LINES, min_size=2, max_size=14))
    return "\n".join(line.format(*(draw(ADDRESSES) for _ in range(line.count("{}")))) for line in lines)


NUMBERS = st.sampled_from([
    *("7", "63", "1001", "49062", "6666666", "12345678", "20240501", "123456789"),
    *("140522345678901", "4111111111111111", "0000000000000049101", "5ms", "12-34", "-5"),
    *("2024-05-01 10:12:33.123", "2024-05-01T10:12:33Z", "2024-05-01", "10:12:33,123", "10:12:33.123456-08", "10:12:33"),
    *("10.1.2.3", "::7", "ab", "0x7f12a0000d58", "0x11", "/7", "SELECT 7", "- 1"),
])  # fmt: skip
OF_LOGS = st.sampled_from([
    "{} [INFO] database P0000049062 T0000000000000049101  used_space[{}], free_space[{}]...",
    "{} session({}) of alice, ip: 10.66.1.{} or {}",
    "{} worker said 'take {}' to {}",
    '"worker {}" #{} prio=5 runnable',
    'the thread "worker {}" is {}',
    "#3 {} f (n={}) at a.c:{}",
    "{} pin = {} user={}",
    "open /home/{}/{} at {}",
    "{} says {}",
    "{}: db1.acme.example.com, call {}",
    "{} query: select pin from cards where id = {}",
    "  and b = {}",
    "SELECT",
    "{} | {} | {}",
    "ID  USER  INFO",
    "--- ----- ----------",
    "{}   alice update t set a = {}",
    "---TRANSACTION {}, ACTIVE {} sec",
    "MySQL thread id {}, OS thread handle {}, query id {} db1 10.0.0.7 app updating",
    "7f12a0000d58-7f12a0000fff r-xp {} {}",
    "{}:{} {}-{} {},{}",
    "12345678 is 0x12345678, {}",
    "        i = {}, count = {}",
    "",
])  # fmt: skip


@st.composite
def logs(draw: st.DrawFn) -> str:
    lines = draw(st.lists(OF_LOGS, min_size=2, max_size=14))
    return "\n".join(line.format(*(draw(NUMBERS) for _ in range(line.count("{}")))) for line in lines)


def redacted(*texts: str, hide: Sequence[str] = ()) -> tuple[list[bytes], list[tuple[str, str, str]]]:
    redactor = Redactor(hide)
    for number, text in enumerate(texts):
        redactor.learn(f"{number}.txt", text.encode())
    return [redactor.redact(text.encode()) for text in texts], sorted(redactor.replaced)


@example("x\n--- -----\n\nID  USER\n--- -----\n7   alice", "")
@example("--- -----\nID  USER\n0x7f12a0000d58", "ID  USER\n--- -----\n7   alice")
@given(texts(), texts())
def test_what_is_known_of_a_line_is_what_would_become_of_it(one, other):
    with_memory = redacted(one, other, one)
    find, Repeats.find = Repeats.find, lambda *_: None
    try:
        assert redacted(one, other, one) == with_memory
    finally:
        Repeats.find = find


@example("2024-05-02 says 7", "open /home/2024-05-01/7 at 7\n2024-05-01 says 7", ())
@example("2023-05-02 says 7", "2024-05-01 says 7", ("2024",))
@example('"worker 7" #7 prio=5 runnable', 'the thread "worker 7" is 7\nthe thread "worker 8" is 7', ())
@example("87654321 says 7", "12345678 says 7\n0x12345678", ())
@example("LWP 1001\n#0  f () at a.c:1\n        i = 1001", "#0  f () at a.c:1\n        i = 1002", ())
@given(logs(), logs(), st.sampled_from([(), ("acme",), ("7",), ("2024",), ("says",)]))
def test_what_is_known_of_a_line_with_numbers_is_what_would_become_of_it(one, other, hide):
    with_memory = redacted(one, other, one, hide=hide)
    find, Numbers.find = Numbers.find, lambda *_: None
    try:
        assert redacted(one, other, one, hide=hide) == with_memory
    finally:
        Numbers.find = find


def test_lines_of_a_log_that_differ_in_numbers_alone_are_looked_at_once(monkeypatch):
    looked_at = []
    monkeypatch.setattr(Texts, "finish", lambda self, line, finish=Texts.finish: looked_at.append(line) or finish(self, line))
    text = "\n".join(f"2024-05-01 10:12:{at % 60:02}.{at:03} [INFO] flushed {at + 1000} pages, lsn({at + 10**9})." for at in range(900))
    [new], _ = redacted(text)
    assert len(looked_at) == 1
    assert [line.split("(")[1] for line in new.decode().split("\n")] == [line.split("(")[1] for line in text.split("\n")]


def test_lines_that_differ_in_addresses_alone_are_looked_at_once(monkeypatch):
    looked_at = []
    monkeypatch.setattr(Texts, "finish", lambda self, line, finish=Texts.finish: looked_at.append(line) or finish(self, line))
    thread = "\n".join(f"#{level}  0x00007f12a000{{0:04x}} in f{level} (this=0x7f12b000{{0:04x}}) at a.cc:1" for level in range(20))
    text = "\n\n".join(thread.format(number) for number in range(0x1000, 0x1100))
    [new], _ = redacted(text)
    assert len(looked_at) == 21
    assert len(set(new.decode().split("\n"))) == 256 * 20 + 1


def test_names_that_differ_in_an_address_are_all_learnt():
    names = [f'"conn 0x7f12a0000{number}00"' for number in range(3)]
    text = "\n".join([*(f"LWP 7 {name}:" for name in names), *(f"waits for {name}" for name in names)])
    [new], _ = redacted(text)
    assert re.findall(r'"conn 0x.*?"', new.decode()) == [*names, *names]
