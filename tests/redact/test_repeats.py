"""Lines that differ in their addresses alone are looked at once, and come out as if each had been looked at."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from stackan.redact import Redactor
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


def redacted(*texts: str) -> tuple[list[bytes], list[tuple[str, str, str]]]:
    redactor = Redactor()
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
