"""Sleeps that keep time: those near the root of a thread, of which nothing but a loop around them is left.

clock_nanosleep ← nanosleep ← VTIM_sleep ← ?? ← start_thread       a timer, by a wrapper of its own
clock_nanosleep ← usleep ← backoff ← flush ← start_thread          no timer: it asks again and again for what it waits for
"""

from __future__ import annotations

from collections.abc import Sequence

from stackan.function_words import all_words_of

_FEW = 3  # frames between the sleep and the thread's start: a function, a wrapper, a trampoline.  Work is met deeper
# What a function is about that sleeps until it gets something.
_TRYING = frozenset(("backoff", "retry", "wait", "spin", "lock", "mutex", "acquire", "reconnect"))


def keeps_time(application: Sequence[str]) -> bool:
    """Whether a sleep with these frames around it is that of a timer's loop."""
    return len(application) <= 1 or (len(application) <= _FEW and not any(all_words_of(name) & _TRYING for name in application))
