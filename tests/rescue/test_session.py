"""A session with consoles that answer, keep silent, talk without end, or die: what is sent, what is shown, and how it ends."""

from __future__ import annotations

import os
import pathlib
import re
import signal
import stat
import subprocess
import sys

import pytest

from stackan.errors import UsageError
from stackan.rescue.lock import locked
from stackan.rescue.target import read_target
from tests.rescue.standins import ANSWERING, NOBODY, wait_until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the emergency channel is there on Linux only")

LONG = 60  # seconds, of which an answer needs none
SHORT = 1.5  # seconds, in which a script has begun and nothing comes anyway
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ud800-\udfff]")
MUTE = 'echo welcome; while read -r line; do echo "$line" >> heard; [ "$line" = quit ] && exit; done'
READER = (
    'echo welcome; while read -r line; do echo "$line" >> heard; case "$line" in quit) exit;; say*) echo "$line";; {special} esac; done'
)


def run(rescue, server, other, *commands: str, seconds: float = LONG, **settings: str):
    sent = [word for command in commands for word in ("--run", command)]
    return rescue("--pid", server.pid, "--install-dir", other.folder, "--timeout", seconds, *sent, **settings)


def outcome(done) -> tuple[int, list[str], str]:
    session = done.document["session"]
    return done.status, [reply["state"] for reply in session["replies"]], session["ending"]


def test_commands_are_sent_one_after_the_other_with_quit_behind_them_and_need_no_prompt(rescue, start, console):
    server, other = start(), console(ANSWERING.replace("echo welcome;", ""))
    done = run(rescue, server, other, 'cancelJob("load_1")', "clearAllCache()")
    assert outcome(done) == (0, ["answered", "answered"], "by-itself")
    assert other.heard == ['cancelJob("load_1")', "clearAllCache()", "quit"]
    assert [reply["text"] for reply in done.document["session"]["replies"]] == ['done: cancelJob("load_1")\n', "done: clearAllCache()\n"]
    assert done.errors == f"stackan: the session begins; each command may take {LONG} s\n"
    assert server.is_alive()


def test_a_command_is_sent_when_the_one_before_was_answered(rescue, start, console):
    """The console says what lies unread in its terminal when it answers: nothing does."""
    code = "import select, sys\nfor line in iter(sys.stdin.readline, ''):\n"
    code += "    if line == 'quit\\n': break\n    print('more' if select.select([0], [], [], 0.2)[0] else 'no more', flush=True)\n"
    server = start()
    other = console(f"exec {sys.executable} -S -c \"$(cat <<'EOF'\n{code}EOF\n)\"")
    done = run(rescue, server, other, "a()", "b()", "c()")
    assert [reply["text"] for reply in done.document["session"]["replies"]] == ["no more\n"] * 3


def test_it_is_the_guides_command_in_the_other_folder_and_on_a_terminal(rescue, start, console):
    server = start()
    other = console(
        'echo "$0 $*"; pwd; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo terminal; stty size; echo $TERM; (: < /dev/tty) && echo own\n'
        + ANSWERING.replace("echo welcome;", "")
    )
    opening = run(rescue, server, other, "f()").document["session"]["opening"]["text"]
    assert opening == f"./dolphindb -attach 1 -target-pid {server.pid}\n{other.folder}\nterminal\n50 200\ndumb\nown\n"


def test_a_person_reads_what_came_back(rescue, start, console):
    server, other = start(), console(ANSWERING.replace("welcome;", "welcome; printf '> ';").replace("done: $line", "done\\n> "))
    done = run(rescue, server, other, "clearAllCache()", form="text", COLUMNS="80", LC_ALL="C")
    assert done.out.partition("The session:\n")[2] == (
        "   the console's greeting\n      | welcome\n      | > \n   clearAllCache(): answered\n      | done\n      | > \n"
        "   quit: the console ended by itself\n\nThe console took every command and ended by itself.\n"
    )


def test_quiet_says_nothing_beside_the_result(rescue, start, console):
    assert rescue("--pid", start().pid, "--install-dir", console().folder, "--run", "f()", "--quiet").errors == ""


# -- silence


def test_a_command_that_returns_nothing_prints_nothing_and_the_end_shows_that_it_was_taken(rescue, start, console):
    server, other = start(), console(READER.format(special="clearAllCache*) ;;"))
    done = run(rescue, server, other, "clearAllCache()", "say(1)", seconds=3)
    assert outcome(done) == (0, ["silent", "answered"], "by-itself")


def test_where_nothing_is_answered_nothing_shows_that_it_was_carried_out(rescue, start, console):
    server, other = start(), console(MUTE)
    done = run(rescue, server, other, "clearAllCache()", seconds=4, form="text", LC_ALL="C")
    assert done.status == 1 and other.heard == ["clearAllCache()", "quit"]
    said = " ".join(done.out.split())
    assert "clearAllCache(): nothing came back in time quit: the console ended by itself" in said
    assert "nothing shows that one was carried out" in said


