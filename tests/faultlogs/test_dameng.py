"""Events of Dameng's logs: each documented line, its nodes, its time, and what is none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackan.faultlogs.dameng.commands import COMMANDS
from stackan.faultlogs.dameng.templates import FAULTS, HALTS, ROLLBACK, TEMPLATES
from stackan.faultlogs.template import Template
from stackan.model.event import EVENTS, Node
from tests.faultlogs.dameng import ABORT, DEAD, HANDLE, RESUME, SUSPEND, console, events, kinds, read, record, records, show

# -- what is told


@pytest.mark.parametrize("template", [each for each in TEMPLATES if each is not ROLLBACK], ids=lambda each: each.means)
def test_the_example_of_each_template_is_an_event_of_its_kind(tmp_path: Path, template: Template) -> None:
    [event] = events(tmp_path, record(template.example, program="database"), "dm_DSC0_202405.log")
    assert (event.line, event.kind, event.means.name, event.times) == (1, template.kind, template.means, 1)
    assert event.time == "2024-05-12T10:03:17.123"
    assert event.text == record(template.example, program="database").rstrip("\n")
    assert template.source and template.kind in EVENTS


@pytest.mark.parametrize("template", FAULTS, ids=lambda each: each.means)
def test_a_fault_is_told_by_the_monitors_console_too(tmp_path: Path, template: Template) -> None:
    text = console("[CSS]: vote disk check ok") + console(template.example)
    assert kinds(tmp_path, text, "dmcssm_20240512091317.log") == [(2, template.kind)]


@pytest.mark.parametrize(
    ("text", "node"),
    [
        (DEAD, Node("DSC1", 1)),
        ("!!!DSC INFO!!!][CSS]: dead instance detected, detect ep CSS0[0] broken.", Node("CSS0", 0)),  # as the guide prints it
        ("dead instance detected, detect ep RAC-1.a[12] broken", Node("RAC-1.a", 12)),
        ("[!!!DSC INFO!!!]All processers on EP[1] have detected disk heartbeat issues.", Node(None, 1)),
        ("[CSS1][!!!DSC INFO!!!]Unable to access VOTING DISK! disk may be not mounted", Node("CSS1", None)),
        ("[!!!DSC INFO!!!]Unable to access VOTING DISK! disk may be not mounted", Node("CSS0", None)),  # by the log's name
        ("The [1]th subnet of network connectivity of [DSC1]:[1] ERROR", Node("DSC1", 1)),
        ("The [1]th subnet of network connectivity of DSC1[1] ERROR", Node("DSC1", 1)),
        ("[DB]: 设置命令[LINK_CHECK], 目标站点 DSC0[0], 命令序号[40]", Node("DSC0", 0)),
    ],
)
def test_a_node_has_the_name_and_the_number_that_are_printed(tmp_path: Path, text: str, node: Node) -> None:
    [event] = events(tmp_path, record(text))
    assert event.nodes == (node,)


def test_a_number_gets_the_name_that_the_log_has_for_it_elsewhere(tmp_path: Path) -> None:
    dead = console("[!!!DSC INFO!!!]All processers on EP[1] have detected disk heartbeat issues.")
    log = read(tmp_path, console("[CSS]: x") + dead + show("PROCESS_CRASH, sub_sta = WAIT_REDO"), "dmcssm_20240512.log")
    assert log.events[0].nodes == (Node("DSC1", 1),)


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("[!!!DSC INFO!!!]Network connect to IP address 10.0.0.7 has been disconnected.", {"peer": "10.0.0.7"}),
        ("[!!!DSC INFO!!!]Network interface with IP address fe80::1 no longer running.", {"ip": "fe80::1"}),
        ("The [2]th subnet of network connectivity of [DSC1]:[1] ERROR", {"subnet": 2, "node": "DSC1[1]"}),
        ("code = -7126, dm_sys_halt now!!!", {"code": "-7126", "node": "CSS0"}),
    ],
)
def test_what_a_line_tells_beside_its_node_is_a_parameter(tmp_path: Path, text: str, parameters: dict[str, object]) -> None:
    [event] = events(tmp_path, record(text, level="FATAL"))
    assert event.means.values == parameters


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_told_where_it_is_sent_and_where_it_is_taken(tmp_path: Path, name: str) -> None:
    command = COMMANDS[name]
    sent = record(f"[DB]: 设置命令[{name.replace(' ', '_')}], 目标站点 DSC0[0], 命令序号[57]")
    taken = record(f"[!!!DSC INFO!!!]check css cmd: {name}, cmd_seq: 57", program="database")
    [there] = events(tmp_path, sent)
    [here] = events(tmp_path, taken, "dm_DSC0_202405.log")
    assert (there.kind, there.phase, there.nodes, there.group) == (command.kind, command.phase, (Node("DSC0", 0),), "DB")
    assert (here.kind, here.phase, here.nodes, here.means.name) == (command.kind, command.phase, (Node("DSC0", None),), command.means)


def test_a_check_of_links_is_no_fault_where_the_command_is_taken(tmp_path: Path) -> None:
    assert kinds(tmp_path, record("check css cmd: LINK CHECK, cmd_seq: 40", program="database")) == []


def test_commands_of_quiet_times_are_no_events(tmp_path: Path) -> None:
    texts = ("check css cmd: START NOTIFY, cmd_seq: 24", "check css cmd: EP REAL OPEN, cmd_seq: 41", "[CSS]: 设置EP CSS0[0]为控制节点")
    assert kinds(tmp_path, records(*texts)) == []


@pytest.mark.parametrize(
    ("state", "kind", "phase"),
    [
        ("PROCESS_CRASH, sub_sta = WAIT_SUSPEND_WORKER", "handling-phase", "rebuild"),
        ("PROCESS_CRASH, sub_sta = WAIT_REDO", "handling-phase", "redo"),
        ("PROCESS_CRASH, sub_sta = WAIT_CRASH_RECV", "handling-phase", "rollback"),
        ("PROCESS_CRASH, sub_sta = WAIT_CRASH_ROLLBACK", "handling-rolled-back", ""),
        ("PROCESS_CRASH, sub_sta = SOMETHING_NEW", "handling-phase", ""),
    ],
)
def test_show_tells_how_far_the_handling_is_and_whose_fault_it_is(tmp_path: Path, state: str, kind: str, phase: str) -> None:
    [event] = events(tmp_path, show(state, "DSC2[2], DSC1[1]"), "dmcssm_20240512.log")
    assert (event.kind, event.phase, event.group, event.line) == (kind, phase, "DB", 8)
    assert event.nodes == (Node("DSC2", 2), Node("DSC1", 1))
    assert event.time == "2024-05-12T10:03:31.123"


def test_show_tells_which_node_rejoins(tmp_path: Path) -> None:
    text = show("PROCESS_RECOVER, sub_sta = WAIT_EP_RECOVER", "NULL", "TRUE", "DSC1[1]")
    [event] = events(tmp_path, text, "dmcssm_20240512.log")
    assert (event.kind, event.nodes) == ("rejoin", (Node("DSC1", 1),))


def test_show_in_quiet_times_tells_nothing(tmp_path: Path) -> None:
    quiet = show("OPEN, sub_sta = STARTUP", "NULL", "TRUE")
    assert kinds(tmp_path, quiet * 2, "dmcssm_20240512.log") == []


def test_a_handling_is_over_when_its_flag_turns(tmp_path: Path) -> None:
    text = show("PROCESS_CRASH, sub_sta = WAIT_REDO") + show("OPEN, sub_sta = STARTUP", "NULL", "TRUE") * 2
    assert [kind for _, kind in kinds(tmp_path, text, "dmcssm_20240512.log")] == ["handling-phase", "handling-over"]


def test_a_flag_that_is_true_behind_a_fault_that_nobody_handles_is_no_end_of_handling(tmp_path: Path) -> None:
    text = show("OPEN, sub_sta = STARTUP", "NULL", "TRUE") + console(DEAD) + show("OPEN, sub_sta = STARTUP", "NULL", "TRUE")
    assert [kind for _, kind in kinds(tmp_path, text, "dmcssm_20240512.log")] == ["instance-fault"]


def test_an_instance_says_itself_that_its_handling_is_over(tmp_path: Path) -> None:
    text = records("checkpoint begin", "[!!!DSC INFO!!!]crash process over flag is TRUE", program="database")
    assert kinds(tmp_path, text) == [(2, "handling-over")]


def test_transactions_are_rolled_back_for_failed_nodes_only_while_a_fault_is_handled(tmp_path: Path) -> None:
    rolled = ROLLBACK.example.replace("total 0", "total 28")
    handled = records("[!!!DSC INFO!!!]check css cmd: EP CRASH, cmd_seq: 57", rolled, program="database")
    assert [(event.kind, event.phase) for event in events(tmp_path, handled)][1:] == [("handling-phase", "rollback")]
    opened = records("version info: develop", rolled, "SYSTEM IS READY.", program="database")
    assert [kind for _, kind in kinds(tmp_path, opened)] == ["starting", "ready"]


# -- repeats


def test_a_line_that_repeats_stands_once_with_its_count_and_its_first_line(tmp_path: Path) -> None:
    lost = "[CSS1][!!!DSC INFO!!!]Unable to access VOTING DISK! disk may be not mounted, suggest to check shared storage."
    [event] = events(tmp_path, records("x", *[lost] * 8))
    assert (event.line, event.times, event.last_line, event.last_time) == (2, 8, 9, "2024-05-12T10:00:08.500")


def test_a_server_ends_once_however_many_lines_say_so(tmp_path: Path) -> None:
    [event] = events(tmp_path, records("hpc_heart_beat_dsk_thread halt, sys_status: OPEN, vtd_status: SYSHALT", ABORT, ABORT))
    assert (event.kind, event.line, event.times, event.means.name) == ("halt", 1, 3, "means-heartbeat-halt")


def test_faults_of_different_nodes_are_different_events(tmp_path: Path) -> None:
    assert kinds(tmp_path, records(DEAD, DEAD.replace("DSC1[1]", "DSC2[2]"))) == [(1, "instance-fault"), (2, "instance-fault")]


def test_a_fault_of_the_same_node_after_a_handling_is_a_new_one(tmp_path: Path) -> None:
    again = records(DEAD, DEAD, HANDLE, SUSPEND, RESUME, DEAD, HANDLE, SUSPEND, RESUME)
    assert kinds(tmp_path, again) == [
        (1, "instance-fault"),
        (3, "handling-started"),
        (4, "handling-phase"),
        (5, "handling-over"),
        (6, "instance-fault"),
        (7, "handling-started"),
        (8, "handling-phase"),
        (9, "handling-over"),
    ]


def test_handling_that_begins_anew_is_told_anew(tmp_path: Path) -> None:
    cancelled = HANDLE.replace("EP_CRASH", "CRASH_ROLLBACK")
    told = kinds(tmp_path, records(DEAD, HANDLE, SUSPEND, cancelled, HANDLE, SUSPEND))
    assert [line for line, _ in told] == [1, 2, 3, 4, 5, 6]


def test_a_command_to_roll_back_and_the_state_that_follows_from_it_are_one_event(tmp_path: Path) -> None:
    text = console(DEAD) + console(HANDLE.replace("EP_CRASH", "CRASH_ROLLBACK")) + show("PROCESS_CRASH, sub_sta = WAIT_CRASH_ROLLBACK")
    assert [kind for _, kind in kinds(tmp_path, text, "dmcssm_20240512.log")] == ["instance-fault", "handling-rolled-back"]


def test_an_hour_without_it_makes_a_repeat_news(tmp_path: Path) -> None:
    lost = "[!!!DSC INFO!!!]Network connect to IP address 10.0.0.7 has been disconnected."
    text = record(lost, "10:00:00.000") + record(lost, "10:59:00.000") + record(lost, "12:00:00.000")
    assert [(event.line, event.times) for event in events(tmp_path, text)] == [(1, 2), (3, 1)]


# -- what is none


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.means)
def test_a_line_that_only_quotes_one_is_no_event(tmp_path: Path, template: Template) -> None:
    quoting = [
        f"slow statement: select '{template.example}' from t",
        f'The ASMCMD executed: "{template.example}"',
        f"audit: user wrote {template.example}",
    ]
    assert kinds(tmp_path, records(*quoting, program="database")) == []
    errors = "".join(record(text, level="ERROR", program="database") for text in quoting[:2])
    assert kinds(tmp_path, errors) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.means)
@pytest.mark.parametrize("opening", ['executed: "insert into t values', "executed: insert into t values ('"])
def test_a_quote_that_goes_on_over_lines_holds_no_event(tmp_path: Path, template: Template, opening: str) -> None:
    closing = '"' if '"' in opening else "')"
    text = record(opening, program="database") + f"{template.example}\n{closing}, code: -4546\n"
    assert kinds(tmp_path, text) == []


@pytest.mark.parametrize("template", HALTS, ids=lambda each: each.means)
def test_a_halt_may_stand_on_a_line_that_continues_a_record(tmp_path: Path, template: Template) -> None:
    text = record("alter database open; can't go on", level="FATAL", program="database") + f"{template.example}\n"
    [event] = events(tmp_path, text)
    assert (event.kind, event.line, event.time) == ("halt", 2, "2024-05-12T10:03:17.123")


def test_a_halt_behind_a_closed_quote_is_one(tmp_path: Path) -> None:
    text = record('executed: "create dcrdisk', level="ERROR") + f'", code: -4546, desc: 打开文件失败\n{ABORT}\n'
    assert kinds(tmp_path, text) == [(3, "halt")]


def test_an_error_may_have_other_words_before_a_halt(tmp_path: Path) -> None:
    text = "alter database open; nsvr_check_version failed, dm_sys_halt now!!!"
    assert kinds(tmp_path, record(text, level="FATAL")) == [(1, "halt")]
    assert kinds(tmp_path, record(text, level="INFO")) == []


def test_a_record_of_another_program_is_no_event(tmp_path: Path) -> None:
    other = "2024-05-12 10:03:17.200 INFO com.acme.Monitor - " + DEAD + "\n"
    tool = record(ABORT, program="dmasmcmd", level="FATAL")
    assert kinds(tmp_path, record("x") + other + ABORT + "\n" + tool) == []


def test_errors_of_other_numbers_are_no_full_disk(tmp_path: Path) -> None:
    assert kinds(tmp_path, records("pwrite error! err no: 280, ret: -1", "pwrite error! err no: 2, ret: 28")) == []


# -- shapes


@pytest.mark.parametrize(
    ("line", "time"),
    [
        (f"2021-04-11 23:37:19:475 [FATAL] database P0000023070 T0000000000000023104 {ABORT}", "2021-04-11T23:37:19.475"),
        (f"2021-04-11 23:37:19.475 [FATAL]: database P0000023070 T0000000000000023104  {ABORT}", "2021-04-11T23:37:19.475"),
        (f"2019-10-21 12:11:37 [FATAL] database P0000005642 main_thread {ABORT}", "2019-10-21T12:11:37"),
        (f"2019-10-21 12:11:37 [FATAL] database p000005642 mian_thread  {ABORT}", "2019-10-21T12:11:37"),
        (f"2019-10-21 12:11:37 [FATAL] database P0000005642 dm_sql_ thd  {ABORT}", "2019-10-21T12:11:37"),
        (f"2019-10-21 12:11:37 [FATAL] database P0000005642 some_name  {ABORT}", "2019-10-21T12:11:37"),
        (f"2019-10-21 12:11:37.001 [FATAL] dmasmsvr P0000005642 T0000000000000005642 TID12  {ABORT}", "2019-10-21T12:11:37.001"),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
def test_the_head_of_a_record_is_read_leniently(tmp_path: Path, line: str, time: str, ending: str) -> None:
    [event] = events(tmp_path, line + ending, "dm_DSC0_202104.log")
    assert (event.kind, event.time, event.text) == ("halt", time, line)


@pytest.mark.parametrize(
    ("program", "name", "kind", "node"),
    [
        ("database", "dm_DSC1_202405.log", "dmserver", "DSC1"),
        ("database", "dm_GRP1_RT_01_20240512_10.log", "dmserver", "GRP1_RT_01"),
        ("database", "dm_DSC1.log", "dmserver", "DSC1"),
        ("database", "dm_unknown_202405.log", "dmserver", None),
        ("dmcss", "dm_CSS0_202405.log", "dmcss", "CSS0"),
        ("dmcss", "node1-dm_CSS0_202405.log.1", "dmcss", "CSS0"),
        ("dmasmsvr", "dm_ASM1_202212.log", "dmasm", "ASM1"),
        ("dmasmsvrm", "dmasm02_202212.log", "dmasm", "dmasm02"),
        ("dmcssm", "dmcssm_20240512091317.log", "dmcssm", None),
        ("database", "whatever.txt", "dmserver", None),
    ],
)
def test_a_log_is_known_by_its_program_and_its_writer_by_its_name(
    tmp_path: Path, program: str, name: str, kind: str, node: str | None
) -> None:
    log = read(tmp_path, records("x", program=program), name)
    assert (log.kind, log.writer.node, log.writer.pid) == (kind, node, 49062)


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("[monitor]          [2024-05-12 09:13:17:769] CSS MONITOR V8\n", "dmcssm_20240512.log", "dmcssm"),
        ("[2022-08-30 15:05:28:464] [CSS]: 设置EP CSS0[0]为控制节点\n", "console.txt", "dmcssm"),
        ("DMCSS IS READY\n[2022-08-30 15:05:28:464] [CSS]: 设置EP CSS0[0]为控制节点\n", "dmcss.out", "dmcss"),
    ],
)
def test_what_a_console_prints_is_a_log(tmp_path: Path, text: str, name: str, kind: str) -> None:
    assert read(tmp_path, text, name).kind == kind


def test_another_process_is_a_start(tmp_path: Path) -> None:
    text = record("x", "10:00:00.000", pid=100) + record("y", "10:00:01.000", pid=100) + record("z", "10:05:00.000", pid=200)
    log = read(tmp_path, text)
    assert log.writer.pid == 200
    assert log.writer.started == ((100, "2024-05-12T10:00:00.000"), (200, "2024-05-12T10:05:00.000"))
    assert [(event.line, event.kind, event.means.values["pid"]) for event in log.events] == [(3, "starting", 200)]


def test_encodings_are_taken_line_by_line(tmp_path: Path) -> None:
    lines = [HANDLE.encode(), HANDLE.replace("DSC0[0]", "DSC2[2]").encode("gb18030")]
    text = b"".join(record("@").encode().replace(b"@", line) for line in lines)
    log = read(tmp_path, text)
    assert [event.text[event.text.index("[DB]") :] for event in log.events] == [HANDLE, HANDLE.replace("DSC0[0]", "DSC2[2]")]
    assert log.extent is not None and log.extent.encoding == "mixed"
    for encoding in ("utf-8", "gb18030"):
        extent = read(tmp_path, record(HANDLE).encode(encoding)).extent
        assert extent is not None and extent.encoding == encoding


def test_a_line_in_no_known_encoding_is_read_by_its_ascii(tmp_path: Path) -> None:
    log = read(tmp_path, record(DEAD + " ?").encode().replace(b"?", b"\xff\x20\xff"))
    assert (log.events[0].kind, log.events[0].text[-3:]) == ("instance-fault", "ÿ ÿ")
    assert log.extent is not None and log.extent.encoding == "mixed"


def test_a_log_says_how_far_it_goes(tmp_path: Path) -> None:
    extent = read(tmp_path, "behind\n" + record("x", "10:00:02.000") + "more\n" + record("y", "10:00:01.000")).extent
    assert extent is not None
    assert (extent.lines, extent.records, extent.first, extent.last) == (4, 2, "2024-05-12T10:00:01.000", "2024-05-12T10:00:02.000")


def test_a_log_that_begins_in_the_middle_of_a_record_tells_what_stands_there(tmp_path: Path) -> None:
    [event] = events(tmp_path, f"{ABORT}\n" + record("x"))
    assert (event.kind, event.line, event.time) == ("halt", 1, None)
