"""Episodes of clusters of any size, by any of their logs, on clocks that are up to a second apart."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import stackan
from stackan.model.clock import seconds_of
from tests.faultlogs.clusters import Cluster, command, death, names, taken

Truth = tuple[list[str], float, int]  # nodes that failed, seconds to the end, restarts


class Skewed(Cluster):
    """A cluster whose logs are on clocks of their own."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.nodes = [f"DSC{at}" for at in range(self.random.randint(2, 5))]
        self.control = self.random.choice(self.nodes)
        self.css = f"CSS{self.control[-1]}"
        self.skew = {name: self.random.uniform(-1, 1) for name in (self.css, "monitor", *self.nodes)}
        self.begin = 10 * 3600 + 3 * 60.0
        for name in self.skew:
            self.chat(name, "09:00:00.000", "12:30:00.000")

    def at(self, name: str, seconds: float, text: str) -> None:
        time = self.begin + seconds + self.skew[name]
        self.say(name, f"{int(time // 3600):02}:{int(time % 3600 // 60):02}:{time % 60:06.3f}", text)

    def begin_handling(self, seconds: float) -> None:
        for name in (self.css, "monitor"):
            for step, node in enumerate(self.nodes):
                self.at(name, seconds + 0.5 + step / 10, command("EP_CRASH", node))
                self.at(name, seconds + 1.6 + step / 10, command("SUSPEND_WORKER", node))
        for node in self.nodes:
            self.at(node, seconds + 1.1, taken("EP CRASH"))
            self.at(node, seconds + 2.2, taken("SUSPEND WORKER"))

    def lose(self, seconds: float) -> str:
        """A node dies that is not the control node."""
        node = self.random.choice([each for each in self.nodes if each != self.control])
        self.nodes.remove(node)
        self.at(self.css, seconds, death(node))
        self.at("monitor", seconds + 0.2, death(node))
        return f"{node}[{node[-1]}]"

    def crash(self) -> Truth:
        """A node dies, maybe a second one while that is handled, and handling comes to its end."""
        dead = [self.lose(0)]
        self.begin_handling(0)
        again = len(self.nodes) > 1 and self.random.random() < 0.5
        if again:
            dead.append(self.lose(60))
            for node in self.nodes:
                self.at(self.css, 61, command("CRASH_ROLLBACK", node))
                self.at("monitor", 61.2, command("CRASH_ROLLBACK", node))
                self.at(node, 61.6, taken("CRASH ROLLBACK"))
            self.begin_handling(74)
        over = self.random.randint(200, 600)
        for node in self.nodes:
            self.at(self.css, over, command("RESUME_WORKER", node))
            self.at("monitor", over + 0.2, command("RESUME_WORKER", node))
            self.at(node, over + 0.6, taken("RESUME WORKER"))
        self.at(self.control, over + 1.2, "[!!!DSC INFO!!!]crash process over flag is TRUE")
        self.begin += 3600
        return sorted(dead), over, int(again)


@pytest.mark.parametrize("seed", range(24))
def test_each_handling_is_one_episode_and_each_death_one_fault(tmp_path: Path, seed: int) -> None:
    cluster = Skewed(seed)
    truth = [cluster.crash()]
    if len(cluster.nodes) > 1:
        truth.append(cluster.crash())
    every = [*cluster.lines]
    kept = cluster.random.choice([every, ["monitor"], [cluster.css], [cluster.css, cluster.control], ["monitor", cluster.control]])
    cluster.lines = {name: cluster.lines[name] for name in kept}
    analysis = stackan.analyze(stackan.load(cluster.write(tmp_path)))
    assert [(names(each.failed), each.restarted) for each in analysis.episodes] == [(dead, again) for dead, _, again in truth]
    for episode, (_, over, _) in zip(analysis.episodes, truth):
        assert abs((seconds_of(episode.end) or 0) - (seconds_of(episode.start) or 0) - over) < 4
    assert len(analysis.story.faults) == sum(len(dead) for dead, _, _ in truth)
    assert all(finding.severity == "warning" for finding in analysis.findings)
