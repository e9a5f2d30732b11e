"""Distinct stacks → places: what a thread with such a stack waits for or does.

The *mechanism* is the run of innermost frames that belong to a wait; the *purpose* is read from the frames directly
outside of it; the *role* from those that start the thread.  Frame 0 alone is never believed: without symbols it is
`??`, and one glibc function serves conditions, semaphores, joins and read-write locks alike.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.classify.patterns import match
from stackan.model.place import Place
from stackan.model.rules import FrameRule, Rules, WaitRule

_STRIPPED = 3  # at most so many innermost frames of the C library may lack a name


class Places:
    """Classifies stacks by one set of rules; each distinct stack once."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._known: dict[tuple[str, ...], Place] = {}
        self._executors = frozenset(name for rule in rules.executors for name in rule.functions) | frozenset(
            name for rule in rules.pools for name in rule.dispatch
        )

    def place(self, names: tuple[str, ...]) -> Place:
        found = self._known.get(names)
        if found is None:
            found = self._known[names] = self._classify(names)
        return found

    def _classify(self, names: tuple[str, ...]) -> Place:
        wait, run, timed = self._wait(names)
        end = self._thread_end(names, run)
        in_task = any(name in self._executors for name in names[run + 1 : end])
        rule = self._rule(names, run, wait)
        spin = wait is None and bool(names) and names[0] in self.rules.spins and names[0] not in self.rules.spins_by_design

        state, kind = _state(wait, run), wait.kind if wait else None
        task = bool(wait and wait.task)
        verb, reason, role = "waiting", wait.id if wait else "", rule.role if rule else None
        if rule is not None and (wait is not None or run):
            verb, reason = rule.verb, rule.id
            if verb == "blocked":
                kind, state, task = rule.kind, _blocked_state(rule, state), False
            elif verb == "idle":
                state = "idle"
            elif verb == "running":
                state, kind = "running", None
        elif spin:
            verb, reason, state, kind = "spinning", "spin", "running", "spinlock"
        elif wait is None and run == 0:
            verb, reason = "running", "no wait in sight"
        elif wait is None:
            verb, reason = "unknowable", "the innermost frames have no names"
        elif state == "sleep" and end - run <= 1:
            verb, reason, state, role = "idle", "a sleep in the thread's own loop: a timer or a poller", "idle", "timer"
        elif state == "sleep":
            verb, reason = "sleeping", "sleeps"
        elif (wait.poll or wait.accept) and not in_task:
            verb, reason, state = "idle", "an event wait outside of any task waits for work", "idle"
            role = "acceptor" if wait.accept else "event-loop"
        elif wait.state == "condition" and wait.kind == "condition" and not in_task:
            verb, reason, state = "idle", "a condition wait outside of any task waits for work", "idle"
        elif wait.input and not in_task and end - run > 0 and names[end - 1] != "main":
            verb, reason, state, role = "idle", "a thread that reads outside of any task waits for its peer", "idle", "connection"
        return Place(names, state, kind, run, end, timed, verb, rule, reason, role, task, bool(wait and wait.input), in_task)

    def _wait(self, names: Sequence[str]) -> tuple[WaitRule | None, int, bool]:
        """The wait's rule, how many innermost frames are its own, and whether it ends by itself."""
        rules = self.rules
        wait: WaitRule | None = None
        run, timed = 0, False
        for at, name in enumerate(names):
            rule = rules.waits.get(name) or next((rule for prefix, rule in rules.wait_globs if name.startswith(prefix)), None)
            if rule is not None and not (rule.inner and at == 0) and not (wait is not None and wait.state in ("network", "io", "sleep", "signal") and rule.kind != wait.kind):
                if wait is None or not wait.final:
                    wait = rule
                timed = timed or rule.timed
                run = at + 1
            elif name in rules.primitives or (name in rules.wrappers and (wait is not None or run)):
                run = at + 1
            elif wait is None and at < _STRIPPED and name.startswith("?? ") and "libc.so" in name or name.startswith("?? libpthread"):
                run = at + 1
            else:
                break
        return wait, run, timed

    def _thread_end(self, names: Sequence[str], run: int) -> int:
        """The first of the frames that only start the thread."""
        end = len(names)
        while end > run and (names[end - 1] in self.rules.starts or names[end - 1].startswith(("?? libc.so", "?? libstdc++", "?? libpthread"))):
            end -= 1
        return end

    def _rule(self, names: Sequence[str], run: int, wait: WaitRule | None) -> FrameRule | None:
        for rule in self.rules.frame_rules:
            if rule.waits and (wait is None or not rule.waits & {wait.kind, wait.state}):
                continue
            if match(rule.frames, names, run):
                return rule
        return None


def _state(wait: WaitRule | None, run: int) -> str:
    if wait is None:
        return "unknown" if run else "running"
    return wait.state


def _blocked_state(rule: FrameRule, state: str) -> str:
    if rule.kind in ("database-lock", "latch", "monitor", "mutex", "rwlock"):
        return "lock"
    return "network" if rule.kind == "socket" else state
