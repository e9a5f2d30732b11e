"""What names say of the dumps that they are given to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackan.placing.moments import find_moment, seconds_between
from stackan.placing.names import read_count, read_name


@pytest.mark.parametrize(
    ("source", "host", "role", "pid", "time", "rounds"),
    [
        ("case.zip!node1/2024-06-07_101500/pstack_dnode_4242.log", "node1", "datanode", 4242, "2024-06-07T10:15:00", ()),
        ("node1/r2/pstack_ctrl_17.log", "node1", "controller", 17, None, (2,)),
        ("pstack_ctl_17.log", None, "controller", 17, None, ()),
        ("pstack_dnode_4242.log.2", None, "datanode", 4242, None, (2,)),
        ("pstack_dnode_4242_r2.log", None, "datanode", 4242, None, (2,)),
        ("pstack_dnode_4242 (2).log", None, "datanode", 4242, None, (2,)),
        ("node-3_pstack_agent_4242.20240607T1015.log", "node-3", "agent", 4242, "2024-06-07T10:15:00", ()),
        ("20240607101500_pstack_4242.log", None, None, 4242, "2024-06-07T10:15:00", ()),
        ("10.0.0.7/2024-06-07/10:15/pstack_4242.txt", "10.0.0.7", None, 4242, "2024-06-07T10:15:00", ()),
        ("ip-10-0-0-7/t1/dnode2.txt", "ip-10-0-0-7", "datanode", None, None, (1,)),
        ("dn1.example.com/pstack.1717755300.txt", "dn1.example.com", None, None, "2024-06-07T10:15:00Z", ()),
        ("2024-06-07/round1/4242.gdb.txt", None, None, 4242, None, (20240607, 1)),
        ("snap1/32700.gdb.txt", None, None, 32700, None, (1,)),
        ("monday.log", None, None, None, None, ()),
        ("第一次/pstack_dnode_4242.log", None, "datanode", 4242, None, (1,)),
        ("pstack_4242_第十二轮.txt", None, None, 4242, None, (12,)),
        ("第二节点/第１次.txt", None, None, None, None, ()),
        ("第3次.txt", None, None, None, None, (3,)),
        ("堆栈-二十一次.txt", None, None, None, None, (21,)),
        ("node1/2轮/快照3.txt", "node1", None, None, None, (2, 3)),
    ],
)
def test_a_name_says_what_people_put_into_it(source, host, role, pid, time, rounds):
    name = read_name(source)
    assert (name.host, name.role, name.pid, name.time, name.rounds) == (host, role, pid, time, rounds)


def test_rounds_in_chinese_are_ordered_as_numbers():
    words = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "二十", "二十一", "九十九", "一百", "一百零二", "一百二十"]
    assert [read_count(each) for each in words] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 20, 21, 99, 100, 102, 120]
    names = [read_name(f"第{each}次.txt") for each in words]
    assert sorted(names, key=lambda name: name.rounds) == names
    assert {name.rest for name in names} == {()}


def test_one_of_several_data_nodes_of_a_host_is_told_from_another():
    assert read_name("node1/dnode2_r1.txt").rest != read_name("node1/dnode3_r1.txt").rest
    assert read_name("node1/dnode2_r1.txt").rest == read_name("node1/dnode2_r2.txt").rest


@pytest.mark.parametrize("text", ["", "4242", "2024", "2024-13-01_101500", "2024-06-07", "99999999999999", "12345678_101500"])
def test_a_number_that_is_no_moment_is_none(text):
    assert find_moment(text) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21 06:22:11", "2026-11-21T06:22:11"),
        ("Fri Jun  7 10:15:00 CST 2024", "2024-06-07T10:15:00"),
        ("Fri Jun  7 10:15:00 UTC 2024", "2024-06-07T10:15:00Z"),
        ("1717755300123", "2024-06-07T10:15:00Z"),
        ("2024-06-07T10:15:00.123Z", "2024-06-07T10:15:00Z"),
    ],
)
def test_a_moment_is_read_as_programs_write_it(text, moment):
    found = find_moment(text)
    assert found is not None and found.iso == moment


def test_the_time_between_moments_knows_the_calendar():
    assert seconds_between("2024-02-28T23:59:59", "2024-03-01T00:00:00") == 86401
    assert seconds_between("2024-06-31T00:00:00", "2024-07-01T00:00:00") is None


@given(st.text(st.sampled_from("0123456789 abcnode-_./!:TZr\\"), max_size=60) | st.text(max_size=60))
def test_no_name_is_refused(source):
    read_name(source)


def test_a_hostile_name_is_read_at_once():
    for piece in ("1.", "a.", "node1/", "2024-06-07_", "ip-1-", "!", "1717755300 ", "a-"):
        read_name(piece * 200_000)
