"""The library takes what a caller has: paths, bytes, open files, dumps, members of archives, a case."""

from __future__ import annotations

import gzip
import io
import pathlib
import tempfile
import zipfile

import pytest

import stackan


@pytest.fixture(scope="module")
def paths(example) -> tuple[pathlib.Path, pathlib.Path]:
    return example / "snap1.txt", example / "snap2.txt"


@pytest.fixture
def packed(paths, tmp_path) -> pathlib.Path:
    with zipfile.ZipFile(tmp_path / "case.zip", "w") as archive:
        for path in paths:
            archive.write(path, f"node1/{path.name}")
    return tmp_path / "case.zip"


def sources(result: stackan.Analysis) -> list[str]:
    return [dump.source for process in result.processes for dump in process.dumps]


WAYS = {
    "a folder": lambda one, two: [str(one.parent)],
    "paths": lambda one, two: [one, str(two)],
    "bytes": lambda one, two: [one.read_bytes(), memoryview(two.read_bytes())],
    "compressed bytes": lambda one, two: [gzip.compress(one.read_bytes()), bytearray(two.read_bytes())],
    "open files": lambda one, two: [one.open("rb"), two.open("rb")],
    "open texts": lambda one, two: [one.open(encoding="utf-8"), io.StringIO(two.read_text())],
    "dumps": lambda one, two: [stackan.parse(one), stackan.parse(two)],
    "a case": lambda one, two: [stackan.load(one, two)],
    "a bit of everything": lambda one, two: [stackan.parse(one), two.open("rb")],
}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
def test_a_case_is_analyzed_from_whatever_holds_it(paths, way):
    for result in (stackan.analyze(*way(*paths)), stackan.analyze(way(*paths) if way is not WAYS["a case"] else way(*paths)[0])):
        assert result.verdict == "worker-exhaustion"
        assert len(sources(result)) == 2


def test_what_has_no_name_is_numbered_and_keeps_its_order(paths):
    one, two = (path.read_bytes() for path in paths)
    assert sources(stackan.analyze(one, two)) == sources(stackan.analyze(two, one)) == ["bytes 1", "bytes 2"]
    assert sources(stackan.analyze(io.BytesIO(one), io.BytesIO(two))) == ["file 1", "file 2"]
    assert sources(stackan.analyze(one)) == ["-"]


def test_an_open_file_is_quoted_by_its_name(paths):
    with paths[0].open("rb") as one, paths[1].open(encoding="utf-8") as two:
        assert sources(stackan.analyze(one, two)) == list(map(str, paths))
    upload = io.BytesIO(paths[0].read_bytes())
    upload.name = "upload/dump.txt"
    assert sources(stackan.analyze(upload)) == ["upload/dump.txt"]


def test_a_file_that_is_given_by_its_path_too_is_read_once(paths):
    with paths[0].open("rb") as file:
        result = stackan.analyze(file, paths[0])
    assert len(sources(result)) == 1
    assert "more than once" in result.warnings[0]


def test_a_file_is_read_from_where_it_stands(paths):
    with paths[0].open("rb") as file:
        file.read(100)
        assert len(stackan.parse(file).original) == paths[0].stat().st_size - 100


def test_parse_and_load_take_the_same(paths, packed):
    text = paths[0].read_bytes()
    with paths[0].open("rb") as file:
        dumps = [stackan.parse(each) for each in (text, paths[0], file, io.StringIO(text.decode()), f"{packed}!node1/snap1.txt")]
    assert {(len(dump.threads), len(dump.frames)) for dump in dumps} == {(25, 435)}
    assert len(stackan.load(text, paths[1], dumps[0]).dumps) == 3


def test_the_order_of_dumps_and_files_can_be_that_of_time(paths):
    late, early = stackan.parse(paths[1]), paths[0].read_bytes()
    assert sources(stackan.analyze(late, early, given_order=True)) == [str(paths[1]), "bytes 2"]


def test_profiles_go_by_their_name_or_behind_a_case(paths, tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text("[[idel]]\n")
    for call in (
        lambda: stackan.analyze(*paths, profiles=[str(bad)]),
        lambda: stackan.analyze(stackan.load(*paths), [str(bad)]),
        lambda: stackan.analyze(stackan.load(*paths), profiles=str(bad)),
    ):
        with pytest.raises(stackan.errors.ProfileError):
            call()


@pytest.mark.parametrize("given", [42, None, object(), ["snap.txt", 7], {}, [], (), "Thread 1\n#0 main ()\n", b"it hangs"])
def test_anything_else_is_refused_in_one_sentence(given):
    with pytest.raises(stackan.StackanError) as caught:
        stackan.analyze(given)
    assert "\n" not in str(caught.value)


def test_a_text_in_the_place_of_a_path_is_told_from_one(paths):
    with pytest.raises(stackan.errors.UsageError, match=r"text\.encode\(\)"):
        stackan.parse(paths[0].read_text())


def test_a_case_is_analyzed_by_itself(paths):
    case = stackan.load(*paths)
    for call in (
        lambda: stackan.analyze(case, case),
        lambda: stackan.analyze(paths[0], case),
        lambda: stackan.analyze(case, paths[0].read_bytes()),
        lambda: stackan.analyze(case, given_order=True),
    ):
        with pytest.raises(stackan.errors.UsageError):
            call()


def test_a_file_that_gives_nothing_says_why(paths):
    closed = paths[0].open("rb")
    closed.close()
    with paths[0].open("rb") as spent, tempfile.TemporaryFile() as empty:
        spent.read()
        for file, words in ((closed, "closed file"), (spent, r"seek\(0\)"), (empty, "empty")):
            with pytest.raises(stackan.errors.InputError, match=words):
                stackan.analyze(file)


def test_a_text_that_was_opened_in_another_encoding_says_so(packed):
    with packed.open(encoding="utf-8") as file, pytest.raises(stackan.errors.InputError, match="codec"):
        stackan.analyze(file)


def test_limits_hold_for_bytes_and_files_too(paths):
    from stackan.reading import Limits

    for given in (paths[0].read_bytes(), io.BytesIO(paths[0].read_bytes())):
        with pytest.raises(stackan.errors.LimitError):
            stackan.analyze(given, limits=Limits.up_to(1000))
