"""Tables of descriptors: what is read of them, what is believed, and what no line of theirs can do."""

from __future__ import annotations

import pytest

import stackan
from stackan.errors import InputError


def with_table(dumps, tmp_path, change, case="mutual", table="ss.txt"):
    """The analysis of a case whose table was changed."""
    (tmp_path / table).write_text(change((dumps / case / table).read_text()))
    return stackan.analyze(stackan.load(dumps / case / "t1", dumps / case / "t2", tmp_path / table))


def test_a_table_cut_with_grep_needs_no_heading(dumps, tmp_path):
    assert with_table(dumps, tmp_path, lambda text: text.partition("\n")[2]).verdict == "worker-exhaustion"


def test_a_table_without_the_waiting_thread_s_descriptor_tells_nothing(dumps, tmp_path):
    assert with_table(dumps, tmp_path, lambda text: text.replace("fd=", "fd=1")).verdict == "blocked"


def test_a_table_of_other_processes_is_told_to_fit_none(dumps, tmp_path):
    analysis = with_table(dumps, tmp_path, lambda text: text.replace("pid=", "pid=9"))
    assert analysis.verdict == "blocked"
    assert any("no descriptor in it leads anywhere from a process of this case" in warning for warning in analysis.warnings)


def test_a_descriptor_on_which_two_tables_do_not_agree_is_not_believed(dumps, tmp_path):
    def moved(text):
        return text + text.replace(":7002 ", ":7009 ").replace(":7001 ", ":7008 ")

    assert with_table(dumps, tmp_path, moved).verdict == "blocked"


def test_two_tables_that_do_not_agree_on_the_other_end_are_not_believed(dumps, tmp_path):
    def joined_anew(text):
        return text + "".join(f"u_str ESTAB 0 0 * {inode} * 77\n" for inode in (308838, 308839))

    assert with_table(dumps, tmp_path, joined_anew, "push", "ss-unix.txt").verdict == "blocked"


def test_a_thread_that_moves_may_read_what_its_process_is_sent_while_another_one_writes(dumps, tmp_path):
    assert stackan.analyze(stackan.load(dumps / "push" / "t1", dumps / "push" / "t2", dumps / "push" / "ss-unix.txt")).verdict == "deadlock"
    for each, function in (("t1", "parse"), ("t2", "store")):
        (tmp_path / each).mkdir()
        for dump in (dumps / "push" / each).iterdir():
            reader = (
                f'Thread 2 (Thread 0x7f0000000{dump.stem[-3:]} (LWP 9{dump.stem}) "reader"):\n#0  0x000055d0c0de0042 in {function} ()\n\n'
            )
            head, thread, rest = dump.read_text().partition("Thread 1 (")
            (tmp_path / each / dump.name).write_text(f"{head}{reader}{thread}{rest}")
    analysis = stackan.analyze(stackan.load(tmp_path / "t1", tmp_path / "t2", dumps / "push" / "ss-unix.txt"))
    assert not any(found.kind == "deadlock" for found in analysis.findings)


def test_a_process_that_also_has_the_other_end_open_may_answer(dumps, tmp_path):
    """A child of the peer, as after fork(): nothing is known of it."""
    assert with_table(dumps, tmp_path, lambda text: text.replace("users:((", 'users:(("child",pid=77,fd=4),(')).verdict == "blocked"


def test_an_idle_event_loop_may_answer_unless_what_was_sent_lies_there_unread(dumps, tmp_path):
    """The acceptor of either server, had it waited for events instead."""
    import shutil

    for each in ("t1", "t2"):
        (tmp_path / each).mkdir()
        for dump in (dumps / "mutual" / each).iterdir():
            text = dump.read_text().replace(
                "__libc_accept (fd=3, addr=..., len=0x0)", "epoll_wait (epfd=3, events=0x1, maxevents=64, timeout=-1)"
            )
            assert "epoll_wait" in text
            (tmp_path / each / dump.name).write_text(text)
    shutil.copy(dumps / "mutual" / "ss.txt", tmp_path)
    assert stackan.analyze(stackan.load(tmp_path)).verdict == "worker-exhaustion"
    (tmp_path / "ss.txt").write_text((tmp_path / "ss.txt").read_text().replace("ESTAB  7 ", "ESTAB  0 "))
    assert stackan.analyze(stackan.load(tmp_path)).verdict == "blocked"


def test_a_listing_of_one_process_is_named_by_its_file(dumps, tmp_path):
    blocks = (dumps / "mutual" / "fd.txt").read_text().split("\n\n")
    for block in blocks:
        heading, _, listing = block.partition("\n")
        (tmp_path / f"fd_{heading.split('/')[2]}.txt").write_text(listing)
    inputs = [dumps / "mutual" / name for name in ("t1", "t2", "tcp.txt")]
    assert stackan.analyze(stackan.load(*inputs, *tmp_path.iterdir())).verdict == "worker-exhaustion"


