"""What systemd-coredump writes, in each of the places where it ends up, through the parser.

No daemon could be run for these tests: the texts are written by hand after systemd's src/shared/elf-util.c and
src/coredump/coredumpctl.c, and after what users have posted of rsyslog's form.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable

import pytest

import stackan
from stackan.model.dump import Dump
from stackan.parsing import parse_all
from tests.parsing import hostile

MESSAGE = """\
Process 6023 (ledgerd) of user 1000 dumped core.

Module libsystemd.so.0 from deb systemd-252.17-1~deb12u1.amd64
Module ledgerd without build-id.
Stack trace of thread 6023:
#0  0x00007f8f2e51a26f __poll (libc.so.6 + 0x10926f)
#1  0x000055d9dd57c94f _ZN6ledger3runEi (ledgerd + 0x2294f)
#10 0x00007f8f2e445305 __libc_start_main (libc.so.6)

Stack trace of thread 6117:
#0  0x00007f8f2e4a3f16 n/a (n/a)
#1  0x000055d9ddd3ef8d n/a (/srv/my programs/ledgerd + 0x8d)
ELF object binary architecture: AMD x86-64"""
INFO = """\
           PID: 6023 (ledgerd)
           UID: 1000 (ledger)
        Signal: 6 (ABRT)
     Timestamp: Mon 2024-02-05 10:00:00 CET (1min ago)
  Command Line: /usr/sbin/ledgerd --workers 8
    Executable: /usr/sbin/ledgerd
       Storage: /var/lib/systemd/coredump/core.ledgerd.1000.6023.zst (present)
       Message: """ + MESSAGE.replace("\n", "\n                ")
PREFIX = "Feb  5 10:00:01 db1 systemd-coredump[6199]: "
REPAIRS_BEFORE_DETECTION = {
    "bare": MESSAGE + "\n",
    "coredumpctl info": INFO + "\n",
    "journalctl": PREFIX + "[🡕] " + MESSAGE.replace("\n", "\n" + " " * len(PREFIX)) + "\n",
    "a prefix on each line": PREFIX + MESSAGE.replace("\n", "\n" + PREFIX) + "\n",
    "rsyslog": PREFIX + MESSAGE.replace("\n", "#012") + "\n",
    "JSON": json.dumps({"_HOSTNAME": "db1", "MESSAGE": MESSAGE, "_PID": "6199"}) + "\n",
}


def dumps(text: str) -> list[Dump]:
    found = parse_all(text.encode(), "crash.txt")
    assert sum(found[0].lines.values()) == text.count("\n"), "every line is of one kind"
    return found


@pytest.fixture(params=list(REPAIRS_BEFORE_DETECTION))
def form(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_each_form_gives_the_same_threads_and_frames(form: str) -> None:
    (dump,) = dumps(REPAIRS_BEFORE_DETECTION[form])
    assert (dump.format, dump.facts.pid) == ("coredumpctl", 6023)
    assert dump.facts.command == ("/usr/sbin/ledgerd --workers 8" if form == "coredumpctl info" else "ledgerd")
    assert [(thread.lwp, thread.number, thread.name, thread.frames) for thread in dump.threads] == [
        (6023, None, None, 3),
        (6117, None, None, 2),
    ]
    assert [(frame.pc, frame.function, frame.library, frame.level) for frame in dump.frames] == [
        (0x7F8F2E51A26F, "__poll", "libc.so.6", 0),
        (0x55D9DD57C94F, "_ZN6ledger3runEi", "ledgerd", 1),
        (0x7F8F2E445305, "__libc_start_main", "libc.so.6", 2),
        (0x7F8F2E4A3F16, "", None, 0),
        (0x55D9DDD3EF8D, "", "/srv/my programs/ledgerd", 1),
    ]
    assert not dump.unparsed


def test_lines_of_each_kind_add_up() -> None:
    (dump,) = dumps(REPAIRS_BEFORE_DETECTION["journalctl"])
    assert dump.lines == {"threads": 2, "frames": 5, "continuations": 0, "locals": 0, "noise": 4, "blank": 2, "unparsed": 0}
    (dump,) = dumps("Feb  5 10:00:00 db1 kernel: up\n" + REPAIRS_BEFORE_DETECTION["rsyslog"])
    assert dump.lines == {"threads": 1, "frames": 0, "continuations": 0, "locals": 0, "noise": 0, "blank": 0, "unparsed": 1}


def test_frames_of_one_line_have_its_number_and_quote_it_whole() -> None:
    text = "Feb  5 10:00:00 db1 kernel: up\n" + REPAIRS_BEFORE_DETECTION["rsyslog"]
    (dump,) = dumps(text)
    assert {frame.line for frame in dump.frames} == {thread.line for thread in dump.threads} == {2}
    assert dump.line_text(2) == text.split("\n")[1]
    assert [dump.line_number(dump.frame_start(row)) for row in range(5)] == [2] * 5


def test_each_crash_of_a_log_is_a_dump_of_its_own(form: str) -> None:
    first, second, third = dumps(
        REPAIRS_BEFORE_DETECTION[form] + REPAIRS_BEFORE_DETECTION[form].replace("6023", "7000") + REPAIRS_BEFORE_DETECTION[form]
    )
    assert [dump.facts.pid for dump in (first, second, third)] == [6023, 7000, 6023]
    assert [len(dump.frames) for dump in (first, second, third)] == [5, 5, 5]


def test_metadata_of_packages_is_known_noise() -> None:
    text = MESSAGE.replace(
        "Stack", 'Metadata for module ledgerd owned by FDO found: {\n\t"type" : "rpm",\n\t"name" : "ledger"\n}\n\nStack', 1
    )
    (dump,) = dumps(text + "\n")
    assert (len(dump.frames), dump.lines["unparsed"]) == (5, 0)


def test_a_stack_of_64_frames_is_cut() -> None:
    frames = "".join(f"#{level:<2} 0x{0x7F00 + level:016x} f (ledgerd + 0x1)\n" for level in range(64))
    (dump,) = dumps("Process 7 (x) of user 0 dumped core.\n\nStack trace of thread 7:\n" + frames)
    assert (len(dump.frames), dump.facts.limited) == (64, True)
    (dump,) = dumps(REPAIRS_BEFORE_DETECTION["bare"])
    assert not dump.facts.limited


def test_evidence_from_a_folded_line_can_be_found_to_the_byte(tmp_path: pathlib.Path) -> None:
    locked = MESSAGE.replace("__poll", "__lll_lock_wait").replace("_ZN6ledger3runEi", "pthread_mutex_lock")
    for name in ("1.log", "2.log"):
        (tmp_path / name).write_text(f"{name} begins\n" + PREFIX + locked.replace("\n", "#012") + "\n")
    analysis = stackan.analyze(stackan.load(str(tmp_path / "1.log"), str(tmp_path / "2.log")))
    (finding,) = [finding for finding in analysis.to_dict()["findings"] if finding["kind"] == "stuck-wait"]
    assert [thread["lwp"] for thread in finding["threads"]] == [6023]
    for quote in analysis.findings[0].evidence:
        assert pathlib.Path(quote.source).read_text().split("\n")[quote.line - 1] == quote.text


def test_no_broken_message_loses_a_line_or_raises() -> None:
    for form in REPAIRS_BEFORE_DETECTION.values():
        for broken in hostile.mutations(form.encode(), 300):
            hostile.check(broken)


@pytest.mark.parametrize(
    "piece", ["#012#0  0x1 f (g + 0x1)", "#012", "#012Process 7 (x) dumped core.#012Stack trace of thread 1:#012#0  0x1 f (g)"]
)
def test_a_hostile_line_is_read_in_linear_time(in_proportion: Callable[..., None], piece: str) -> None:
    start = REPAIRS_BEFORE_DETECTION["rsyslog"].removesuffix("\n")
    in_proportion(lambda size: (start + piece * (size // len(piece)) + "\n").encode(), hostile.check)


def test_a_public_crash(shared: pathlib.Path) -> None:
    path = shared / "corpus" / "public" / "kwin-crasher" / "coredump.txt"
    if not path.is_file():
        pytest.skip("no corpus beside the project")
    (dump,) = dumps(path.read_text().removesuffix("\n") + "\n")
    assert (len(dump.threads), len(dump.frames), dump.lines["unparsed"]) == (13, 135, 0)
