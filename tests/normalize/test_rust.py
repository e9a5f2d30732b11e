"""Rust's symbols as eu-stack prints them, whose library undoes C++'s names only, and what they stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackan.normalize import canonical
from stackan.normalize.rust import demangled

NAMES = {
    # what the compiler of 2026 makes of its own library, from dumps of two servers
    "_RNvMs_NtNtCsjrHSEGnQ3l9_3std6thread6threadNtB4_6Thread4park": "std::thread::thread::Thread::park",
    "_RNvNtCsjrHSEGnQ3l9_3std2rt19lang_start_internal": "std::rt::lang_start_internal",
    "_RNvNvMs0_NtNtNtCsjrHSEGnQ3l9_3std3sys6thread4unixNtB7_6Thread3new12thread_start": "std::sys::thread::unix::Thread::new::thread_start",
    "_RNvXs2_NtNtCsjrHSEGnQ3l9_3std3net3tcpRNtB5_9TcpStreamNtNtB9_2io5Write5write": "<std::net::tcp::TcpStream as std::io::Write>::write",
    # made by hand after RFC 2603
    "_RNvC6_123foo3bar": "123foo::bar",
    "_RINvNtC3std3mem8align_ofdE": "std::mem::align_of",
    "_RNCNvC4bank4mains_0": "bank::main::{closure#1}",
    "_RNvMs_CsC_4bankINtB4_6LedgerjE4open": "bank::Ledger::open",
    "_RINbNbCskIICzLVDPPb_5alloc5alloc8box_freeDINbNiB4_5boxed5FnBoxuEp6OutputuEL_ECs1iopQbuBiw2_3std": "alloc::alloc::box_free",
    "_RNvYNtC4bank6LedgerNtC4core5Clone5clone": "<bank::Ledger as core::Clone>::clone",
    # the older way, of which C++'s reader takes a part
    "std::sync::mpmc::list::Channel$LT$T$GT$::recv::hd06616d4b1b5362d": "std::sync::mpmc::list::Channel::recv",
    "bank::Ledger::close$u7b$$u7b$closure$u7d$$u7d$::h7c289c1c4ffd4c14": "bank::Ledger::close{{closure}}",
    "depot::height::hall": "depot::height::hall",
}


@pytest.mark.parametrize(("symbol", "name"), NAMES.items())
def test_a_symbol_is_read_as_the_function_that_it_names(symbol: str, name: str) -> None:
    assert canonical(symbol) == name


@pytest.mark.parametrize(
    "symbol", ["_RNvC4bank", "_RNvB_4main", "_RNvC9999999x", "_RNvC1a1bjunk", "_RNvXs8_NtB2_3abcB_4next", "_RNvCu4a_8b4main"]
)
def test_what_cannot_be_read_stays_as_it_is(symbol: str) -> None:
    assert canonical(symbol) == symbol


@given(st.text("RNvCMXYIBEsT_0123K9abdpL٣²", max_size=80))
def test_no_symbol_breaks_the_reader_or_takes_long(rest: str) -> None:
    assert demangled(f"_R{rest}") != ""


@pytest.mark.parametrize(
    ("printed", "name"),
    {
        "_Reactor<int>::run": "_Reactor::run",
        "_RWLock::lock[abi:cxx11]": "_RWLock::lock",
        "_Run@plt": "Run",
        "_RC4init": "RC4init",
        "_RING_lock": "RING_lock",
        "_R": "R",
    }.items(),
)
def test_a_name_that_only_begins_like_a_symbol_is_read_as_any_other(printed: str, name: str) -> None:
    assert canonical(printed) == name


@pytest.mark.parametrize("suffix", [".llvm.1234567", "@plt", "C4bank", "C4bank.cold"])
def test_what_may_stand_behind_a_symbol_is_no_part_of_the_name(suffix: str) -> None:
    assert canonical(f"_RNvC4bank4main{suffix}") == "bank::main"


def test_a_size_is_written_in_the_digits_of_a_symbol_only() -> None:
    assert demangled("_RNvC٣abc4main") is None


def test_what_stands_for_what_came_before_makes_no_endless_name() -> None:
    name = "_RINvC1a1b"
    kind = "NtC90" + "x" * 90 + "1y"
    assert demangled(f"{name}{kind}{'B7_' * 10}E") == "a::b"
    assert demangled(f"{name}{kind}{'B7_' * 100}E") is None


def test_a_constant_of_many_digits_is_not_read_again_and_again() -> None:
    once = "_RINvC1a1bKj" + "0" * 100 + "_"
    assert demangled(f"{once}E") == "a::b"
    assert demangled(f"{once}{'KB8_' * 100}E") is None
