"""Threads that stand in a send beside others that move."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackan import analyze


def _snapshot(first: str, stand: int, move: int) -> str:
    tops = ["send"] * stand + [first] * move
    return "\n".join(
        f'Thread {at} (Thread 0x7f{at:010x} (LWP {5000 + at}) "out"):\n'
        + "".join(
            f"#{depth}  0x{0x560000000000 + depth * 64:016x} in {name} ()\n"
            for depth, name in enumerate((top, "flush_out", "serve_out", "worker_a", "start_thread", "clone"))
        )
        for at, top in enumerate(tops, 1)
    )


@pytest.mark.parametrize(("stand", "move", "verdict"), [(20, 1, "blocked"), (2, 6, "progressing")])
def test_senders_are_excused_only_where_few_of_them_stand(tmp_path: Path, stand: int, move: int, verdict: str) -> None:
    paths = [tmp_path / "1.txt", tmp_path / "2.txt"]
    for path, first in zip(paths, ("send", "poke"), strict=True):
        path.write_text(_snapshot(first, stand, move))
    assert analyze(paths).verdict == verdict
