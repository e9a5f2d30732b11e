"""The native readers of Java's and Go's dumps give what the plain ones give: columns, facts, and where snapshots begin."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackan import backend
from stackan.parsing.go import goroutines
from stackan.parsing.java import dump_file, jstack
from stackan.parsing.parsed import ParsedText

from .conftest import same_columns
from .test_agreement import dumps_of

Reader = Callable[[bytes], ParsedText]
DUMPS = pathlib.Path(__file__).parents[1] / "dumps"

JSTACK = rb"""4242:
2026-11-21 06:22:11
Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6-Debian-1deb12u1 mixed mode, sharing):

Threads class SMR info:
_java_thread_list=0x00007f7b74002ed0, length=37, elements={
0x00007f7bfc017ff0, 0x00007f7bfc095d20
}

"main" #1 prio=5 os_prio=0 cpu=51.19ms elapsed=2.76s tid=0x00007f7bfc017ff0 nid=0x5797 waiting on condition  [0x00007f7c039fe000]
   java.lang.Thread.State: TIMED_WAITING (sleeping)
	at java.lang.Thread.sleep(java.base@17.0.15/Native Method)
	at Lab.<clinit>(Lab.java:150)
	- locked <0x00000000ffd02f40> (a java.lang.ref.ReferenceQueue$Lock)
	- locked <0x00000000ffd02f40> (a java.lang.ref.ReferenceQueue$Lock)

   Locked ownable synchronizers:
	- <0x00000000fd221bd8> (a java.util.concurrent.locks.ReentrantReadWriteLock$FairSync)

