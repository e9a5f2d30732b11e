"""Where the inputs of a cluster's archive belong: process, host, role and round; real dumps as of several processes."""

from __future__ import annotations

import json
import os
import pathlib
import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stackan
from stackan.model.case import Case
from stackan.model.dump import Dump
from stackan.parsing import parse_all
from stackan.placing.group import group
from tests.dumping import START, app, dump, eu_stack, mutex, thread
from tests.placing.clusters import another_process, moved


@pytest.fixture(scope="module")
def pair(example) -> tuple[bytes, bytes]:
    """Two snapshots of a server whose pool is used up."""
    return (example / "snap1.txt").read_bytes(), (example / "snap2.txt").read_bytes()


def analyze(texts: dict[str, bytes], given_order: bool = False) -> stackan.Analysis:
    dumps = [dump for source, text in texts.items() for dump in parse_all(text, source)]
    return stackan.analyze(Case(dumps, given_order=given_order))


def placed(texts: dict[str, bytes]) -> dict[str, list[str]]:
    """{process: its inputs in their order}"""
    return {process.id: [dump.source for dump in process.dumps] for process in analyze(texts).processes}


def cluster(pair: tuple[bytes, bytes]) -> dict[str, bytes]:
    """Three hosts with a data node and a controller each, two rounds."""
    texts = {}
    for host in (1, 2, 3):
        for number, role in enumerate(("dnode", "ctrl" if host < 3 else "ctl"), 1):
            snapshots = another_process(*pair, seed=host * 10 + number)
            for stamp, text in zip(("2024-06-07_101500", "2024-06-07_101905"), snapshots, strict=True):
                texts[f"node{host}/{stamp}/pstack_{role}_{host}{number}000.log"] = text
    return texts


# -- host and role


def test_folders_by_host_and_date_are_processes_with_host_and_role(pair):
    document = analyze(cluster(pair)).to_dict()
    found = {process["id"]: (process["host"], process["role"], len(process["snapshots"])) for process in document["processes"]}
    assert found == {
        f"node{host}/{host}{number}000": (f"node{host}", role, 2)
        for host in (1, 2, 3)
        for number, role in ((1, "datanode"), (2, "controller"))
    }


def test_two_hosts_may_use_one_process_id(pair):
    texts = {f"node{host}/snap{number}.txt": moved(text, host) for host in (1, 2) for number, text in enumerate(pair, 1)}
    assert placed(texts) == {f"node{host}/17802": [f"node{host}/snap1.txt", f"node{host}/snap2.txt"] for host in (1, 2)}


def fixed(text: bytes) -> bytes:
    """The dump of a process whose addresses are not random: its threads' stacks lie where those of every such process do."""
    return re.sub(rb"Thread 0x[0-9a-f]{12}", lambda match: b"Thread 0x7ffff" + match[0][-7:], text)


def test_equal_threads_at_two_hosts_in_one_round_are_two_processes(pair):
    """Containers count from 1 each, and where addresses are not random all is equal."""
    texts = {f"node{host}/snap{number}.txt": fixed(text) for host in (1, 2) for number, text in enumerate(pair, 1)}
    assert [sorted(sources) for sources in placed(texts).values()] == [
        ["node1/snap1.txt", "node1/snap2.txt"],
        ["node2/snap1.txt", "node2/snap2.txt"],
    ]


@pytest.mark.parametrize("names", [("db1.txt", "db2.txt"), ("srv.1.txt", "srv.2.txt"), ("node1/pstack.txt", "node2/pstack.txt")])
def test_one_thread_at_one_random_address_is_of_one_process_whatever_the_names_count(pair, names):
    assert list(map(sorted, placed(dict(zip(names, pair))).values())) == [list(names)]


