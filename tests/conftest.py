"""What all tests share: where the examples and the shared dumps are."""

from __future__ import annotations

import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]


@pytest.fixture(scope="session")
def root() -> pathlib.Path:
    return ROOT


@pytest.fixture(scope="session")
def example() -> pathlib.Path:
    """The real example: a MariaDB whose thread pool is used up by statements that wait for a row lock."""
    return ROOT / "examples" / "mariadb-pool-exhausted"


@pytest.fixture(scope="session")
def shared() -> pathlib.Path:
    """The dumps beside the project, used in place; skipped where they are absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "truth").is_dir():
        pytest.skip("no ../shared/truth beside the project")
    return folder
