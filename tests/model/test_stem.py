"""The part of a thread's name that it shares with the others of its pool."""

from __future__ import annotations

import pytest

from stackan.model.stem import common_name, pools_of, stem

NAMES = {
    "behind": ("wrk-7", "wrk"),
    "behind-a-pool's-number": ("pool-2-thread-11", "pool-2-thread"),
    "in-front": ("9_dirty_io_sche", "dirty_io_sc"),
    "in-front-and-cut": ("10_dirty_io_sch", "dirty_io_sc"),
    "in-brackets": ("[ET_AIO 3:18]", "ET_AIO"),
    "in-brackets-that-were-cut": ("[ACCEPT 0:22007", "ACCEPT"),
    "in-the-middle": ("Thread-2 (broker-worker-7516)", "Thread (broker-worker-7516)"),
    "of-a-word": ("k8s-watcher", "k8s-watcher"),
    "none": ("rs:main Q:Reg", "rs:main Q:Reg"),
    "nothing-else": ("7", ""),
}


@pytest.mark.parametrize(("name", "expected"), NAMES.values(), ids=NAMES)
def test_a_name_without_its_number_is_its_stem(name: str, expected: str) -> None:
    assert stem(name) == expected


def test_threads_with_a_number_in_front_are_called_by_all_that_their_names_share() -> None:
    assert common_name("dirty_io_sc", ["9_dirty_io_sche", "10_dirty_io_sch"]) == "dirty_io_sch"
    assert common_name("wrk", ["wrk-7", "wrk-8"]) == "wrk"


def test_a_name_that_all_threads_have_is_told_whole() -> None:
    assert common_name("process reaper (pid)", ["process reaper (pid 22465)"]) == "process reaper (pid 22465)"
    assert common_name("wrk", ["wrk-7"]) == "wrk"


def test_a_role_behind_a_thread_s_number_takes_it_out_of_no_pool() -> None:
    assert pools_of("qtp1421-90-acceptor-0@62d01e27") == ["qtp1421", "qtp1421-90-acceptor"]
    assert pools_of("wrk") == pools_of("-7") == pools_of(None) == []
