"""The locks that threads hold, read from arguments and locals of their frames and from printed owners."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackan.arguments import address_argument, read_address
from stackan.backend import find
from stackan.classify.guards import find_printed_guards
from stackan.model.arguments import Address
from stackan.model.columns import LOCALS as LOCALS_LINES
from stackan.model.dump import Dump
from stackan.model.place import FRAMES, LOCALS, RECORDED, Awaited, Held, StackMeaning
from stackan.model.records import NamedTuple

# A local that refers to a lock; the lock is the first thing in it, so its address is the lock's.
#     chunkMutex = @0x7fa8463e5f50: {__data = {__lock = 2, __count = 1, __owner = 37393, __nusers = 1, __kind = 1, …
#     m = @0x55d0a3c01280: {<std::__mutex_base> = {_M_mutex = {__data = {__lock = 2, __count = 0, __owner = 4711, …
_OWNER_WORDS = (b"__owner = ", b"__cur_writer = ")
_OWNED = re.compile(
    rb"@0x([0-9a-f]{1,16}): ([^,}@]{0,200}?)__data = \{[^{}]{0,300}?(__owner|__cur_writer) = ([1-9]\d{0,9})\b",
)
# Locals of C++ guards:  g = {_M_device = @0x5567ca2791c0}   l = {_M_device = 0x7ffe, _M_owns = true}   r = {_M_pm = 0x55b9, _M_owns = true}
_GUARDS = ((b"_M_device = ", False), (b"_M_pm = ", True))
_ALLOCATOR = frozenset(
    [
        "malloc",
        "free",
        "realloc",
        "calloc",
        "int_malloc",
        "int_free",
        "int_realloc",
        "malloc_consolidate",
        "arena_get2",
        "memalign",
        "int_memalign",
        "aligned_alloc",
        "sysmalloc",
        "systrim",
    ]
)
_GUARD_CONSTRUCTORS = frozenset(
    (
        "std::lock_guard::lock_guard",
        "std::unique_lock::unique_lock",
        "std::unique_lock::lock",
        "std::scoped_lock::scoped_lock",
        "std::shared_lock::shared_lock",
        "std::shared_lock::lock",
    )
)
# Functions that run an initializer once, and their argument that is the object which all others wait for.
ONCE = {"pthread_once_slow": b"once_control", "absl::base_internal::CallOnceImpl": b"control"}
_SIGNAL_FRAMES = frozenset(("<signal handler called>", "restore_rt"))


def _address(dump: Dump, frame: int, names: Sequence[bytes]) -> Address | None:
    text = dump.arguments(frame)
    if not text:
        return None
    for name in names:
        found = address_argument(text, name)
        if found is not None:
            return found
    return None


class Guard(NamedTuple):
    """A C++ lock guard among the printed locals of a frame."""

    hold: Held
    owns: bool  # as the guard itself says
    told: bool = False  # it has a word for whether it owns the lock, which `unlock()` takes back


def find_guards(dump: Dump) -> dict[int, list[Guard]]:
    """{thread index: the guards that the locals of its frames print, in the order of the text}, before discounts."""
    guards: dict[int, list[Guard]] = {}
    if not dump.columns.lines_by_kind[LOCALS_LINES]:
        return guards
    start, end = dump.text_range
    for mark, shared in _GUARDS:
        at = find(dump.data, mark, start, end)
        while at >= 0:
            behind = at + len(mark)
            stop = dump.data.find(b"\n", behind)
            text = dump.data[behind : len(dump.data) if stop < 0 else stop]
            address = read_address(text[:64])
            local = dump.local_at(at) if address is not None else None
            if address is not None and local is not None:
                closing = text.find(b"}")
                said = text[: closing if closing >= 0 else 80]
                owns = b"_M_owns = true" in said or b"_M_owns" not in said  # a guard not yet made may print any number
                kind = "rwlock" if shared else "mutex"
                hold = Held(kind, address.value, LOCALS, local.line, local.level, shared)
                guards.setdefault(local.thread, []).append(Guard(hold, owns, b"_M_owns" in said))
            at = find(dump.data, mark, behind, end)
    for at, number, kind, shared, owns in find_printed_guards(dump):
        local = dump.local_at(at)
        if local is not None and number:
            hold = Held(kind, number, LOCALS, local.line, local.level, shared)
            guards.setdefault(local.thread, []).append(Guard(hold, owns))
    for found in guards.values():
        found.sort(key=lambda guard: guard.hold.line)
    return guards


def find_printed(dump: Dump) -> dict[int, list[Held]]:
    """{thread index: locks whose printed owner word names it}."""
    held: dict[int, list[Held]] = {}
    if not dump.facts.printed:
        return held
    by_lwp = {dump.columns.thread_lwp[index]: index for index in range(dump.first_thread, dump.stop_thread)}
    for word in dump.facts.printed:
        if word.owner in by_lwp:
            held.setdefault(by_lwp[word.owner], []).append(Held(word.kind, word.address, RECORDED, word.line, 0, False))
    return held


def find_owner_words(dump: Dump) -> dict[int, list[Held]]:
    """{thread index: locks that belong to it by an owner word among the locals of any thread}.

    A local that refers to a lock is printed with the lock's address and its content, which is that of the moment of the dump.
    """
    held: dict[int, list[Held]] = {}
    start, end = dump.text_range
    if not dump.columns.lines_by_kind[LOCALS_LINES] or not any(find(dump.data, word, start, end) >= 0 for word in _OWNER_WORDS):
        return held
    by_lwp = {dump.columns.thread_lwp[index]: index for index in range(dump.first_thread, dump.stop_thread)}
    for match in _OWNED.finditer(dump.data, start, end):
        at = match.start(3)
        owner = by_lwp.get(int(match.group(4)))
        frame = dump.frame_at(at) if owner is not None else None
        if owner is not None and frame is not None and match.start() >= dump.frame_stop(frame):
            kind = "rwlock" if match.group(3) == b"__cur_writer" else "mutex"
            hold = Held(kind, int(match.group(1), 16), LOCALS, dump.line_number(at), dump.level(frame), False)
            held.setdefault(owner, []).append(hold)
    return held


def find_frame_holds(dump: Dump, thread: int, place: StackMeaning) -> list[Held]:
    """Holds that the frames themselves prove: a running initializer, an interrupted allocator."""
    first = dump.columns.thread_first[thread]
    held = []
    for at in range(place.wait_frames, len(place.names)):
        name = place.names[at]
        if name in ONCE:
            once = _address(dump, first + at, (ONCE[name],))
            if once is not None:
                held.append(Held("once", once.value, FRAMES, dump.frame_line(first + at), at, False))
        elif name in _SIGNAL_FRAMES and place.kind == "allocator":
            inside = [frame for frame in range(at + 1, min(at + 4, len(place.names))) if place.names[frame] in _ALLOCATOR]
            if inside:
                held.append(
                    Held(
                        "allocator",
                        None,
                        FRAMES,
                        dump.frame_line(first + inside[0]),
                        inside[0],
                        False,
                        token=f"allocator of thread {thread}",
                    )
                )
    return held


def held_by_guards(guards: Sequence[Guard], dump: Dump, thread: int, place: StackMeaning, awaited: Awaited | None) -> list[Held]:
    """The locks that guards show as held, each with its certainty.

    Not held are the awaited lock, the mutex that a condition wait gave back, and a guard that says that it owns nothing.
    Nor is a guard believed that is printed behind the one under construction in the same frame: it may be declared later, and
    its printed value may be left over from the function's last call.

    A thread that waits to write may have the awaited lock to read, by a guard that says so: that one is not under construction.

        r = {_M_pm = 0x55b9b76211e0 <catalog>, _M_owns = true}     further out than a wait in pthread_rwlock_wrlock
    """
    wanted = awaited.address if awaited is not None else None
    given_back = _given_back(dump, thread, place)
    upgrades = awaited is not None and awaited.kind == "rwlock" and awaited.mode == "write"
    asked = [guard for guard in guards if wanted is not None and guard.hold.address == wanted and not (upgrades and _reads(guard))]
    building = asked[0].hold if asked else None
    held = []
    for guard in guards:
        hold = guard.hold
        behind = building is not None and hold.frame == building.frame and hold.line > building.line
        asks = hold.address == wanted and not (upgrades and _reads(guard))
        if guard.owns and not asks and hold.address not in given_back and not behind:
            sure = hold.address != wanted and _is_built(hold, building, dump, thread, place)
            held.append(hold._replace(sure=sure))
    return held


def _reads(guard: Guard) -> bool:
    return guard.hold.shared and guard.told


def _is_built(hold: Held, building: Held | None, dump: Dump, thread: int, place: StackMeaning) -> bool:
    """Whether the text proves that a guard is constructed: its frame is just constructing one that is printed behind it.

    Any other printed guard may be declared further on than its frame has come, and show what an earlier call or an
    earlier turn of the loop has left in its place.  A guard under construction may be printed as `<optimized out>`.
    """
    columns = dump.columns
    frame = columns.thread_first[thread] + place.wait_frames
    if not 0 < place.wait_frames < columns.thread_frames[thread] or hold.frame != dump.level(frame):
        return False
    if building is not None:
        return building.frame == hold.frame
    if place.names[place.wait_frames - 1] not in _GUARD_CONSTRUCTORS:
        return False
    last = frame + 1 >= columns.thread_first[thread] + columns.thread_frames[thread]
    stop = columns.thread_stop[thread] if last else dump.frame_start(frame + 1)
    rest = dump.data[dump.frame_stop(frame) : stop].split(b"\n")
    printed = [line.endswith(b" = <optimized out>") for line in rest]
    at = hold.line - dump.frame_line(frame)
    # The one under construction is one of those optimized out; it is certain to follow the guard only if all of them do.
    return any(printed[at + 1 :]) and not any(printed[:at])


def _given_back(dump: Dump, thread: int, place: StackMeaning) -> set[int]:
    """The mutexes handed to a condition wait: released as long as it lasts."""
    first = dump.columns.thread_first[thread]
    mutexes = set()
    for at in range(place.wait_frames):
        if place.names[at].startswith(("pthread_cond_", "gthread_cond", "std::condition_variable", "std::__condvar")):
            mutex = _address(dump, first + at, (b"mutex", b"__mutex", b"__m"))
            if mutex is not None:
                mutexes.add(mutex.value)
    return mutexes


def each_once(held: Sequence[Held]) -> tuple[Held, ...]:
    """Each lock once, by its strongest evidence, which comes first."""
    kept: dict[object, Held] = {}
    for hold in held:
        kept.setdefault(hold.address if hold.address is not None else hold.token, hold)
    return tuple(kept.values())
