"""Nothing that is put into a text survives, whatever stands around it."""

from __future__ import annotations

import pathlib
import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackan.redact import Redactor

HERE = pathlib.Path(__file__).parent
SECRET = "hunter2horse"
# Blocks of `name@@what must not survive, parted by ;;`, and lines in which S3 stands for a secret.
BLOCKS = [block.split("\n", 1) for block in (HERE / "secrets.txt").read_text(encoding="utf-8").split("\n=====\n")]
DUMPS = sorted(path for path in (HERE.parent / "dumps").rglob("*.txt") if path.stat().st_size < 60_000)
STRING = re.compile(r"\"([^\"\\\n]{4,})\"")
NAME = re.compile(r"\s*#\d+ $")  # before a thread's name, which stays: the JDK's dumps to a file begin a thread with `#20 "transfer-1"`
POSITIONS = [
    "#1  0x0000555b38d6fe19 in run (q={}, n=3) at run.cc:12",
    '#1  0x0000555b38d6fe19 in run (q=0x7f12a0010c40 "{}", n=3) at run.cc:12',
    '#1  0x0000555b38d6fe19 in run (n=3) at run.cc:12\n        q = "a {}"',
    "2024-05-12 10:03:16 app[3]: login failed for '{}'",
    "2024-05-12 10:03:16 app[3]: customer {} is gone",
    "password={}",
    "STATEMENT:  SELECT a FROM t WHERE b = '{}'",
    "MySQL thread id 8, query id 3 db1 10.0.0.7 app updating\nUPDATE t SET a='{}'\n",
    "app-1  | #1  0x0000555b38d6fe19 in run (q='{}') at run.cc:12",
    '{{"threads": [{{"local": "{}"}}]}}',
    "| Id | User | Info |\n| 8 | {} | NULL |",
]


def redacted(text: str) -> str:
    redactor = Redactor()
    data = text.encode("utf-8", "replace")
    redactor.learn("", data)
    return redactor.redact(data).decode()


@pytest.mark.parametrize(("name", "text"), BLOCKS, ids=[name for name, _ in BLOCKS])
def test_no_secret_survives(name, text):
    words = name.partition("@@")[2] or SECRET
    new = redacted(text.replace("S3", SECRET))
    assert [word for word in words.split(";;") if word in new] == []


# No such word is one of the readers', and none could be part of a replacement.
secrets = st.text(string.ascii_lowercase, min_size=10, max_size=30).map(lambda word: f"zq{word}7x")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(POSITIONS), secrets, st.booleans())
def test_no_secret_survives_in_any_position(position, secret, known):
    before = position.format("other") + "\n" if known else ""
    assert secret not in redacted(before + position.format(secret))


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(DUMPS), secrets, st.sampled_from(POSITIONS), st.integers(0, 1 << 30))
def test_no_secret_survives_in_a_real_dump(path, secret, position, number):
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    at = number % len(lines)
    lines.insert(at, position.format(secret))
    assert secret not in redacted("\n".join(lines))


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(DUMPS), secrets, st.integers(0, 1 << 30))
def test_no_string_of_a_frame_of_a_real_dump_survives(path, secret, number):
    text = path.read_text(encoding="utf-8", errors="replace")
    strings = [
        match
        for match in STRING.finditer(text)
        if text[match.start() - 1] in "= "
        and (before := text[: match.start()].rpartition("\n")[2]).lstrip()[:1] == "#"
        and not NAME.match(before)
    ]
    if strings:
        chosen = strings[number % len(strings)]
        assert secret not in redacted(text[: chosen.start(1)] + secret + text[chosen.end(1) :])


def test_what_looks_like_a_replacement_is_replaced():
    new = redacted("host1 is down, host=db1.acme.com is up, text1, 198.18.0.1 and 10.1.2.3\n")
    assert "host1 is down" not in new or "host=host1" not in new
    assert "198.18.0.1" not in new
    assert "10.1.2.3" not in new
    assert len(set(re.findall(r"(?<!\d)0(?:\.\d+){3}", new))) == 2


def test_the_hash_of_an_object_of_java_is_no_mail():
    assert "java.lang.Object@f6f4d33" in redacted('"t-1" Id=12 BLOCKED on java.lang.Object@f6f4d33 owned by "t-2" Id=13\n')


def test_the_code_of_an_exception_keeps_its_meaning():
    assert "code c0000005" in redacted("Access violation - code c0000005 (first chance)\neax=00401000 0xc0000005 #0 0x00401000 in f ()\n")


def test_a_number_of_five_thousand_digits_is_replaced():
    assert "9" * 100 not in redacted("#1  0x0000555b38d6fe19 in run (n=" + "9" * 5000 + ") at run.cc:12\n")


def test_utf_16_without_a_mark_is_read():
    text = POSITIONS[1].format(SECRET) + "\n"
    redactor = Redactor()
    data = text.encode("utf-16-le")
    redactor.learn("", data)
    assert b"in run (q=" in redactor.redact(data)
    assert SECRET.encode() not in redactor.redact(data)


def test_a_hidden_word_goes_in_any_case_and_any_encoding():
    redactor = Redactor(("华为", "acme"))
    data = "客户华为 ACME Acme\n".encode("gb18030")
    redactor.learn("", data)
    new = redactor.redact(data).decode().lower()
    assert "华为" not in new
    assert "acme" not in new


def test_the_words_that_readers_look_for_stay():
    import sys

    sys.path.insert(0, str(HERE))
    try:
        import words_of_readers
    finally:
        sys.path.remove(str(HERE))
    known = set(words_of_readers.VOCABULARY.read_text(encoding="utf-8").split())
    missing = sorted(words_of_readers.words() - known)
    assert missing == [], "run tests/redact/words_of_readers.py"
