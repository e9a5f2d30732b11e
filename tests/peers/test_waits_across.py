"""Waits for other processes, in real dumps with the tables that tell who is at the other end."""

from __future__ import annotations

import shutil

import pytest

import stackan
from stackan import wording
from tests.dumping import told


def finding(analysis, kind):
    found = [each for each in analysis.findings if each.kind == kind]
    assert found, [each.kind for each in analysis.findings]
    return found[0]


@pytest.mark.parametrize("case", ["mutual", "dual", "nest", "crew", "poll"])
def test_two_pools_that_wait_for_each_other_s_processes_are_exhausted(judge, case):
    analysis = judge(case, "ss.txt")
    found = finding(analysis, "worker-exhaustion")
    assert (analysis.verdict, found.severity, found.confidence) == ("worker-exhaustion", "critical", "likely")
    assert len(found.threads) == 8
    assert len(found.processes) == 2
    assert found.resources == ("pool Pool::run (front-work)", "pool Pool::run (store-work)")
    assert "no proof" in wording.explanation(found)


def test_a_server_that_calls_itself_is_exhausted_by_its_own_calls(judge):
    found = finding(judge("self", "ss.txt"), "worker-exhaustion")
    assert (found.confidence, len(found.threads), len(found.processes)) == ("likely", 4, 1)
    assert [each["count"] for each in told(found, "workers-wait-for-own-process")] == [4]
    assert ", 4 wait for that process itself to answer (descriptor " in wording.explanation(found)


def test_workers_that_wait_for_a_lock_whose_holder_waits_for_the_other_process_are_exhausted_with_it(judge):
    found = finding(judge("turns", "ss.txt"), "worker-exhaustion")
    assert (found.confidence, len(found.threads), len(found.processes)) == ("likely", 8, 2)
    [[holder], [waiters]] = told(found, "workers-wait-for-answer")[:1], told(found, "workers-wait-for")
    assert (holder["count"], waiters["count"], waiters["what"]["kind"]) == (1, 3, "mutex")
    assert holder["process"] == waiters["process"]
    assert ", 1 waits for process " in wording.explanation(found)
    assert ", 3 wait for mutex 0x" in wording.explanation(found)


def test_a_poll_of_several_descriptors_or_with_a_time_out_is_no_wait_for_one_process(tmp_path, dumps):
    for change in (("nfds=1", "nfds=2"), ("timeout=-1", "timeout=5000")):
        for each in ("t1", "t2"):
            (tmp_path / each).mkdir(exist_ok=True)
            for dump in (dumps / "poll" / each).iterdir():
                (tmp_path / each / dump.name).write_text(dump.read_text().replace(*change))
        assert stackan.analyze(stackan.load(tmp_path / "t1", tmp_path / "t2", dumps / "poll" / "ss.txt")).verdict == "blocked"


def test_a_thread_that_reads_from_another_descriptor_in_the_same_place_has_moved(tmp_path, dumps):
    """Each of front's workers calls again and again: what is behind the old descriptor is no matter."""
    first, second = (sorted((dumps / "mutual" / each).iterdir())[0] for each in ("t1", "t2"))
    (tmp_path / "t2").mkdir()
    (tmp_path / "t2" / second.name).write_text(second.read_text().replace("fd=", "fd=1"))
    analysis = stackan.analyze(stackan.load(first, tmp_path / "t2", dumps / "mutual" / "ss.txt"))
    assert [track.progress for track in analysis.processes[0].tracks if "work" in track.name] == ["progressing"] * 4


def test_one_round_of_dumps_suggests_no_more_than_a_possible_exhaustion(judge):
    analysis = judge("mutual", "ss.txt", rounds=("t1",))
    found = finding(analysis, "worker-exhaustion")
    assert (analysis.verdict, found.severity, found.confidence) == ("inconclusive", "warning", "possible")


def test_without_a_table_nothing_is_concluded_and_the_report_says_which_command_would_tell(judge):
    analysis = judge("mutual")
    assert analysis.verdict == "blocked"
    assert "`ss -tanp`" in wording.advice(finding(analysis, "stalled-io"))[0]


