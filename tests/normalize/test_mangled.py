"""Mangled symbols and their names; the expected names are what `c++filt` and the canonical form make of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackan.normalize import canonical

SYMBOLS = {
    # KWin and Qt, from a public crash
    "_ZN8QQmlData9destroyedEP7QObject": "QQmlData::destroyed",
    "_ZN7QObjectD1Ev": "QObject::~QObject",
    "_ZN4KWin6Window16setQuickTileModeE6QFlagsINS_13QuickTileFlagEEb": "KWin::Window::setQuickTileMode",
    "_ZNK3QV413QObjectMethod12callInternalEPKNS_5ValueES3_i": "QV4::QObjectMethod::callInternal",
    "_ZN14QWaitCondition4waitEP6QMutex14QDeadlineTimer": "QWaitCondition::wait",
    # libstdc++
    "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE": "std::condition_variable::wait",
    "_ZNSt6thread4joinEv": "std::thread::join",
    "_ZNSt6thread11_State_implINS_8_InvokerISt5tupleIJPFviEiEEEEE6_M_runEv": "std::thread::_State_impl::_M_run",
    "_ZNSs6appendEPKc": "std::basic_string::append",
    "_ZNKSt9basic_iosIcSt11char_traitsIcEEcvbEv": "std::basic_ios::operator bool",
    "_ZStlsISt11char_traitsIcEERSt13basic_ostreamIcT_ES5_PKc": "std::operator<<",
    "_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE6appendEPKc": "std::__cxx11::basic_string::append",
    "_Znwm": "operator new",
    "_ZdlPv": "operator delete",
    # lambdas, locals, unnamed namespaces, thunks, clones, versions
    "_ZZN10ThreadPoolC1EiENKUlvE_clEv": "ThreadPool::ThreadPool::{lambda()#1}::operator()",
    "_ZZ4mainENKUlvE0_clEv": "main::{lambda()#2}::operator()",
    "_ZZ4mainENKUliE_clEi": "main::{lambda(...)#1}::operator()",
    "_ZN12_GLOBAL__N_14workER7Accounti": "(anonymous namespace)::work",
    "_ZL9wait_flagv": "wait_flag",
    "_ZThn16_N6ledger3runEv": "ledger::run",
    "_ZN6ledger4bookIXadL_ZNS_3runEvEEE4openEv.constprop.0": "_ZN6ledger4bookIXadL_ZNS_3runEvEEE4openEv.constprop.0",
    "_ZN6ledger4bookIiE4openEv.part.0": "ledger::book::open",
    "_ZNSt6thread4joinEv@@GLIBCXX_3.4.11": "std::thread::join",
    "_Z6handlei": "handle",
    # Rust
    "_ZN4core3fmt5Write9write_fmt17h2006c69a75a9a243E": "core::fmt::Write::write_fmt",
    "_ZN3std9panicking12default_hook28_$u7b$$u7b$closure$u7d$$u7d$17hfcc7e77f4c3e5676E": "std::panicking::default_hook::{{closure}}",
    "_ZN4llvm13DWARFVerifier17handleAccelTablesEv": "llvm::DWARFVerifier::handleAccelTables",
    # no function's, or broken
    "_ZTV6ledger": "_ZTV6ledger",
    "_ZN6ledger": "_ZN6ledger",
    "_ZN99ledgerE": "_ZN99ledgerE",
    "_Z": "_Z",
}


@pytest.mark.parametrize(("symbol", "name"), SYMBOLS.items())
def test_names_of_mangled_symbols(symbol: str, name: str) -> None:
    assert canonical(symbol) == name


@given(st.text("NSZTIJLEKPRFCDUlvit0123456789_acdos", max_size=60))
def test_any_symbol_has_a_name(symbol: str) -> None:
    assert canonical("_Z" + symbol)


@pytest.mark.parametrize("part", ["N", "I", "P", "Z", "F", "T_", "1aI", "Ul", "S_", "9" * 20, "St"])
def test_hostile_symbols_end(part: str) -> None:
    assert canonical("_ZN1a" + part * 200_000)