def test_names_that_differ_in_their_last_ending_only_give_the_same_order_however_they_are_read(pair):
    """`t1.gdb.txt` and `t1.eu.txt` have one stem."""
    texts = [(f"t{number}.{tool}.txt", text) for number, text in enumerate(pair, 1) for tool in ("gdb", "eu", "bt")]
    documents = [analyze(dict(order)).to_dict() for order in (texts, texts[::-1], texts[2:] + texts[:2])]
    assert documents[0] == documents[1] == documents[2]


def written(folder: pathlib.Path, pair: tuple[bytes, bytes], names: tuple[str, str], seconds: int) -> list[str]:
    """The order in which two dumps are taken, of which the first was written so many seconds before the second."""
    for name, text, time in zip(names, pair, (1_700_000_000, 1_700_000_000 + seconds)):
        (folder / name).write_bytes(text)
        os.utime(folder / name, (time, time))
    (process,) = stackan.analyze(stackan.load(folder)).processes
    return [pathlib.PurePath(dump.source).name for dump in process.dumps]


def test_files_of_which_nothing_else_tells_the_order_go_by_when_they_were_written(tmp_path, pair):
    assert written(tmp_path, pair, ("zzz.txt", "aaa.txt"), 240) == ["zzz.txt", "aaa.txt"]


def test_files_that_were_copied_at_once_go_by_their_names(tmp_path, pair):
    assert written(tmp_path, pair, ("zzz.txt", "aaa.txt"), 1) == ["aaa.txt", "zzz.txt"]


def test_rounds_in_the_names_go_before_the_times_of_the_files(tmp_path, pair):
    assert written(tmp_path, pair, ("snap2.txt", "snap1.txt"), 240) == ["snap1.txt", "snap2.txt"]


def test_names_that_put_one_process_at_two_hosts_are_not_believed(pair):
    """The snapshots of two processes changed places: threads tell it, and no host is named then."""
    one, other = another_process(*pair, seed=5), another_process(*pair, seed=6)
    analysis = analyze({"node1/snap1.txt": one[0], "node2/snap1.txt": other[0], "node1/snap2.txt": other[1], "node2/snap2.txt": one[1]})
    assert [[dump.source for dump in process.dumps] for process in analysis.processes] == [
        ["node1/snap1.txt", "node2/snap2.txt"],
        ["node2/snap1.txt", "node1/snap2.txt"],
    ]
    assert [process.id for process in analysis.processes] == ["5000", "6000"]
    assert "several hosts, node1, node2" in analysis.processes[0].inputs.warnings[0]


def test_folders_with_hosts_own_names_are_hosts(pair):
    texts = {}
    for number, host in enumerate(("bj-prod-ddb-03", "bj-prod-ddb-04"), 1):
        for stamp, text in zip((1, 2), another_process(*pair, seed=number), strict=True):
            texts[f"collected/{host}/round{stamp}/pstack.txt"] = text
    assert [process.inputs.host for process in analyze(texts).processes] == ["bj-prod-ddb-03", "bj-prod-ddb-04"]


def test_folders_in_which_one_process_lies_twice_are_no_hosts(pair):
    assert analyze({"a1/x.txt": pair[0], "b2/y.txt": pair[1]}).processes[0].inputs.host is None


def test_the_text_says_host_role_and_time_before_the_name_does(pair):
    head = b"[root@dn7 server]# date\nFri Jun  7 %s CST 2024\n[root@dn7 server]# ps\n./dolphindb -console 0 -mode datanode -home x\n"
    analysis = analyze({"node1/ctrl_2.txt": head % b"10:15:00" + pair[0], "node1/ctrl_1.txt": head % b"10:19:00" + pair[1]})
    (process,) = analysis.processes
    assert (process.inputs.host, process.inputs.role) == ("dn7", "datanode")
    assert [dump.source for dump in process.dumps] == ["node1/ctrl_2.txt", "node1/ctrl_1.txt"]
    assert [found.time for found in process.inputs.placements] == [("2024-06-07T10:15:00", "text"), ("2024-06-07T10:19:00", "text")]


