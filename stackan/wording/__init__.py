"""Facts → sentences, in English or Simplified Chinese.

A stage of its own: everything before it names facts, and only reports ask for their words, and only for what they show.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

from stackan.model.facts import Fact
from stackan.model.finding import Finding
from stackan.wording.catalog import CHINESE, ENGLISH, LANGUAGES, catalog_of
from stackan.wording.speech import Speech

__all__ = ["CHINESE", "ENGLISH", "LANGUAGES", "Speech", "advice", "explanation", "headline", "speech", "title"]


@functools.cache
def speech(language: str = ENGLISH) -> Speech:
    """The speech of a language; it is made once."""
    return Speech(catalog_of(language))


def title(finding: Finding, language: str = ENGLISH) -> str:
    """One line without a period."""
    return speech(language).title(finding.title)


def explanation(finding: Finding, language: str = ENGLISH) -> str:
    """Why it is so, and why that is no surer, in sentences."""
    return speech(language).text((*finding.reasons, *finding.doubts))


def advice(finding: Finding, language: str = ENGLISH) -> tuple[str, ...]:
    """The next steps, a sentence each."""
    return tuple(speech(language).text((step,)) for step in finding.advice)


def headline(facts: Iterable[Fact], language: str = ENGLISH) -> str:
    """One sentence that a person can act on."""
    return speech(language).headline(facts)
