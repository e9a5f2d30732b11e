"""Each precondition of the emergency channel, held and not held, by processes and files as they are."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading

import pytest

from stackan.rescue import preconditions
from stackan.rescue.jobs import find_ids, is_placeholder
from stackan.rescue.target import read_target
from stackan.rescue.versions import Known
from stackan.wording.catalog import CHINESE, catalog_of
from tests.rescue.standins import BANNER, NOBODY, wait_until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the emergency channel is there on Linux only")
as_root = pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can start a process of another user's")


def test_where_all_is_as_it_should_be_the_command_is_shown_and_nothing_is_started(rescue, start, console):
    server, other = start(), console()
    done = rescue("--pid", server.pid, "--install-dir", other.folder)
    assert done.status == 0, done.out
    assert {name for name, state in done.states.items() if state != "held"} == {"jobs"}, "no ids are given"
    assert done.document["command"] == f"cd {other.folder} && ./dolphindb -attach 1 -target-pid {server.pid}"
    assert (done.document["session"], other.was_started, done.errors) == (None, False, "")


def test_the_command_is_one_that_a_shell_runs_whatever_the_folder_is_called(rescue, start, console):
    server, other = start(), console(folder='it\'s $HOME; "x" & \t\x1b[31m\udcff ü')
    command = rescue("--pid", server.pid, "--install-dir", other.folder).document["command"]
    assert command.isprintable()
    bash = shutil.which("bash") or pytest.skip("no bash, whose $'…' names control characters")
    subprocess.run([bash, "-c", command], input=b"quit\n", check=True, timeout=60)
    assert other.was_started and other.heard == ["quit"]


def test_a_command_that_must_not_be_run_yet_is_preceded_by_that(rescue, start):
    server = start()
    lines = rescue("--pid", server.pid, form="text", LC_ALL="C", COLUMNS="100").out.splitlines()
    assert lines[1] == "1 precondition is not held: do not run it yet."
    at = lines.index("The command, once they are held:")
    assert lines[at + 1] == f"   cd DIR && ./dolphindb -attach 1 -target-pid {server.pid}"
    assert lines[at + 2] == "DIR stands for the folder of another DolphinDB of the server's version."


def test_no_command_is_shown_that_cannot_help(rescue, start, console):
    server, other = start(), console()
    stranger, old = start("-mode", "fast", name="other"), start(folder="old", version="2.00.9")
    for pid, folder in ((server.pid, server.folder), (stranger.pid, other.folder), (old.pid, other.folder), (2**22 + 1, other.folder)):
        done = rescue("--pid", pid, "--install-dir", folder, form="text", LC_ALL="C")
        assert done.status == 2 and "not held: there is nothing to run." in done.out.splitlines()[1]
        assert "-attach" not in done.out
        assert rescue("--pid", pid, "--install-dir", folder).document["command"] is None


def test_the_ids_of_jobs_are_a_reminder_and_no_check(rescue, start, console):
    server, other = start(), console()
    done = rescue("--pid", server.pid, "--install-dir", other.folder)
    assert done.states["jobs"] == "reminder"
    text = rescue("--pid", server.pid, "--install-dir", other.folder, form="text", LC_ALL="C").out
    assert text.splitlines()[1] == "Every precondition is held." and "   reminder " in text


def test_what_cannot_be_told_is_counted_and_does_not_stand_in_the_way(rescue, start, console):
    server, other = start("-console", "1"), console()
    lines = rescue("--pid", server.pid, "--install-dir", other.folder, form="text", LC_ALL="C", COLUMNS="100").out.splitlines()
    assert lines[1] == "Nothing is known that stands in the way; 1 precondition cannot be told." and "The command:" in lines


# -- the process


def test_a_process_that_has_ended_is_told(rescue, start):
    server = start()
    server.process.kill()
    server.process.wait()
    done = rescue("--pid", server.pid)
    assert done.status == 2 and "alive" in done.missing()
    assert f"there is no process {server.pid}" in done.out


def test_one_that_is_only_an_entry_is_none(rescue, start):
    server = start()
    server.process.send_signal(signal.SIGKILL)
    wait_until(lambda: (found := read_target(server.pid)) is not None and found.state == "Z")
    done = rescue("--pid", server.pid)
    assert done.status == 2 and "alive" in done.missing() and "zombie" in done.out


def test_a_stopped_process_cannot_answer(rescue, start, console):
    server, other = start(), console()
    server.process.send_signal(signal.SIGSTOP)
    wait_until(lambda: (found := read_target(server.pid)) is not None and found.state == "T")
    done = rescue("--pid", server.pid, "--install-dir", other.folder)
    assert (done.status, done.missing()) == (2, ["alive"])
    assert f"kill -CONT {server.pid}" in done.out


def test_the_number_of_a_thread_leads_to_its_process(rescue):
    let_go, known = threading.Event(), threading.Event()
    numbers = []

    def work() -> None:
        numbers.append(threading.get_native_id())
        known.set()
        let_go.wait()

    thread = threading.Thread(target=work)
    thread.start()
    known.wait()
    try:
        done = rescue("--pid", numbers[0])
    finally:
        let_go.set()
        thread.join()
    assert done.status == 2 and "alive" in done.missing()
    assert f"--pid {os.getpid()}" in done.out


@pytest.mark.parametrize(
    ("name", "options", "state"),
    [
        ("dolphindb", ("-mode", "controller"), "held"),
        ("dolphindb", ("-console", "1"), "unknown"),
        ("wj1_dolphindb", ("-mode", "datanode"), "held"),
        ("node7", ("-mode", "datanode", "-localSite", "h:8902:n7", "-controllerSite", "h:8900:c"), "unknown"),
        ("node7", ("-mode", "datanode"), "not-held"),
        ("oracle", ("-mode", "fast"), "not-held"),
        ("dolphindb_exporter", ("-console", "0"), "not-held"),
        ("startDolphindb.sh", ("-mode", "datanode"), "not-held"),
    ],
)
def test_a_server_is_known_by_its_programs_name_and_its_mode(rescue, start, console, name, options, state):
    server, other = start(*options, name=name), console()
    done = rescue("--pid", server.pid, "--install-dir", other.folder)
    assert done.states["server"] == state
    assert (done.status, done.missing()) == ((2, ["server"]) if state == "not-held" else (0, []))


@pytest.mark.parametrize(
    ("program", "arguments"),
    [("sleep", ["dolphindb", "60"]), ("sh", ["/bin/sh", "-c", "echo; read line", "/opt/ddb/startDolphindb.sh", "-mode", "datanode"])],
    ids=["another name", "a shell"],
)
def test_what_is_only_called_a_server_is_none(rescue, program, arguments):
    found = shutil.which(program) or pytest.skip(f"no {program}")
    with subprocess.Popen(arguments, executable=found, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        wait_until(lambda: (seen := read_target(process.pid)) is not None and list(seen.arguments) == arguments)
        done = rescue("--pid", process.pid)
        process.kill()
    assert done.states["server"] == "not-held"


@pytest.mark.parametrize(("rights", "state"), [("r-xp", "held"), ("r--p", "unknown")])
def test_a_server_without_a_mode_is_known_by_the_library_that_it_executes(tmp_path, rights, state):
    proc = make_proc(tmp_path)
    (tmp_path / "77" / "maps").write_text(f"7f30c8000000-7f30ca000000 {rights} 00001000 08:01 131   /opt/my ddb/libDolphinDB.so\n")
    assert states(proc)["server"] == state


def test_a_console_is_no_server_and_leads_to_the_one_that_it_is_open_for(rescue, start, console):
    server, other = start("-attach", "1", "-target-pid", "4711"), console()
    done = rescue("--pid", server.pid, "--install-dir", other.folder)
    assert done.missing() == ["server"] and "--pid 4711" in done.out


# -- the user, containers


@as_root
def test_root_is_not_the_servers_user_and_starts_nothing(rescue, start, console):
    server, other = start(user=NOBODY), console()
    done = rescue("--pid", server.pid, "--install-dir", other.folder, "--run", "clearAllCache()")
    assert (done.status, done.missing()) == (2, ["user"])
    assert "sudo -u " in done.out
    assert (other.was_started, done.document["session"]) == (False, None)
    assert done.errors == "stackan: nothing was started, for want of: user; the result says what to do\n"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root's own processes are root's")
def test_a_process_of_roots_is_another_users(rescue):
    done = rescue("--pid", 1)
    assert done.status == 2 and "user" in done.missing() and "sudo -u root" in done.out


STATUS = "Name:\tdolphindb\nState:\tS (sleeping)\nTgid:\t77\nTracerPid:\t{tracer}\nUid:\t{user}\t{user}\t{user}\t{user}\nNSpid:\t{inner}\n"


def make_proc(folder: pathlib.Path, tracer: int = 0, user: int | None = None, inner: str = "77", arguments: str = "dolphindb") -> str:
    """A /proc with one process, whose program may not be known, as that of another user's."""
    own = folder / "77"
    own.mkdir()
    (own / "status").write_text(STATUS.format(tracer=tracer, user=os.geteuid() if user is None else user, inner=inner))
    (own / "stat").write_text(f"77 (a) b) S {' '.join(map(str, range(4, 30)))}\n")
    (own / "cmdline").write_text(arguments.replace(" ", "\0") + "\0")
    return str(folder)


