"""What counters beside the dumps add to them.

`tests/dumps/counters` holds what take.sh there printed, round by round, of the program beside it: two threads in a deadlock, one
that asks for a lost mutex ten times a second, three that get one mutex in turn, one in an endless loop, and idle ones.  In
`stopped` the whole process was stopped by a signal.
"""

from __future__ import annotations

import itertools
import json
import lzma
import random
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

import stackan
from stackan.cli import main
from stackan.errors import InputError
from tests.dumping import START, Thread, app, dump, join, mutex, parked, poll_events, sleep, thread

REAL = Path(__file__).parents[1] / "dumps" / "counters"
TRANSFERS, ASKER, POSTER, SPINNER, MAIN = (32367, 32368), 32370, 32371, 32374, 32365
TABLES = {
    "top.txt": "top",
    "top-twice.txt": "top",
    "ps.txt": "ps",
    "ps-full.txt": "ps",
    "ps-spid.txt": "ps",
    "ps-seconds.txt": "ps",
    "schedstat.txt": "schedstat",
    "switches.txt": "status",
    "status.txt.xz": "status",
    "stat.txt.xz": "stat",
    "sched.txt.xz": "sched",
}
Case = Callable[..., Path]


@pytest.fixture
def real(tmp_path: Path) -> Case:
    """A folder with some rounds of the real dumps, and with these tables beside each of them."""

    def real(*rounds: str, tables: Iterable[str] = ()) -> Path:
        for name in rounds:
            (tmp_path / name).mkdir(parents=True)
            for table in ("dump.txt.xz", *tables):
                shutil.copy(REAL / name / table, tmp_path / name / table)
        return tmp_path

    return real


@pytest.fixture
def made(tmp_path: Path) -> Case:
    """A folder with dumps of one process, and these other files."""

    def made(*dumps: bytes, **files: str) -> Path:
        for number, text in enumerate(dumps, 1):
            (tmp_path / f"snap{number}.txt").write_bytes(text)
        for name, content in files.items():
            (tmp_path / f"{name}.txt").write_text(content)
        return tmp_path

    return made


def analyze(folder: Path) -> stackan.Analysis:
    return stackan.analyze(stackan.load(folder))


def threads(analysis: stackan.Analysis) -> dict[int, dict[str, Any]]:
    return {row["lwp"]: row for process in analysis.to_dict()["processes"] for row in process["threads"]}


def judged(folder: Path, lwp: int) -> tuple[str, str, str]:
    """A thread's progress, its time line, and why."""
    row = threads(analyze(folder))[lwp]
    return row["progress"], row["timeline"], row["note"]


# -- what counters say of real threads


def test_a_thread_that_ran_nothing_between_two_dumps_is_proved_to_stand_still(real: Case) -> None:
    found = threads(analyze(real("t1", "t2", tables=["schedstat.txt", "top.txt"])))
    for lwp in TRANSFERS:
        assert found[lwp]["progress"] == "stuck"
        assert found[lwp]["note"].endswith("; ran nothing in 8 s but for the dump itself: proof that it stands still")


def test_a_few_wakeups_before_the_same_mutex_are_still_stuck_and_said(real: Case) -> None:
    progress, timeline, note = judged(real("t1", "t2", tables=["schedstat.txt", "top.txt"]), ASKER)
    assert (progress, timeline) == ("stuck", "S")
    assert note.endswith("; woke up 84 times in 8 s to wait again, with 1 ms of CPU")


def test_who_has_worked_between_two_dumps_is_not_stuck_though_they_show_the_same_mutex(real: Case) -> None:
    assert judged(real("t1", "t2"), POSTER)[:2] == ("stuck", "S")
    for name in ("t1", "t2"):
        shutil.copy(REAL / name / "top.txt", real() / name)
    progress, timeline, note = judged(real(), POSTER)
    assert (progress, timeline) == ("progressing", "P")
    assert note == "was met in the same place, but has worked in between, by its CPU time"


def test_little_work_in_a_time_that_is_not_known_proves_nothing(real: Case) -> None:
    progress, _, note = judged(real("t1", "t2", tables=["schedstat.txt"]), POSTER)
    assert progress == "stuck"
    assert note.endswith("; woke up 499 times to wait again, with 259 ms of CPU")


def test_who_burns_cpu_in_one_place_computes_in_two_dumps_and_spins_in_three(real: Case) -> None:
    folder = real("t1", "t2", tables=["top.txt"])
    progress, timeline, note = judged(folder, SPINNER)
    assert (progress, timeline) == ("progressing", "R")
    assert note == "used 8.6 s of CPU in 8.6 s, in the same place in all snapshots: a long computation or a loop"
    analysis = analyze(real("t3", tables=["top.txt"]))
    assert (threads(analysis)[SPINNER]["progress"], threads(analysis)[SPINNER]["timeline"]) == ("spinning", "R R")
    [spin] = [finding for finding in analysis.findings if finding.kind == "spin"]
    assert spin.confidence == "possible"


