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

    behind_colon = " "
    period = "."

    def sentences(self, said: list[str]) -> str:
        """Sentences one after the other."""
        return " ".join(said)

    def closed(self, said: str) -> str:
        """What is said, with a period at its end."""
        return said if said.endswith((self.period, ".")) else said + self.period

    def between(self, said: str) -> str:
        """What stands between this and the next clause."""
        return " " if said.endswith(self.period) else self.clause


class Translated(Catalog):
    """The words of another language."""

    def __init__(self, language: str, translations: NullTranslations) -> None:
        self.language = language
        self._translations = translations

    comma, clause, behind_colon, period = "、", "；", "", "。"

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

    def sentences(self, said: list[str]) -> str:
        return "".join(said)

    def between(self, said: str) -> str:
        return "" if said.endswith(self.period) else self.clause


@functools.cache
def catalog_of(language: str) -> Catalog:
    """The catalog of one of LANGUAGES."""
    if language == ENGLISH:
        return Catalog()
    import gettext
    import os

    folder = os.path.join(os.path.dirname(os.path.dirname(__file__)), "locale")
    return Translated(language, gettext.translation("stackan", folder, [language], fallback=True))
