"""Results go to other processes and to disk as they are."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import pytest

import stackan
from stackan.report.inputs import explain_inputs
from stackan.report.text import render


@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
def test_a_result_that_was_pickled_says_the_same(analysis, protocol):
    again = pickle.loads(pickle.dumps(analysis, protocol))
    assert again.to_dict() == analysis.to_dict()
    assert again.to_dict(lang="zh_CN") == analysis.to_dict(lang="zh_CN")
    assert list(render(again)) == list(render(analysis))
    assert list(explain_inputs(again)) == list(explain_inputs(analysis))
    assert dict(again.graph.nodes(data=True)) == dict(analysis.graph.nodes(data=True))


def test_the_graph_that_was_asked_for_before_is_no_part_of_the_pickle(exhausted):
    before = len(pickle.dumps(exhausted))
    assert len(exhausted.graph)
    assert len(pickle.dumps(exhausted)) == before


def test_a_case_and_a_dump_are_pickled_too_and_can_be_analyzed_elsewhere(example, exhausted):
    case = pickle.loads(pickle.dumps(stackan.load(example)))
    assert stackan.analyze(case).to_dict() == exhausted.to_dict()
    dump = stackan.parse(example / "snap1.txt")
    again = pickle.loads(pickle.dumps(dump))
    assert list(again.frames) == list(dump.frames)
    assert [again.line_text(line) for line in (1, 36, 400)] == [dump.line_text(line) for line in (1, 36, 400)]
    assert copy.deepcopy(dump).stacks[0] == dump.stacks[0]


def test_a_process_of_its_own_can_read_the_pickle(exhausted, tmp_path):
    (tmp_path / "result").write_bytes(pickle.dumps(exhausted))
    code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).headline)"
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "result"], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == exhausted.headline


def test_rules_with_expressions_of_ones_own_are_pickled(tmp_path):
    frames = ("__lll_lock_wait () from /lib/libpthread.so.0", "pthread_mutex_lock () from /lib/libpthread.so.0", "take_job ()", "worker ()")
    stack = "".join(f"#{level}  {level + 1:#04x} in {frame}\n" for level, frame in enumerate((*frames, "start_thread ()")))
    text = "".join(f'Thread {n} (Thread 0x7f{n:02} (LWP 10{n}) "w"):\n{stack}\n' for n in range(1, 5)).encode()
    profile = tmp_path / "mine.toml"
    profile.write_text('name = "mine"\nalways = true\n[[idle]]\nid = "mine.idle"\nframes = ["/take_jo./", "..."]\nsource = "our wiki"\n')
    case = stackan.Case([stackan.parse(text), stackan.parse(text)], given_order=True)
    result = stackan.analyze(case, [str(profile)])
    assert result.verdict == "idle"
    assert pickle.loads(pickle.dumps(result)).to_dict() == result.to_dict()