def states(proc: str, folder: str | None = None) -> dict[str, str]:
    return {each.name: each.state for each in preconditions.check(77, folder, (), proc)}


def test_a_user_without_a_name_is_given_to_sudo_by_number(tmp_path):
    proc = make_proc(tmp_path, user=987_654)
    found = next(each for each in preconditions.check(77, None, (), proc) if each.name == "user")
    assert found.state == "not-held" and found.advice is not None and "sudo -u '#987654' " in found.advice


def test_a_debugger_that_holds_the_process_is_told(tmp_path):
    assert states(make_proc(tmp_path, tracer=99))["alive"] == "not-held"


def test_of_a_server_in_a_container_nobody_knows(tmp_path):
    found = {each.name: each for each in preconditions.check(77, None, (), make_proc(tmp_path, inner="77 5"))}["container"]
    assert found.state == "unknown" and found.advice is not None and "--pid 5" in found.advice


def test_a_title_that_a_program_wrote_itself_is_split_into_words(tmp_path):
    proc = make_proc(tmp_path)
    (tmp_path / "77" / "cmdline").write_text("ddb: -mode controller -nodesFile config/cluster.nodes")
    target = read_target(77, proc)
    assert target is not None and (target.role, target.options["nodesfile"]) == ("controller", "config/cluster.nodes")


