"""Regular expressions of a user's own profiles, which must neither hang the tool nor take its memory."""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING

from stackan.errors import ProfileError
from stackan.manual import page
from stackan.model.said import said

if TYPE_CHECKING:
    import regex

LONGEST = 1000  # characters
SECONDS = 0.5  # for one name, of the process's own CPU time (regex measures it by clock(3)), so that other load does not count
CHANCES = 3  # after so many names that took longer it is switched off
_COPIES = 10_000  # `{n}` makes so many copies of what it repeats
_REPEATED = re.compile(r"\{\D{0,9}(\d{1,9})")


class Expression:
    """One `/…/` of a rule: decides whether a whole name fits it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._compiled: regex.Pattern[str] | None = None
        self._known: dict[str, bool] = {}
        self._chances = CHANCES

    def __getstate__(self) -> dict[str, object]:
        """What a pickle keeps: the expression is compiled again when a name comes that is not known."""
        return {**self.__dict__, "_compiled": None}

    @property
    def is_off(self) -> bool:
        """Whether it has taken too long too often: since then it fits nothing."""
        return self._chances <= 0

    def __call__(self, name: str) -> bool:
        if name not in self._known:
            self._known[name] = not self.is_off and self._fits(name)
        return self._known[name]

    def _fits(self, name: str) -> bool:
        if self._compiled is None:
            import regex  # only for rules that need it: its import costs more than a small dump's whole analysis

            self._compiled = regex.compile(self.text)
        try:
            return self._compiled.fullmatch(name, timeout=SECONDS) is not None
        except (TimeoutError, MemoryError):
            self._chances -= 1
            return False


class Expressions:
    """The expressions of a case's rules: an expression that was switched off for one process is off for all."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], Expression] = {}  # by the rule's id and the text

    def of(self, rule: str, text: str) -> Expression:
        return self._made.setdefault((rule, text), Expression(text))

    def notes(self) -> list[str]:
        """A sentence for each that was switched off."""
        return [
            said(
                "rule {rule}: its expression /{text}/ took more than {seconds} s for each of {number} names, and was switched off; "
                "what rests on it may be missing, so write it without repetitions inside of repetitions",
                rule=rule,
                text=shortened(text),
                seconds=f"{SECONDS:g}",
                number=CHANCES,
            )
            for (rule, text), made in self._made.items()
            if made.is_off
        ]


def check_expression(text: str, where: str) -> None:
    """Raise ProfileError if this is no regular expression, or one that is too large."""
    if len(text) > LONGEST:
        raise ProfileError(
            said(
                "{where}: /{text}/ has {number} characters; an expression may have {most}",
                where=where,
                text=shortened(text),
                number=len(text),
                most=LONGEST,
            )
        )
    if prod(max(int(number), 1) for number in _REPEATED.findall(text)) > _COPIES:
        raise ProfileError(
            said(
                "{where}: /{text}/ repeats more than {most} times; write * or + instead of numbers",
                where=where,
                text=shortened(text),
                most=_COPIES,
            )
        )
    import regex

    try:
        regex.compile(text)
    except regex.error as error:
        raise ProfileError(
            said(
                "{where}: /{text}/ is no regular expression ({reason}); see {page}",
                where=where,
                text=shortened(text),
                reason=str(error),
                page=page("profiles.md"),
            )
        ) from error
    except (RecursionError, MemoryError, OverflowError) as error:
        raise ProfileError(
            said("{where}: /{text}/ is nested too deeply or too large; write it shorter", where=where, text=shortened(text))
        ) from error


def shortened(text: str, most: int = 60) -> str:
    """A text of the user's as a message can quote it."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