@pytest.mark.parametrize(
    "tables",
    [
        ["ss.txt"],
        ["lsof.txt"],
        ["lsof-ends.txt"],
        ["fd.txt", "tcp.txt"],
        ["fd.txt", "netstat-inodes.txt"],
        ["ss.txt", "lsof.txt", "lsof-ends.txt", "fd.txt", "tcp.txt", "netstat.txt", "netstat-inodes.txt"],
    ],
    ids=" ".join,
)
def test_any_tool_that_tells_descriptors_and_addresses_is_enough(judge, tables):
    assert judge("mutual", *tables).verdict == "worker-exhaustion"


@pytest.mark.parametrize("tables", [["netstat.txt"], ["fd.txt"], ["tcp.txt"], ["tcp.txt", "netstat-inodes.txt"]], ids=" ".join)
def test_a_table_that_lacks_descriptors_or_addresses_tells_nothing(judge, tables):
    assert judge("mutual", *tables).verdict == "blocked"


@pytest.mark.parametrize("tables", [["ss.txt"], ["lsof.txt"], ["fd.txt", "tcp.txt", "tcp6.txt"]], ids=" ".join)
def test_an_ipv4_client_of_a_listener_for_both_is_joined_with_its_server(judge, tables):
    assert judge("dual", *tables).verdict == "worker-exhaustion"


def test_the_explanation_says_who_waits_for_whom_and_quotes_the_table(judge):
    found = finding(judge("mutual", "ss.txt"), "worker-exhaustion")
    front, store = (process.id for process in found.processes)
    assert f"(front-work) in process {front}, 4 wait for process {store} to answer (descriptor " in wording.explanation(found)
    assert f"(store-work) in process {store}, 4 wait for process {front} to answer (descriptor " in wording.explanation(found)
    assert f"At process {store}, 28 bytes lie unread on 4 of these connections" in wording.explanation(found)
    quoted = [quote.text for quote in found.evidence if quote.source.endswith("ss.txt")]
    assert len(quoted) == 16  # both ends of eight connections
    assert all(text.startswith("ESTAB") and 'users:(("calls",pid=' in text for text in quoted)


@pytest.mark.parametrize("case", ["slow", "lost", "silent", "busy"])
def test_a_peer_that_sleeps_reads_or_has_a_worker_that_moves_is_no_exhaustion(judge, case):
    analysis = judge(case, "ss.txt")
    assert analysis.verdict == "blocked"
    assert {found.kind for found in analysis.findings} == {"stalled-io"}
    assert any(pool.exhausted for process in analysis.processes for pool in process.pools)


def test_a_slow_peer_is_told_as_what_holds_up_the_pool(judge):
    analysis = judge("slow", "ss.txt")
    found = finding(analysis, "stalled-io")
    peer = analysis.processes[1].id
    assert wording.title(found) == f"4 threads wait for process {peer}, over the network, in call_peer"
    [seen] = told(found, "seen-in-process")
    assert (seen["process"], seen["count"]) == (peer, 4)
    assert f"In process {peer}, 4 threads stand in one place, among them LWP {seen['thread']} " in wording.explanation(found)
    assert ". It sleeps in serve." in wording.explanation(found)
    assert wording.advice(found) == (f"Look at process {peer}: what it does or waits for has to end first.",)


@pytest.mark.parametrize("case", ["lost", "silent"])
def test_a_lost_reply_is_told_and_is_no_deadlock(judge, case):
    analysis = judge(case, "ss.txt")
    assert " waits to read, too: what was sent was lost" in wording.explanation(finding(analysis, "stalled-io"))
    assert not any(found.kind == "deadlock" for found in analysis.findings)


def test_a_worker_that_moves_is_told_where_its_process_is_waited_for(judge):
    analysis = judge("busy", "ss.txt")
    peer = analysis.processes[1].id
    found = finding(analysis, "stalled-io")
    assert told(found, "threads-move") == [{"process": peer, "count": 2}]
    assert f"2 threads of process {peer} move." in wording.explanation(found)


