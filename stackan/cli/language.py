"""The language in which a call is answered: the one that `--lang` names, else that of the locale."""

from __future__ import annotations

import os

from stackan.model.languages import CHINESE, ENGLISH, NAMED
from stackan.model.said import Said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OPTION = "--lang"
_SIMPLIFIED = ("zh_cn", "zh_hans", "zh_sg")  # of locales; Taiwan and Hong Kong read Traditional Chinese


def choose_language(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """The language of a call, whose other words may be wrong: the error is in this language, too."""
    return _asked_for(arguments) or of_locale(environment)


def _asked_for(arguments: Sequence[str]) -> str | None:
    """The value of the last `--lang` of a call, if that is a language of stackan."""
    named = None
    for at, word in enumerate(arguments):
        if word == "--":
            break
        option, equals, value = word.partition("=")
        if option == _OPTION:
            value = value if equals else "".join(arguments[at + 1 : at + 2])
            named = NAMED.get(value, named)
    return named


def of_locale(environment: Mapping[str, str]) -> str:
    """The language of the environment, by gettext's rules: LANGUAGE may list several, and counts only where there is a locale."""
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), "C")
    if locale.partition(".")[0] in ("C", "POSIX"):
        return ENGLISH
    wanted = [name for name in environment.get("LANGUAGE", "").split(":") if name] or [locale]
    return next((language for language in map(_language_of, wanted) if language), ENGLISH)


def _language_of(locale: str) -> str | None:
    name = locale.replace("-", "_").lower()
    if name.startswith(_SIMPLIFIED):
        return CHINESE
    return ENGLISH if name.partition("_")[0].partition(".")[0] == "en" else None


def in_language(text: str, language: str) -> str:
    """A sentence that knows its parts, in a language; any other unchanged."""
    if language == ENGLISH or not isinstance(text, Said):
        return text
    from stackan.wording.catalog import catalog_of

    return catalog_of(language).again(text)


def words_of(error: Exception) -> str:
    """The words of an error; its `str` would forget the parts of a sentence."""
    return error.args[0] if len(error.args) == 1 and isinstance(error.args[0], str) else str(error)
