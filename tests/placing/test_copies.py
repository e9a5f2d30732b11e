"""Each snapshot once: one dump that is named or kept twice, and what may be a copy and may be not."""

from __future__ import annotations

import gzip
import io
import os
import pathlib
import shutil
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable

import pytest

import stackan
from stackan.parsing import parse_all
from stackan.placing import place
from tests.dumping import START, app, dump, thread


@pytest.fixture(scope="module")
def hung(example) -> bytes:
    """A server in which no thread runs."""
    return (example / "snap1.txt").read_bytes()


def snapshots(analysis: stackan.Analysis) -> list[str]:
    return [each["source"] for process in analysis.to_dict()["processes"] for each in process["snapshots"]]


def notes(analysis: stackan.Analysis) -> list[str]:
    return [warning for warning in analysis.warnings if "read once" in warning or "perhaps a copy" in warning]


def analyze(*paths: pathlib.Path | str) -> stackan.Analysis:
    return stackan.analyze(stackan.load(*paths))


def keep(folder: pathlib.Path, **texts: bytes) -> pathlib.Path:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_bytes(text)
    return folder


# -- one dump, named twice

Way = Callable[[pathlib.Path], list[str]]


def _link(file: pathlib.Path) -> list[str]:
    (file.parent / "latest").symlink_to(file.name)
    return [str(file.parent), str(file.parent / "latest")]


def _link_to_folder(file: pathlib.Path) -> list[str]:
    (file.parents[1] / "other").symlink_to(file.parent, target_is_directory=True)
    return [str(file.parent), str(file.parents[1] / "other")]


def _hard_link(file: pathlib.Path) -> list[str]:
    os.link(file, file.parent / "snap2.txt")
    return [str(file.parent)]


def _zip(file: pathlib.Path, inside: str = "case/") -> list[str]:
    with zipfile.ZipFile(file.parents[1] / "case.zip", "w") as archive:
        archive.write(file, inside + file.name)
    return [str(file.parents[1])]


def _tar(file: pathlib.Path) -> list[str]:
    with tarfile.open(file.parents[1] / "case.tar.gz", "w:gz") as archive:
        archive.add(file, "case/" + file.name)
        archive.addfile(_member(tarfile.LNKTYPE, "case/snap2.txt", "case/" + file.name))
        archive.addfile(_member(tarfile.SYMTYPE, "case/snap3.txt", file.name))
    return [str(file.parents[1])]