def test_a_peer_on_another_machine_is_told_by_its_address(judge):
    found = finding(judge("far", "ss.txt"), "stalled-io")
    assert wording.title(found).startswith("4 threads wait for 10.0.0.7:5432, over the network")
    assert "server at 10.0.0.7:5432" in wording.advice(found)[0]


def test_a_peer_without_a_dump_is_told_and_asked_for(judge, dumps):
    front, store = sorted((dumps / "mutual" / "t1").iterdir())
    analysis = stackan.analyze(stackan.load(front, dumps / "mutual" / "t2" / front.name, dumps / "mutual" / "ss.txt"))
    found = finding(analysis, "stalled-io")
    assert analysis.verdict == "blocked"
    assert f"There is no dump of process {store.stem}." in wording.explanation(found)
    assert wording.advice(found)[0].startswith(f"Take dumps of process {store.stem}, too")


@pytest.mark.parametrize("table", ["fd.txt", "lsof.txt", "lsof-ends.txt"])
def test_two_processes_that_read_from_each_other_s_pipes_are_a_deadlock(judge, table):
    analysis = judge("pipes", table)
    found = finding(analysis, "deadlock")
    assert (analysis.verdict, found.confidence, len(found.threads)) == ("deadlock", "likely", 2)
    assert "which can come only from LWP" in wording.explanation(found)
    assert sum(quote.source.endswith(table) for quote in found.evidence) >= 2


def test_two_processes_that_fill_each_other_s_pipes_are_a_deadlock(judge):
    """As a program and its child whose output it reads only when it has written all of its input."""
    found = finding(judge("fill", "fd.txt"), "deadlock")
    assert (found.confidence, len(found.threads)) == ("likely", 2)
    assert "waits for a read by process" in wording.explanation(found)


def test_a_parent_that_has_kept_the_pipes_open_and_waits_for_its_children_writes_to_none(judge):
    assert judge("kept", "lsof.txt").verdict == "deadlock"


@pytest.mark.parametrize("tables", [["ss-unix.txt"], ["lsof-ends.txt"], ["fd.txt", "ss-unix.txt"]], ids=" ".join)
def test_two_processes_that_write_to_each_other_and_read_nothing_are_a_deadlock_that_is_never_certain(judge, tables):
    found = finding(judge("push", *tables), "deadlock")
    assert (found.confidence, len(found.threads)) == ("likely", 2)


def test_one_round_makes_a_cycle_of_processes_possible_at_most(judge):
    assert finding(judge("push", "ss-unix.txt", rounds=("t1",)), "deadlock").confidence == "possible"


def test_the_order_of_the_inputs_does_not_matter(dumps):
    folder = dumps / "mutual"
    inputs = [folder / "t1", folder / "t2", folder / "ss.txt", folder / "fd.txt", folder / "tcp.txt"]
    one, other = (stackan.analyze(stackan.load(*order)).to_dict() for order in (inputs, inputs[::-1]))
    assert one == other


def test_the_document_tells_who_may_answer_and_where_the_descriptor_leads(judge, validate):
    document = judge("mutual", "ss.txt").to_dict()
    validate(document)
    front, store = (process["id"] for process in document["processes"])
    waits = [wait for thread in document["processes"][0]["threads"] if thread["pool"] for wait in thread["waits_for"]]
    assert len(waits) == 4
    for wait in waits:
        assert (wait["owners"], wait["needs"], wait["evidence"]) == ([{"process": store, "lwp": None}], "any", "inferred")
        assert [(end["process"], end["pid"]) for end in wait["leads_to"]["ends"]] == [(store, int(store))]
        assert (wait["leads_to"]["unread"], wait["leads_to"]["accepted"]) == (7, True)
    assert {thread["process"] for found in document["findings"] for thread in found["threads"]} == {front, store}
    assert [(table["tools"], table["rows"]) for table in document["descriptors"]] == [(["ss"], 18)]


