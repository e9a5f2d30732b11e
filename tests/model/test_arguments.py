"""Values of arguments, read from a frame's text; and where a frame's code comes from."""

from __future__ import annotations

import pytest

from stackan.model.arguments import Address, address_argument, number_argument, read_address, value_argument
from stackan.model.rows import Location, read_location

JOIN = b"threadid=140614468552384, thread_return=0x0, clockid=0, block=true"
WAIT = b"futex_word=futex_word@entry=0x7f8f1911de38, expected=expected@entry=2, abstime=abstime@entry=0x778f10359960, private=0"


@pytest.mark.parametrize(
    ("text", "value", "symbol"),
    [
        (b"0x5587d1784140", 0x5587D1784140, None),
        (b"0x5587d1784140 <audit_lock>", 0x5587D1784140, "audit_lock"),
        (b"0x5587d1784148 <catalog+8>, n=1", 0x5587D1784148, "catalog+8"),
        (b"@0x5587d1784140", 0x5587D1784140, None),
        (b"@0x5587d1784140: {_M_mutex = 0x1}", 0x5587D1784140, None),
        (b"(pthread_mutex_t *) 0x5587d1784140 <debit>", 0x5587D1784140, "debit"),
        (b"(std::mutex &) @0x55", 0x55, None),
        (b"0xABCDEF", 0xABCDEF, None),
        (b"0xffffffffffffffff", 0xFFFFFFFFFFFFFFFF, None),
        (b'0x55d1 "text"', 0x55D1, None),
        (b"0x55d1, m=0x66 <other>", 0x55D1, None),
        (b"0x55d1 <cut", 0x55D1, None),
    ],
)
def test_an_address_is_read_with_its_symbol(text: bytes, value: int, symbol: str | None) -> None:
    assert read_address(text) == Address(value, symbol)


@pytest.mark.parametrize(
    "text", [b"", b"0x0", b"@0x0", b"0x", b"0xzz", b"5", b"<optimized out>", b"...", b"(type *)", b"(type *0x55", b"x0x55"]
)
def test_what_is_no_address_or_null_gives_none(text: bytes) -> None:
    assert read_address(text) is None


def test_an_argument_is_found_by_its_whole_name() -> None:
    text = b"__mutex=0x11, mutex=0x22, m=0x33"
    assert address_argument(text, b"mutex") == Address(0x22, None)
    assert address_argument(text, b"m") == Address(0x33, None)
    assert address_argument(text, b"__mutex") == Address(0x11, None)
    assert address_argument(text, b"utex") is None
    assert address_argument(text, b"cond") is None


def test_the_value_on_entry_is_the_value() -> None:
    assert address_argument(WAIT, b"futex_word") == Address(0x7F8F1911DE38, None)
    assert number_argument(WAIT, b"expected") == 2


def test_where_both_values_are_printed_the_present_one_counts() -> None:
    assert number_argument(b"expected=3, expected@entry=2", b"expected") == 3


def test_an_argument_may_stand_on_a_wrapped_line() -> None:
    text = b"clockid=0,\n    mutex=0x22 <lock>, cond=\n    0x33"
    assert address_argument(text, b"mutex") == Address(0x22, "lock")
    assert address_argument(b"a=1,\nmutex=0x22", b"mutex") == Address(0x22, None)


def test_a_value_is_given_with_what_follows_it() -> None:
    assert value_argument(JOIN, b"clockid") == b"0, block=true"
    assert value_argument(WAIT, b"private") == b"0"
    assert value_argument(WAIT, b"expected") == b"2, abstime=abstime@entry=0x778f10359960, private=0"
    assert value_argument(WAIT, b"cancel") is None
    assert value_argument(b"", b"x") is None


def test_a_value_not_printed_gives_no_address() -> None:
    assert address_argument(b"mutex=<optimized out>, cond=0x5", b"mutex") is None
    assert address_argument(b"mutex=..., cond=0x5", b"mutex") is None
    assert address_argument(b"mutex=0x0, cond=0x5", b"mutex") is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (JOIN, 140614468552384),
        (b"threadid=0", 0),
        (b"threadid=18446744073709551615", 18446744073709551615),
        (b"threadid=7,", 7),
        (b"threadid=123456789012345678901", None),
        (b"threadid=-1", None),
        (b"threadid=<optimized out>", None),
        (b"threadid=", None),
        (b"thread=5", None),
    ],
)
def test_a_decimal_number_is_read(text: bytes, number: int | None) -> None:
    assert number_argument(text, b"threadid") == number


@pytest.mark.parametrize(
    ("text", "file", "line", "library"),
    [
        ("", None, None, None),
        ("at poll.c:29", "poll.c", 29, None),
        ("at ../sysdeps/unix/sysv/linux/poll.c:29", "../sysdeps/unix/sysv/linux/poll.c", 29, None),
        ("at /build/my server/lock.cc:2189", "/build/my server/lock.cc", 2189, None),
        ("at C:/src/f.c:12", "C:/src/f.c", 12, None),
        ("at ../sysdeps/nptl/futex-internal.h:146:13", "../sysdeps/nptl/futex-internal.h", 146, None),
        ("at lock0l", "lock0l", None, None),
        ("at lock0lock.cc:", "lock0lock.cc:", None, None),
        ("at :12", None, 12, None),
        ("from /lib/x86_64-linux-gnu/libc.so.6", None, None, "/lib/x86_64-linux-gnu/libc.so.6"),
        ("from /opt/my libs/libx.so", None, None, "/opt/my libs/libx.so"),
        ("from /usr/lib/libc.so.6 at ./nptl/lowlevellock.c:49:3", "./nptl/lowlevellock.c", 49, "/usr/lib/libc.so.6"),
        ("somewhere", None, None, None),
    ],
)
def test_a_location_is_read(text: str, file: str | None, line: int | None, library: str | None) -> None:
    assert read_location(text) == Location(file, line, library)


def test_a_symbol_with_template_arguments_is_kept_whole() -> None:
    assert read_address(b"0x5587d1784140 <Pool<int>::lock>, n=1") == Address(0x5587D1784140, "Pool<int>::lock")


def test_the_text_of_a_string_is_no_argument() -> None:
    assert address_argument(b'sql=0x55 "SET mutex=0x66, x=1", mutex=0x77', b"mutex") == Address(0x77, None)
