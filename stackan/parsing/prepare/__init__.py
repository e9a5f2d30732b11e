"""Texts that are no clean dump, made into one: quoted, wrapped, glued, from a terminal, in another encoding.

Each cure is a module of its own that rewrites lines in one pass in plain Python, and is loaded only where its sign shows.
The first ones make a text readable before its format is known; the others are called for by what the scanner left over.
"""

from __future__ import annotations

from importlib import import_module

from stackan.model.said import said
from stackan.parsing.prepare import signs
from stackan.parsing.prepare.encoding import decode, drop_escapes
from stackan.parsing.prepare.text import Text
from stackan.parsing.stretches import stretches

__all__ = ["REPAIRS_AFTER_SCAN", "Text", "mend", "prepare", "tell"]

# In this order: a mail may quote any of the others.
REPAIRS_BEFORE_DETECTION = ("markup", "quotes", "margins", "mi", "table", "folded", "java_json", "java_deadlock")
REPAIRS_AFTER_SCAN = signs.REPAIRS_AFTER_SCAN
TOLD = {
    "beside": said("rows of `info threads` give the innermost frame of threads whose stack is not printed"),
    "entities": said("HTML's `&lt;` was made `<` again"),
    "folded": said("messages that a log had folded into one line were unfolded"),
    "glue": said("frames were taken out of the lines of others"),
    "java_deadlock": said("the stacks that a section on a deadlock lists were read as threads"),
    "java_json": said("its JSON was written as text"),
    "margins": said("what a log writes before each line was taken off"),
    "markup": said("what Markdown made of frames and names was undone"),
    "mi": said("the records of gdb's machine interface were unpacked"),
    "pager": said("the pager's questions were taken out"),
    "peadar": said("as peadar's pstack writes it"),
    "prompts": said("prompts were taken off frames and headers"),
    "quotes": said("what quotes or indents the lines was taken off"),
    "table": said("a table of `info threads` alone, which shows the innermost frame of each thread"),
    "ticks": said("a tracker's marks were taken off headers"),
    "wraps": said("wrapped frames were joined"),
}


def prepare(data: bytes) -> Text:
    """A text as lines whose format may be recognized."""
    text = Text(decode(data))
    plain = drop_escapes(text.data)
    if plain is not text.data:
        text = Text(plain, original=text.data)
    frame = signs.find_frame(text.data)
    left: tuple[str, ...] = REPAIRS_BEFORE_DETECTION
    while frame < 0 and (needed := _find_needed(text.data, left)):
        text, left = mend(text, needed[0]), needed[1:]
        frame = signs.find_frame(text.data)
    return mend(text, "peadar") if frame >= 0 and signs.is_peadars(text.data, frame) else text


def _find_needed(data: bytes, cures: tuple[str, ...]) -> tuple[str, ...]:
    """The cures from the first one on that the text needs: each stretch is cut out once, and asked about those before it only."""
    needed = len(cures)
    for stretch in stretches(data):
        asked = (import_module(f"{__name__}.{name}").is_needed(stretch) for name in cures[:needed])
        needed = next((at for at, is_needed in enumerate(asked) if is_needed), needed)
    return cures[needed:]


def mend(text: Text, name: str) -> Text:
    """The text as the cure of that name rewrites it."""
    return text.rewritten(name, import_module(f"{__name__}.{name}").rewrite)


def tell(text: Text) -> list[str]:
    """The cures of a text, a clause for each."""
    return [TOLD[name] for name in text.cures]
