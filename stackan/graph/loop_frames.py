"""Which frames can be the loop from which a pool's threads take work, and which cannot.

pthread_cond_wait ← Lck_CondWaitUntil ← …                     passes a wait on
rb_thread_sleep ← rb_vm_exec ← …                              runs a script: what the script does is further in
pop ← read_loop ← EThread::execute, rotate ← EThread::execute starts all kinds of threads
pthread_cond_wait ← enroll ← change_stage ← commit ← … ← …    deep inside of a request
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from stackan.function_words import is_pools_loop, only_waits, takes_work, words_of
from stackan.graph.crowd import Crowd
from stackan.model.place import is_main
from stackan.model.rules import Rules
from stackan.model.stem import stem

_MACHINERY = frozenset(("interpreter", "trampoline", "park", "lock", "mutex", "synchronize", "vm", "eval"))
# How functions of CPython, Ruby, PHP, Lua and V8 begin, and of libraries that pass a call on: std::_Bind::__call, boost::_mfi::mf0.
_ELSEWHERE = ("??", "Py", "_Py", "rb_", "zend_", "lua", "Builtins_", "v8::internal::", "std::", "boost::_")
_KINDS = 3  # parking places inside of one frame from which on it starts threads: a loop has one, or two
_OUTSIDE = 4  # functions that call a loop, at most: it is near the start of its thread
_INSIDE = 1  # functions of its own by which a loop waits, beside those that by their names take work or only wait
_INSIDE_NAMED = 3  # … of one that is called a loop


class LoopFrames:
    """What the threads of a process show of frames that may be loops."""

    def __init__(self, crowd: Crowd, rules: Rules) -> None:
        self._crowd = crowd
        self._passing = rules.glue | rules.starts | rules.interpreters

    def named(self, application: Sequence[str]) -> list[str]:
        """The frames that may be the loop of a thread that is parked, innermost first."""
        own = [name for name in application if name not in self._passing]
        return [name for name in own[-_OUTSIDE - 1 :] if self._says_something(name) and name not in self._starters]

    def is_shallow(self, loop: str, application: Sequence[str]) -> bool:
        """Whether a thread that is parked so waits in the loop's own function, and not deep inside of what that called."""
        inside = application[: application.index(loop)]
        deep = sum(name not in self._passing and not (only_waits(name) or takes_work(name)) for name in inside)
        return deep <= (_INSIDE_NAMED if is_pools_loop(loop) else _INSIDE)

    def _says_something(self, name: str) -> bool:
        if name in self._passing or name.startswith(_ELSEWHERE) or is_main(name) or only_waits(name):
            return False
        words = words_of(name)
        return bool(words) and _MACHINERY.isdisjoint(words)

    @cached_property
    def _starters(self) -> set[str]:
        """Frames that start threads of several kinds: parked in several places inside of it, or in two that differ by their names."""
        kinds: dict[str, dict[str, set[str]]] = {}  # by frame: the frames directly inside of it, each with the stems of the threads
        found: set[str] = set()
        for number, place in self._crowd.places.items():
            frames = place.application
            if any(map(is_main, frames[-1:])):
                found.update(frames)
            elif place.verb == "idle":
                stems = {stem(self._crowd.tracks[at].name) for at in self._crowd.seen[number]}
                for inner, name in zip(("", *frames), frames, strict=False):
                    kinds.setdefault(name, {}).setdefault(inner, set()).update(stems)
        return found | {name for name, inside in kinds.items() if len(inside) >= _KINDS or _differ(list(inside.values()))}


def _differ(stems: Sequence[set[str]]) -> bool:
    return any(one.isdisjoint(other) for at, one in enumerate(stems) for other in stems[:at])
