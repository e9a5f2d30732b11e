"""The objects that a thread works on, as the arguments of its outer frames print them."""

from __future__ import annotations

from stackan.model.brief import brief
from stackan.model.expressions import expression
from stackan.model.place import Sighting
from stackan.model.records import NamedTuple

WITHIN = 256  # bytes from an object's start in which a lock of its own may lie
_VALUE = expression(rb"(\b(?:this|self)=(?:(?:this|self)@entry=)?)?@?0x([0-9a-f]{6,16})")


@brief
class Mention(NamedTuple):
    """A value of an argument: the address of something that a function works on."""

    value: int
    itself: bool  # the object whose function it is
    frame: int  # counted from the innermost


def mentions_of(sighting: Sighting) -> list[Mention]:
    """The values in a thread's frames outside of its wait, from the innermost outwards."""
    dump, thread, place = sighting.dump, sighting.thread, sighting.place
    found = []
    for at in range(place.wait_frames, len(place.names)):
        text = dump.arguments_in(thread, at)
        if b"0x" not in text:
            continue
        method = ".(*" in place.names[at]  # of Go, which prints the receiver first and no names
        for match in _VALUE.finditer(text):
            found.append(Mention(int(match[2], 16), match[1] is not None or (method and not match.start()), at))
    return found
