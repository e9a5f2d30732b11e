"""No name of a stranger's is obeyed by a terminal, whatever door it comes through and goes out by."""

from __future__ import annotations

import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stackan
from stackan.cli.parse import write_folded
from stackan.escapes import shorten, shown, shown_lines
from stackan.model.folding import stacks_of

# C0 but line ends and tabs, DEL, C1, marks and overrides of direction, line separators, half characters.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
NASTY = [
    "\x1b]52;c;aGk=\x07", "\x1b\x1b[m]52;c;aGk=\x07", "\x9b31m", "\x9d0;title\x9c", "\x7f\x08\x08", "\u202etxt.exe\u2066", "\x1b[2J",
    "\rgone", "\x00",
]  # fmt: skip
NASTY_NAME = "".join(NASTY[:-1])  # of a file or an argument, which hold no NUL


def dump(*names: str) -> bytes:
    """Threads of these names that wait for a lock below functions of these names, in libraries of these names."""
    return "".join(
        f'Thread {n} (Thread 0x7f{n:02} (LWP 10{n}) "{name}"):\n'
        "#0  0x1 in __lll_lock_wait () from /lib/libpthread.so.0\n#1  0x2 in pthread_mutex_lock () from /lib/libpthread.so.0\n"
        f'#2  0x3 in {name} (text="{name}") from /lib/{name}.so\n#3  0x4 in worker{name}er () at {name}.c:7\n#4  0x5 in start_thread ()\n\n'
        for n, name in enumerate(names, 1)
    ).encode()


def call(*arguments: object, cwd: object = None, **environment: str) -> tuple[int, str, str]:
    """Status, output and errors of a call, in which bytes that are no UTF-8 would be seen."""
    words = [os.fsencode(str(each)) for each in (sys.executable, "-m", "stackan", *arguments)]
    done = subprocess.run(words, capture_output=True, timeout=60, check=False, env={**os.environ, **environment}, cwd=cwd)
    return done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode("utf-8", "surrogateescape")


REPAIRS_BEFORE_DETECTION = [
    "analyze", "analyze --color never", "analyze --format json", "analyze --explain 101", "analyze --explain inputs",
    "analyze --graph graphml", "parse", "parse --explain", "parse --format ndjson", "parse --format folded", "parse --format summary",
]  # fmt: skip


@pytest.mark.parametrize("form", REPAIRS_BEFORE_DETECTION)
def test_names_in_dumps_and_of_files_come_out_as_escapes(tmp_path, form):
    folder = tmp_path / "case"
    folder.mkdir()
    for number in (1, 2):
        (folder / f"{NASTY_NAME}snap{number}.txt").write_bytes(dump(*NASTY))
    status, out, errors = call(*form.split(), folder)
    assert status in (0, 1), errors
    assert out and not OBEYED.search(out + errors)
    target = tmp_path / "out.txt"
    assert call(*form.split(), folder, "-o", target)[0] == status
    assert target.read_text() == out


def test_a_name_of_a_folded_stack_stays_in_its_line_and_its_frame():
    """As flamegraph.pl reads it: all up to the last blank is the stack, and frames end at semicolons."""
    stream = io.StringIO()
    write_folded([stacks_of(stackan.parse(dump("evil;name", *NASTY[:-1])))], stream)
    lines = stream.getvalue().split("\n")[:-1]
    found = [re.fullmatch(r"(.*)\s+?(\d+)", line) for line in lines]
    assert sum(int(each[2]) for each in found if each) == len(NASTY)
    assert all(each and len(each[1].split(";")) == 5 and not OBEYED.search(each[1]) for each in found)


def test_json_says_in_its_own_way_what_stood_there(tmp_path):
    (tmp_path / "snap.txt").write_bytes(dump(*NASTY))
    status, out, _ = call("parse", "--format", "ndjson", tmp_path / "snap.txt")
    assert status == 0 and out.isascii() and not OBEYED.search(out)
    assert json.loads(out.splitlines()[5])["name"] == NASTY[5]
    (tmp_path / "snap.txt").write_bytes(dump("a\x7fb"))
    _, out, _ = call("parse", tmp_path / "snap.txt")
    assert json.loads(out)["threads"][0]["name"] == "a\x7fb"