@pytest.mark.parametrize(("ignored", "ending", "status"), [("USR1", "terminated", -15), ("TERM", "killed", -9)])
def test_a_console_that_hangs_is_ended_and_the_server_is_not(rescue, start, console, ignored, ending, status):
    server, other = start(), console(f"trap '' {ignored} HUP; exec sleep 1000")
    done = run(rescue, server, other, "f()", seconds=SHORT)
    assert outcome(done) == (1, ["silent"], ending)
    assert done.document["session"]["status"] == status
    assert read_target(int((other.folder / "started").read_text())) is None
    assert server.is_alive()


def test_what_the_terminal_of_a_console_that_reads_nothing_cannot_hold_is_not_sent(rescue, start, console):
    server, other = start(), console("exec sleep 1000")
    done = run(rescue, server, other, *[f'f("{"x" * 3900}")'] * 60, seconds=0.05)
    status, states, ending = outcome(done)
    assert (status, states[0], states[-1], ending) == (1, "silent", "unsent", "terminated")
    assert set(states) == {"silent", "unsent"}


def test_what_a_console_leaves_running_is_not_waited_for(rescue, start, console):
    server, other = start(), console("(trap '' HUP; exec sleep 30) & echo $! > child\n" + ANSWERING)
    try:
        assert outcome(run(rescue, server, other, "f()")) == (0, ["answered"], "by-itself")
    finally:
        os.kill(int((other.folder / "child").read_text()), signal.SIGKILL)


# -- noise


@pytest.mark.parametrize("answer", ["say(1)", "f()"])
def test_an_answer_without_an_end_is_cut_and_ends_the_session(rescue, start, console, answer):
    flood = f"f*) while :; do echo {'x' * 1000}; done;;"
    server, other = start(), console(READER.format(special=flood))
    done = run(rescue, server, other, answer, "f()", "say(2)")
    first = "answered" if answer == "say(1)" else "endless"
    second = "endless" if answer == "say(1)" else "unsent"
    assert outcome(done) == (1, [first, second, "unsent"], "terminated")
    reply = next(each for each in done.document["session"]["replies"] if each["state"] == "endless")
    assert len(reply["text"]) <= 256 << 10 and reply["dropped"] > 1 << 20
    assert len(done.out) < 2 << 20
    assert "say(2)" not in other.heard
    assert server.is_alive()


def test_an_answer_that_does_not_stop_in_time_is_none_but_the_rest_is_sent(rescue, start, console):
    slow = "i=0; while :; do i=$((i + 1)); [ $((i % 5000)) = 0 ] && echo $i; done"
    server, other = start(), console(READER.format(special=f"f*) {slow};;"))
    done = run(rescue, server, other, "f()", "say(1)", seconds=SHORT)
    assert outcome(done) == (1, ["endless", "endless"], "terminated")
    assert done.document["session"]["replies"][0]["dropped"] == 0


NASTY = r"\033]52;c;aGk=\007 \033[2J\r\nnext \r over \033\033[m]0;x \342\200\256 \377\376 \302\205 \000 end"


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_a_terminal_would_obey_is_shown_as_escapes(rescue, start, console, form):
    server, other = start(), console(ANSWERING.replace('echo "done: $line"', f"printf '{NASTY}\\n'"))
    done = run(rescue, server, other, "f()", form=form)
    assert done.status == 0 and not OBEYED.search(done.out + done.errors)
    if form == "text":
        assert "      | next \\r over \\x1b\\x1b[m]0;x \\u202e \\xff\\xfe \\x85 \\x00 end\n" in done.out


# -- an end before the end


def test_a_console_that_cannot_attach_is_shown_with_its_words(rescue, start, console):
    server, other = start(), console("echo 'Failed to attach'; exit 3")
    done = run(rescue, server, other, "f()", "g()")
    session = done.document["session"]
    assert outcome(done) == (1, ["unsent", "unsent"], "by-itself")
    assert (session["opening"]["text"], session["status"]) == ("Failed to attach\n", 3)


def test_a_console_that_ends_behind_a_command_has_not_taken_the_rest(rescue, start, console):
    server, other = start(), console('read -r line; echo "$line" >> heard; echo ouch; exit 0')
    done = run(rescue, server, other, "f()", "g()")
    assert outcome(done) == (1, ["lost", "unsent"], "by-itself")
    assert done.document["session"]["replies"][0]["text"] == "ouch\n"
    assert other.heard == ["f()"]


def test_a_console_that_ends_with_a_complaint_is_no_success(rescue, start, console):
    server, other = start(), console(ANSWERING.replace("&& exit;", "&& exit 7;"))
    assert outcome(run(rescue, server, other, "f()")) == (1, ["answered"], "by-itself")


