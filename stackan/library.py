"""The doors of the library that are no pipeline of their own."""

from __future__ import annotations

import os

from stackan.errors import InputError
from stackan.model.dump import Dump
from stackan.model.said import said, said_of
from stackan.parsing import parse_all
from stackan.reading import Skipped, read


def parse(data_or_path: bytes | bytearray | memoryview | str | os.PathLike[str]) -> Dump:
    """One snapshot, from bytes or from a file (compressed files too).

    If the text holds several snapshots, the first is given and `Dump.warnings` says so; `load` gives all.
    Raises InputError if it is no dump that stackan reads.
    """
    if isinstance(data_or_path, (bytes, bytearray, memoryview)):
        found = parse_all(bytes(data_or_path), "-")
    else:
        found = []
        for item in read([data_or_path]):
            if isinstance(item, Skipped):
                raise InputError(said("{source}: {reason}", source=item.source, reason=item.reason))
            found += parse_all(item.data, item.source)
            break
        if not found:
            raise InputError(said("{source}: no thread dump in it", source=os.fspath(data_or_path)))
    dump = found[0]
    if len(found) > 1:
        dump.warnings.append(
            said_of(
                len(found) - 1,
                "one more snapshot follows in this text; stackan.load gives all",
                "{count} more snapshots follow in this text; stackan.load gives all",
            )
        )
    return dump