def test_a_thread_that_runs_by_its_stack_but_uses_no_cpu_is_not_said_to_run(real: Case) -> None:
    assert judged(real("stopped/t1", "stopped/t2"), SPINNER)[0] == "progressing"
    for name in ("stopped/t1", "stopped/t2"):
        shutil.copy(REAL / name / "top.txt", real() / name)
    progress, timeline, note = judged(real(), SPINNER)
    assert (progress, timeline) == ("unknown", "S")
    assert note == "stands in spin and does not run: it is stopped, or the kernel holds it; used no CPU in 8 s"


def test_whole_seconds_do_not_show_in_a_short_time_that_a_thread_does_not_run(real: Case) -> None:
    progress, _, note = judged(real("stopped/t1", "stopped/t2", tables=["ps.txt"]), SPINNER)
    assert (progress, note) == (
        "progressing",
        "runs, in the same place in all snapshots; used no CPU in 8 s, counted in steps of 1.0 s",
    )


def test_idle_threads_stay_idle_whatever_is_counted(real: Case) -> None:
    def idle(folder: Path) -> set[int]:
        return {lwp for lwp, row in threads(analyze(folder)).items() if row["progress"] == "idle"}

    without = idle(real("t1", "t2"))
    assert len(without) == 3
    for name, table in itertools.product(("t1", "t2"), ("schedstat.txt", "top.txt")):
        shutil.copy(REAL / name / table, real() / name)
    assert idle(real()) == without


def test_top_and_ps_give_the_main_thread_the_time_of_the_whole_process_so_it_is_not_believed(real: Case) -> None:
    printed = [(REAL / name / "ps.txt").read_text() for name in ("t1", "t2")]
    assert "32365 32365       2 00:00:02 clerks" in printed[0]
    assert "32365 32365      11 00:00:12 clerks" in printed[1], "12 s of a thread that waits for others to end"
    progress, _, note = judged(real("t1", "t2", tables=["top.txt", "ps.txt"]), MAIN)
    assert (progress, note) == ("stuck", "the same stack and the same wait in all snapshots")
    for name in ("t1", "t2"):
        shutil.copy(REAL / name / "schedstat.txt", real() / name)
    assert "ran nothing" in judged(real(), MAIN)[2]


def test_whole_seconds_neither_prove_nor_refute_anything_in_a_short_time(real: Case) -> None:
    found = threads(analyze(real("t1", "t2", tables=["ps.txt"])))
    assert found[POSTER]["progress"] == "stuck"
    assert found[POSTER]["note"].endswith("; used no CPU in 9 s, counted in steps of 1.0 s")
    assert found[SPINNER]["note"].startswith("used 9.0 s of CPU in 9.0 s")


def test_who_is_proved_to_stand_still_is_stuck_for_certain(real: Case) -> None:
    found = threads(analyze(real("t1", "t2", tables=["schedstat.txt", "top.txt"])))
    assert [found[lwp]["confidence"] for lwp in (*TRANSFERS, ASKER)] == ["certain", "certain", "likely"]
    without = threads(analyze(real("t3"))) | {}
    assert without[TRANSFERS[0]]["confidence"] == "likely", "a third dump has no counters beside it, so that there is no proof to its time"


def test_a_deadlock_that_one_dump_proves_stands_whatever_is_counted(real: Case) -> None:
    folder = real("t1", "t2", tables=["top.txt"])
    table = folder / "t2" / "top.txt"
    table.write_text(table.read_text().replace("0:00.00 transfer", "0:03.00 transfer"))
    analysis = analyze(folder)
    assert {threads(analysis)[lwp]["progress"] for lwp in TRANSFERS} == {"progressing"}
    assert (analysis.verdict, analysis.findings[0].confidence) == ("deadlock", "certain")


def test_a_queue_that_moves_is_no_convoy(made: Case) -> None:
    queue = [thread(4110 + number, "teller", mutex(LOCK), app("append"), START) for number in range(12)]
    dumps = [dump(HOME, *queue), dump(HOME, *queue) + b"[Inferior 1 (process 4100) detached]\n"]
    still = analyze(made(*dumps))
    assert (still.verdict, still.critical, still.findings[0].kind) == ("blocked", True, "convoy")
    tables = [schedstat({each.lwp: (at * 900_000, 1 + 900 * at) for each in (HOME, *queue)}, above=date(at)) for at in (0, 1)]
    moving = analyze(made(*dumps, c1=tables[0], c2=tables[1]))
    assert (moving.verdict, moving.findings) == ("progressing", ())


# -- which tables are read