def test_a_program_that_cannot_be_started_is_told_in_one_sentence(rescue, start, console):
    server, other = start(), console(head="#!/nowhere/sh")
    done = run(rescue, server, other, "f()")
    assert (done.status, done.out) == (2, "")
    assert f"{other.folder}/dolphindb: cannot be started (" in done.errors.splitlines()[-1]
    assert "Traceback" not in done.errors


def test_an_interruption_takes_leave_of_the_console(start, console):
    server, other = start(), console(MUTE)
    call = [sys.executable, "-m", "stackan", "rescue", "--pid", str(server.pid), "--install-dir", str(other.folder)]
    call += ["--timeout", "600", "--run", "f()"]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_until(lambda: other.heard == ["f()"])
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and errors.endswith(b"stackan: interrupted\n")
    assert other.heard == ["f()", "quit"]
    assert read_target(int((other.folder / "started").read_text())) is None


def test_where_the_result_cannot_be_written_nothing_is_sent(rescue, start, console, tmp_path):
    server, other = start(), console()
    done = rescue("--pid", server.pid, "--install-dir", other.folder, "--run", "f()", "-o", tmp_path / "nowhere" / "out.json")
    assert (done.status, other.was_started) == (2, False)


def test_the_result_goes_to_a_file(rescue, start, console, tmp_path):
    server, other = start(), console()
    done = rescue("--pid", server.pid, "--install-dir", other.folder, "--run", "f()", "-o", tmp_path / "out.json")
    assert (done.status, done.out) == (0, "")
    assert '"answered"' in (tmp_path / "out.json").read_text()


# -- one at a time


def test_two_sessions_with_a_server_never_run_at_once(rescue, start, console):
    server, other = start(), console()
    with locked(server.pid):
        done = run(rescue, server, other, "f()")
        assert (done.status, done.out, other.was_started) == (2, "", False)
        assert f"is in a session with process {server.pid} (" in done.errors
        assert rescue("--pid", server.pid, "--install-dir", other.folder).status == 0, "to look is always allowed"
    assert run(rescue, server, other, "f()").status == 0


def test_two_calls_at_once_make_one_session(start, console):
    server, other = start(), console()
    call = [sys.executable, "-m", "stackan", "rescue", "--pid", str(server.pid), "--install-dir", str(other.folder), "--run", "f()"]
    calls = [subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    ended = [each.communicate(timeout=60) and each.returncode for each in calls]
    assert 0 in ended and set(ended) <= {0, 2}
    assert other.heard == ["f()", "quit"] * ended.count(0)


def test_locks_of_different_servers_are_different_and_leave_nothing_behind(tmp_path):
    with locked(1, str(tmp_path)), locked(2, str(tmp_path)):
        (folder,) = tmp_path.iterdir()
        assert sorted(path.name for path in folder.iterdir()) == ["1.lock", "2.lock"]
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with pytest.raises(UsageError), locked(1, str(tmp_path)):
            pass
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["link", "open", "file", "another user's"])
def test_a_folder_that_others_could_have_prepared_is_refused(tmp_path, kind):
    folder = tmp_path / f"stackan-rescue-{os.geteuid()}"
    if kind == "link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "elsewhere")
    elif kind == "file":
        folder.touch(mode=0o600)
    elif kind == "another user's":
        if os.geteuid() != 0:
            pytest.skip("only root can give a folder away")
        folder.mkdir(mode=0o700)
        os.chown(folder, NOBODY, NOBODY)
    else:
        folder.mkdir()
        folder.chmod(0o755)
    with pytest.raises(UsageError, match="remove it"), locked(1, str(tmp_path)):
        pass
    assert kind != "link" or list(pathlib.Path(folder).iterdir()) == []


# -- calls that make no sense


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--pid", "0"),
        ("--pid", "-5"),
        ("--pid", "four"),
        ("--pid", "4" * 40),
        ("--pid", "1", "--timeout", "0"),
        ("--pid", "1", "--timeout", "nan"),
        ("--pid", "1", "--timeout", "inf"),
        ("--pid", "1", "--run", ""),
        ("--pid", "1", "--run", "f()\nquit"),
        ("--pid", "1", "--run", "f()\x03"),
        ("--pid", "1", "--run", " quit; "),
        ("--pid", "1", "--run", "字" * 1400),
        ("--pid", "1", "4711"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_before_anything_is_looked_at(rescue, arguments):
    done = rescue(*arguments)
    assert (done.status, done.out) == (2, "")
    assert done.errors.startswith("usage: stackan rescue ") and "Traceback" not in done.errors


def test_the_help_names_every_option(rescue):
    out = rescue("--help").out
    assert [
        option for option in ("--pid", "--install-dir", "--run", "--timeout", "--format", "--output", "--lang") if option not in out
    ] == []
