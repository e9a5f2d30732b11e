"""From one stream to the blobs in it: through codecs and archives, as deep as the limits allow."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.said import said
from stackan.reading.items import Blob, Item, Skipped
from stackan.reading.limits import Budget
from stackan.reading.magic import CODECS, FOREIGN, HEAD_BYTES, OFFICE, TAR, TEXT_HEAD_BYTES, ZIP, recognise
from stackan.reading.passing import Passing
from stackan.reading.stream import Stream, take
from stackan.reading.text import as_utf8
from stackan.reading.trouble import Unreadable

Found = Blob | Passing | Skipped


def expand(stream: Stream, item: Item, budget: Budget) -> Iterator[Found]:
    """Yield what a stream holds. Raises Unreadable, and then has yielded nothing."""
    kind = recognise(stream.peek(HEAD_BYTES))
    if kind in CODECS:
        yield from _expand_compressed(stream, kind, item.unpacked(), budget)
    elif kind in (TAR, ZIP):
        yield from _expand_archive(stream, kind, item, budget)
    elif kind == OFFICE:
        raise Unreadable(said("an office document, which is not read; give the text of the dump itself, as a file or as it can be copied"))
    elif kind in FOREIGN:
        raise Unreadable(said("{kind} data, which is not read; unpack it and give the folder", kind=kind))
    else:
        yield from _content(stream, item, budget)


def _content(stream: Stream, item: Item, budget: Budget) -> Iterator[Found]:
    if item.wanted is not None and not item.wanted.holds(item.source):
        return  # something else than an archive in which the wanted member might lie
    if budget.passes is not None and budget.passes(stream.peek(TEXT_HEAD_BYTES), item.source):
        passing = Passing(stream, item, budget)
        yield passing
        if passing.trouble is not None:
            yield Skipped(item.source, passing.trouble, item.named)
        return
    data = as_utf8(take(stream, budget))
    if stream.fault:
        if not data:
            raise Unreadable(
                said("{fault}; nothing of it can be read, so copy it again from where it was made", fault=stream.fault),
            )
        yield Skipped(item.source, stream.fault, item.named)
    yield Blob(item.source, data, item.taken_at, item.named, item.written, item.stamped)


def _expand_compressed(stream: Stream, kind: str, item: Item, budget: Budget) -> Iterator[Found]:
    from stackan.reading.compressed import unpacked

    budget.check_depth(item.depth)
    yield from expand(unpacked(stream, kind, budget), item, budget)


def _expand_archive(stream: Stream, kind: str, archive: Item, budget: Budget) -> Iterator[Found]:
    """A trouble of the archive itself ends it; what was read before remains."""
    budget.check_depth(archive.depth + 1)
    found = False
    try:
        for entry in _members(stream, kind, archive, budget):
            found = True
            if archive.wanted is not None and not archive.wanted.admits((entry if isinstance(entry, Skipped) else entry[0]).source):
                continue
            yield from [entry] if isinstance(entry, Skipped) else _expand_found(*entry, budget)
            if budget.spent:
                return
    except Unreadable as trouble:
        if not found:
            raise
        yield Skipped(archive.source, trouble.args[0], archive.named)
    if not found:
        yield Skipped(archive.source, said("an archive without files (hidden ones and links aside)"), archive.named)


def _members(stream: Stream, kind: str, archive: Item, budget: Budget) -> Iterator[tuple[Item, Stream] | Skipped]:
    if kind == TAR:
        from stackan.reading.tars import tar_members

        return tar_members(stream, archive, budget)
    from stackan.reading.zips import zip_members

    return zip_members(stream, archive, budget)


def _expand_found(item: Item, stream: Stream, budget: Budget) -> Iterator[Found]:
    """A trouble with an item that the caller has not named skips this item only."""
    try:
        yield from expand(stream, item, budget)
    except Unreadable as trouble:
        yield Skipped(item.source, trouble.args[0], False)