def _member(kind: bytes, name: str, to: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, to
    return member


def _archive_in_archive(file: pathlib.Path) -> list[str]:
    _zip(file)
    with zipfile.ZipFile(file.parents[1] / "all.zip", "w") as archive:
        archive.write(file.parents[1] / "case.zip", "ticket/case.zip")
    return [str(file.parents[1])]


def _archive_twice(file: pathlib.Path) -> list[str]:
    (top,) = _zip(file)
    os.link(f"{top}/case.zip", f"{top}/upload.zip")
    os.symlink("case.zip", f"{top}/link.zip")
    return [f"{top}/{name}.zip" for name in ("case", "upload", "link")]


def _gzip(file: pathlib.Path) -> list[str]:
    (file.parent / "snap1.txt.gz").write_bytes(gzip.compress(file.read_bytes()))
    return [str(file.parent)]


def _attached_twice(file: pathlib.Path) -> list[str]:
    for mail in ("mail1", "mail2"):
        (file.parent / mail).mkdir()
        shutil.copy(file, file.parent / mail)
    return [str(file.parent / "mail1"), str(file.parent / "mail2")]


def _recoded(file: pathlib.Path) -> list[str]:
    text = file.read_bytes().decode()
    (file.parent / "snap1 (1).txt").write_bytes(text.replace("\n", "\r\n").encode())
    (file.parent / "snap1 (2).txt").write_bytes(text.encode("utf-16"))
    (file.parent / "snap1 (3).txt").write_bytes(b"\xef\xbb\xbf" + text.encode())
    return [str(file.parent)]


def _copied_as(name: str) -> Way:
    def copy(file: pathlib.Path) -> list[str]:
        shutil.copy(file, file.parent / name)
        return [str(file.parent)]

    return copy


WAYS: dict[str, Way] = {
    "absolute and relative": lambda file: [str(file), os.path.relpath(file)],
    "with a dot": lambda file: ["case/snap1.txt", "./case/snap1.txt"],
    "by way of the folder above": lambda file: ["case/snap1.txt", "case/../case/snap1.txt"],
    "folder and file": lambda file: [str(file.parent), str(file)],
    "folder twice": lambda file: ["case", "./case"],
    "a link": _link,
    "a linked folder": _link_to_folder,
    "a hard link": _hard_link,
    "a zip beside its folder": _zip,
    "a zip without folders beside its folder": lambda file: _zip(file, inside=""),
    "a tar with links in it beside its folder": _tar,
    "an archive in an archive": _archive_in_archive,
    "an archive twice": _archive_twice,
    "its compressed form": _gzip,
    "attached to two mails": _attached_twice,
    "other line ends and encodings": _recoded,
    **{name: _copied_as(name) for name in ("snap1 (1).txt", "snap1 - Copy.txt", "Copy of snap1.txt", "snap1 copy 2.txt")},
    **{name: _copied_as(name) for name in ("snap1.txt.bak", "snap1 - 副本.txt", "snap1.log")},
}


@pytest.mark.parametrize("way", WAYS)
def test_one_dump_is_one_snapshot_however_often_it_is_named(way, hung, tmp_path, monkeypatch):
    file = tmp_path / "case" / "snap1.txt"
    file.parent.mkdir()
    file.write_bytes(hung)
    monkeypatch.chdir(tmp_path)
    alone = analyze("case/snap1.txt")
    twice = analyze(*WAYS[way](file))
    assert len(snapshots(twice)) == 1
    assert [twice.verdict, twice.headline] == [alone.verdict, alone.headline]
    assert not twice.critical
    assert len(notes(twice)) == 1


def test_what_is_unpacked_or_unmarked_gives_the_name(hung, tmp_path):
    file = keep(tmp_path, **{"Copy of snap1": hung, "snap1": hung}) / "snap1.txt"
    assert snapshots(analyze(tmp_path)) == [str(file)]


def test_what_an_archive_knows_of_the_time_is_kept(hung, tmp_path):
    member = tarfile.TarInfo("snap1.txt")
    member.size, member.mtime = len(hung), 1717755300
    with tarfile.open(tmp_path / "case.tar", "w") as archive:
        archive.addfile(member, io.BytesIO(hung))
    (process,) = analyze(keep(tmp_path, snap1=hung)).to_dict()["processes"]
    assert [(each["source"], each["taken_at"]) for each in process["snapshots"]] == [(str(tmp_path / "snap1.txt"), "2024-06-07T10:15:00Z")]


def test_a_dump_that_is_piped_in_as_well_is_one_snapshot(hung, tmp_path, monkeypatch):
    file = keep(tmp_path, snap1=hung) / "snap1.txt"
    with file.open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert len(snapshots(analyze(file, "-"))) == 1


def test_two_folders_that_are_given_twice_in_several_ways_keep_their_two_snapshots(example, tmp_path):
    shutil.copytree(example, tmp_path / "case")
    _zip(tmp_path / "case" / "snap1.txt")
    twice = analyze(tmp_path, tmp_path / "case")
    assert (twice.verdict, twice.critical) == ("worker-exhaustion", True)
    assert len(snapshots(twice)) == 2


def test_a_note_of_many_copies_stays_short(hung, tmp_path):
    (told,) = notes(analyze(keep(tmp_path, **{f"snap1 ({number})": hung for number in range(1, 60)})))
    assert told.count(str(tmp_path)) == 6
    assert told.endswith(" and 55 more")


def test_equal_times_in_the_texts_prove_a_copy(root, tmp_path):
    text = (root / "tests/dumps/java/jdk17-monitor-1.txt").read_bytes()
    assert len(snapshots(analyze(keep(tmp_path, snap1=text, other=text)))) == 1


@pytest.mark.parametrize("quoted", ["On Monday somebody wrote:", "-----Original Message-----\nFrom: somebody"])
def test_a_dump_that_a_mail_quotes_is_one_snapshot(hung, tmp_path, quoted):
    analysis = analyze(keep(tmp_path, mail=b"See below.\n\n" + hung + f"\n{quoted}\n\n".encode() + hung))
    assert len(snapshots(analysis)) == 1
    assert not analysis.critical


# -- two rounds


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("snap1.txt", "snap2.txt"),
        ("1.txt", "2.txt"),
        ("gdb.1.txt", "gdb.2.txt"),
        ("pstack.log", "pstack.log.1"),
        ("before/pstack.txt", "after/pstack.txt"),
        ("round1/node1/pstack_dnode_4242.log", "round2/node1/pstack_dnode_4242.log"),
        ("1/node1/pstack_4242.log", "2/node1/pstack_4242.log"),
        ("2024-06-07_101500/pstack.log", "2024-06-07_102000/pstack.log"),
        ("pstack-20240607.txt", "pstack-20240608.txt"),
    ],
)
def test_two_dumps_of_a_process_that_hangs_altogether_may_be_equal(hung, tmp_path, first, second):
    for name in (first, second):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(hung)
    analysis = analyze(tmp_path)
    assert (analysis.verdict, analysis.critical, notes(analysis)) == ("worker-exhaustion", True, [])


def test_times_in_the_texts_tell_two_rounds_under_any_names(hung, tmp_path):
    texts = (f"Fri Jun  7 10:{minute}:00 CST 2024\n".encode() + hung for minute in (15, 20))
    analysis = analyze(keep(tmp_path, **dict(zip(("node", "other"), texts))))
    assert (analysis.critical, notes(analysis)) == (True, [])