# -- versions


@pytest.mark.parametrize(
    ("version", "has_channel"),
    [
        ("1.30.23", False),
        ("2.00.9", False),
        ("2.00.15.9", False),
        ("2.00.16", True),
        ("2.00.16.1", True),
        ("2.00.17", True),
        ("2.10.1", True),
        ("3.00.0", False),
        ("3.00.2.7", False),
        ("3.00.3", True),
        ("3.00.10", True),
        ("4.00.0", True),
    ],
)
def test_the_channel_came_with_a_release_of_each_major_version(version, has_channel):
    assert Known(version, "").has_channel is has_channel


def log_of(*banners: tuple[str, object]) -> str:
    lines = [f"2024-10-01 08:00:00.000001 <INFO> : {BANNER.format(version=version)} Process id {pid}" for version, pid in banners]
    return "\n".join(lines) + "\n2024-10-01 08:00:02.000001 <INFO> : Job scheduler initialization completed.\n"


@pytest.mark.parametrize(("version", "status"), [("2.00.15", 2), ("3.00.2.7", 2), ("2.00.16.4", 0), ("3.00.4", 0)])
def test_the_banner_of_this_start_in_its_log_comes_before_its_program(rescue, start, console, version, status):
    server, other = start("-mode", "datanode", "-logFile", "log/node1.log", version="2.00.9"), console()
    (server.folder / "log").mkdir()
    (server.folder / "log" / "node1.log").write_text(log_of(("1.20.22", 1), (version, server.pid)))
    done = rescue("--pid", server.pid, "--install-dir", other.folder)
    assert (done.status, done.missing()) == (status, ["version"] if status else [])
    assert f"the server is {version} " in done.out


def test_the_banner_of_a_start_before_comes_behind_its_program(rescue, start, console):
    server, other = start(version="3.00.3"), console()
    (server.folder / "dolphindb.log").write_text(log_of(("2.00.9", 1)))
    assert "the server is 3.00.3 (by its program)" in rescue("--pid", server.pid, "--install-dir", other.folder).out


def test_it_counts_where_nothing_else_tells(rescue, start, console):
    server, other = start(version=None), console()
    (server.folder / "dolphindb.log").write_text(log_of(("2.00.9", 1)))
    done = rescue("--pid", server.pid, "--install-dir", other.folder)
    assert done.missing() == ["version"] and "the server is 2.00.9 (by the last banner in its log)" in done.out


def test_a_banner_is_found_at_both_ends_of_a_long_log(rescue, start, console):
    server, other = start(version=None), console()
    log = server.folder / "dolphindb.log"
    with log.open("w") as file:
        file.write(log_of(("3.00.3", server.pid)))
        file.truncate(200 << 20)
    assert "the server is 3.00.3 " in rescue("--pid", server.pid, "--install-dir", other.folder).out
    with log.open("a") as file:
        file.write("\n" + log_of(("3.00.4", server.pid)))
    assert "the server is 3.00.4 " in rescue("--pid", server.pid, "--install-dir", other.folder).out


