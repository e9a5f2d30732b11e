"""The table of waits that `stackan collect` writes of a live process, read as a dump without frames."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stackan
from stackan.parsing import parse_all
from tests.parsing.test_long_texts import WAITS
from tests.parsing.texts import analyzed, only


def test_each_line_is_a_thread_with_its_name() -> None:
    dump = only(WAITS)
    assert (dump.format, dump.facts.pid, len(dump.frames), dump.unparsed) == ("waits", 4242, 0, [])
    assert [(thread.lwp, thread.name) for thread in dump.threads] == [
        (4242, "ledger"),
        (4243, "transfer"),
        (4244, "acceptor"),
        (4245, "spinner"),
    ]


def test_recorded_owners_in_a_circle_are_a_certain_deadlock(tmp_path) -> None:  # type: ignore[no-untyped-def]
    document = analyzed(tmp_path, WAITS)
    (finding,) = [each for each in document["findings"] if each["kind"] == "deadlock"]
    assert (document["verdict"], finding["confidence"]) == ("deadlock", "certain")
    assert [each["lwp"] for each in finding["threads"]] == [4242, 4243]
    assert {wait["evidence"] for thread in document["processes"][0]["threads"] for wait in thread["waits_for"]} == {"recorded"}


@pytest.mark.parametrize("words", ["owner 9243 of process 77", "owner 4243 which is gone"])
def test_an_owner_elsewhere_is_no_thread_of_this_process(tmp_path, words: str) -> None:  # type: ignore[no-untyped-def]
    assert analyzed(tmp_path, WAITS.replace("owner 4243", words))["verdict"] != "deadlock"


def test_a_thread_that_is_only_known_to_be_in_a_call_is_unknown(tmp_path) -> None:  # type: ignore[no-untyped-def]
    threads = {thread["lwp"]: thread for thread in analyzed(tmp_path, WAITS)["processes"][0]["threads"]}
    assert threads[4244]["progress"] == "unknown"


@given(st.binary(max_size=400), st.integers(0, len(WAITS)))
def test_whatever_is_in_it_every_line_is_accounted_for(noise: bytes, at: int) -> None:
    data = WAITS[:80].encode() + b"\n" + WAITS[80:at].encode() + noise + WAITS[at:].encode()
    try:
        dumps = parse_all(data, "waits.txt")
    except Exception as error:
        from stackan import StackanError

        assert isinstance(error, StackanError)
        return
    assert sum(dumps[0].lines.values()) == data.count(b"\n") + (not data.endswith(b"\n")) or b"\r" in noise or b"\0" in noise


def across(tmp_path, rounds: int, together: bool) -> dict:  # type: ignore[no-untyped-def,type-arg]
    """The document of tables in which the only threads of two processes wait for each other."""
    for number in range(1, rounds + 1):
        for pid, other, second in ((11, 22, 4), (22, 11, 5)):
            folder = tmp_path / "db1" / str(pid) / f"round-{number}"
            folder.mkdir(parents=True)
            at = f"2026-11-30T16:0{number}:0{4 if together else second}.204Z in 0.014 s{f' together with {other}' if together else ''}"
            folder.joinpath("waits.txt").write_text(
                f"stackan waits/1 of process {pid}: 1 threads at {at}\n"
                f'thread {pid} S "lab": waits for mutex 0x7f{pid} (normal-shared), owner {other} of process {other}, by its owner-word\n'
            )
    return stackan.analyze(stackan.load(tmp_path / "db1")).to_dict()


@pytest.mark.parametrize(
    ("rounds", "together", "verdict", "confidence"),
    [
        (1, True, "deadlock", "certain"),
        (2, True, "deadlock", "certain"),
        (1, False, "inconclusive", "possible"),
        (2, False, "deadlock", "likely"),
    ],
)
def test_a_circle_over_processes_is_proof_where_they_were_looked_at_together(
    tmp_path, rounds: int, together: bool, verdict: str, confidence: str
) -> None:  # type: ignore[no-untyped-def]
    document = across(tmp_path, rounds, together)
    (finding,) = [each for each in document["findings"] if each["kind"] == "deadlock"]
    assert (document["verdict"], finding["confidence"]) == (verdict, confidence)
    assert "end of" not in finding["explanation"] and "mutex 0x7f11, which LWP 22 lab holds" in finding["explanation"]


def test_the_owner_in_another_process_is_named_with_it(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "waits.txt"
    path.write_text(WAITS.replace("owner 4243", "owner 9243 of process 77"))
    document = stackan.analyze(stackan.load(path)).to_dict()
    assert "LWP 9243 of process 77 holds it." in " ".join(finding["explanation"] for finding in document["findings"])


def test_an_owner_that_has_ended_is_told(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "waits.txt"
    path.write_text(WAITS.replace("owner 4243", "owner 9243 which is gone"))
    explanations = [finding["explanation"] for finding in stackan.analyze(stackan.load(path)).to_dict()["findings"]]
    assert any("By its owner word LWP 9243 has it, which has ended: nobody will give it back." in each for each in explanations)


def test_a_thread_that_ran_when_the_stacks_were_copied_waits_for_nothing_that_was_read_before(tmp_path) -> None:  # type: ignore[no-untyped-def]
    stacks = (
        "PID 4242 - process\nTID 4242:\n#0  0x00007f8af76c012b __lll_lock_wait - /lib/libc.so.6\n#1  0x000055d1000011d9 transfer - /lab\n"
    )
    for number in (1, 2):
        folder = tmp_path / f"round-{number}"
        folder.mkdir()
        (folder / "waits.txt").write_text(WAITS)
        (folder / "stacks.txt").write_text(f"{stacks}TID 4243:\nwarning: tid 4243 was not taken: it runs, and nothing was to be stopped\n")
    threads = {thread["lwp"]: thread for thread in stackan.analyze(stackan.load(tmp_path)).to_dict()["processes"][0]["threads"]}
    assert threads[4242]["waits_for"] and not threads[4243]["waits_for"]


@pytest.mark.parametrize("kind", ["condition", "semaphore", "futex"])
def test_threads_that_may_be_parked_for_work_are_not_stuck_without_a_frame_that_says_so(tmp_path, kind: str) -> None:  # type: ignore[no-untyped-def]
    for number in (1, 2):
        rows = "".join(f'thread {4242 + at} S "worker": waits for {kind} 0x55d1000, by its value\n' for at in range(12))
        folder = tmp_path / f"round-{number}"
        folder.mkdir()
        (folder / "waits.txt").write_text(
            f"stackan waits/1 of process 4242: 12 threads at 2026-11-30T16:05:{number}0.204Z in 0.014 s\n{rows}"
        )
    analysis = stackan.analyze(stackan.load(tmp_path))
    assert analysis.verdict in ("idle", "inconclusive") and not any(finding.severity == "critical" for finding in analysis.findings)


def refused(*waiters: tuple[int, int]) -> str:
    """A table with a thread 4242 to which the kernel has refused a lock, and others that wait, each for a thread."""
    lines = [f'thread {lwp} S "w": waits for mutex 0x55{lwp:x} (prio-inherit), owner {owner}, by its kernel-word' for lwp, owner in waiters]
    rows = ['thread 4242 S "w": waits for mutex (prio-inherit-deadlock), by its value', *lines]
    return f"stackan waits/1 of process 4242: {len(rows)} threads at 2026-11-30T16:05:11Z in 0 s\n" + "\n".join(rows) + "\n"


def test_what_the_kernel_refused_somebody_has_who_waits_for_the_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    document = analyzed(tmp_path, refused((4243, 4242)))
    assert (document["verdict"], [each["lwp"] for each in document["findings"][0]["threads"]]) == ("deadlock", [4242, 4243])


def test_of_several_who_wait_for_the_refused_none_is_taken_for_the_owner(tmp_path) -> None:  # type: ignore[no-untyped-def]
    document = analyzed(tmp_path, refused((4243, 4242), (4244, 4243)))
    assert document["verdict"] != "deadlock"
