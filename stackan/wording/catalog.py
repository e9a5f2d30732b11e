"""Languages: English is in the code, other languages in gettext catalogs, which are read when first asked for."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from stackan.model.languages import CHINESE, ENGLISH, LANGUAGES
from stackan.model.records import NamedTuple
from stackan.model.said import Row, Said

if TYPE_CHECKING:
    from gettext import NullTranslations

__all__ = ["CHINESE", "ENGLISH", "LANGUAGES", "Catalog", "catalog_of", "form_of", "marked"]


_GAPS = re.compile(r"\{(\w+)\}")


def marked(english: str) -> str:
    """Marks words for the catalogs that are asked for elsewhere: the extraction finds them by this call."""
    return english


class Form(NamedTuple):
    """A text of a language, taken apart at the names of values in it."""

    pieces: tuple[str, ...]  # before, between and behind the gaps
    gaps: tuple[str, ...]  # the names that stand there in braces
    pattern: str  # the same for the operator %, which is the fastest way to lay words


@functools.cache  # such texts are the code's own and its catalogs'
def form_of(text: str) -> Form:
    parts = _GAPS.split(text)
    pattern = "".join(f"%({part})s" if at % 2 else part.replace("%", "%%") for at, part in enumerate(parts))
    return Form(tuple(parts[::2]), tuple(parts[1::2]), pattern)


class Catalog:
    """The words of one language, asked for by their English ones."""

    language = ENGLISH
    comma = ", "
    clause = "; "  # between the clauses of a title
    gap = " "  # between sentences, and behind a colon
    period = "."
    _ends: tuple[str, ...] = (".",)  # of sentences, those in English among them

    def text(self, english: str) -> str:
        return english

    def plural(self, one: str, many: str, count: int) -> str:
        return one if count == 1 else many

    def again(self, text: str) -> str:
        """A text that `stackan.model.said` made in English, in this language; any other text unchanged."""
        return text

    def laid(self, form: Form, words: Mapping[str, str]) -> str:
        """A form of this language with words in its gaps."""
        return form.pattern % words

    def fill(self, english: str, **values: str) -> str:
        """Words of this language with values in the place of their names."""
        return self.laid(form_of(self.text(english)), values)

    def of_profile(self, english: str) -> str:
        """A profile's own words in this language, where it has them."""
        return english

    def sentences(self, said: list[str]) -> str:
        """Sentences one after the other."""
        return self.gap.join(said)

    def closed(self, said: str) -> str:
        """A sentence, or a clause with a period at its end."""
        return said if said.endswith(self._ends) else said + self.period

    def joined(self, said: str, clause: str) -> str:
        """A clause or a sentence behind what is said: a clause goes on with the sentence, if that is not at its end."""
        if said.endswith((":", "：", *self._ends)):
            return said + self.gap + clause
        return self.closed(said) + self.gap + clause if clause.endswith(self._ends) else said + self.clause + clause


class Chinese(Catalog):
    """Simplified Chinese: full-width punctuation without blanks; one blank between Chinese and other letters, digits and names."""

    language = CHINESE
    comma, clause, gap, period = "、", "；", "", "。"
    _ends = ("。", ".")

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
        return self.laid(form_of(template), {name: str(value) for name, value in values.items()})

    def laid(self, form: Form, words: Mapping[str, str]) -> str:
        return _spaced(itertools.chain.from_iterable(zip(form.pieces, (*(words[name] for name in form.gaps), ""))))

    def of_profile(self, english: str) -> str:
        translations: dict[str, str] = getattr(english, "translations", {})
        return translations.get(self.language, english)


@functools.cache  # made where a language needs them: English does not
def _seams() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """(an ideograph, a character that needs no blank beside it)"""
    return re.compile(r"[\u3400-\u9fff]"), re.compile(r"[\s\u2014-\u2026\u3000-\u303f\uff00-\uffef]")


def _spaced(parts: Iterable[str]) -> str:
    """Parts in a row; a template cannot know whether the value at its seam begins with a Chinese character or with a name."""
    kept = [part for part in parts if part]
    seams = [" " if _needs_blank(before[-1], after[0]) else "" for before, after in itertools.pairwise(kept)]
    return "".join(itertools.chain.from_iterable(zip(kept, [*seams, ""])))


def _needs_blank(before: str, after: str) -> bool:
    ideograph, close = _seams()
    return not (close.match(before) or close.match(after)) and bool(ideograph.match(before)) != bool(ideograph.match(after))


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