def test_errors_quote_what_they_refuse_as_escapes(tmp_path, example):
    nasty = NASTY_NAME
    profile = tmp_path / "mine.toml"
    profile.write_text(f"name = {json.dumps(nasty)}\n[[{json.dumps(nasty)}]]\n")
    unreadable = tmp_path / f"{nasty}.tar"
    unreadable.write_bytes(b"\x1f\x8b" + nasty.encode("utf-8", "surrogateescape"))
    calls = [
        ("analyze", f"/nowhere/{nasty}"),
        ("analyze", unreadable),
        ("analyze", example, "-o", f"/nowhere/{nasty}"),
        ("analyze", example, "-o", f"{tmp_path}/{nasty}/"),
        ("analyze", example, "--profile", f"/nowhere/{nasty}"),
        ("analyze", "--explain", nasty, example),
        ("analyze", "--max-bytes", nasty, example),
        ("analyze", f"--{nasty}", example),
        ("parse", "--format", nasty, example),
        (nasty,),
        ("profiles", "show", nasty),
        ("profiles", "check", profile),
        ("profiles", "check", f"/nowhere/{nasty}"),
    ]
    for each in calls:
        status, out, errors = call(*each)
        assert (status, out) == (2, ""), each
        assert errors and not OBEYED.search(errors), each
        assert errors.startswith("usage: ") or len(errors.splitlines()) == 1, each
    status, out, errors = call("analyze", example, STACKAN_BACKEND=nasty)
    assert (status, out, len(errors.splitlines())) == (2, "", 1) and not OBEYED.search(errors)


def test_members_of_archives_cannot_either(tmp_path, example):
    archive = tmp_path / "case.tar"
    with tarfile.open(archive, "w") as tar:
        for number in (1, 2):
            tar.add(example / f"snap{number}.txt", f"{NASTY[1]}{NASTY[5]}/snap{number}.txt")
        tar.add(example / "snap1.txt", f"{NASTY[0]}.gz")
    for form in REPAIRS_BEFORE_DETECTION[:4]:
        _, out, errors = call(*form.replace("101", "17870").split(), archive)
        assert out and not OBEYED.search(out + errors)


def test_own_colors_stay_the_only_thing_that_a_terminal_obeys(tmp_path):
    for number in (1, 2):
        (tmp_path / f"snap{number}.txt").write_bytes(dump(*4 * ["\x1b[31;1mred\x1b[0m"]))
    status, out, errors = call("analyze", "--color", "always", tmp_path)
    assert status == 1, errors
    assert re.search(r"^\x1b\[31;1mBLOCKED \(likely\)\x1b\[0m$", out, re.MULTILINE)
    bare = re.sub(r"^\x1b\[(?:1|31;1|33;1|36)m([^\x1b]*)\x1b\[0m$", r"\1", out, flags=re.MULTILINE)
    assert not OBEYED.search(bare)
    assert bare == call("analyze", tmp_path)[1]


@given(st.text(st.characters(exclude_categories=())))
def test_what_is_shown_holds_nothing_that_is_obeyed_and_says_all(text):
    assert not OBEYED.search(shown(text)) and "\n" not in shown(text)
    assert not OBEYED.search(shown_lines(text)) and shown_lines(text).count("\n") == text.count("\n")
    assert shown(shown(text)) == shown(text)
    assert all(char in shown(text) for char in text if char.isprintable())


@given(st.text(), st.integers(5, 50))
def test_a_long_text_is_cut_in_the_middle(text, most):
    short = shorten(text, most)
    assert len(short) <= most
    assert short == text or (text.startswith(short[: most // 2]) and text.endswith(short[most // 2 + 1 :]) and len(short) == most)


def test_nothing_prints_but_the_one_place_that_escapes():
    package = pathlib.Path(__file__).parents[2] / "stackan"
    printing = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if re.search(r"\bsys\.(?:stdout|stderr|__std)|\bprint\(|os\.write\(", path.read_text(encoding="utf-8"))
    }
    # The door writes a fixed sentence where there is no memory left; rich draws how far a call has come, and gets escaped names; of a batch
    # it gets numbers alone.
    assert printing == {"cli/printing.py", "cli/door.py", "cli/progress.py", "cli/batch_progress.py"}
