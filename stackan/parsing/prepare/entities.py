"""Text that went through HTML and did not come back: `&lt;signal handler called&gt;`."""

from __future__ import annotations

from collections.abc import Iterator

from stackan.parsing.prepare.text import Line

_ENTITIES = ((b"&lt;", b"<"), (b"&gt;", b">"), (b"&quot;", b'"'), (b"&#39;", b"'"), (b"&nbsp;", b" "), (b"&amp;", b"&"))


def rewrite(lines: list[bytes]) -> Iterator[Line]:
    for at, line in enumerate(lines):
        if b"&" in line:
            for entity, sign in _ENTITIES:
                line = line.replace(entity, sign)
        yield Line(at, line)
