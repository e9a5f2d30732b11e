"""Keeps the catalogs of other languages: `make catalogs` runs it after a sentence of the sources has changed.

It collects every message of the sources and updates stackan/locale/*/LC_MESSAGES/stackan.po by them: a new message is put there without
a translation, a changed one as fuzzy beside its old translation, and none that is used no more.  tests/wording/test_catalogs.py fails
until a person has written them.
"""

from __future__ import annotations

import ast
import pathlib
from collections.abc import Iterator

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = pathlib.Path(__file__).parent
# The calls that mark a message, and which of their arguments are one: a singular and a plural are one together.
_FIRST, _BOTH = slice(0, 1), slice(0, 2)
CALLS = {
    **dict.fromkeys(("marked", "one", "said", "text", "fill"), _FIRST),
    **dict.fromkeys(("many", "plural"), _BOTH),
    "said_of": slice(1, 3),
}


def messages() -> Catalog:
    """Every message of the sources, with the files that have it."""
    found = Catalog(project="stackan", charset="utf-8")
    for path in sorted((ROOT / "stackan").rglob("*.py")):
        for line, message in _marked(ast.parse(path.read_text(encoding="utf-8"))):
            found.add(message, locations=[(str(path.relative_to(ROOT)), line)])
    return found


def _marked(source: ast.AST) -> Iterator[tuple[int, str | tuple[str, ...]]]:
    """(line, message) of the calls whose arguments are written out: Babel's own extraction takes a variable of such a name for a call."""
    calls = [node for node in ast.walk(source) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        chosen = CALLS.get(name, slice(0, 0))
        said = [each.value for each in call.args[chosen] if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if said and len(said) == chosen.stop - chosen.start:
            yield call.lineno, said[0] if len(said) == 1 else tuple(said)


def catalogs() -> list[pathlib.Path]:
    """The catalogs, one for each language beside English."""
    return sorted(ROOT.glob("stackan/locale/*/LC_MESSAGES/stackan.po"))


def read(path: pathlib.Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def update(path: pathlib.Path) -> None:
    """Bring a catalog to the messages of the sources; the translations of those that are still there stay."""
    catalog, found = read(path), messages()
    found.creation_date = catalog.creation_date  # else every run would be a change
    catalog.update(found)
    with path.open("wb") as file:
        write_po(file, catalog, width=120, ignore_obsolete=True, include_lineno=False)


if __name__ == "__main__":
    for each in catalogs():
        update(each)
