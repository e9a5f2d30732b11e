"""Languages: English stands in the code, other languages in gettext catalogs, which are read when first asked for."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from stackan.model.said import Said

if TYPE_CHECKING:
    from gettext import NullTranslations

ENGLISH, CHINESE = "en", "zh_CN"
LANGUAGES = (ENGLISH, CHINESE)


class Catalog:
    """The words of one language, asked for by their English ones."""

    comma = ", "
    clause = "; "  # between the clauses of a title
    gap = " "  # between sentences, and behind a colon
    period = "."
    language = ENGLISH

    def text(self, english: str) -> str:
        return english

    def plural(self, one: str, many: str, count: int) -> str:
        return one if count == 1 else many

    def again(self, text: str) -> str:
        """What was said in English (`stackan.model.said`), in this language; any other text as it is."""
        return text

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


class Translated(Catalog):
    """The words of another language."""

    def __init__(self, language: str, translations: NullTranslations) -> None:
        self.language = language
        self._translations = translations

    comma, clause, gap, period = "、", "；", "", "。"

    def text(self, english: str) -> str:
        return self._translations.gettext(english)

    def plural(self, one: str, many: str, count: int) -> str:
        return self._translations.ngettext(one, many, count)

    def again(self, text: str) -> str:
        if not isinstance(text, Said):
            return text
        values = {name: self.again(value) if isinstance(value, str) else value for name, value in text.values.items()}
        if text.plural is None:
            template = self.text(text.english)
        else:
            template = self.plural(text.english, text.plural, int(str(text.values["count"])))
        return template.format_map(values) if values else template

    def of_profile(self, english: str) -> str:
        translations: dict[str, str] = getattr(english, "translations", {})
        return translations.get(self.language, english)


@functools.cache
def catalog_of(language: str) -> Catalog:
    """The catalog of one of LANGUAGES."""
    if language == ENGLISH:
        return Catalog()
    import gettext
    import os

    folder = os.path.join(os.path.dirname(os.path.dirname(__file__)), "locale")
    return Translated(language, gettext.translation("stackan", folder, [language], fallback=True))