def test_a_string_of_the_program_that_is_only_a_version_tells_unless_there_are_several(rescue, start, console):
    server, other = start(version=None), console()
    (server.folder / "libDolphinDB.so").write_bytes(b"\x7fELF\0OpenSSL 1.1.1\x001.2.11\x002.00.15.2\0")
    done = rescue("--pid", server.pid, "--install-dir", other.folder)
    assert done.missing() == ["version"] and "the server is 2.00.15.2 " in done.out
    (server.folder / "libDolphinDB.so").write_bytes(b"\x7fELF\x002.00.15.2\x002.00.16\0")
    assert rescue("--pid", server.pid, "--install-dir", other.folder).states["version"] == "unknown"


def test_a_program_that_was_replaced_since_is_read_as_it_runs(rescue, start, console):
    server, other = start(version="2.00.9"), console()
    (server.folder / "dolphindb").unlink()
    (server.folder / "dolphindb").write_bytes(b"\0" + BANNER.format(version="3.00.3").encode() + b"\0")
    done = rescue("--pid", server.pid, "--install-dir", other.folder)
    assert done.missing() == ["version"] and "the server is 2.00.9 (by its program)" in done.out


@pytest.mark.parametrize("kind", ["pipe", "empty pipe", "folder", "nothing"])
def test_what_is_no_log_is_neither_read_nor_waited_for(rescue, start, console, kind, request):
    server, other = start("-mode", "datanode", "-logFile", "node.log", version=None), console()
    if kind == "pipe":
        os.mkfifo(server.folder / "node.log")
        held = os.open(server.folder / "node.log", os.O_RDWR)
        os.write(held, log_of(("3.00.3", server.pid)).encode())
        request.addfinalizer(lambda: os.close(held))
    elif kind == "empty pipe":
        os.mkfifo(server.folder / "node.log")
    elif kind == "folder":
        (server.folder / "node.log").mkdir()
    done = rescue("--pid", server.pid, "--install-dir", other.folder)
    assert (done.status, done.states["version"]) == (0, "unknown"), "what cannot be told does not stand in the way"


# -- the other installation


def test_without_another_installation_there_is_no_command(rescue, start):
    done = rescue("--pid", start().pid)
    assert (done.status, done.missing(), done.document["command"]) == (2, ["installation"], None)


def test_the_servers_own_folder_is_no_other_by_whatever_name(rescue, start, tmp_path):
    server = start()
    link, linked = tmp_path / "link", tmp_path / "linked"
    link.symlink_to(server.folder)
    linked.mkdir()
    (linked / "dolphindb").symlink_to(server.folder / "dolphindb")
    for folder in (server.folder, link, linked, f"{server.folder}/../{server.folder.name}/"):
        assert rescue("--pid", server.pid, "--install-dir", folder).missing() == ["installation"], folder
    assert rescue("--pid", server.pid, "--install-dir", ".", cwd=server.folder).missing() == ["installation"]


def test_so_is_the_folder_of_a_server_that_is_a_script(rescue, console):
    """Its program is the interpreter; where it was started from, its command line tells."""
    server, other = console("read -r line", folder="server"), console()
    with subprocess.Popen(["./dolphindb", "-mode", "datanode"], cwd=server.folder, stdin=subprocess.PIPE) as process:
        wait_until(lambda: server.was_started)
        assert rescue("--pid", process.pid, "--install-dir", server.folder).missing() == ["installation"]
        assert rescue("--pid", process.pid, "--install-dir", other.folder).missing() == []
        process.communicate(b"\n", timeout=60)


def test_a_copy_of_the_program_in_another_folder_is_another_installation(rescue, start, tmp_path):
    server = start()
    shutil.copytree(server.folder, tmp_path / "copy")
    assert rescue("--pid", server.pid, "--install-dir", tmp_path / "copy").status == 0


def test_the_program_has_to_be_there_and_to_be_one(rescue, start, console, tmp_path):
    server, other = start(), console()
    assert rescue("--pid", server.pid, "--install-dir", tmp_path).missing() == ["installation"]
    assert rescue("--pid", server.pid, "--install-dir", tmp_path / "nowhere").missing() == ["installation"]
    (other.folder / "dolphindb").chmod(0o644)
    done = rescue("--pid", server.pid, "--install-dir", other.folder)
    assert done.missing() == ["installation"] and "chmod +x" in done.out


def test_its_program_has_to_know_the_channel_too(rescue, start, console):
    server, other = start(), console(version="2.00.15")
    done = rescue("--pid", server.pid, "--install-dir", other.folder)
    assert (done.status, done.missing()) == (2, ["console-version"])