def test_equal_texts_of_two_hosts_without_any_address_are_of_two_processes(tmp_path):
    """So two idle workers look in two containers, to py-spy."""
    text = b'Process 1: python worker.py\nPython v3.11.2 (/usr/bin/python3.11)\n\nThread 1 (idle): "MainThread"\n    get (queue.py:171)\n'
    for host in ("node1", "node2"):
        (tmp_path / host).mkdir()
        with zipfile.ZipFile(tmp_path / host / "dump.zip", "w") as archive:
            archive.writestr("pyspy.txt", text)
    analysis = analyze(tmp_path)
    assert len(snapshots(analysis)) == 2
    assert not any("read once" in note for note in notes(analysis))


# -- doubts


@pytest.mark.parametrize("names", [("a", "b"), ("snap1", "final"), ("db1", "db2")])
def test_equal_dumps_whose_names_tell_nothing_count_and_nothing_rests_on_them(hung, tmp_path, names):
    analysis = analyze(keep(tmp_path, **dict.fromkeys(names, hung)))
    assert len(snapshots(analysis)) == 2
    assert (analysis.verdict, analysis.critical) == ("inconclusive", False)
    (told,) = notes(analysis)
    assert told.startswith("perhaps a copy, so nothing rests on it, with the same bytes as ")
    threads = analysis.to_dict()["processes"][0]["threads"]
    assert {tuple(thread["present"]) for thread in threads} == {(0, 1)}


def test_what_two_rounds_prove_stands_beside_a_third_that_may_be_a_copy(example, tmp_path):
    shutil.copytree(example, tmp_path / "case")
    shutil.copy(tmp_path / "case" / "snap2.txt", tmp_path / "case" / "final")
    analysis = analyze(tmp_path)
    assert analysis.critical
    assert [pathlib.Path(source).name for source in snapshots(analysis)] == ["snap1.txt", "snap2.txt", "final"]
    assert len(notes(analysis)) == 1


def test_a_dump_that_stands_twice_in_a_text_proves_nothing_unless_times_do(hung, tmp_path):
    assert not analyze(keep(tmp_path, both=hung + b"\n" + hung)).critical
    timed = b"".join(f"\nFri Jun  7 10:{minute}:00 CST 2024\n".encode() + hung for minute in (15, 20))
    assert analyze(keep(tmp_path, both=timed)).critical


def test_a_thread_that_runs_at_the_same_address_twice_is_told(tmp_path):
    text = dump(thread(100, "app", app("compute"), START))
    assert len(notes(analyze(keep(tmp_path, snap1=text, snap2=text)))) == 1


def test_a_loop_that_is_met_at_one_address_twice_is_no_copy_if_its_counters_went_on(tmp_path):
    """A loop of three instructions: four of five dumps were equal, and the tables of top beside them were not."""
    text = dump(thread(100, "app", app("stay")), thread(101, "app", app("compute"), START))
    counted = ["10:00:00 0:01.00", "10:05:00 4:59.00"]
    assert notes(analyze(keep(tmp_path, snap1=text, snap2=text)))
    for at, words in enumerate(counted, 1):
        clock, used = words.split()
        table = f"top - {clock} up 1 day\n\n    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n"
        (tmp_path / f"snap{at}.top").write_text(f"{table}    101 app       20   0   95812   2984   2700 R  99.9   0.0   {used} app\n")
    assert notes(analyze(tmp_path)) == []


# -- many files

ONE = dump(thread(100, "app", app("compute"), START), thread(101, "app", app("stay"), START))
MANY = {
    "rounds of one process": lambda at: (ONE, f"snap{at}.txt"),
    "names that tell nothing": lambda at: (ONE, "".join(chr(97 + at // 26**digit % 26) for digit in range(4)) + "x.txt"),
    "processes": lambda at: (dump(thread(100 + at, "app", app("compute"), START)), f"round{at % 7}/pstack_{100 + at}.log"),
    "texts without ids": lambda at: (b"#0  0x00007f12 in stay ()\n#1  0x00005512 in main ()\n", f"snap{at}.txt"),
}


@pytest.mark.parametrize("kind", MANY)
def test_files_are_placed_in_time_that_grows_as_their_number(kind):
    def seconds(files: int) -> float:
        dumps = [parse_all(*MANY[kind](at))[0] for at in range(files)]
        start = time.perf_counter()
        place(dumps)
        return time.perf_counter() - start

    seconds(50)
    assert min(seconds(1600) / seconds(400) for _ in range(3)) < 10  # 16 were it quadratic


# -- every healthy case of the reference material

HEALTHY = sorted((pathlib.Path(__file__).parents[3] / "shared" / "wild").glob("*-idle/bt/1.txt"))


@pytest.mark.skipif(not HEALTHY, reason="the reference material is not at hand")
@pytest.mark.parametrize("way", ["a hard link", "a zip beside its folder", "its compressed form", "folder and file"])
def test_a_healthy_server_whose_dump_is_given_twice_is_not_blocked(way, tmp_path, monkeypatch):
    for number, dump_ in enumerate(HEALTHY):
        file = tmp_path / str(number) / "case" / "snap1.txt"
        file.parent.mkdir(parents=True)
        shutil.copyfile(dump_, file)
        monkeypatch.chdir(file.parents[1])
        analysis = analyze(*WAYS[way](file))
        assert (len(snapshots(analysis)), analysis.critical) == (1, False), dump_
