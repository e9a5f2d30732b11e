"""A list of processes beside the dumps says which role, host and command line a process has."""

from __future__ import annotations

import pathlib

import stackan
from tests.dumping import START, app, dump, thread

COMMAND = "./dolphindb -home data/{alias} -console 0 -mode {mode} -localSite {host}:8902:{alias} -controllerSite 10.20.3.1:8900:ctl1"
ROW = "root     {pid:8d}     1 97 May10 ?        1-03:22:10 {command}\n"
AUX = "root     {pid:8d} 97.2 12.0 9123456 812345 ?      Sl   May10 1622:10 {command}\n"


def listed(pid: int, mode: str, host: str, alias: str = "n1", row: str = ROW) -> str:
    return row.format(pid=pid, command=COMMAND.format(mode=mode, host=host, alias=alias))


def keep(folder: pathlib.Path, **texts: bytes | str) -> pathlib.Path:
    """Files by their names, `__` for a folder and `_` for itself."""
    for name, text in texts.items():
        file = folder / (name.replace("__", "/") + ".log")
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def processes(folder: pathlib.Path) -> dict[int, dict]:
    return {each["pid"]: each for each in stackan.analyze(stackan.load(folder)).to_dict()["processes"]}


def server(pid: int, base: int = 0x7F31_0000_0000) -> bytes:
    return dump(
        thread(pid, "server", app("wait_for_end"), START, pthread=base),
        thread(pid + 1, "server", app("compute"), START, pthread=base + 4096),
        pid=pid,
    )


def test_role_host_and_command_are_taken_from_it(tmp_path):
    for row in (ROW, AUX):
        text = "UID        PID  PPID  C STIME TTY          TIME CMD\n" + listed(100, "datanode", "10.20.3.11", row=row)
        text += listed(300, "controller", "10.20.3.11", row=row)
        found = processes(keep(tmp_path, pstack_100=server(100), pstack_300=server(300), ps=text))
        assert {pid: (each["role"], each["host"]) for pid, each in found.items()} == {
            100: ("datanode", "10.20.3.11"),
            300: ("controller", "10.20.3.11"),
        }
        assert found[100]["command"] == COMMAND.format(mode="datanode", host="10.20.3.11", alias="n1")
        assert found[100]["inputs"][0]["role"] == {"value": "datanode", "from": "list"}


def test_it_is_no_trouble(tmp_path):
    analysis = stackan.analyze(stackan.load(keep(tmp_path, pstack_100=server(100), ps=listed(900, "agent", "localhost"))))
    assert not any("ps.log" in warning for warning in analysis.warnings)


def test_a_dump_that_is_one_is_told(tmp_path):
    (told,) = stackan.load(keep(tmp_path, pstack_100=server(100), pstack_dnode_300=listed(300, "datanode", "10.20.3.11"))).warnings
    assert "pstack_dnode_300.log: a list of processes" in told


def test_the_list_of_another_host_says_nothing(tmp_path):
    """Both hosts have a process 100."""
    keep(tmp_path, node1__pstack_100=server(100), node2__pstack_100=server(100, 0x7F55_0000_0000))
    keep(tmp_path, node1__ps=listed(100, "datanode", "10.20.3.11"), node2__ps=listed(100, "controller", "10.20.3.12"))
    found = stackan.analyze(stackan.load(tmp_path)).to_dict()["processes"]
    assert {each["host"]: each["role"] for each in found} == {"node1": "datanode", "node2": "controller"}


def test_a_list_of_an_unknown_host_says_nothing_of_an_id_that_two_processes_have(tmp_path):
    keep(tmp_path, node1__pstack_100=server(100), node2__pstack_100=server(100, 0x7F55_0000_0000), ps=listed(100, "agent", "localhost"))
    assert {each["role"] for each in stackan.analyze(stackan.load(tmp_path)).to_dict()["processes"]} == {None}


def test_it_goes_before_names_and_behind_the_threads(tmp_path):
    writer = dump(thread(100, "server", app("EditLogBatchWriter::run"), START), pid=100)
    assert processes(keep(tmp_path / "a", pstack_dnode_100=server(100), ps=listed(100, "controller", "h")))[100]["role"] == "controller"
    found = processes(keep(tmp_path / "b", pstack_100=writer, ps=listed(100, "datanode", "h")))[100]
    assert (found["role"], found["command"]) == ("controller", None)


def test_several_processes_of_a_list_before_the_threads_say_nothing_of_the_role(tmp_path):
    rows = listed(7, "agent", "h") + listed(100, "datanode", "h")
    assert processes(keep(tmp_path, stack=rows.encode() + server(100)))[100]["role"] is None
