"""Texts that are no clean dump, made into one: quoted, wrapped, glued, from a terminal, in another encoding.

Each cure is a module of its own that says when it is needed, and rewrites lines in one pass in plain Python.  A clean
dump meets none of them: what is asked of every text costs far less than to scan it.  The first group makes a text
readable before its format is known; the second is called for by what the scanner left over.
"""

from __future__ import annotations

from stackan.parsing.prepare import encoding, entities, glue, mi, pager, peadar, prompts, quotes, table, wraps
from stackan.parsing.prepare.text import Text

__all__ = ["REMNANTS", "Text", "prepare"]

LOOK_AT = 1 << 20  # bytes in which a text shows what it is, as for its format
FORMS = (quotes, mi, peadar, table)  # in this order: a mail may quote any of the others
REMNANTS = (entities, pager, prompts, glue, wraps)  # in this order: what wraps or glues lines may hide in what goes before


def prepare(data: bytes) -> Text:
    """A text as lines that a format may be told from."""
    text = Text(encoding.decode(data))
    plain = encoding.drop_escapes(text.data)
    if plain is not text.data:
        text = Text(plain, original=text.data)
    for form in FORMS:
        if form.is_needed(text.data[:LOOK_AT]):
            text = text.rewritten(form.rewrite)
    return text