@pytest.mark.parametrize("table", TABLES)
def test_each_table_is_read_as_its_tool_prints_it(real: Case, table: str, validate: Callable[[dict[str, Any]], None]) -> None:
    folder = real("t1", "t2", tables=[table])
    analysis = analyze(folder)
    document = analysis.to_dict()
    validate(document)
    used = document["processes"][0]["counters"]
    assert {(row["kind"], row["snapshot"], row["source"]) for row in used} == {
        (TABLES[table], at, str(folder / name / table)) for at, name in enumerate(("t1", "t2"))
    }
    assert document["warnings"] == []
    for lwp in TRANSFERS:
        assert threads(analysis)[lwp]["note"] != "the same stack and the same wait in all snapshots", "something is said of it"


def test_copies_of_proc_are_one_table_for_all_threads_of_a_folder(real: Case) -> None:
    folder = real("t1", "t2")
    shutil.copy(REAL / "copies.tar.xz", folder)
    analysis = analyze(folder)
    used = analysis.to_dict()["processes"][0]["counters"]
    assert sorted((row["kind"], row["snapshot"]) for row in used) == sorted(
        itertools.product(("sched", "schedstat", "stat", "status"), (0, 1))
    )
    assert used[0]["source"] == f"{folder}/copies.tar.xz!t1/proc/{MAIN}/task/{MAIN}/{used[0]['kind']}"
    assert all("ran nothing" in threads(analysis)[lwp]["note"] for lwp in TRANSFERS)
    assert analysis.warnings == ()


def test_of_several_iterations_the_last_stands_nearest_to_the_dump_behind_them(real: Case) -> None:
    document = analyze(real("t1", "t2", tables=["top-twice.txt"])).to_dict()
    assert [row["line"] for row in document["processes"][0]["counters"]] == [28, 28]


def test_top_that_lists_processes_is_passed_over(real: Case) -> None:
    analysis = analyze(real("t1", "t2", tables=["top-processes.txt"]))
    assert analysis.to_dict()["processes"][0]["counters"] == []
    assert [warning.partition(":")[0] for warning in analysis.warnings] == ["skipped, as no thread dump is in them"]


def test_a_table_may_stand_in_one_text_with_its_dump(tmp_path: Path) -> None:
    rounds = [(REAL / name / "top.txt").read_bytes() + lzma.decompress((REAL / name / "dump.txt.xz").read_bytes()) for name in ("t1", "t2")]
    (tmp_path / "session.txt").write_bytes(b"".join(rounds))
    assert judged(tmp_path, POSTER)[0] == "progressing"


def test_counters_without_a_dump_are_an_error_that_says_so() -> None:
    with pytest.raises(InputError, match=r"top\.txt: counters of threads, but no thread dump beside them; "):
        stackan.load(REAL / "t1" / "top.txt")


def test_columns_that_are_missing_or_stand_elsewhere_are_told_by_their_names(made: Case) -> None:
    def table(seconds: int) -> str:
        return f"COMMAND          TIME   LWP\nteller 9 x   00:00:{seconds:02}  4101\nteller main  00:00:00  4100\n"

    assert judged(made(*STUCK, ps1=table(1), ps2=table(31)), 4101)[0] == "progressing"


def test_a_kernel_that_does_not_count_proves_nothing(made: Case) -> None:
    silent = "".join(f"/proc/4100/task/{lwp}/schedstat:0 0 0\n" for lwp in (4100, 4101))
    assert judged(made(*STUCK, c1=silent, c2=silent), 4101)[2] == "the same stack and the same wait in all snapshots"


@pytest.mark.parametrize("header", ["PID LWP COMMAND", "COMMAND LWP TIME CMD", "PID TTY TIME CMD", "TIME", "LWP"])
def test_a_table_without_the_columns_that_count_is_none(made: Case, header: str) -> None:
    text = f"{header}\n 4100  4101  00:00:31 x\n"
    assert analyze(made(*STUCK, one1=text, one2=text)).to_dict()["processes"][0]["counters"] == []


# -- whose they are, and beside which dump


LOCK = 0x5581_D178_4140
HOME = thread(4100, "tellerd", sleep(), app("stay"), app("main"))
WAITER = thread(4101, "teller", mutex(LOCK), app("append"), START)
STUCK = (dump(HOME, WAITER), dump(HOME, WAITER) + b"[Inferior 1 (process 4100) detached]\n")


def schedstat(counts: dict[int, tuple[int, int]], pid: int = 4100, above: str = "") -> str:
    """{LWP: (microseconds, times that it got a CPU)}"""
    return above + "".join(f"/proc/{pid}/task/{lwp}/schedstat:{ran * 1000 + 700} 0 {slices}\n" for lwp, (ran, slices) in counts.items())