def test_whether_it_is_another_one_cannot_be_told_of_a_program_that_is_not_known(tmp_path, console):
    assert states(make_proc(tmp_path), str(console().folder))["installation"] == "unknown"


# -- jobs


@pytest.mark.parametrize(
    ("command", "ids"),
    [
        ('cancelJob("load_2024")', ["load_2024"]),
        ("cancelConsoleJob('b1c9e5c6-0b4f')", ["b1c9e5c6-0b4f"]),
        ("ops::cancelJobEx(`load_2024)", ["load_2024"]),
        ('cancelJob(["a", "b"]); cancelJob( "c" )', ["a", "b", "c"]),
        ('cancelJob("")', [""]),
        ("cancelJob()", [""]),
        ("cancelJob(jobId)", ["jobId"]),
        ("cancelJob(last)", [None]),
        ("cancelJob(exec jobId from getRecentJobs())", [None]),
        ("cancelJob", [None]),
        ("clearAllCache()", []),
        ("myCancelJobs()", []),
    ],
)
def test_the_ids_of_a_command_are_read(command, ids):
    assert list(find_ids(command)) == ids


@pytest.mark.parametrize("job", ["", " ", "…", "...", "<jobId>", "[id]", "jobId", "JOB_ID", "rootJobId", "xxx", "XXXX", "作业ID", "***"])
def test_the_place_for_an_id_is_none(job):
    assert is_placeholder(job)


@pytest.mark.parametrize("job", ["1", "x", "job1", "load", "作业1", "xxl", "a<b>", "idx"])
def test_an_id_is_one(job):
    assert not is_placeholder(job)


@pytest.mark.parametrize("command", ['cancelJob("…")', "cancelConsoleJob(rootJobId)", "cancelJob('')"])
def test_a_placeholder_is_not_sent(rescue, start, console, command):
    server, other = start(), console()
    done = rescue("--pid", server.pid, "--install-dir", other.folder, "--run", "clearAllCache()", "--run", command)
    assert (done.status, done.missing(), other.was_started) == (2, ["jobs"], False)


# -- other consoles


def test_another_open_console_stands_in_the_way(rescue, start, console):
    server, other = start(), console()
    opened = start("-attach", "1", "-target-pid", str(server.pid), folder="third")
    done = rescue("--pid", server.pid, "--install-dir", other.folder, "--run", "clearAllCache()")
    assert (done.status, done.missing(), other.was_started) == (2, ["alone"], False)
    assert f"kill {opened.pid}" in done.out
    opened.process.kill()
    opened.process.wait()
    assert rescue("--pid", server.pid, "--install-dir", other.folder).status == 0


# -- other systems


def test_on_another_system_nothing_else_is_looked_at(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    (found,) = preconditions.check(os.getpid(), None)
    assert (found.name, found.state) == ("system", "not-held")


def test_the_command_is_there_without_the_modules_that_only_unix_has():
    code = (
        "import sys\n"
        "for name in ('fcntl', 'termios', 'pty', 'tty', 'pwd', 'resource'): sys.modules[name] = None\n"
        "sys.platform = 'win32'\n"
        "from stackan.cli import main\n"
        "sys.exit(main(['rescue', '--pid', '5', '--install-dir', 'x', '--run', 'f()']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and "on Linux only" in " ".join(done.stdout.split())
    assert done.stderr.startswith("stackan: nothing was started")


@pytest.mark.skipif(catalog_of(CHINESE).language != CHINESE, reason="the catalogs were not built: Babel is missing")
def test_all_that_is_found_is_said_in_chinese_too(rescue, start, console, tmp_path):
    server, other = start(version="2.00.9"), console(version="2.00.9")
    server.process.send_signal(signal.SIGSTOP)
    calls = [
        ("--install-dir", other.folder, "--run", "cancelJob('')"),
        ("--install-dir", server.folder, "--run", "f()"),
        ("--install-dir", tmp_path),
    ]
    for call in calls:
        done = rescue("--pid", server.pid, *call, "--lang", "zh_CN")
        assert done.status == 2 and done.document["lang"] == "zh_CN"
        found = [each[key] for each in done.document["preconditions"] for key in ("says", "advice") if each[key]]
        assert [each for each in found if not re.search("[一-鿿]", each)] == []
    text = rescue("--pid", server.pid, "--lang", "zh_CN", form="text").out
    assert [
        line for line in text.splitlines() if re.search(r"\b[a-z]+( [a-z]+){2}\b", re.sub("`[^`]*`", "", line)) and "cd DIR" not in line
    ] == []
