"""Inputs → cases: each file one, each folder one, or the files whose names have a text in common."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import Any

from stackan.batch.task import Task
from stackan.errors import InputError, UsageError
from stackan.model.natural import natural_key
from stackan.model.records import NamedTuple
from stackan.model.said import said
from stackan.store.place import file_system, is_text, is_url

FILE, FOLDER = "file", "folder"


class _File(NamedTuple):
    path: str
    below: str  # its path below the input that it was found in, with `/`
    size: int


def find_tasks(inputs: Iterable[str], case_by: str = FILE, apart: str = "") -> list[Task]:
    """The cases of some inputs, in natural order within each.

    case_by: `file`, each file is a case; `folder`, each folder of an input is one, with all that is below it; or a regular expression:
    the files in whose path its first group (or all of it) matches the same text are one.
    Hidden files are passed over, and what lies in the folder `apart`.
    Raises InputError where an input is missing or nothing is found, UsageError for an expression that is none or that matches nothing.
    """
    spared = os.path.realpath(apart) if apart and not is_url(apart) else ""
    pattern = None if case_by in (FILE, FOLDER) else _compiled(case_by)
    found = {name: list(_files(name, spared)) for name in inputs}
    if not any(found.values()):
        raise InputError(said("{source}: no case in it (hidden files aside); give a folder with archives", source=", ".join(inputs)))
    if pattern is not None and not any(_shared_text(file, pattern) for files in found.values() for file in files):
        raise UsageError(
            said("--case-by {expression} matches the path of no file; give file, folder or another expression", expression=repr(case_by))
        )
    tasks: dict[str, Task] = {}
    for name, files in found.items():
        for task in _tasks_of(name, files, case_by, pattern):
            tasks.setdefault(task.case, task)
    return list(tasks.values())


def _compiled(expression: str) -> re.Pattern[str]:
    try:
        return re.compile(expression)
    except re.error as error:
        raise UsageError(
            said(
                "--case-by takes file, folder or a regular expression, and {expression} is none of these ({reason})",
                expression=repr(expression),
                reason=error,
            )
        ) from error


def _tasks_of(name: str, found: Iterable[_File], case_by: str, pattern: re.Pattern[str] | None) -> Iterator[Task]:
    groups: dict[str, list[_File]] = {}
    for file in found:
        groups.setdefault(_case(name, file, case_by, pattern), []).append(file)
    for case, files in groups.items():
        whole = case_by == FOLDER and not is_url(name) and os.path.isdir(case)  # as `analyze` takes a folder
        inputs = (case,) if whole else tuple(file.path for file in files)
        yield Task(_as_text(case), inputs, sum(file.size for file in files))


def _as_text(name: str) -> str:
    """A name as the store can hold it; what is no UTF-8 in it as `\\xff`."""
    return name if is_text(name) else name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _case(name: str, file: _File, case_by: str, pattern: re.Pattern[str] | None) -> str:
    """The name of the case that a file belongs to."""
    if pattern is not None:
        text = _shared_text(file, pattern)
        return _joined(name, text) if text else file.path
    folder, sign, _ = file.below.partition("/")
    return _joined(name, folder) if case_by == FOLDER and sign else file.path


def _shared_text(file: _File, pattern: re.Pattern[str]) -> str:
    """What an expression, or its first group, matches in a file's path; "" where it does not."""
    found = pattern.search(file.below)
    text = (found[1] if pattern.groups else found[0]) if found is not None else None
    return (text or "").strip("/")


def _joined(name: str, below: str) -> str:
    return f"{name.rstrip('/')}/{below}" if is_url(name) else os.path.join(name, below)


def _files(name: str, spared: str) -> Iterator[_File]:
    if is_url(name):
        return _remote_files(name)
    if os.path.isdir(name):
        return _walk(name, spared)
    if not os.path.exists(name):
        raise InputError(said("{source}: no such file or folder; check the path", source=name))
    return iter([_File(name, os.path.basename(name), os.path.getsize(name))])


def _walk(top: str, spared: str) -> Iterator[_File]:
    """The files in a folder; a folder in it that cannot be listed is given as a file would be, so that its case says so."""
    try:
        levels = [("", _listed(top, spared))]
    except OSError as error:
        raise InputError(said("{source}: {reason}; check its rights", source=top, reason=error.strerror or str(error))) from error
    while levels:  # no recursion: folders may be nested more deeply than that
        above, entries = levels[-1]
        entry = next(entries, None)
        if entry is None:
            levels.pop()
        elif entry.is_dir(follow_symlinks=False):
            try:
                levels.append((f"{above}{entry.name}/", _listed(entry.path, spared)))
            except OSError:
                yield _File(entry.path, f"{above}{entry.name}", 0)
        elif entry.is_file(follow_symlinks=False):  # neither pipes nor links that may lead anywhere
            yield _File(entry.path, f"{above}{entry.name}", _size(entry))


def _listed(folder: str, spared: str) -> Iterator[os.DirEntry[str]]:
    """What is in a folder, but hidden. Raises OSError."""
    if spared and os.path.realpath(folder) == spared:
        return iter(())
    with os.scandir(folder) as entries:
        return iter(sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: natural_key(entry.name)))


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:  # it went meanwhile, which its case will say
        return 0


def _remote_files(url: str) -> Iterator[_File]:
    files, root = file_system(url)
    scheme = url.partition("://")[0]
    try:
        found: dict[str, dict[str, Any]] = files.find(root, detail=True)
    except Exception as error:  # each kind of object store has errors of its own
        raise InputError(said("{source}: cannot be listed ({reason}); check the URL and the rights", source=url, reason=error)) from error
    if not found and not files.exists(root):
        raise InputError(said("{source}: no such file or folder; check the path", source=url))
    for path in sorted(found, key=natural_key):
        below = path[len(root) :].strip("/") or path.rpartition("/")[2]
        if not any(part.startswith(".") for part in below.split("/")):
            yield _File(f"{scheme}://{path.lstrip('/') if scheme != 'file' else path}", below, found[path].get("size") or 0)