def top(times: dict[int, str], clock: str = "14:03:11") -> str:
    head = f"top - {clock} up 12 days,  3:14,  0 user,  load average: 2.08, 1.27, 1.11\nThreads: {len(times):3} total\n\n"
    rows = [f"{lwp:6} mysql     20   0 7066176   2.9g  38272 S   0.0   4.6 {time:>9} teller" for lwp, time in times.items()]
    return head + "\n".join(["   PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND", *rows, ""])


def date(minute: int) -> str:
    return f"Fri Jun  7 10:{minute:02}:00 UTC 2024\n"


def test_an_attach_takes_two_switches_of_each_thread_and_no_more(made: Case) -> None:
    resting = made(*STUCK, c1=schedstat({4100: (40, 7), 4101: (900, 12)}), c2=schedstat({4100: (60, 9), 4101: (1010, 14)}))
    assert judged(resting, 4101)[2].endswith("; ran nothing but for the dump itself: proof that it stands still")
    woken = made(*STUCK, c1=schedstat({4100: (40, 7), 4101: (900, 12)}), c2=schedstat({4100: (60, 9), 4101: (1010, 15)}))
    assert judged(woken, 4101)[2].endswith("; woke up once to wait again, with < 1 ms of CPU")


def test_each_tool_that_took_a_dump_has_attached(made: Case) -> None:
    from tests.dumping import eu_stack

    folder = made(*STUCK, c1=schedstat({4100: (40, 7), 4101: (900, 12)}), c2=schedstat({4100: (60, 9), 4101: (1010, 16)}))
    for number in (1, 2):
        (folder / f"eu{number}.txt").write_bytes(eu_stack(HOME, WAITER))
    assert "ran nothing" in judged(folder, 4101)[2]


@pytest.mark.parametrize(("ran", "progress"), [(299_000, "stuck"), (301_000, "progressing")])
def test_half_a_percent_of_the_time_is_work(made: Case, ran: int, progress: str) -> None:
    tables = [schedstat({4100: (40, 7), 4101: (at * ran, 12 + 900 * at)}, above=date(at)) for at in (0, 1)]
    assert judged(made(*STUCK, c1=tables[0], c2=tables[1]), 4101)[0] == progress


def test_less_than_two_steps_of_a_table_are_no_work(made: Case) -> None:
    second = {4100: "0:00.00", 4101: "0:00.02"}
    assert judged(made(*STUCK, a1=top({4100: "0:00.00", 4101: "0:00.00"}), a2=top(second, "14:03:12")), 4101)[0] == "stuck"
    second[4101] = "0:00.03"
    assert judged(made(*STUCK, a1=top({4100: "0:00.00", 4101: "0:00.00"}), a2=top(second, "14:03:12")), 4101)[0] == "progressing"


def test_a_loop_is_met_at_any_of_its_instructions_but_called_from_one_place(made: Case) -> None:
    def seen(inner: int, outer: int) -> bytes:
        return dump(HOME, thread(4101, "teller", app("sum", pc=inner), app("report", pc=outer), START))

    tables = [schedstat({4100: (0, 1), 4101: (at * 50_000_000, 1)}, above=date(at)) for at in (0, 1)]
    progress, timeline, note = judged(
        made(seen(0x5581_0010, 0x5581_2000), seen(0x5581_0024, 0x5581_2000), c1=tables[0], c2=tables[1]), 4101
    )
    assert (progress, timeline) == ("progressing", "R")
    assert note == "used 50.0 s of CPU in 60.0 s, in the same place in all snapshots: a long computation or a loop"
    assert judged(made(seen(0x5581_0010, 0x5581_2000), seen(0x5581_0010, 0x5581_2040)), 4101)[1] == "P"


def test_days_of_cpu_time_are_read(made: Case) -> None:
    tables = [
        f"  PID   LWP ELAPSED     TIME CMD\n 4100  4101 {3600 + at * 60:7} {time} teller\n"
        for at, time in enumerate(("1-23:59:50", "2-00:00:20"))
    ]
    assert judged(made(*STUCK, ps1=tables[0], ps2=tables[1]), 4101)[0] == "progressing"


def test_rounds_may_stand_in_one_text_one_below_the_other(made: Case) -> None:
    rounds = [schedstat({4100: (70, 8 + 2 * at), 4101: (900 + at, 12 + 2 * at)}, above=date(at)) for at in (0, 1)]
    folder = made(*STUCK, counted="\n".join(rounds))
    rows = analyze(folder).to_dict()["processes"][0]["counters"]
    assert [(row["line"], row["snapshot"]) for row in rows] == [(2, 0), (6, 1)]
    assert "ran nothing in 60 s" in judged(folder, 4101)[2]


def test_a_clock_goes_on_over_midnight(made: Case) -> None:
    tables = [top({4100: "0:00.00", 4101: "7:00.00"}, "23:59:30"), top({4100: "0:00.00", 4101: "7:00.20"}, "00:00:30")]
    assert judged(made(*STUCK, a1=tables[0], a2=tables[1]), 4101)[2].endswith("; used 200 ms of CPU in 60 s, counted in steps of 10 ms")


