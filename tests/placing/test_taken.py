"""When snapshots were taken: by their texts, names and archives, and by those around them."""

from __future__ import annotations

from stackan.model.dump import Dump
from stackan.model.placement import PACKED, PRINTED, UTC, Taken
from stackan.placing import place, when_taken
from tests.dumping import case, dump, poll_events, thread


def taken(
    *names: str, texts: tuple[bytes, ...] = (), archive: tuple[str | None, ...] = (), zipped: tuple[str | None, ...] = ()
) -> list[Taken | None]:
    plain = dump(thread(4242, "server", poll_events()), pid=4242)
    dumps: list[Dump] = case(*(texts or (plain,) * len(names)), names=names).dumps
    for each, time in zip(dumps, archive):
        each.taken_at = time
    for each, time in zip(dumps, zipped):
        each.stamped = time
    (times,) = when_taken(place(dumps))
    return times


def at(time: str, clock: str = PRINTED) -> Taken:
    return Taken(time, time, clock)


def test_a_folder_says_it_by_the_clock_of_its_place() -> None:
    assert taken("20240512_100410/a.txt", "20240512_100810/a.txt") == [at("2024-05-12T10:04:10"), at("2024-05-12T10:08:10")]


def test_seconds_since_1970_in_a_name_are_utc() -> None:
    assert taken("a.1715479450.txt", "a.1715479690.txt") == [at("2024-05-12T02:04:10", UTC), at("2024-05-12T02:08:10", UTC)]


def test_a_text_is_printed_by_the_clock_of_its_host_even_if_that_is_utc() -> None:
    first, second = (
        f"Sun May 12 10:0{minute}:10 UTC 2024\n".encode() + dump(thread(4242, "server", poll_events()), pid=4242) for minute in (4, 8)
    )
    assert taken("a1.txt", "a2.txt", texts=(first, second)) == [at("2024-05-12T10:04:10"), at("2024-05-12T10:08:10")]


def test_an_archive_says_it_in_utc_and_a_zip_in_local_time_too() -> None:
    times = ("2024-05-12T02:04:10Z", "2024-05-12T02:08:10Z")
    assert taken("a1.txt", "a2.txt", archive=times) == [at(time.removesuffix("Z"), UTC) for time in times]
    local = ("2024-05-12T10:04:10", "2024-05-12T10:08:10")
    assert taken("a1.txt", "a2.txt", archive=times, zipped=local) == [at(time, PACKED) for time in local]


def test_a_time_that_all_snapshots_have_alike_is_not_theirs() -> None:
    assert taken("case_20240512_220000/1/a.txt", "case_20240512_220000/2/a.txt") == [None, None]
    assert taken("a1.txt", "a2.txt", archive=("2024-05-12T02:04:10Z",) * 2) == [None, None]


def test_a_snapshot_between_two_others_was_taken_between_them() -> None:
    times = taken("a1.txt", "a2.txt", "a3.txt", zipped=("2024-05-12T10:04:10", None, "2024-05-12T10:08:10"))
    assert times[1] == Taken("2024-05-12T10:04:10", "2024-05-12T10:08:10", PACKED)


def test_the_last_snapshot_has_no_time_if_only_the_one_before_it_has() -> None:
    assert taken("a1.txt", "a2.txt", "a3.txt", zipped=("2024-05-12T10:04:10", "2024-05-12T10:08:10", None))[2] is None


def test_a_round_is_of_one_time_at_all_processes() -> None:
    texts = [dump(thread(lwp, "server", poll_events()), pid=lwp) for lwp in (4242, 4243)]
    names = [f"round{at}/node{node}/pstack.{pid}.txt" for at in (1, 2) for node, pid in ((1, 4242), (2, 4243))]
    dumps = case(*texts, *texts, names=names).dumps
    for each in dumps:
        if "node1" in each.source:
            each.stamped = "2024-05-12T10:04:10" if "round1" in each.source else "2024-05-12T10:08:10"
    assert when_taken(place(dumps))[0] == when_taken(place(dumps))[1]
