"""Languages: English is in the code, other languages in gettext catalogs, which are read when first asked for."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from stackan.model.languages import CHINESE, ENGLISH, LANGUAGES
from stackan.model.said import Row, Said

if TYPE_CHECKING:
    from gettext import NullTranslations

__all__ = ["CHINESE", "ENGLISH", "LANGUAGES", "Catalog", "catalog_of", "marked"]


def marked(english: str) -> str:
    """Marks words for the catalogs that are asked for elsewhere: the extraction finds them by this call."""
    return english


class Catalog:
    """The words of one language, asked for by their English ones."""

    language = ENGLISH
    comma = ", "
    clause = "; "  # between the clauses of a title
    gap = " "  # between sentences, and behind a colon
    period = "."

    def text(self, english: str) -> str:
        return english

    def plural(self, one: str, many: str, count: int) -> str:
        return one if count == 1 else many

    def again(self, text: str) -> str:
        """A text that `stackan.model.said` made in English, in this language; any other text unchanged."""
        return text

    def filled(self, text: str, values: Mapping[str, str]) -> str:
        """A text of this language with values in the place of their names."""
        return text.format_map(values) if "{" in text else text

    def fill(self, english: str, **values: str) -> str:
        """Words of this language with values in the place of their names."""
        return self.filled(self.text(english), values)

    def of_profile(self, english: str) -> str:
        """A profile's own words in this language, where it has them."""
        return english

    def sentences(self, said: list[str]) -> str:
        """Sentences one after the other."""
        return self.gap.join(said)

    def closed(self, said: str) -> str:
        """A sentence, or a clause with a period at its end."""
        return said if self._is_closed(said) else said + self.period

    def joined(self, said: str, clause: str) -> str:
        """A clause or a sentence behind what is said: a clause goes on with the sentence, if that is not at its end."""
        if said.endswith((":", "：")) or self._is_closed(said):
            return said + self.gap + clause
        return self.closed(said) + self.gap + clause if self._is_closed(clause) else said + self.clause + clause

    def _is_closed(self, said: str) -> bool:
        return said.endswith((self.period, "."))


class Chinese(Catalog):
    """Simplified Chinese: full-width punctuation without blanks; one blank between Chinese and other letters, digits and names."""

    language = CHINESE
    comma, clause, gap, period = "、", "；", "", "。"

    def __init__(self, translations: NullTranslations) -> None:
        self._translations = translations

    def text(self, english: str) -> str:
        return self._translations.gettext(english)

    def plural(self, one: str, many: str, count: int) -> str:
        return self._translations.ngettext(one, many, count)

    def again(self, text: str) -> str:
        if isinstance(text, Row):
            return self.comma.join(map(self.again, text.names))
        if not isinstance(text, Said):
            return text
        values = {name: self.again(value) if isinstance(value, str) else value for name, value in text.values.items()}
        if text.plural is None:
            template = self.text(text.english)
        else:
            template = self.plural(text.english, text.plural, int(str(text.values["count"])))
        return self.filled(template, {name: str(value) for name, value in values.items()}) if values else template

    def filled(self, text: str, values: Mapping[str, str]) -> str:
        parts = _NAMES.split(text)
        return _spaced(values[part] if at % 2 else part for at, part in enumerate(parts)) if len(parts) > 1 else text

    def of_profile(self, english: str) -> str:
        translations: dict[str, str] = getattr(english, "translations", {})
        return translations.get(self.language, english)


_NAMES = re.compile(r"\{(\w+)\}")
_IDEOGRAPH, _CLOSE = re.compile(r"[\u3400-\u9fff]"), re.compile(r"[\s\u2014-\u2026\u3000-\u303f\uff00-\uffef]")  # …: need no blank


def _spaced(parts: Iterable[str]) -> str:
    """Parts in a row; a template cannot know whether the value at its seam begins with a Chinese character or with a name."""
    kept = [part for part in parts if part]
    seams = [" " if _needs_blank(before[-1], after[0]) else "" for before, after in itertools.pairwise(kept)]
    return "".join(itertools.chain.from_iterable(zip(kept, [*seams, ""])))


def _needs_blank(before: str, after: str) -> bool:
    return not (_CLOSE.match(before) or _CLOSE.match(after)) and bool(_IDEOGRAPH.match(before)) != bool(_IDEOGRAPH.match(after))


@functools.cache
def catalog_of(language: str) -> Catalog:
    """The catalog of one of LANGUAGES; the English one where that language's has not been built."""
    if language == ENGLISH:
        return Catalog()
    import gettext
    import os

    folder = os.path.join(os.path.dirname(os.path.dirname(__file__)), "locale")
    try:
        return Chinese(gettext.translation("stackan", folder, [language]))
    except FileNotFoundError:
        return Catalog()