def test_a_process_id_that_only_the_name_tells_is_a_hint():
    text = b"#0  0x00007f8af7709545 in __GI___poll (fds=0x7ffd, nfds=1, timeout=-1) at ../sysdeps/unix/sysv/linux/poll.c:29\n"
    text += b"#1  0x00005587d1781234 in wait_for_client ()\n#2  0x00005587d1781300 in main ()\n"
    texts = {f"pstack_dnode_{pid}.log{suffix}": text for pid in (4242, 4250) for suffix in ("", ".1", ".2")}
    assert placed(texts) == {
        str(pid): [f"pstack_dnode_{pid}.log", f"pstack_dnode_{pid}.log.1", f"pstack_dnode_{pid}.log.2"] for pid in (4242, 4250)
    }


def test_a_goroutine_dump_beside_gdbs_of_the_same_process_is_told(root, pair):
    goroutines = (root / "tests" / "dumps" / "go" / "kinds.txt").read_bytes()
    analysis = analyze({"node1/pstack_17802.log": pair[0], "node1/goroutines_pid17802.txt": goroutines})
    assert {process.id: process.inputs.warnings[0].partition(",")[0] for process in analysis.processes} == {
        "node1/17802": "the same process id as in gdb dumps",
        "node1/17802#2": "the same process id as in go dumps",
    }


def test_gdbs_and_eu_stacks_dumps_of_one_process_are_one_process_of_which_one_tools_are_compared():
    threads = (
        thread(4100, "server", mutex(0x5581_9000), app("serve"), app("main")),
        thread(4101, "worker", mutex(0x5581_4140), app("audit"), app("work"), START),
    )
    texts = {"pstack_4100.log": dump(*threads), "pstack_4100.log.1": dump(*threads), "eu-stack_4100.txt": eu_stack(*threads)}
    (process,) = analyze(texts).processes
    assert [found.compared for found in process.inputs.placements] == [False, True, True]
    assert [found.source for found in process.dumps] == ["pstack_4100.log", "pstack_4100.log.1"]


# -- order


@pytest.mark.parametrize(
    "names",
    [
        ("pstack_4242.log", "pstack_4242.log.1", "pstack_4242.log.2"),
        ("pstack_4242_r1.log", "pstack_4242_r2.log", "pstack_4242_r10.log"),
        ("pstack_4242_2024-06-07T09:59:00.log", "pstack_4242_20240607_101500.log", "pstack_4242_2024-06-07-10-20.log"),
        ("z_1717755300.txt", "b_1717755600.txt", "a_1717755900.txt"),
        ("2024-06-07/t2/x.txt", "2024-06-07/t10/x.txt", "2024-06-08/t1/x.txt"),
    ],
)
def test_rounds_are_ordered_as_their_names_mean(pair, names):
    texts = dict(zip(reversed(names), (pair[1], pair[0], pair[0]), strict=True))
    assert list(placed(texts).values()) == [list(names)]


def test_two_dumps_of_one_round_stand_together_and_are_told(pair):
    """`bt` and `bt full`, in a folder each: by their names alone all of the one would come before all of the other."""
    names = ["bt/t1/4242.txt", "full/t1/4242.txt", "bt/t2/4242.txt", "full/t2/4242.txt"]
    full = [text.replace(b"#1 ", b"#1  ", 1) for text in pair]  # not the same bytes: no copies
    (process,) = analyze(dict(zip(names, (pair[0], full[0], pair[1], full[1])))).processes
    assert [dump.source for dump in process.dumps] == names
    assert process.inputs.placements[0].ordered == "by the rounds in the names"
    assert process.inputs.warnings == ("its 4 snapshots are of 2 rounds, by their names: those of one round are hardly apart in time",)


def test_a_number_that_all_names_have_in_common_counts_no_rounds(pair):
    (process,) = analyze({"run1/a.txt": pair[0], "run1/b.txt": pair[1]}).processes
    assert not process.inputs.warnings


