"""`-o FILE`: no input is lost to it, and an old result is there until the new one is whole."""

from __future__ import annotations

import os
import pathlib
import shlex
import shutil
import stat
import subprocess
import sys
import tarfile
import threading

import pytest

OLD = "the report of yesterday\n"
DROP = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
unprivileged = pytest.mark.skipif(bool(DROP) and not shutil.which("setpriv"), reason="root may write anywhere, and setpriv is not there")


@pytest.fixture
def case(example, tmp_path) -> pathlib.Path:
    folder = tmp_path / "case"
    folder.mkdir()
    for name in ("snap1.txt", "snap2.txt"):
        shutil.copy(example / name, folder / name)
    return folder


@pytest.fixture
def report(tmp_path) -> pathlib.Path:
    path = tmp_path / "report.txt"
    path.write_text(OLD)
    return path


def with_writer(body: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A call of `analyze` whose report is replaced by what the body writes."""
    code = f"import os, sys, stackan.report.text\ndef write(analysis, stream, *_):\n    {body}\nstackan.report.text.write = write\n"
    code += "from stackan.cli import main\nsys.exit(main())\n"
    return subprocess.run(
        [sys.executable, "-c", code, "analyze", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )


def without_privileges(*arguments: object) -> subprocess.CompletedProcess[str]:
    """A call that may write only where rights say so, also if root runs the tests."""
    command = [*DROP, sys.executable, "-m", "stackan", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


# -- inputs


def test_no_file_of_an_input_folder_is_overwritten_under_whatever_name(run, case, tmp_path):
    dump = case / "snap1.txt"
    content = dump.read_bytes()
    (tmp_path / "link.txt").symlink_to(dump)
    os.link(dump, tmp_path / "hard.txt")
    (tmp_path / "linked").symlink_to(case, target_is_directory=True)
    for target in (
        dump,
        tmp_path / "link.txt",
        tmp_path / "hard.txt",
        tmp_path / "linked" / "snap1.txt",
        case / ".." / "case" / "snap1.txt",
    ):
        for inputs in ([case], [tmp_path / "linked"], [case / "snap2.txt", dump]):
            done = run("analyze", *inputs, "-o", target)
            assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), (target, inputs)
            assert "which would be lost; give another file to -o" in done.stderr
            assert dump.read_bytes() == content
    assert run("parse", "--format", "folded", case, "-o", dump).returncode == 2
    assert dump.read_bytes() == content


def test_nor_an_archive_nor_what_stands_on_standard_input_nor_a_profile(run, case, tmp_path):
    archive = tmp_path / "case.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(case, "case")
    content = archive.read_bytes()
    assert run("analyze", archive, "-o", archive).returncode == 2
    assert archive.read_bytes() == content
    command = shlex.join([sys.executable, "-m", "stackan", "analyze", "-", "-o", str(case / "snap1.txt")])
    done = subprocess.run(["bash", "-c", f"{command} < {case / 'snap1.txt'}"], capture_output=True, timeout=60, check=False)
    assert done.returncode == 2 and (case / "snap1.txt").stat().st_size
    profile = tmp_path / "mine.toml"
    profile.write_text('name = "mine"\n[[idle]]\nid = "mine.idle"\nframes = ["take_job", "..."]\nsource = "our wiki"\n')
    assert run("analyze", case, "--profile", profile, "-o", profile).returncode == 2
    assert run("profiles", "check", profile, "-o", profile).returncode == 2
    assert "take_job" in profile.read_text()


def test_a_table_of_frames_spares_them_too(run, case):
    pytest.importorskip("pyarrow")
    content = (case / "snap2.txt").read_bytes()
    assert run("parse", "--format", "arrow", case, "-o", case / "snap2.txt").returncode == 2
    assert (case / "snap2.txt").read_bytes() == content


def test_a_new_file_in_an_input_folder_is_written(run, case):
    assert run("analyze", case, "-o", case / "report.txt").returncode == 1
    assert (case / "report.txt").read_text().startswith("WORKER-EXHAUSTION")


# -- the old result


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("raise OSError(28, 'No space left on device')", 2),
        ("raise MemoryError", 2),
        ("raise KeyError(1)", 2),
        ("os.kill(os.getpid(), 2)", 130),
        ("os.kill(os.getpid(), 15)", 143),
        ("os.kill(os.getpid(), 1)", 129),
    ],
)
def test_what_breaks_off_leaves_the_old_result_whole_and_nothing_else(case, report, end, status):
    done = with_writer(f"stream.write('half of it\\n'); stream.flush(); {end}", case, "-o", report)
    assert (done.returncode, len(done.stderr.splitlines())) == (status, 1)
    assert report.read_text() == OLD
    assert sorted(os.listdir(report.parent)) == ["case", "report.txt"]


def test_so_does_a_disk_that_is_full(case, report, tmp_path):
    """The shell limits the size of files, as a full disk would."""
    for form in ("json", "text"):
        command = shlex.join([sys.executable, "-m", "stackan", "analyze", "--format", form, str(case), "-o", str(report)])
        done = subprocess.run(["bash", "-c", f"ulimit -f 1; {command}"], capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (2, f"stackan: {report}: cannot be written (File too large); give another file to -o\n")
        assert report.read_text() == OLD
        assert sorted(os.listdir(tmp_path)) == ["case", "report.txt"]


def test_and_a_new_file_is_not_there_at_all(case, tmp_path):
    done = with_writer("stream.write('half'); stream.flush(); raise KeyboardInterrupt", case, "-o", tmp_path / "new.txt")
    assert done.returncode == 130
    assert os.listdir(tmp_path) == ["case"]


def test_while_it_is_written_the_old_result_can_still_be_read(case, report):
    done = with_writer(f"stream.write('new'); stream.flush(); print(open({str(report)!r}).read(), end='')", case, "-o", report)
    assert (done.stdout, report.read_text()) == (OLD, "new")


def test_a_result_keeps_the_rights_of_the_old_one_and_a_new_one_has_the_usual(run, case, report, tmp_path):
    report.chmod(0o640)
    run("analyze", case, "-o", report)
    run("analyze", case, "-o", tmp_path / "new.txt")
    (tmp_path / "usual.txt").write_text("")
    assert stat.S_IMODE(report.stat().st_mode) == 0o640
    assert (tmp_path / "new.txt").stat().st_mode == (tmp_path / "usual.txt").stat().st_mode


# -- what is no plain file


def test_a_link_stays_a_link(run, case, report, tmp_path):
    (tmp_path / "link.txt").symlink_to("report.txt")
    (tmp_path / "dangling.txt").symlink_to("elsewhere.txt")
    for link, target in (("link.txt", report), ("dangling.txt", tmp_path / "elsewhere.txt")):
        assert run("analyze", case, "-o", tmp_path / link).returncode == 1
        assert (tmp_path / link).is_symlink() and target.read_text().startswith("WORKER-EXHAUSTION")


def test_all_names_of_a_file_show_the_new_result(run, case, report, tmp_path):
    os.link(report, tmp_path / "second.txt")
    run("analyze", case, "-o", report)
    assert (tmp_path / "second.txt").read_text().startswith("WORKER-EXHAUSTION")


def test_devices_and_pipes_are_written_as_they_stand(run, case, tmp_path):
    assert run("analyze", case, "-o", "/dev/null").returncode == 1
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert run("analyze", case, "-o", "/dev/stdout").stdout.startswith("WORKER-EXHAUSTION")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    assert run("analyze", case, "-o", pipe).returncode == 1
    reader.join(60)
    assert read[0].startswith("WORKER-EXHAUSTION")


def test_standard_output_keeps_what_was_in_its_file(case, tmp_path):
    command = shlex.join([sys.executable, "-m", "stackan", "analyze", str(case), "-o", "/dev/stdout"])
    log = tmp_path / "log.txt"
    subprocess.run(["bash", "-c", f"(echo before; {command}; echo after) >> {log}"], timeout=60, check=True)
    lines = log.read_text().splitlines()
    assert (lines[0], lines[1], lines[-1]) == ("before", "WORKER-EXHAUSTION (likely)", "after")


@unprivileged
def test_a_file_in_a_folder_that_takes_no_new_one_is_written_all_the_same(case, tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "report.txt").write_text(OLD)
    folder.chmod(0o555)
    try:
        assert without_privileges("analyze", case, "-o", folder / "report.txt").returncode == 1
        assert (folder / "report.txt").read_text().startswith("WORKER-EXHAUSTION")
        assert without_privileges("analyze", case, "-o", folder / "new.txt").returncode == 2
    finally:
        folder.chmod(0o755)


@unprivileged
def test_a_file_that_may_not_be_written_is_not_replaced(case, report):
    report.chmod(0o444)
    done = without_privileges("analyze", case, "-o", report)
    assert (done.returncode, done.stderr.count("\n"), report.read_text()) == (2, 1, OLD)


@pytest.mark.parametrize(("name", "why"), [("", "Is a directory"), ("no/such/folder.txt", "No such file"), ("case/", "Is a directory")])
def test_a_target_that_cannot_be_is_told_by_the_name_that_was_given(run, case, tmp_path, name, why):
    done = run("analyze", case, "-o", f"{tmp_path}/{name}")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert done.stderr.startswith(f"stackan: {tmp_path}/{name}: cannot be written ({why}")
    assert os.listdir(tmp_path) == ["case"]