"a "quoted" one" #2 [16034] daemon prio=5 cpu=1.13 [reset 1.13] ms elapsed=18s tid=0x00007fdd4800b550 nid=15778 in Object.wait()  []
   java.lang.Thread.State: WAITING (on object monitor)
	at java.lang.Object.wait(java.base@17.0.15/Native Method)
	- waiting on <no object reference available>
	at Lab.take(Lab.java:12)
	- locked <0x00000000ffd02f48> (a [Ljava.lang.Object;)

"carrier" #30 daemon prio=5 tid=0x00007fdd4800b560 [0x1]
   Carrying virtual thread #34
   Mounted virtual thread #34
	at java.lang.VirtualThread.parkOnCarrierThread(java.base@21/VirtualThread.java:675)
	- parking to wait for  <0x00000000fd21c8e8> (a java.util.concurrent.locks.ReentrantLock$NonfairSync)
"C1 CompilerThread0" #9 daemon prio=9 tid=0x00007fdd4800b570 nid=0x3ea4 runnable  [0x0000000000000000]
   Compiling: 12 java.lang.String::hashCode (60 bytes)
"visual" - Thread t@31
   java.lang.Thread.State: BLOCKED on app.Table@4b5d6a01 owned by "worker-2" Id=32
	at app.Door.poll(JI[B)Z(Native Method)
	- waiting to lock <4b5d6a01> (a app.Table) owned by "main" t@1
"worker-2" - Thread t@31
Thread 15815: (state = BLOCKED)
 - Srv.two(java.lang.Object) @bci=12, line=8 (Interpreted frame)
 - Srv.one() @bci=3 (Compiled frame)

Found one Java-level deadlock:
=============================
"main":
  waiting to lock monitor 0x00007f9e00006528 (object 0x00000000d72723b8, a java.lang.Object),
  which is held by "carrier"

Found 1 deadlock.

Heap
 garbage-first heap   total 65536K
2026-11-21 06:22:12 ERROR java.lang.Exception: of somebody else
	at Srv.two(Srv.java:8)
JNI global refs: 19
"""

FILE = rb"""26598
2026-11-26T03:30:33.842719571Z
25+36

#1 "main" TIMED_WAITING 2026-11-26T03:31:35.1Z
    at java.base/java.lang.Thread.sleep0(Native Method)
    at Lab.main(Lab.java:142)

#22 "" virtual
      java.base/jdk.internal.misc.Unsafe.park(Native Method)
      java.base/java.lang.VirtualThread.parkOnCarrierThread(VirtualThread.java:675)

#28 "" virtual BLOCKED 2026-11-26T03:31:35.791433785Z
    at Lab.lambda$main$85(Lab.java:142)
    - waiting to lock <java.lang.Object@1ba4c229>
    - locked <[Ljava.lang.Object;>
    - locked <java.lang.Object@0>
    - parking to wait for <java.util.concurrent.locks.ReentrantReadWriteLock$FairSync@1f>

#30 "ForkJoinPool-1-worker-1" WAITING
    at java.base/jdk.internal.vm.Continuation.run(Continuation.java:1)
    blockedOn a@1f
#99999999999999999999 "no number"
#33 "not closed
"""

GO = rb"""fatal error: all goroutines are asleep - deadlock!

goroutine 1 gp=0xc0000061c0 m=0 mp=0x5c1e60 [chan receive, 5 minutes, locked to thread] {"user": "ann"}:
sync.(*Mutex).Lock(...)
	/usr/local/go/src/sync/mutex.go:90
main.(*S).Lock(0xc000012345, {0x4b, 0x3})
	/srv/app/main.go:25 +0x9c fp=0xc00009ef20 sp=0xc00009eee8 pc=0x66663e
main.(*S).Lock(0xc000012346, {0x4b, 0x3})
	/srv/app/main.go:25 +0x9c fp=0xc00009ef28 sp=0xc00009eef0 pc=0x66663e
nap
	/srv/app/nap.c:7 pc=0x4012f3
non-Go function at pc=4012f3
...12 frames elided...
created by main.main in goroutine 1
	/srv/app/main.go:115 +0x4b0
[originating from goroutine 7]:
main.start(...)
-----
goroutine 0 [idle]:
runtime.futex(0x1)
  runtime/sys.s:1 +0x1
panic: again
runtime stack:
main.f(0x1)
/usr/local/go/src/runtime/sema.go:241 +0x201

Nov 26 03:20:07 host app[123]: goroutine 19 [semacquire]:
Nov 26 03:20:08 host app[123]: main.f(0x2)
Nov 26 03:20:08 host app[123]: 	/srv/app/main.go:9 +0x1
Nov 26 03:20:08 host app[123]:
rax    0xca
goroutine 20 [running]:
	goroutine running on other thread; stack unavailable
what is this?
main.last(0x1)"""

EXAMPLES = {"jstack": JSTACK, "dump_to_file": FILE, "goroutines": GO}


@pytest.fixture(scope="module")
def readers() -> dict[str, tuple[Reader, Reader]]:
    """Of each form the native reader and the plain one."""
    if backend.name() != "native":
        pytest.skip("the native scanner is not in use")
    return {
        "jstack": (jstack.read, jstack.read_plainly),
        "dump_to_file": (dump_file.read, dump_file.read_plainly),
        "goroutines": (goroutines.read, goroutines.read_plainly),
    }


@pytest.fixture(scope="module")
def agree(readers) -> Callable[..., ParsedText]:
    """Read a text by both readers of a form, and fail unless they agree."""

    def agree(form: str, data: bytes) -> ParsedText:
        native, plain = (reader(data) for reader in readers[form])
        same_columns(native.columns, plain.columns, data)
        assert native.snapshots == plain.snapshots
        assert native.facts == plain.facts
        assert [list(facts.states) for facts in native.facts] == [list(facts.states) for facts in plain.facts]
        return native

    return agree


@pytest.mark.parametrize("form", EXAMPLES)
def test_they_agree_on_every_file_of_our_dumps_whatever_its_format(agree, form):
    frames = sum(len(agree(form, data).columns.frame_call) for _, data in dumps_of(DUMPS))
    assert frames > 300


@pytest.mark.parametrize("form", EXAMPLES)
@pytest.mark.parametrize("folder", ["corpus/public", "idioms", "truth", "wild"])
def test_they_agree_on_every_file_of_the_shared_dumps(shared, agree, form, folder):
    if not (shared / folder).is_dir():
        pytest.skip(f"no ../shared/{folder} beside the project")
    for path, data in dumps_of(shared / folder):
        if b"goroutine " in data or b"java" in data:
            try:
                agree(form, data)
            except (AssertionError, pytest.fail.Exception) as difference:
                pytest.fail(f"{path}: {difference}")


@pytest.mark.parametrize("form", EXAMPLES)
def test_the_examples_hold_every_kind_of_line(agree, form):
    reading = agree(form, EXAMPLES[form])
    assert [kind for kind, count in enumerate(reading.columns.lines_by_kind) if not count] == ([2] if form == "dump_to_file" else [])
    assert len(reading.facts[0].states) >= 2


@pytest.mark.parametrize("form", EXAMPLES)
def test_they_agree_on_every_beginning_and_every_ending(agree, form):
    example = EXAMPLES[form]
    for cut in range(len(example) + 1):
        agree(form, example[:cut])
        agree(form, example[cut:])


@pytest.mark.parametrize("form", EXAMPLES)
def test_they_agree_when_every_byte_is_replaced_in_turn(agree, form):
    example = EXAMPLES[form]
    for at in range(len(example)):
        agree(form, example[:at] + b"\n\t \r<\"'("[at % 8 : at % 8 + 1] + example[at + 1 :])
        agree(form, example[:at] + example[at + 1 :])


@pytest.mark.parametrize("form", EXAMPLES)
@pytest.mark.parametrize("ends", [b"\r\n", b"\r\r\n"])
def test_they_agree_on_other_ends_of_lines(agree, form, ends):
    agree(form, EXAMPLES[form].replace(b"\n", ends))


@pytest.mark.parametrize("form", EXAMPLES)
def test_they_agree_where_more_texts_alternate_than_are_remembered_and_rows_fill_up(agree, form):
    """All numbers of a copy are another's: frames, addresses and headers are new ones, over and over."""
    copies = [EXAMPLES[form].replace(b"1", b"%d" % number) for number in range(1, 60)]
    assert len(agree(form, b"\n".join(copies * 2)).columns.thread_lwp) > 100


@pytest.mark.parametrize("form", EXAMPLES)
def test_they_agree_on_a_deep_stack_and_on_many_locks(agree, form):
    lines = EXAMPLES[form].split(b"\n")
    for line in lines:
        agree(form, b"\n".join([*lines[:14], *[line] * 600, *lines[14:]]))


LINES = sorted({line for example in EXAMPLES.values() for line in example.split(b"\n")})
PIECES = [
    *(b'"', b" ", b"\t", b"\r", b"#", b"<0x", b">", b"(a ", b")", b":"),
    *(b"0x", b" tid=0x", b" nid=", b"@", b"[", b"]:", b"\xff", b"9" * 18),
]


@pytest.mark.parametrize("form", EXAMPLES)
@given(data=st.data())
def test_they_agree_on_any_order_of_such_lines_and_on_pieces_within_them(agree, form, data):
    lines = data.draw(st.lists(st.sampled_from(LINES), max_size=12))
    for _ in range(data.draw(st.integers(0, 4)) if lines else 0):
        row = data.draw(st.integers(0, len(lines) - 1))
        at = data.draw(st.integers(0, len(lines[row])))
        lines[row] = lines[row][:at] + data.draw(st.sampled_from(PIECES)) + lines[row][at + data.draw(st.integers(0, 2)) :]
    agree(form, b"\n".join(lines))


def read_all() -> list[int]:
    return [len(read(EXAMPLES[form]).columns.thread_lwp) for form, read in zip(EXAMPLES, (jstack.read, dump_file.read, goroutines.read))]


def test_the_native_readers_are_those_in_use(readers, monkeypatch):
    for module in (jstack, goroutines):
        monkeypatch.setattr(module, "_Reader", None)
    monkeypatch.setattr(dump_file, "_Text", None)
    assert read_all() == [8, 4, 5]


def test_without_the_native_scanner_the_plain_readers_are(monkeypatch):
    monkeypatch.setattr("stackan.backend._forced", "pure")
    monkeypatch.setattr("stackan.backend._fast", None, raising=False)
    assert read_all() == [8, 4, 5]