def test_many_minutes_are_printed_without_hundredths(made: Case) -> None:
    tables = [top({4100: "0:00.00", 4101: time}, clock) for time, clock in (("99999:58", "14:00:00"), ("100000:28", "14:01:00"))]
    assert judged(made(*STUCK, a1=tables[0], a2=tables[1]), 4101)[0] == "progressing"


def test_who_stood_still_of_late_is_stuck_though_it_had_worked_before(made: Case) -> None:
    tables = [
        schedstat({4100: (0, 1), 4101: (0, 1)}, above=date(0)),
        *(schedstat({4100: (0, 1), 4101: (2_000_000 + 20 * n, 900 + 2 * n)}, above=date(5 * n)) for n in (1, 2, 3)),
    ]
    progress, timeline, note = judged(made(*STUCK, *STUCK, c1=tables[0], c2=tables[1], c3=tables[2], c4=tables[3]), 4101)
    assert (progress, timeline) == ("stuck", "P S S")
    assert note.startswith("the same stack and the same wait in the last 3 snapshots; ran nothing in 10 min ")


def test_who_waits_for_the_end_of_a_thread_that_works_is_parked(made: Case) -> None:
    joiner = thread(4100, "tellerd", join(4101), app("stay"), app("main"))
    dumps = [dump(joiner, WAITER)] * 2
    tables = [schedstat({4100: (0, 1 + 2 * at), 4101: (at * 2_000_000, 1 + 900 * at)}, above=date(at)) for at in (0, 1)]
    found = threads(analyze(made(*dumps, c1=tables[0], c2=tables[1])))
    assert (found[4100]["progress"], found[4101]["progress"]) == ("idle", "progressing")


def test_a_table_of_another_process_does_not_touch_this_one(made: Case) -> None:
    alone = analyze(made(*STUCK)).to_dict()
    others = [top({7100: "0:00.00", 7101: time}, clock) for time, clock in (("0:00.00", "14:00:00"), ("0:30.00", "14:01:00"))]
    beside = analyze(made(*STUCK, a1=others[0], a2=others[1])).to_dict()
    assert [warning.partition("/a")[2] for warning in beside["warnings"]] == [
        f"{n}.txt: counters of threads that no dump has, at line 5; not used" for n in (1, 2)
    ]
    assert beside | {"warnings": []} == alone


def test_equal_thread_ids_of_another_process_id_are_other_threads(made: Case) -> None:
    tables = [schedstat({4100: (0, 1), 4101: (at * 9_000_000, 1)}, pid=4099, above=date(at)) for at in (0, 1)]
    analysis = analyze(made(*STUCK, c1=tables[0], c2=tables[1]))
    assert threads(analysis)[4101]["progress"] == "stuck"
    assert len(analysis.warnings) == 2


def test_a_few_equal_ids_in_a_table_of_another_host_are_no_match(made: Case) -> None:
    crowd = [thread(lwp, "pool", poll_events(), app("loop"), START) for lwp in range(4110, 4120)]
    others = dict.fromkeys(range(4116, 4200), "0:00.00")
    dumps = [dump(HOME, WAITER, *crowd), dump(WAITER, HOME, *crowd)]
    analysis = analyze(made(*dumps, a1=top(others), a2=top(others, "14:09:00")))
    assert analysis.to_dict()["processes"][0]["counters"] == []
    assert "counters of threads that no dump has" in analysis.warnings[0]


def test_hosts_with_equal_ids_are_told_apart_by_their_names_or_not_at_all(tmp_path: Path) -> None:
    other = thread(4101, "teller", mutex(LOCK), app("append"), START, pthread=0x7F99_0000_16C0)
    main = thread(4100, "tellerd", sleep(), app("stay"), app("main"), pthread=0x7F99_0000_06C0)
    for host, pair in (("node1", (HOME, WAITER)), ("node2", (main, other))):
        for number in (1, 2):
            folder = tmp_path / host / f"t{number}"
            folder.mkdir(parents=True)
            (folder / "4100.txt").write_bytes(dump(*pair))
            (folder / "top.txt").write_text(top({4100: "0:00.00", 4101: f"0:0{number if host == 'node2' else 0}.00"}, f"14:0{number}:00"))
    documents = analyze(tmp_path).to_dict()["processes"]
    assert [(process["host"], process["threads"][0]["progress"]) for process in documents] == [("node1", "stuck"), ("node2", "progressing")]
    shutil.copy(tmp_path / "node1" / "t1" / "top.txt", tmp_path / "top.txt")
    assert (
        f"{tmp_path}/top.txt: several processes have the threads that it counts, as on several hosts; not used"
        in analyze(tmp_path).warnings
    )


