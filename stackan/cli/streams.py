"""Where a command's result goes."""

from __future__ import annotations

import contextlib
import os

from stackan.cli.printing import SafeText, is_standard_output, standard_output
from stackan.errors import UsageError
from stackan.model.said import said

TYPE_CHECKING = False  # without the module `typing`, which takes longer than all that `--version` does
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, BinaryIO


@contextlib.contextmanager
def output(path: str | None, inputs: Sequence[str] = ()) -> Iterator[SafeText]:
    """The stream for the result: a file that is put in its place when it is whole, or standard output.

    Raises UsageError where that cannot be written, or where the file is one of those that were read.
    """
    with _naming(path), _opened(path, inputs, "w") as file:
        stream = SafeText(file)
        yield stream
        stream.flush()


@contextlib.contextmanager
def binary_output(path: str | None, inputs: Sequence[str] = ()) -> Iterator[BinaryIO]:
    """The same for a result that is no text, which a terminal doesn't get."""
    with _naming(path), _opened(path, inputs, "wb") as file:
        if file.isatty():
            raise UsageError(said("this format is no text for a terminal: give a file to -o"))
        yield file
        file.flush()


@contextlib.contextmanager
def _opened(path: str | None, inputs: Sequence[str], mode: str) -> Iterator[Any]:
    if path is None or is_standard_output(path):
        stream = standard_output()
        yield stream.buffer if mode == "wb" else stream
        return
    from stackan.cli.target import replacing

    _spare_inputs(path, inputs)
    with replacing(path, mode) as file:
        yield file


def _spare_inputs(path: str, inputs: Sequence[str]) -> None:
    """Raise UsageError if a result's path is one of the inputs, lies in one, or leads to one."""
    if not os.path.exists(path):
        return
    from stackan.reading import find_same

    same = find_same(path, inputs)
    if same is not None:
        if same == path:
            raise UsageError(said("{path}: is one of the inputs, which would be lost; give another file to -o", path=path))
        raise UsageError(said("{path}: is the input {name}, which would be lost; give another file to -o", path=path, name=same))


@contextlib.contextmanager
def _naming(path: str | None) -> Iterator[None]:
    """Name the output in an error of the system's, which names a file that it cannot open, but none that it cannot write."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename not in (None, path):
            raise
        reason = error.strerror or str(error)
        if path is None:
            raise UsageError(said("standard output: cannot be written ({reason}); give a file with -o", reason=reason)) from error
        raise UsageError(said("{path}: cannot be written ({reason}); give another file to -o", path=path, reason=reason)) from error