def test_compare_takes_the_given_order_over_every_name_and_host(pair):
    texts = {"node2/pstack_dnode_1.2024-06-08_101500.log": pair[0], "node1/pstack_ctrl_2.2024-06-07_101500.log": pair[1]}
    (process,) = analyze(texts, given_order=True).processes
    assert [dump.source for dump in process.dumps] == list(texts)
    assert process.inputs.placements[0].ordered == "as it was given"
    assert any("not taken in this order" in warning for warning in process.inputs.warnings)


def test_compare_tells_that_snapshots_are_too_close_in_whatever_order_they_are_given(pair):
    names = [f"2024-06-07_1015{second}.txt" for second in ("02", "00")]
    (process,) = analyze(dict(zip(names, pair, strict=True)), given_order=True).processes
    wrong, close = process.inputs.warnings
    assert "not taken in this order" in wrong
    assert "were taken 2 s apart" in close


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (lambda text: another_process(text, seed=5)[0], "they say that they are of process 17802 and of process 5000"),
        (lambda text: moved(text, 5), "25 threads have the same LWP in both, but other pthread ids"),
    ],
)
def test_compare_says_that_inputs_are_of_different_processes_and_by_what(pair, other, words):
    analysis = analyze({"before.txt": pair[0], "after.txt": other(pair[1])}, given_order=True)
    assert analysis.headline.startswith("Nothing could be compared, as the snapshots are of different processes")
    told = analysis.warnings[0]
    assert told.startswith("each input is of another process (its id in parentheses), so that none can be compared: before.txt (17802), ")
    assert told.endswith(words)
    assert not any("another process" in warning for warning in analyze({"before.txt": pair[0], "after.txt": other(pair[1])}).warnings)


@pytest.mark.parametrize(
    ("stamps", "words"),
    [
        (("101500", "101502"), "2 s apart, by their names: too close"),
        (("101500", "151500"), "5 h apart, by their names: too far"),
        (("101500", "101900"), None),
        (("101500", "101502", "101900"), None),
        (("101500", "151500", "151900"), None),
    ],
)
def test_rounds_that_are_too_close_or_too_far_for_a_conclusion_are_told(pair, stamps, words):
    texts = {f"pstack_{stamp}.txt".replace("pstack_", "20240607_"): pair[at % 2] for at, stamp in enumerate(stamps)}
    warnings = analyze(texts).processes[0].inputs.warnings
    assert (words is None and not warnings) or words in warnings[0]


# -- restarts


def test_a_restart_between_rounds_is_recognized_and_told_at_both(pair):
    before, after = another_process(*pair, seed=1), another_process(*pair, seed=2)
    texts = {f"node1/round{at}/pstack_dnode_{pid}.log": text for at, pid, text in ((1, 1000, before[0]), (2, 2000, after[1]))}
    analysis = analyze(texts)
    assert {process.id: process.inputs.warnings for process in analysis.processes} == {
        "node1/1000": ("it is not in later rounds, 2000 is: restarted in between",),
        "node1/2000": ("it is not in earlier rounds, 1000 is: restarted in between",),
    }


def test_a_restart_under_the_same_process_id_is_told_by_the_threads_addresses(pair):
    """In containers the server's id is 1 before and after."""
    analysis = analyze({"round1/pstack.txt": pair[0], "round2/pstack.txt": moved(pair[1], 7)})
    assert len(analysis.processes) == 2
    assert all("restarted in between" in process.inputs.warnings[0] for process in analysis.processes)


def test_two_data_nodes_of_one_host_are_no_restart(pair):
    texts = {}
    for number in (1, 2):
        for stamp, text in zip((1, 2), another_process(*pair, seed=number), strict=True):
            texts[f"node1/round{stamp}/pstack_dnode_{number}000.log"] = text
    assert all(not process.inputs.warnings for process in analyze(texts).processes)