def test_tables_that_say_no_round_go_with_the_dumps_in_order(made: Case) -> None:
    tables = [top({4100: "0:00.00", 4101: f"0:0{at}.00"}, f"14:0{at}:00") for at in (1, 2, 3)]
    folder = made(*STUCK, STUCK[0], top9=tables[0], top10=tables[1], top11=tables[2])
    rows = analyze(folder).to_dict()["processes"][0]["counters"]
    assert [(Path(row["source"]).name, row["snapshot"]) for row in rows] == [("top9.txt", 0), ("top10.txt", 1), ("top11.txt", 2)]


def test_tables_go_with_the_dumps_that_were_taken_at_their_time(tmp_path: Path) -> None:
    for clock, text in zip(("100000", "100500"), STUCK, strict=True):
        (tmp_path / f"20240607_{clock}.txt").write_bytes(text)
    for at, clock in enumerate(("09:59:58", "10:00:01", "10:04:57", "10:04:59")):
        (tmp_path / f"top{at}.txt").write_text(top({4100: "0:00.00", 4101: f"0:1{at}.00"}, clock))
    rows = analyze(tmp_path).to_dict()["processes"][0]["counters"]
    assert [(Path(row["source"]).name, row["snapshot"]) for row in rows] == [("top1.txt", 0), ("top3.txt", 1)]


def test_a_table_before_midnight_is_near_to_a_dump_behind_it(tmp_path: Path) -> None:
    for moment, text in zip(("20240607_000001", "20240607_000501"), STUCK, strict=True):
        (tmp_path / f"{moment}.txt").write_bytes(text)
    for at, clock in enumerate(("23:59:58", "00:04:58", "00:04:59")):
        (tmp_path / f"top{at}.txt").write_text(top({4100: "0:00.00", 4101: f"0:1{at}.00"}, clock))
    rows = analyze(tmp_path).to_dict()["processes"][0]["counters"]
    assert [(Path(row["source"]).name, row["snapshot"]) for row in rows] == [("top0.txt", 0), ("top2.txt", 1)]


def test_a_table_of_another_hour_is_beside_no_dump(tmp_path: Path) -> None:
    for moment, text in zip(("20240607_100000", "20240607_100500"), STUCK, strict=True):
        (tmp_path / f"{moment}.txt").write_bytes(text)
    for at, clock in enumerate(("09:59:58", "10:04:58", "12:00:00")):
        (tmp_path / f"top{at}.txt").write_text(top({4100: "0:00.00", 4101: f"0:1{at}.00"}, clock))
    analysis = analyze(tmp_path)
    assert analysis.to_dict()["processes"][0]["counters"] == []
    assert "3 tables of top for 2 snapshots" in analysis.warnings[0]


def test_tables_that_fit_no_dump_are_told_and_not_used(made: Case) -> None:
    tables = [top({4100: "0:00.00", 4101: f"0:0{at}.00"}, f"14:0{at}:00") for at in (1, 2, 3)]
    folder = made(*STUCK, top1=tables[0], top2=tables[1], top3=tables[2])
    analysis = analyze(folder)
    assert analysis.warnings == (
        f"{folder}/top1.txt: 3 tables of top for 2 snapshots of a process, and nothing says which belong together; not used",
    )
    assert threads(analysis)[4101]["progress"] == "stuck"


def test_counters_of_a_round_whose_dump_is_missing_take_nothing_from_the_others(real: Case) -> None:
    """The rounds say which belong together: gdb was refused once, or somebody deleted its output."""
    folder = real("t1", "t2", "t3", tables=["top.txt"])
    (folder / "t2" / "dump.txt.xz").unlink()
    progress, _, note = judged(folder, POSTER)
    assert (progress, note) == ("progressing", "was met in the same place, but has worked in between, by its CPU time")
    assert analyze(folder).warnings == (f"{folder}/t2/top.txt: of a round of which there is no dump; not used",)


def test_counters_of_a_round_are_those_of_both_its_dumps(real: Case) -> None:
    folder = real("t1", "t2", tables=["top.txt"])
    for name in ("t1", "t2"):
        text = lzma.decompress((folder / name / "dump.txt.xz").read_bytes())
        (folder / name / "again.txt").write_bytes(text.replace(b"#1 ", b"#1  ", 1))  # not the same bytes: no copy
    progress, timeline, note = judged(folder, POSTER)
    assert (progress, timeline) == ("progressing", "S P S")
    assert note == "was met in the same place, but has worked in between, by its CPU time"


def test_counters_beside_one_of_the_dumps_are_told_and_not_used(real: Case) -> None:
    folder = real("t1", "t2")
    shutil.copy(REAL / "t1" / "top.txt", folder / "t1")
    assert analyze(folder).warnings == (f"{folder}/t1/top.txt: counters beside one snapshot only, where it takes two to compare; not used",)


