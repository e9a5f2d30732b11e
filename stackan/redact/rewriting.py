"""`redact IN OUT`: an input is read twice, and written once."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO

from stackan.errors import UsageError
from stackan.model.records import NamedTuple
from stackan.model.said import said
from stackan.model.watch import LEARNING, REDACTING, Watch
from stackan.reading import Blob, Budget, Limits, Visits, read, require
from stackan.redact import Redactor
from stackan.redact.packing import PLAIN, TAR, ZIP, Member, pack, private, settled_name

_LISTED = ".replaced.json"


class Outcome(NamedTuple):
    """What was done. texts: how many were written. listing: the file that says what was replaced. left_out: (name, reason)."""

    texts: int
    replaced: int
    listing: str
    left_out: list[tuple[str, str]]


class _File(NamedTuple):
    path: str  # as read
    name: str  # relative to the folder that was given; "" for the file itself


def redact(
    source: str, target: str, hide: Iterable[str] = (), limits: Limits | None = None, follow_links: bool = False, watch: Watch | None = None
) -> Outcome:
    """Write a file, a folder or an archive redacted, and beside it a list of what was replaced, which stays in the house.

    A folder is written as a folder, an archive as an archive of its kind (one inside another becomes members of the outer one), all else
    as a text; what was compressed is compressed as the ending of its name says.  The target must not exist.
    A watch is told how far that has come.
    Raises UsageError where the target cannot be written, InputError where the source cannot be read.
    """
    if source == "-":
        raise UsageError(said("-: redact reads its input twice; give a file, a folder or an archive"))
    require([source])
    listing = _listing_of(target)
    _check(source, target)
    redactor, left_out = Redactor(hide), list[tuple[str, str]]()
    files = list(_files(source, follow_links, left_out))
    watch = watch or Watch()
    watch.begin(LEARNING)
    for file in files:
        for blob in _texts(file, limits, watch, left_out):
            redactor.learn(file.name + _member(file, blob), blob.data, watch)
            if not redactor.reads(blob.data):
                left_out.append((blob.source, said("no text, so nobody knows what is in it")))
    part, part_of_list = settled_name(target), settled_name(listing)
    try:
        texts = 0
        watch.begin(REDACTING)
        if os.path.isdir(source):
            os.mkdir(part, 0o700)
        taken = set[str]()
        for file in files:
            name = _free(redactor.name(file.name), taken)
            texts += _write(file, os.path.join(part, *name.split("/")) if name else part, name or target, redactor, limits, watch)
        with private(part_of_list) as stream:
            _write_list(redactor, stream)
        if not texts:
            raise UsageError(said("{path}: holds no text that could be redacted; give a dump, a log, a folder or an archive", path=source))
        os.rename(part, target)
        os.rename(part_of_list, listing)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(said("{path}: cannot be written ({reason}); give another target", path=target, reason=reason)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        for path in (part, part_of_list):
            with suppress(OSError):
                os.unlink(path)
    return Outcome(texts, len(redactor.replaced), listing, left_out)


def check_target(target: str) -> None:
    """Raises UsageError where a file of that name is there already, or the list that would lie beside it."""
    for path in (target, _listing_of(target)):
        if os.path.lexists(path):
            raise UsageError(said("{path}: is there already; give a name that is not", path=path))


def _listing_of(target: str) -> str:
    return target.rstrip("/\\") + _LISTED


def _check(source: str, target: str) -> None:
    check_target(target)
    folder = os.path.realpath(source)
    if os.path.isdir(folder) and os.path.realpath(target).startswith(os.path.join(folder, "")):
        raise UsageError(said("{path}: lies in {source}, which is read; give a target outside of it", path=target, source=source))


def _files(source: str, follow_links: bool, left_out: list[tuple[str, str]]) -> Iterator[_File]:
    if not os.path.isdir(source):
        yield _File(source, "")
        return
    from stackan.reading.walk import Folder

    folder = Folder(source, Visits([source], follow_links))
    left_out += folder.troubles
    left_out += [(path, said("a link that leads out of the folder")) for path in folder.left_out]
    for path in folder.files:
        if path.endswith(_LISTED):
            left_out.append((path, said("a list of what was replaced, which is never sent")))
            continue
        yield _File(path, os.path.relpath(path, source).replace(os.sep, "/"))


def _texts(file: _File, limits: Limits | None, watch: Watch, left_out: list[tuple[str, str]]) -> Iterator[Blob]:
    """The texts of one file; of those that cannot be read it is said why."""
    for item in read([file.path], Budget(limits or Limits(), watch=watch)):
        if isinstance(item, Blob):
            yield item
        else:
            left_out.append((item.source, item.reason))


def _write(file: _File, path: str, name: str, redactor: Redactor, limits: Limits | None, watch: Watch) -> int:
    """Write one file redacted; returns how many texts are in it."""
    members, written, taken = list[Member](), None, set[str]()
    for blob in _texts(file, limits, watch, []):  # why one cannot be read was said before
        if not redactor.reads(blob.data) or blob.source.endswith(_LISTED):
            continue
        new = redactor.redact(blob.data, watch)
        members.append(Member(_free(redactor.name(_member(file, blob)), taken), new, blob.taken_at, blob.stamped))
        watch.source, watch.texts = blob.source, watch.texts + 1
        written = blob.written
    if not members:
        return 0
    if file.name:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with open(path, "wb", opener=lambda path, flags: os.open(path, flags | os.O_EXCL, 0o600)) as stream:
        stream.write(pack(_kind(file.path, members), members, os.path.splitext(name)[1].lower()))
    if written is not None:
        os.utime(path, (written, written))
    return len(members)


def _free(name: str, taken: set[str]) -> str:
    """A name, or one beside it where another file has become of the same name."""
    stem, dot, ending = name.rpartition(".")
    new, number = name, 1
    while new in taken and name:
        number += 1
        new = f"{stem}-{number}{dot}{ending}" if stem and "/" not in ending else f"{name}-{number}"
    taken.add(new)
    return new


def _member(file: _File, blob: Blob) -> str:
    """The name of a text within its file's archive; "" where the file is the text."""
    from stackan.reading.names import shown

    return blob.source[len(shown(file.path)) :].removeprefix("!")


def _kind(path: str, members: list[Member]) -> str:
    if not any(member.name for member in members):
        return PLAIN
    with open(path, "rb") as file:
        return ZIP if file.read(2) == b"PK" else TAR


def _write_list(redactor: Redactor, stream: IO[str]) -> None:
    rows = [{"kind": kind, "was": was, "is": now} for kind, was, now in redactor.replaced]
    json.dump({"replaced": rows}, stream, ensure_ascii=True, indent=0)