def test_another_program_under_a_later_name_is_no_restart(pair):
    other = b"Thread 1 (Thread 0x7f3100000740 (LWP 77)):\n#0  0x00007f31 in poll () from /lib64/libc.so.6\n#1  0x0000558 in other_main ()\n"
    assert all(not process.inputs.warnings for process in analyze({"round1/x.txt": pair[0], "round2/x.txt": other}).processes)


def test_dumps_of_one_round_that_were_taken_one_after_the_other_are_no_restart(pair):
    texts = {f"pstack_dnode_{number}000.20240607_10150{number}.log": another_process(pair[0], seed=number)[0] for number in (1, 2)}
    assert all(not process.inputs.warnings for process in analyze(texts).processes)


# -- the same inputs


@given(st.integers(0, 10**9))
@settings(max_examples=15, deadline=None)
def test_inputs_in_any_order_give_the_same_document(seed):
    folder = pathlib.Path(__file__).parents[2] / "examples" / "mariadb-pool-exhausted"
    texts = cluster(((folder / "snap1.txt").read_bytes(), (folder / "snap2.txt").read_bytes()))
    del texts["node3/2024-06-07_101905/pstack_ctl_32000.log"]
    shuffled = list(texts.items())
    random.Random(seed).shuffle(shuffled)
    assert json.dumps(analyze(dict(shuffled)).to_dict()) == json.dumps(analyze(texts).to_dict())


@pytest.mark.parametrize("ids", ["pthread ids", "no pthread ids"])
def test_many_containers_with_equal_ids_take_no_longer_than_their_number_explains(pair, in_proportion, ids):
    text = re.sub(rb"\(Thread 0x[0-9a-f]+ \((LWP \d+)\).*\):", rb"(\1):", pair[0]) if ids == "no pthread ids" else pair[0]

    def containers(number: int) -> list[Dump]:
        return [found for seed in range(number) for found in parse_all(moved(text, seed), f"c{seed}/x.txt")]

    assert len(group(containers(5))) == 5
    in_proportion(containers, group, size=40)


# -- as a user asks


def write(folder: pathlib.Path, texts: dict[str, bytes]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)


@pytest.fixture
def explained(pair, tmp_path) -> str:
    from stackan.report.inputs import explain_inputs

    write(tmp_path, cluster(pair) | {"node1/2024-06-07_101500/server.log": b"2023/10/13 09:52:30 error: x\n"})
    return "\n".join(explain_inputs(stackan.analyze(stackan.load(tmp_path)))).replace(str(tmp_path), "case")


def test_how_inputs_were_placed_can_be_explained(explained):
    assert explained.splitlines()[:14] == [
        "process node1/12000: 2 snapshots",
        "   host     node1, by its name",
        "   role     controller, by its name",
        "   pid      12000, by its text",
        "   1. case/node1/2024-06-07_101500/pstack_ctrl_12000.log, line 30",
        "      format   gdb, 25 threads",
        "      process  25 threads with the same LWP and pthread id, as snapshot 2",
        "      order    by the times in the names",
        "      time     2024-06-07T10:15:00, by its name",
        "   2. case/node1/2024-06-07_101905/pstack_ctrl_12000.log, line 30",
        "      format   gdb, 25 threads",
        "      process  25 threads with the same LWP and pthread id, as snapshot 1",
        "      order    by the times in the names",
        "      time     2024-06-07T10:19:05, by its name",
    ]


def test_an_unknown_log_among_the_dumps_is_passed_over_with_a_note(explained):
    assert "skipped, as no thread dump is in them" in explained
    assert "101500/server.log" in explained.replace("\n", "").replace(" ", "")


def test_every_input_is_explained_once(explained, pair):
    sources: list[Any] = [line for line in explained.splitlines() if line.startswith(("   1. ", "   2. "))]
    assert len(sources) == len(cluster(pair))