def test_a_connection_that_nobody_has_accepted_waits_for_who_listens(judge):
    document = judge("crew", "ss.txt").to_dict()
    links = [wait["leads_to"] for process in document["processes"] for thread in process["threads"] for wait in thread["waits_for"]]
    assert [link["accepted"] for link in links if link] == [False] * 8


def test_the_drawing_shows_pools_that_wait_for_answers_of_processes(judge):
    from stackan.report.drawing import dot, draw

    lines = "\n".join(dot(*draw(judge("mutual", "ss.txt"))))
    assert lines.count('label="an answer of process ') == 2
    assert lines.count('[label="may come from", style=dashed]') == 2


def test_explaining_the_inputs_tells_the_tables(judge):
    from stackan.report.inputs import explain_inputs

    assert any(line.endswith("ss.txt: ss, 18 rows") for line in explain_inputs(judge("mutual", "ss.txt")))


def test_explaining_a_thread_tells_where_its_descriptor_leads(judge):
    from stackan.report.explain import explain

    analysis = judge("mutual", "ss.txt")
    _, worker = finding(analysis, "worker-exhaustion").threads[0]
    text = " ".join(" ".join(explain(analysis, worker.lwp)).split())
    assert f"leads to process {analysis.processes[1].id}, descriptor " in text
    assert "7 bytes unread there" in text


def hosts(tmp_path, dumps, address="127.0.0.1", *, case="mutual", tables=True):
    """The two servers of one case as if each were of a host of its own, with its own lines of the table there."""
    text = (dumps / case / "ss.txt").read_text().replace("127.0.0.1", address)
    for host, port, dump in zip(("node1", "node2"), (7001, 7002), sorted((dumps / case / "t1").iterdir())):
        for each in ("t1", "t2"):
            (tmp_path / host / each).mkdir(parents=True)
            shutil.copy(dumps / case / each / dump.name, tmp_path / host / each)
        if tables:
            mine = (f"pid={dump.stem},", f"{address}:{port}     ")  # the latter of connections that nobody has accepted
            lines = [line for line in text.splitlines() if mine[0] in line or (mine[1] in line and "users:" not in line)]
            (tmp_path / host / "ss.txt").write_text("\n".join(lines))
    return tmp_path


def test_loopback_addresses_mean_nothing_on_another_host(tmp_path, dumps):
    analysis = stackan.analyze(stackan.load(hosts(tmp_path, dumps)))
    assert {process.inputs.host for process in analysis.processes} == {"node1", "node2"}
    assert analysis.verdict == "blocked"


def test_connections_between_hosts_are_joined_by_their_addresses(tmp_path, dumps):
    analysis = stackan.analyze(stackan.load(hosts(tmp_path, dumps, "10.0.0.1")))
    assert analysis.verdict == "worker-exhaustion"
    assert "wait for process node2/" in wording.explanation(finding(analysis, "worker-exhaustion"))


def test_who_listens_for_a_connection_from_another_host_is_found_there(tmp_path, dumps):
    analysis = stackan.analyze(stackan.load(hosts(tmp_path, dumps, "10.0.0.1", case="crew")))
    assert analysis.verdict == "worker-exhaustion"


def test_a_process_id_means_nothing_on_another_host(tmp_path, dumps):
    folder = hosts(tmp_path, dumps, "10.0.0.1")
    tables = [folder / host / "ss.txt" for host in ("node1", "node2")]
    one, other = (table.read_text() for table in tables)
    tables[0].write_text(other)
    tables[1].write_text(one)
    assert stackan.analyze(stackan.load(folder)).verdict == "blocked"


def test_a_table_of_no_known_host_is_not_used_where_there_are_several(tmp_path, dumps):
    folder = hosts(tmp_path, dumps, tables=False)
    shutil.copy(dumps / "mutual" / "ss.txt", folder)
    analysis = stackan.analyze(stackan.load(folder))
    assert analysis.verdict == "blocked"
    assert any("ss.txt: not used" in warning for warning in analysis.warnings)