def test_several_tables_may_stand_in_one_text(dumps, tmp_path):
    texts = [(dumps / "mutual" / name).read_text() for name in ("fd.txt", "tcp.txt", "lsof.txt")]
    (tmp_path / "all.txt").write_text("\n".join(["+ ls -l", texts[0], "+ cat /proc/net/tcp", texts[1], "+ lsof", texts[2]]))
    case = stackan.load(dumps / "mutual" / "t1", dumps / "mutual" / "t2", tmp_path / "all.txt")
    assert [table.tools for table in case.descriptors] == [("ls", "proc-net", "lsof")]
    assert stackan.analyze(case).verdict == "worker-exhaustion"


def test_a_table_may_stand_behind_a_dump(dumps, tmp_path):
    dump = sorted((dumps / "mutual" / "t2").iterdir())[0]
    (tmp_path / dump.name).write_text(dump.read_text() + (dumps / "mutual" / "ss.txt").read_text())
    other = sorted((dumps / "mutual" / "t2").iterdir())[1]
    analysis = stackan.analyze(stackan.load(dumps / "mutual" / "t1", tmp_path / dump.name, other, given_order=False))
    assert analysis.descriptors


def test_an_empty_table_is_no_input_that_was_passed_over(dumps, tmp_path):
    analysis = with_table(dumps, tmp_path, lambda text: text.partition("\n")[0] + "\n")
    assert not any("ss.txt" in warning for warning in analysis.warnings)


def test_a_table_alone_is_an_error_that_says_what_lacks(dumps):
    with pytest.raises(InputError, match="a table of descriptors, but no thread dump beside it"):
        stackan.load(dumps / "mutual" / "ss.txt")


@pytest.mark.parametrize(
    "line",
    [
        'ESTAB 0 0 127.0.0.1:1 127.0.0.1:2 users:(("x",pid=99999999999999999999999999,fd=4))',
        'ESTAB 7 0 127.0.0.1:70000000 127.0.0.1:2 users:(("x",pid=1,fd=))',
        'ESTAB 0 0 : : users:((",pid=,fd=,pid=1,fd=2',
        "tcp 0 0 127.0.0.1:1 :: ESTABLISHED -1/x",
        "   2: 0100007F:1B59 0100007F:GGGG 01 00000000:00000007 00:00000000 00000000 0 0 1 1",
        "calls 1 root 5u IPv4 x 0t0 TCP ->127.0.0.1: (ESTABLISHED)",
        "calls 1 root 5u FIFO 0,15 0t0",
        "pair 1 root 7u unix 0x0 0t0 1 type=STREAM ->INO= ,,u",
        "lr-x------ 1 root root 64 Nov 26 06:19 3 -> pipe:[]",
        "l--------- -> socket:[1]",
        "/proc/99999999999999999999/fd:",
        "\u0660 \u0661 LISTEN \u0662 \u0663 \u0664:\u0665",
    ],
)
def test_a_broken_line_says_nothing_and_breaks_nothing(dumps, tmp_path, line):
    assert with_table(dumps, tmp_path, lambda text: f"{line}\n{text}{line}").verdict == "worker-exhaustion"


WORST = {
    "ss": b'ESTAB 7 0 127.0.0.1:%d 127.0.0.1:2 users:(("x",pid=%d,fd=4))\n',
    "users": b'ESTAB 7 0 127.0.0.1:1 127.0.0.1:2 users:(("x",pid=%d,fd=%d),("x",pid=1,fd=1))\n',
    "netstat": b"tcp 7 0 127.0.0.1:%d 127.0.0.1:2 ESTABLISHED %d/x\n",
    "lsof": b"pair 1 root %dw FIFO 0,15 0t0 7 pipe %d,pair,3r\n",
    "one pipe": b"pair 31902 root %dw FIFO 0,15 0t0 7 pipe 31902,pair,%dr\n",
    "ls": b"l-wx------ 1 root root 64 Nov 26 06:19 %d -> pipe:[%d]\n",
    "words": b"ESTAB 7 0 " + b"a " * 500 + b"%d %d\n",
    "colons": b"tcp 7 0 " + b":" * 500 + b"%d :%d ESTABLISHED 1/x\n",
}


@pytest.mark.parametrize("lines", WORST.values(), ids=WORST)
def test_many_lines_take_time_in_proportion(in_proportion, judge, lines):
    from stackan.collector import collector_paused
    from stackan.peers import connect, read_descriptors

    places = [process.inputs for process in judge("pipes").processes]
    pid = places[1].pid

    def make(size):
        return b"State Recv-Q \n/proc/%d/fd:\n" % pid + b"".join(lines % (number, number) for number in range(size // len(lines)))

    def work(text):
        with collector_paused():  # as in an analysis; what other tests have left in memory would be gone through again and again
            connect([read_descriptors(text, "table")], [None], places)

    in_proportion(make, work)


def test_one_node_stands_for_all_who_wait_for_the_same_answer(judge):
    """Else a thousand threads that wait for a thousand would make a million edges."""
    nodes = judge("mutual", "ss.txt").waits.nodes
    assert [node.label for node in nodes if node.kind == "resource"] == [f"an answer of process {pid}" for pid in (31258, 31257)]