def test_counters_that_shrink_are_of_another_time_and_not_used(real: Case) -> None:
    folder = real("t1", "t2")
    for name, other in (("t1", "t2"), ("t2", "t1")):
        shutil.copy(REAL / name / "schedstat.txt", folder / other)
    analysis = analyze(folder)
    assert threads(analysis)[POSTER]["progress"] == "stuck"
    assert "its counts shrink with time, so it is of another time or order; not used" in analysis.warnings[0]


def test_one_id_that_was_given_to_a_new_thread_spoils_no_other_count(made: Case) -> None:
    crowd = [thread(4110 + number, "pool", mutex(LOCK), app("append"), START) for number in range(4)]
    dumps = [dump(HOME, WAITER, *crowd)] * 2
    lwps = [4100, 4101, *range(4110, 4114)]
    tables = [schedstat({lwp: (70 if lwp != 4101 else 9000 - at, 8 + 2 * at) for lwp in lwps}, above=date(at)) for at in (0, 1)]
    found = threads(analyze(made(*dumps, c1=tables[0], c2=tables[1])))
    assert found[4101]["note"] == "the same stack and the same wait in all snapshots"
    assert "ran nothing" in found[4110]["note"]


def test_compare_takes_tables_in_the_order_given(made: Case, capsys: pytest.CaptureFixture[str]) -> None:
    tables = [top({4100: "0:00.00", 4101: f"0:0{at}.00"}, f"14:0{at}:00") for at in (1, 2)]
    made(*STUCK, before=tables[0], after=tables[1])
    folder = made()
    names = ["snap1.txt", "before.txt", "snap2.txt", "after.txt"]
    main(["compare", "--format", "json", "--exit-zero", *(str(folder / name) for name in names)])
    document = json.loads(capsys.readouterr().out)
    assert [Path(row["source"]).name for row in document["processes"][0]["counters"]] == ["before.txt", "after.txt"]
    assert document["warnings"] == []


def test_the_order_of_inputs_changes_nothing(real: Case) -> None:
    folder = real("t1", "t2", "t3", tables=["top.txt", "ps.txt", "schedstat.txt"])
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    expected = stackan.analyze(stackan.load(*files)).to_dict()
    for seed in range(4):
        random.Random(seed).shuffle(files)
        assert stackan.analyze(stackan.load(*files)).to_dict() == expected


# -- how it is shown


def test_explain_says_what_was_counted_and_where_it_stands(real: Case, capsys: pytest.CaptureFixture[str]) -> None:
    main(["analyze", "--exit-zero", "--explain", str(ASKER), str(real("t1", "t2", tables=["schedstat.txt", "top.txt"]))])
    text = " ".join(capsys.readouterr().out.split())
    assert "counted: 0.000477 s of CPU (t1/schedstat.txt, line 5), switched 26 times (t1/schedstat.txt, line 5)" in text
    assert "since snapshot 1: 0.001464 s of CPU, switched 86 times in 8 s" in text
    assert (REAL / "t1" / "schedstat.txt").read_text().splitlines()[4] == f"/proc/{MAIN}/task/{ASKER}/schedstat:477732 2900561 26"


def test_explain_inputs_names_the_tables_beside_each_snapshot(real: Case, capsys: pytest.CaptureFixture[str]) -> None:
    folder = real("t1", "t2", tables=["top.txt"])
    main(["analyze", "--exit-zero", "--explain", "inputs", str(folder)])
    text = "".join(capsys.readouterr().out.split())
    assert (
        text.index(f"counts{folder}/t1/top.txt,line8") < text.index(f"2.{folder}/t2/dump.txt.xz") < text.index(f"counts{folder}/t2/top.txt")
    )


def test_the_report_says_of_stuck_threads_what_their_counters_say(real: Case, capsys: pytest.CaptureFixture[str]) -> None:
    main(["analyze", "--exit-zero", str(real("t1", "t2", tables=["schedstat.txt", "top.txt"]))])
    text = capsys.readouterr().out
    assert f"stuck, 1 thread: {TRANSFERS[0]}; counters: 1 ran nothing" in text
    assert f"stuck, 1 thread: {ASKER}; counters: 1 woke up to wait again" in text


# -- hostile tables


