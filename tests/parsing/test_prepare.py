"""Dumps that were quoted, wrapped, glued, recoded or taken at a terminal: the same threads, and lines with their own numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.parsing import detect, parse_all

ASKED = b"--Type <RET> for more, q to quit, c to continue without paging--"
ASKED_BY_GDB_7 = b"---Type <return> to continue, or q <return> to quit---"


def only(data: bytes) -> Dump:
    (dump,) = parse_all(data)
    return dump


@pytest.fixture(scope="module")
def plain(root: Path) -> bytes:
    return (root / "examples" / "mariadb-pool-exhausted" / "snap1.txt").read_bytes()


def stacks(dump: Dump) -> list[tuple[object, ...]]:
    """All that counts of each thread, without blanks: a wrap may have put some into arguments."""
    rows: list[tuple[object, ...]] = []
    frames = dump.frames
    for thread in dump.threads:
        rows.append((thread.number, thread.pthread, thread.lwp, thread.name))
        for frame in frames[thread.first : thread.first + thread.frames]:
            place = (frame.file, frame.file_line, frame.library)
            rows.append((frame.level, frame.pc, frame.function, *place, "".join(frame.arguments.split())))
    return rows


def accounted(dump: Dump) -> bool:
    lines = dump.original.split(b"\n")
    return sum(dump.lines.values()) == len(lines) - (lines[-1] == b"")


def each_line(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda data: b"\n".join(change(line) for line in data.split(b"\n"))


def escape_for_html(data: bytes) -> bytes:
    for sign, entity in ((b"&", b"&amp;"), (b"<", b"&lt;"), (b">", b"&gt;"), (b'"', b"&quot;")):
        data = data.replace(sign, entity)
    return data


def glue_threads(data: bytes) -> bytes:
    """Each thread on one line, as trackers do with lines that nobody marked as code."""
    return re.sub(rb"\n#", b" #", data)


def wrap_like_a_mailer(data: bytes) -> bytes:
    """Lines of frames broken at the last blank before column 72."""
    lines = []
    for line in data.split(b"\n"):
        while line.startswith(b"#") and len(line) > 72 and b" " in line[10:72]:
            at = line.rindex(b" ", 10, 72)
            lines.append(line[:at])
            line = line[at + 1 :]
            if len(line) > 72 and b" " in line[10:72]:
                at = line.rindex(b" ", 10, 72)
                lines.append(line[:at])
                line = line[at + 1 :]
            break
        lines.append(line)
    return b"\n".join(lines)


def ask_after_every_screen(question: bytes) -> Callable[[bytes], bytes]:
    def ask(data: bytes) -> bytes:
        lines = data.split(b"\n")
        for at in range(len(lines) - 2, 0, -23):
            lines.insert(at, question)
        return b"\n".join(lines)

    return ask


def ask_within_lines(data: bytes) -> bytes:
    lines = data.split(b"\n")
    for at, line in enumerate(lines):
        if line.startswith(b"#") and at % 7 == 0 and len(line) > 60:
            lines[at] = line[:50] + ASKED + b"\n" + line[50:]
    return b"\n".join(lines)


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "quoted": each_line(lambda line: b"> " + line),
    "quoted three times": each_line(lambda line: b"> > > " + line),
    "quoted, without blanks at the ends of lines": each_line(lambda line: (b"> " + line).rstrip()),
    "in a table's cell": each_line(lambda line: b"| " + line),
    "indented as Markdown's code": each_line(lambda line: b"    " + line),
    "indented by a tab": each_line(lambda line: b"\t" + line),
    "frames indented below their headers": each_line(lambda line: b"  " + line if line.startswith(b"#") else line),
    "frames indented far below their headers": each_line(lambda line: b" " * 8 + line if line.startswith(b"#") else line),
    "in a system's log": each_line(lambda line: b"Nov 21 06:28:34 db1 gdb[4711]: " + line),
    "in a log with other times and widths": lambda data: b"\n".join(
        b"2026-11-21T06:%02d:%02d.%dZ stdout F %s" % (at // 60 % 60, at % 60, at * 7919, line) for at, line in enumerate(data.split(b"\n"))
    ),
    "in a log, without blanks at the ends of lines": each_line(lambda line: (b"mariadb_1  | " + line).rstrip()),
    "in a log, frames indented": each_line(lambda line: b"db: " + (b"  " if line.startswith(b"#") else b"") + line),
    "CRLF": lambda data: data.replace(b"\n", b"\r\n"),
    "CR": lambda data: data.replace(b"\n", b"\r"),
    "UTF-8 with a mark": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "UTF-16, little, no mark": lambda data: data.decode().encode("utf-16-le"),
    "UTF-16, big, with a mark": lambda data: b"\xfe\xff" + data.decode().encode("utf-16-be"),
    "UTF-16, big, no mark": lambda data: data.decode().encode("utf-16-be"),
    "HTML": escape_for_html,
    "a thread on each line": glue_threads,
    "wrapped by a mailer": wrap_like_a_mailer,
    "quoted, then wrapped": lambda data: wrap_like_a_mailer(data).replace(b"\n", b"\n> "),
    "wrapped, then quoted": lambda data: b"> " + wrap_like_a_mailer(data).replace(b"\n", b"\n> "),
    "behind prompts": each_line(lambda line: b"(gdb) " + line if line.startswith((b"#0 ", b"Thread ")) else line),
    "behind two prompts": each_line(lambda line: b"(gdb) (gdb) " + line if line.startswith(b"#0 ") else line),
    "paged": ask_after_every_screen(ASKED),
    "paged by gdb 7": ask_after_every_screen(ASKED_BY_GDB_7),
    "paged within lines": ask_within_lines,
    "colored": each_line(lambda line: re.sub(rb"(0x[0-9a-f]+)", b"\x1b[34m\\1\x1b[m", line)),
    "invalid UTF-8 between the lines": lambda data: data.replace(b"\n\n", b"\n\xff\xfe\xfa\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_dump_has_the_same_threads_and_every_line_is_counted(plain: bytes, change: str) -> None:
    dump = only(CHANGES[change](plain))
    assert stacks(dump) == stacks(only(plain))
    assert accounted(dump)
    assert dump.facts.pid == only(plain).facts.pid
    assert dump.unparsed == [] or change == "invalid UTF-8 between the lines"


@pytest.mark.parametrize("change", [change for change in CHANGES if change not in ("a thread on each line", "HTML", "colored")])
def test_a_line_is_quoted_as_it_was_given_and_by_its_own_number(plain: bytes, change: str) -> None:
    dump = only(CHANGES[change](plain))
    for thread in dump.threads:
        assert f"Thread {thread.number} (" in dump.line_text(thread.line)
    for frame in dump.frames:
        assert re.search(rf"#{frame.level} ", dump.line_text(frame.line))


def test_a_clean_dump_is_not_rewritten(plain: bytes) -> None:
    dump = only(plain)
    assert dump.original is dump.data
    assert dump.numbers is None


def test_a_quoted_dump_is_found_in_a_folder_too() -> None:
    assert detect(b"> Thread 1 (LWP 7):\n> #0  0x01 in f ()\n") is not None


def test_locals_of_an_indented_dump_keep_the_number_of_their_line() -> None:
    text = "Thread 1 (LWP 7):\n#0  0x01 in f ()\n        g = {_M_device = 0x5567ca279180, _M_owns = true}\n"
    dump = only("\n".join(f"    {line}" for line in ("see:", "", *text.split("\n"))).encode())
    at = dump.data.index(b"_M_device")
    assert dump.line_number(at) == 5
    assert dump.line_text(5).endswith("g = {_M_device = 0x5567ca279180, _M_owns = true}")


def test_questions_of_the_pager_in_a_row_leave_the_frame_whole() -> None:
    dump = only(b"Thread 1 (LWP 7):\n" + ASKED + ASKED + b"#0  0x01 in f (a=1, b" + ASKED + b"\n" + ASKED + b"=2) at x.c:1\n")
    assert [(frame.function, frame.arguments, frame.file_line) for frame in dump.frames] == [("f", "a=1, b=2", 1)]
    assert (dump.unparsed, sum(dump.lines.values())) == ([], 3)


def test_a_command_that_was_typed_at_the_pagers_question_is_no_line_of_a_thread() -> None:
    dump = only(b"Thread 1 (LWP 7):\n#0  0x01 in f ()\n" + ASKED + b"thread apply 2 bt\n#1  0x02 in main ()\n")
    assert ([thread.frames for thread in dump.threads], dump.lines["noise"], dump.unparsed) == ([2], 1, [])


# -- what is left as it is


def test_an_older_dump_that_a_mail_quotes_below_its_own_is_no_thread() -> None:
    dump = only(b"#0  0x01 in f ()\n#1  0x02 in main ()\n\n> #0  0x03 in g ()\n> #1  0x04 in main ()\n")
    assert [frame.function for frame in dump.frames] == ["f", "main"]
    assert [line for line, _ in dump.unparsed] == [4, 5]


@pytest.mark.parametrize(
    "text",
    [
        b"==1==ERROR: AddressSanitizer: heap-use-after-free\n    #0 0x4f2 in f /src/f.c:1:2\n    #1 0x4f3 in g (/lib/x.so+0x12)\n",
        b"    #0 0x4f3 in operator new(unsigned long) (/lib/x.so+0x12)\n",
        b"==1==WARNING: AddressSanitizer failed to allocate 9 bytes\n    #0 0x4f2 in f (a) x/f.rs:1:2\n",
        b"def f():\n    # 1 thread\n    #0 is the first\n",
        b"> I saw Thread 5 hang\n",
        b"the frame #0 0x01 in f () was on top\nand #1 0x02 in g () below\n",
    ],
)
def test_indented_lines_that_are_no_threads_are_not_taken_for_some(text: bytes) -> None:
    with pytest.raises(InputError, match="no thread dump|a sanitizer text"):
        parse_all(text)


def test_a_frame_that_cannot_be_made_whole_swallows_no_line() -> None:
    dump = only(b"Thread 1 (LWP 7):\n#0  0x01 in f (a=1,\nand here the mail ends.\nRegards\n")
    assert [line for line, _ in dump.unparsed] == [3, 4]
    assert dump.lines["continuations"] == 0


def test_a_place_that_breaks_off_swallows_no_line() -> None:
    dump = only(b"Thread 1 (LWP 7):\n#0  0x01 in f () at /usr/include/\nI think (not sure)\n")
    assert [line for line, _ in dump.unparsed] == [3]


@pytest.mark.parametrize("arguments", [b's="see #1 0x02 in g ()"', b"a=(b #1 0x02 in g ())"])
def test_a_number_sign_in_arguments_splits_no_frame(arguments: bytes) -> None:
    dump = only(b"Thread 1 (LWP 7):\n#0  0x01 in f (%s) at x.c:1\n#1  0x02 in h () from /a #3 0x1 in b.so\n" % arguments)
    assert [frame.function for frame in dump.frames] == ["f", "h"]


# -- hostile texts

SIZE = 1_000_000
HOSTILE = {
    "quotes": (b"> #0  0x01 in f (\n", b">"),
    "blanks": (b"    #0  0x01 in f ()\n", b" "),
    "quoted frames": (b"", b"> #0  f ()\n"),
    "numbers of frames": (b"#0  0x01 in f () ", b"#1 "),
    "frames in a line": (b"#0  0x01 in f () ", b"#1 0x1 in "),
    "headers in a line": (b"#0  0x01 in f () #1 0x1 in g ()", b" Thread 1 (LWP 1"),
    "pager's questions": (b"#0  0x01 in f (", ASKED),
    "pager's questions on lines": (b"#0  0x01 in f (\n", b"a" + ASKED + b"\n"),
    "prompts": (b"#0  f ()\n", b"(gdb) "),
    "prompts on lines": (b"#0  f ()\n", b"(gdb) #1  f ()\n"),
    "open frames": (b"", b"#0  0x01 in f (a=1,\nb=2\n"),
    "quotes in open frames": (b"#0  0x01 in f (a=1,\n", b'"\\'),
    "unparsed lines": (b"#0  0x01 in f (a=1,\n", b"x\n"),
    "records": (b'=thread-group-added\n~"#0  0x01 in f ()\\n"\n', b'~"a"\n'),
    "escapes in records": (b'=thread-group-added\n~"#0  0x01 in f ()\\n"\n~"', b"\\1"),
    "rows": (b"  Id   Target Id\n", b"* 1    LWP 1 f ()\n"),
    "names in rows": (b"  Id   Target Id\n* 1    LWP 1 f ()\n* 2    LWP 2 ", b'" '),
    "quoted headers of Java": (b"", b"> Full thread dump \n"),
    "headers of Java in a line": (b"> ", b"Full thread dump "),
    "signs before a title": (b"", b"> " * 5000 + b"RetAddr\n"),
    "blanks before a header": (b"", b" " * 10000 + b"java.lang.Thread.State: \n"),
    "margins": (b"", b"log: #0 0x1 in f ()\n"),
    "a long margin": (b"a: #0 0x1 in f ()\nb: #0 0x1 in f ()\n", b"a: "),
    "numbers in margins": (b"", b"1 2 3 4 5 6 7 8 9: #0 0x1 in f ()\n"),
    "entities": (b"#0  0x01 in f&lt; (", b"&amp;"),
    "blocks of a session": (b"[New LWP 1]\n", b"#0  f ()\n(gdb) bt\n"),
    "switches": (b"", b"[Switching to thread 1 (LWP 1)]\n#0  f ()\n"),
    "frames that are asked for": (b"", b"#0  f ()\n#1  g ()\n(gdb) up\n"),
    "peadar's frames": (b"thread: 0, lwp: 1, type: 0\n", b"#0  0x1 in f()+1 in "),
    "wide characters": (b"\xff\xfe", b"\n\0"),
    "carriage returns": (b"#0  0x01 in f ()", b"\r"),
    "escapes": (b"#0  0x01 in f ()", b"\x1b["),
}


@pytest.mark.parametrize("shape", HOSTILE)
def test_a_hostile_text_takes_no_longer_than_its_size_explains(in_proportion: Callable[..., None], shape: str) -> None:
    start, piece = HOSTILE[shape]
    in_proportion(lambda size: start + piece * (size // len(piece)) + b"\n", parse_all)


@pytest.mark.parametrize("pump", [b"\x1b]", b"\x1b]0;t", b"\x1b[", b"\x1b[0;", b"\x1b[ ", b"\x1b"])
def test_escapes_that_do_not_end_are_read_in_linear_time(in_proportion, pump):
    in_proportion(lambda size: pump * (size // len(pump)) + b"\n#0  0x0000000000000001 in poll ()\n", parse_all)


@pytest.mark.parametrize("end", [b"\x07", b"\x1b\\"], ids=["BEL", "ST"])
def test_a_title_of_a_window_is_dropped_however_it_ends(end):
    [dump] = parse_all(b"Thread 1 (LWP 5):\n#0  0x0000000000000001 in \x1b]0;title" + end + b"poll ()\n")

    assert dump.frames[0].function == "poll"


@pytest.mark.parametrize("lead", [b"", b"a\0b\0c\0\0\0", b"\0\0\0\0\0\0\0\0"])
def test_nuls_alone_make_no_text_of_two_bytes_each(lead):
    [dump] = parse_all(lead + b"\0" * 8 * (not lead) + b"\nThread 1 (LWP 5):\n#0  0x0000000000000001 in poll ()\n")

    assert dump.frames[0].function == "poll"
