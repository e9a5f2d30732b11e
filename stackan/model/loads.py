"""Where the libraries of a process are loaded, as far as program counters show it.

A library is in one place in a process, and in another in each other one, where the system makes addresses random:

    #0  0x00007f504b84d670 in sem_wait () from /lib/x86_64-linux-gnu/libpthread.so.0        of a process
    #0  0x00007fdd177dc404 in pthread_cond_wait@@GLIBC_2.3.2 () from /lib/x86_64-linux-gnu/libpthread.so.0        of another
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stackan.model.columns import Columns

FARTHEST = 1 << 30  # bytes: no library is so large that two of its functions lie further apart
# Where the C library's own files lie when gdb prints them in place of the library.
_C_LIBRARY = (b"/sysdeps/", b"/nptl/", b"/csu/libc-start")


def loaded_calls(columns: Columns) -> dict[int, bytes]:
    """{call: the library that its program counter lies in}, as far as the text names one."""
    libraries = [_library(location, columns.site_function[site]) for site, location in enumerate(columns.site_location)]
    return {
        call: library
        for call, (site, pc) in enumerate(zip(columns.call_site, columns.call_pc))
        if pc > FARTHEST and (library := libraries[site])
    }


def _library(location: bytes, function: bytes) -> bytes:
    if location.startswith(b"from /"):
        return location.partition(b" at ")[0]
    if location.startswith(b"at ") and any(mark in location for mark in _C_LIBRARY):
        return function + b" " + location  # one function of the C library is as good as the whole
    return b""


def find_far(columns: Columns, calls: Mapping[int, bytes]) -> set[bytes]:
    """The libraries that are seen at places too far apart for one process."""
    least: dict[bytes, int] = {}
    most: dict[bytes, int] = {}
    for call, library in calls.items():
        pc = columns.call_pc[call]
        least[library] = min(pc, least.get(library, pc))
        most[library] = max(pc, most.get(library, pc))
    return {library for library, pc in least.items() if most[library] - pc > FARTHEST}


def far_calls(columns: Columns, calls: Mapping[int, bytes]) -> dict[int, tuple[bytes, int]]:
    """{call: its library and its program counter}, of the libraries that are seen at places too far apart for one process"""
    far = find_far(columns, calls)
    return {call: (library, columns.call_pc[call]) for call, library in calls.items() if library in far} if far else {}


def places(stack: Iterable[int], far: Mapping[int, tuple[bytes, int]]) -> dict[bytes, int]:
    """{library: a program counter in it}, of the `far_calls` of a stack; none of a library that these alone show in two places."""
    found: dict[bytes, int] = {}
    broken = set[bytes]()
    for library, pc in map(far.__getitem__, filter(far.__contains__, stack)):
        if abs(found.setdefault(library, pc) - pc) > FARTHEST:
            broken.add(library)
    return {library: pc for library, pc in found.items() if library not in broken}


def contradict(ours: Mapping[bytes, int], theirs: Mapping[bytes, int]) -> bool:
    """Whether a library is in two places, which one process cannot show."""
    return any(abs(pc - theirs[library]) > FARTHEST for library, pc in ours.items() if library in theirs)
