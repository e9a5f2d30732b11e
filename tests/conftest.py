"""What all tests share: where the examples and the shared dumps are."""

from __future__ import annotations

import contextlib
import json
import pathlib
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A loaded machine is slow, which says nothing of the code.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")

# What runs in the background ignores interruptions, and so would each call that a test makes and interrupts.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

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


@pytest.fixture(scope="session")
def in_proportion() -> Callable[..., None]:
    """Fail if work grows faster than its input: measured in one run as a ratio, as no machine's speed is known."""
    from stackan import StackanError

    def seconds(text: bytes, work: Callable[[bytes], object]) -> float:
        start = time.process_time()
        with contextlib.suppress(StackanError):
            work(text)
        return time.process_time() - start

    def in_proportion(make: Callable[[int], bytes], work: Callable[[bytes], object], size: int = 150_000) -> None:
        """Eight times the input may take 32 times as long: a square of it would take 64 times."""
        short, long = make(size), make(8 * size)
        seconds(short, work)  # what is imported or cached at first is paid
        ratios = []
        for _ in range(3):
            ratios.append(seconds(long, work) / max(seconds(short, work), 0.0005))
            if ratios[-1] < 32:
                return
        pytest.fail(f"eight times the input took {', '.join(f'{ratio:.0f}' for ratio in ratios)} times as long")

    return in_proportion


@pytest.fixture(scope="session")
def validate() -> Callable[[dict[str, Any]], None]:
    """Check a document against the JSON Schema that stackan ships, and the rules that hold for every document."""
    validator = _validator("analysis")

    def validate(document: dict[str, Any]) -> None:
        validator.validate(document)
        for process in document["processes"]:
            for thread in process["threads"]:
                assert not (thread["progress"] == "stuck" and thread["state"] == "idle"), "a thread parked for work never counts as stuck"
        for finding in document["findings"]:
            if finding["confidence"] == "possible":
                assert finding["severity"] != "critical", "what is only possible is never critical"

    return validate


@pytest.fixture(scope="session")
def validate_dump() -> Callable[[dict[str, Any]], None]:
    """Check what `stackan parse --format json` prints of a snapshot."""
    return _validator("dump").validate


def _validator(name: str) -> Any:
    import jsonschema

    schema = json.loads((ROOT / "stackan" / "report" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)
