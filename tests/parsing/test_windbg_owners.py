"""Owners that WinDbg prints at a person's wish, joined by the words of 64-bit frames to the threads that wait for them."""

# ruff: noqa: E501
from __future__ import annotations

from pathlib import Path

from tests.parsing.texts import analyzed, only

# 64-bit: two threads in front of each other's section, and the words that `kb` prints.
OPPOSITE = """\
   3  Id: 1914.270 Suspend: 1 Teb: 000000dd`ea989000 Unfrozen
 # Child-SP          RetAddr           : Args to Child : Call Site
00 000000dd`eafff9d8 00007ffe`c14657ff : 00000003`00000003 00000206`7470e940 00000000`00000000 00000000`58baa08f : ntdll!NtWaitForAlertByThreadId+0x14
01 000000dd`eafffa10 00007ffe`c1465597 : 00007ff6`5e843628 00000000`00000000 00000000`00000000 000000dd`eafffb50 : ntdll!RtlpWaitOnAddress+0xb2
02 000000dd`eafffa80 00007ffe`c1424bf4 : 00000000`00000000 00007ff6`5e8411dd 00000000`000007d0 00000000`00000004 : ntdll!RtlpWaitOnCriticalSection+0xdb
03 000000dd`eafffbb0 00007ffe`bd96cd70 : 00000000`00080001 00000000`00000000 00000000`00000000 00000000`00000000 : ledger!post+0x41

   4  Id: 1914.170 Suspend: 1 Teb: 000000dd`ea98b000 Unfrozen
 # Child-SP          RetAddr           : Args to Child : Call Site
00 000000dd`eb0ffa98 00007ffe`c14657ff : 00000003`00000003 00000206`7470e8c8 00000000`00000000 00000000`58baa08f : ntdll!NtWaitForAlertByThreadId+0x14
01 000000dd`eb0ffad0 00007ffe`c1465597 : 00007ff6`5e843650 00000000`00000000 00000000`00000000 00000000`00000000 : ntdll!RtlpWaitOnAddress+0xb2
02 000000dd`eb0ffb40 00007ffe`c1424bf4 : 00000000`00000000 00007ff6`5e8411dd 00000000`000007d0 00000000`00000004 : ntdll!RtlpWaitOnCriticalSection+0xdb
03 000000dd`eb0ffc70 00007ffe`bd96cd70 : 00000000`00080001 00000000`00000000 00000000`00000000 00000000`00000000 : ledger!audit+0x41

0:007> !cs -l
-----------------------------------------
Critical section   = 0x00007ff65e843650 (ledger!alpha+0x0)
LOCKED
OwningThread       = 0x0000000000000270
-----------------------------------------
Critical section   = 0x00007ff65e843628 (ledger!beta+0x0)
LOCKED
OwningThread       = 0x0000000000000170
"""

# ...and in front of each other's mutant.
MUTANTS = """\
   3  Id: aa8.3f10 Suspend: 1 Teb: 00000087`6dcb3000 Unfrozen
 # Child-SP          RetAddr           : Args to Child : Call Site
00 00000087`6e4ff778 00007ffe`bdcc3eef : 00007ffe`bda344b8 00007ffe`bda344b8 00000087`6e4ff7f0 00000087`6e4ff7d0 : ntdll!NtWaitForSingleObject+0x14
01 00000087`6e4ff780 00007ff7`0e951047 : 00000000`00000000 00000000`00000000 00000087`00000000 00000000`000001b8 : KERNELBASE!WaitForSingleObjectEx+0x8f
02 00000087`6e4ff820 00007ffe`bd96cd70 : 00000000`00080001 00000000`00000000 00000000`00000000 00000000`00000000 : ledger!post+0x47

   4  Id: aa8.3260 Suspend: 1 Teb: 00000087`6dcb5000 Unfrozen
 # Child-SP          RetAddr           : Args to Child : Call Site
00 00000087`6e5ffb48 00007ffe`bdcc3eef : 00007ffe`bda344b8 00007ffe`bda344b8 00000087`6e5ffbc0 00000087`6e5ffba0 : ntdll!NtWaitForSingleObject+0x14
01 00000087`6e5ffb50 00007ff7`0e9510c7 : 00000000`00000000 00000000`00000000 00000087`00000000 00000000`000001b0 : KERNELBASE!WaitForSingleObjectEx+0x8f
02 00000087`6e5ffbf0 00007ffe`bd96cd70 : 00000000`00080001 00000000`00000000 00000000`00000000 00000000`00000000 : ledger!audit+0x47

0:007> !handle 1b0 f
Handle 1b0
  Type         \tMutant
  Name         \t\\Sessions\\1\\BaseNamedObjects\\JOURNAL
  Object Specific Information
    Mutex is Owned
    Mutant Owner aa8.3f10
0:007> !handle 1b8 f
Handle 1b8
  Type         \tMutant
  Object Specific Information
    Mutex is Owned
    Mutant Owner aa8.3260
"""


def test_a_word_of_a_waiting_frame_that_equals_a_printed_section_is_what_the_thread_waits_for(tmp_path: Path) -> None:
    document = analyzed(tmp_path, OPPOSITE)
    assert document["verdict"] == "deadlock"
    (process,) = document["processes"]
    waits = {thread["lwp"]: thread["waits_for"][0] for thread in process["threads"]}
    assert {lwp: (wait["address"], wait["owner_lwp"]) for lwp, wait in waits.items()} == {
        0x270: ("0x7ff65e843628", 0x170),
        0x170: ("0x7ff65e843650", 0x270),
    }


def test_words_that_equal_two_sections_tell_nothing(tmp_path: Path) -> None:
    both = OPPOSITE.replace("00007ff6`5e843628 00000000`00000000", "00007ff6`5e843628 00007ff6`5e843650")
    document = analyzed(tmp_path, both)
    assert document["verdict"] == "inconclusive"


def test_printed_owners_of_mutants_prove_a_deadlock(tmp_path: Path) -> None:
    document = analyzed(tmp_path, MUTANTS)
    (finding,) = (finding for finding in document["findings"] if finding["kind"] == "deadlock")
    assert {thread["lwp"] for thread in finding["threads"]} == {0x3F10, 0x3260}
    assert "mutex 0x1b0 <\\Sessions\\1\\BaseNamedObjects\\JOURNAL>" in finding["resources"]
    assert not only(MUTANTS).unparsed


def test_a_mutant_that_is_free_keeps_nobody_waiting(tmp_path: Path) -> None:
    free = (
        MUTANTS.replace("Mutex is Owned", "Mutex is Free")
        .replace("    Mutant Owner aa8.3f10\n", "")
        .replace("    Mutant Owner aa8.3260\n", "")
    )
    assert not [finding for finding in analyzed(tmp_path, free)["findings"] if finding["kind"] == "deadlock"]
