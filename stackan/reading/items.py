"""The buffers that the reader hands out, and the facts that it knows of an item before the item is read."""

from __future__ import annotations

from stackan.model.brief import brief
from stackan.model.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackan.reading.wanted import Wanted


@brief
class Blob(NamedTuple):
    """One named byte buffer.

    source: the path as given; `archive!member` for a member, once for each archive it lies in; `-` for standard input.
        Characters that do not print are escapes, so it is safe on a terminal.
    data: the decompressed content. UTF-16 with a byte order mark is recoded to UTF-8, a UTF-8 mark is dropped;
        all else (line ends, invalid UTF-8) is unchanged.
    taken_at: ISO-8601, UTC, to the second, where an archive carries a modification time in UTC for the member; else None.
        File-system times are not used.
    named: True if the caller named this very file, False if it was found in a folder or an archive.
    stamped: the zone-less local time that a plain zip entry carries, in ISO-8601; it is shown nowhere, and places a dump in the time of
        logs, which are zone-less, too.
    written: seconds since 1970 when a file outside of any archive was last written. Copying changes it, so it is never shown;
        it may give the order of dumps where nothing else does.
    """

    source: str
    data: bytes
    taken_at: str | None
    named: bool
    written: float | None = None
    stamped: str | None = None


@brief
class Skipped(NamedTuple):
    """Something that could not be read, or not to its end.

    source, named: as in `Blob`. reason: one short sentence without the name, such as "permission denied".
    A `Blob` of the same source right after it holds what could be read all the same.
    """

    source: str
    reason: str
    named: bool


@brief
class Item(NamedTuple):
    """The facts about a stream that are known before it is opened.

    depth: how many layers of `Limits.depth` lie around it. packed: True if the layer right around it is a codec.
    wanted: the member that the caller asked for, if it is in an archive of which no other one is to be read.
    """

    source: str
    named: bool
    taken_at: str | None = None
    depth: int = 0
    packed: bool = False
    written: float | None = None
    stamped: str | None = None
    wanted: Wanted | None = None

    def unpacked(self) -> Item:
        """The same item inside its compression; that is a layer only inside another compression (`x.gz.gz`)."""
        return self._replace(depth=self.depth + self.packed, packed=True)

    def member(self, name: str, taken_at: str | None, stamped: str | None = None) -> Item:
        """A member of this item, which is an archive; `name` is fit to be shown."""
        source = f"{self.source}!{name}"
        named = self.wanted is not None and source == self.wanted.source
        return Item(source, named, taken_at, self.depth + 1, stamped=stamped, wanted=self.wanted)