NUMERALS = "\u0661\u0662\u0663"
HOSTILE = {
    "columns": b"  PID   LWP     TIME COMMAND\n" + b"4100 4101 00:00:01 x\n",
    "headers": b"  PID   LWP     TIME COMMAND\n",
    "one long line": b"TIME PID LWP ",
    "one long row": b"PID LWP TIME CMD\n4100 4101 00:00:01 ",
    "top": top({4100: "0:00.00", 4101: "0:00.00"}).encode(),
    "clocks": b"top - 14:03:11 up \nThreads: \n",
    "names of files": b"==> /proc/4100/task/4101/status <==\n",
    "one file": b"voluntary_ctxt_switches: 1\n",
    "grepped": b"/proc/4100/task/4101/schedstat:1 2 3\n",
    "marks": b"/task/",
    "foreign digits": f"PID LWP TIME CMD\n{NUMERALS} {NUMERALS} {NUMERALS}:00\n".encode(),
    "huge numbers": b"PID LWP TIME CMD\n" + b"9" * 300 + b" 4101 " + b"9" * 300 + b":00:00\n",
    "no ends": b"PID LWP TIME CMD\r",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_tables_take_time_in_proportion_to_their_size(name: str, in_proportion: Callable[..., None]) -> None:
    from stackan.counters import gather, read_counters

    in_proportion(lambda size: HOSTILE[name] * (size // len(HOSTILE[name]) + 1), lambda text: gather(read_counters(text, "case/top.txt")))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_tables_beside_dumps_change_nothing_and_raise_nothing(made: Case, name: str) -> None:
    folder = made(*STUCK)
    for number in (1, 2):
        (folder / f"table{number}.txt").write_bytes(HOSTILE[name] * 50)
    assert analyze(folder).verdict == analyze(made(*STUCK)).verdict


@pytest.mark.parametrize(
    "text", ["", "1", "1 2 3 4", f"{NUMERALS} 1 2", "(((", ") " * 99, "nr_switches : x\nse.sum_exec_runtime : 1.", ":" * 99]
)
@pytest.mark.parametrize("kind", ["schedstat", "status", "stat", "sched"])
def test_files_of_proc_with_anything_in_them_raise_nothing(made: Case, kind: str, text: str) -> None:
    folder = made(*STUCK)
    for round_ in ("t1", "t2"):
        place = folder / round_ / "proc" / "4100" / "task" / "4101"
        place.mkdir(parents=True)
        (place / kind).write_text(text)
    assert threads(analyze(folder))[4101]["progress"] == "stuck"


POOL: list[Thread] = [thread(4110 + number, "pool", parked(), START) for number in range(5)]


def counted_pool(made: Case, *used: int) -> stackan.Analysis:
    """A pool that is met parked each time, with the microseconds of CPU that each of its threads has used by then."""
    lwps = [4100, *(each.lwp for each in POOL)]
    tables = {f"c{at}": schedstat(dict.fromkeys(lwps, (ran, 1)), above=date(at)) for at, ran in enumerate(used)}
    return analyze(made(*[dump(HOME, *POOL)] * len(used), **tables))


def test_who_is_met_idle_and_has_worked_in_between_moves(made: Case) -> None:
    """That a condition outside of any task is a wait for work is a guess: here it got some."""
    analysis = counted_pool(made, 0, 3_000_000)
    found = threads(analysis)
    for each in POOL:
        row = found[each.lwp]
        assert (row["progress"], row["timeline"]) == ("progressing", "P")
        assert row["note"] == "was met idle, but has worked in between, by its CPU time"
    assert analysis.verdict == "progressing"
    assert not any(pool.exhausted for pool in analysis.processes[0].pools)


def test_who_has_worked_long_ago_only_is_idle(made: Case) -> None:
    found = threads(counted_pool(made, 0, 3_000_000, 3_000_000, 3_000_000))
    assert {(found[each.lwp]["progress"], found[each.lwp]["timeline"]) for each in POOL} == {("idle", "P I I")}


def test_a_headline_that_rests_on_guesses_says_that_nobody_ran(made: Case) -> None:
    """A pool that gets no work may be starved by what is stuck elsewhere: whoever knows its load can tell."""
    assert "ran in between" not in analyze(made(*[dump(HOME, *POOL)] * 2)).headline
    analysis = counted_pool(made, 0, 0)
    assert analysis.verdict == "idle"
    assert "for work, as far as a stack tells; none of these ran in between, by their CPU time" in analysis.headline


def test_who_is_parked_by_a_rule_stays_idle_whatever_is_counted(real: Case, example: Path) -> None:
    """A profile knows the loop that waits there, and that it may run a little each time."""
    folder = real()
    for number in (1, 2):
        shutil.copy(example / f"snap{number}.txt", folder)
    parked = [row["lwp"] for row in threads(analyze(folder)).values() if row["progress"] == "idle" and "." in row["rule"]]
    for number in (1, 2):
        (folder / f"top{number}.txt").write_text(top(dict.fromkeys(parked, f"0:0{number}.00"), clock=f"14:0{number}:00"))
    analysis = analyze(folder)
    assert analysis.to_dict()["processes"][0]["counters"] and parked
    assert {threads(analysis)[lwp]["progress"] for lwp in parked} == {"idle"}
