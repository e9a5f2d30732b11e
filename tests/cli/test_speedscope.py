"""The file for speedscope: a profile for each snapshot, a sample for each thread, outermost frame first."""

from __future__ import annotations

import json

import stackan


def written(run, *inputs: object) -> dict:  # type: ignore[no-untyped-def,type-arg]
    done = run("parse", "--format", "speedscope", *inputs)
    assert done.returncode == 0
    return json.loads(done.stdout)


def test_each_thread_of_each_snapshot_is_a_sample_of_its_stack(run, example) -> None:  # type: ignore[no-untyped-def]
    document = written(run, example)
    dumps = stackan.load(example).dumps
    names = [frame["name"] for frame in document["shared"]["frames"]]
    for profile, dump in zip(document["profiles"], dumps, strict=True):
        assert (profile["type"], profile["name"], profile["endValue"]) == ("sampled", dump.source, len(dump.threads))
        assert len(profile["samples"]) == len(profile["weights"]) == sum(profile["weights"])
        stacks = [[names[frame] for frame in sample] for sample in profile["samples"]]
        assert stacks == [[name or "??" for name in reversed(dump.stack(node))] for node in dump.thread_nodes()]


def test_equal_frames_of_all_snapshots_are_written_once(run, example) -> None:  # type: ignore[no-untyped-def]
    frames = [json.dumps(frame, sort_keys=True) for frame in written(run, example)["shared"]["frames"]]
    assert len(frames) == len(set(frames))
    assert any('"line"' in frame and '"file"' in frame for frame in frames)


def test_names_that_a_terminal_would_obey_stay_text(run, tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "a.txt").write_text('Thread 1 (LWP 17):\n#0  0x00000001 in a\x1b[31mb () from /lib/"x".so\n')
    text = run("parse", "--format", "speedscope", tmp_path / "a.txt").stdout
    assert "\x1b" not in text
    json.loads(text)
