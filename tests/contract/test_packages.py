"""What packagers and users get: the archive of the sources, and the package that is built from it."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

pytest.importorskip("setuptools", minversion="77", reason="no setuptools that builds packages")

ROOT = pathlib.Path(__file__).parents[2]
FOLDERS = ("benchmarks", "docs", "examples", "fuzz", "stackan", "tests", "web")
MADE = re.compile(r"(^|/)(_fast\.(c|html)|_profiles\.py|__pycache__|node_modules|\.\w+)$|\.(so|py[cod])$|\.egg-info$")
BUILD = "import sys; from setuptools import build_meta; getattr(build_meta, 'build_' + sys.argv[1])(sys.argv[2])"


def files(folder: pathlib.Path) -> set[str]:
    """The files below a folder, without what a build or a run makes."""
    found = set()
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not MADE.search(name)]
        found |= {pathlib.Path(path, name).relative_to(folder).as_posix() for name in names if not MADE.search(name)}
    return found


def build(kind: str, sources: pathlib.Path, out: pathlib.Path) -> pathlib.Path:
    environment = {**os.environ, "STACKAN_PURE": "1"}
    subprocess.run(
        [sys.executable, "-c", BUILD, kind, str(out)], cwd=sources, env=environment, capture_output=True, timeout=300, check=True
    )
    return next(out.iterdir())


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The sources as they come out of their archive, made where an extension had been built."""
    here = tmp_path_factory.mktemp("sources")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, here / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for path in ROOT.iterdir():
        if path.is_file() and not path.name.startswith("."):
            shutil.copy(path, here)
    (here / "stackan" / "_fast.c").touch()
    (here / "stackan" / "_profiles.py").touch()
    out = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(build("sdist", here, tmp_path_factory.mktemp("archive"))) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # early releases of 3.10 and 3.11 have none
        archive.extractall(out)
    return next(out.iterdir())


@pytest.fixture(scope="module")
def installed(unpacked: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder with the package as a user gets it, of a version that nothing else has."""
    site, sources = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("built") / "sources"
    shutil.copytree(unpacked, sources)
    with zipfile.ZipFile(build("wheel", sources, tmp_path_factory.mktemp("wheel"))) as wheel:
        wheel.extractall(site)
    (site / "stackan" / "_version.py").write_text('__version__ = "99.0"\n')
    return site


def stackan(*arguments: str, cwd: pathlib.Path, path: list[pathlib.Path]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    return subprocess.run(
        [sys.executable, "-m", "stackan", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_archive_of_the_sources_holds_all_that_is_needed_to_build_test_and_read(unpacked: pathlib.Path) -> None:
    for name in FOLDERS:
        assert files(ROOT / name) - files(unpacked / name) == set()
    wanted = {"CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "MANIFEST.in", "Makefile", "README.md", "pyproject.toml", "setup.py"}
    assert wanted - files(unpacked) == set()


def test_nothing_that_a_build_made_is_in_it(unpacked: pathlib.Path) -> None:
    assert [path for path in (unpacked / "stackan").rglob("*") if MADE.search(path.as_posix())] == []
    assert list(unpacked.rglob("__pycache__")) == []


def test_the_package_holds_the_pages_that_its_messages_name(installed: pathlib.Path, tmp_path: pathlib.Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text("title = 'no name'\n")

    told = stackan("profiles", "check", str(profile), cwd=tmp_path, path=[installed]).stderr

    assert f"see {installed}/stackan/docs/profiles.md" in told
    assert files(installed / "stackan" / "docs") == files(ROOT / "docs")


def test_who_stands_in_unbuilt_sources_gets_the_installed_stackan(unpacked: pathlib.Path, installed: pathlib.Path) -> None:
    assert stackan("--version", cwd=unpacked, path=[installed]).stdout.startswith("stackan 99.0 ")


def test_who_names_the_sources_or_has_nothing_else_gets_them(unpacked: pathlib.Path, installed: pathlib.Path) -> None:
    for path in ([unpacked, installed], [unpacked]):
        done = stackan("--version", cwd=unpacked, path=path)
        assert (done.returncode, done.stderr) == (0, "")
        assert "99.0" not in done.stdout and done.stdout.startswith("stackan ")
