"""Libraries that a command can do without, though another one would import them."""

from __future__ import annotations

import contextlib
import sys

from stackan.cli import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def without_numpy() -> Iterator[None]:
    """pyarrow takes numpy where it is installed, and does without where it is not, from its version 18 on.

    It makes the import three times as long, and starts threads that spin. Only a program that ends with this call may go
    without: pyarrow never asks again, and others may want what it does with numpy.
    """
    if not door.is_program or "numpy" in sys.modules:
        yield
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["numpy"]
