"""The result: everything concluded about a case, and the document that says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from stackan.errors import UsageError
from stackan.model.brief import amount, brief, in_short
from stackan.model.event import NO_STORY, Story
from stackan.model.facts import Fact
from stackan.model.finding import Finding
from stackan.model.languages import LANGUAGES, NAMED
from stackan.model.process import Process
from stackan.model.records import NamedTuple
from stackan.model.said import row, said
from stackan.model.track import Track
from stackan.model.waitgraph import WaitGraph

if TYPE_CHECKING:
    import networkx

    from stackan.model.event import Episode
    from stackan.model.link import Descriptors
    from stackan.model.listing import Listing
    from stackan.model.log import Log
    from stackan.model.recalled import Recalled
    from stackan.model.thread_row import ThreadRow


NARROWEST = 60  # columns of a text
_NAMED = 3  # frames of a stack in its short form


class Speaker(Protocol):
    """The writer of facts as sentences (`stackan.wording.Speech`)."""

    def sentence(self, fact: Fact) -> str: ...
    def text(self, facts: Iterable[Fact]) -> str: ...
    def title(self, facts: Iterable[Fact]) -> str: ...
    def headline(self, facts: Iterable[Fact]) -> str: ...
    def describe(self, finding: Finding) -> Described: ...


@brief
class Doors(NamedTuple):
    """The work that an analysis leaves to other stages, imported when first used: the graph, words, the document and other reports."""

    export: Callable[[WaitGraph], networkx.MultiDiGraph[int]]
    speech: Callable[[str], Speaker]
    document: Callable[[Analysis, str], dict[str, Any]]
    text: Callable[[Analysis, str, int | None], str]
    drawing: Callable[[Analysis, str, str], str]  # by its format
    card: Callable[[Analysis], str]
    threads: Callable[[Analysis], list[ThreadRow]]


class StackClass(NamedTuple):
    """Stuck threads with one stack."""

    names: tuple[str, ...]  # canonical, innermost first
    members: tuple[tuple[Process, Track], ...]  # in the order of the processes; the first one represents all

    def __repr__(self) -> str:
        return in_short("StackClass", f"{amount(len(self.members), 'thread')}: {' < '.join(self.names[:_NAMED])}")

    @property
    def processes(self) -> list[Process]:
        return list({process.id: process for process, _ in self.members}.values())


@brief
class Described(NamedTuple):
    """A finding in words."""

    title: str
    explanation: str
    advice: tuple[str, ...]


class Analysis:
    """All that is known of a case.  `to_dict` is the document of docs/json.md; `graph` the wait-for graph."""

    def __init__(
        self,
        verdict: str,
        headline_facts: tuple[Fact, ...],
        processes: tuple[Process, ...],
        verdicts: tuple[str, ...],
        findings: tuple[Finding, ...],
        alike: tuple[tuple[Finding, ...], ...],
        stuck_stacks: tuple[StackClass, ...],
        waits: WaitGraph,
        warnings: tuple[str, ...],
        doors: Doors,
        logs: tuple[Log, ...] = (),
        descriptors: tuple[Descriptors, ...] = (),
        listings: tuple[Listing, ...] = (),
        story: Story = NO_STORY,
    ) -> None:
        self.verdict = verdict
        self.headline_facts = headline_facts  # what the headline says
        self.processes = processes
        self.verdicts = verdicts  # one for each process
        self.findings = findings
        self.alike = alike  # the same findings, those together that say the same of different processes
        self.stuck_stacks = stuck_stacks
        self.waits = waits
        self.warnings = warnings
        self.logs = logs  # that were read; their results are in the processes that have written them
        self.descriptors = descriptors  # that were read; their results are in what the threads wait for
        self.listings = listings  # that were read; their results are in what the threads wait for
        self.story = story  # that the logs tell together
        self.recalled: Recalled | None = None  # what a store of other cases knows of it, where one was asked
        self._doors = doors
        self._graph: networkx.MultiDiGraph[int] | None = None

    def __repr__(self) -> str:
        return in_short("Analysis", f"{self.verdict}: {self.headline}")

    def __getstate__(self) -> dict[str, object]:
        """What a pickle keeps: all but the drawn-up graph, which is made again when asked for."""
        return {**self.__dict__, "_graph": None}

    @property
    def episodes(self) -> tuple[Episode, ...]:
        """The times in which a cluster handled the fault of nodes."""
        return self.story.episodes

    @property
    def critical(self) -> bool:
        return any(finding.severity == "critical" for finding in self.findings)

    @property
    def headline(self) -> str:
        """One sentence that a person can act on, in English."""
        return self.speech().headline(self.headline_facts)

    @property
    def graph(self) -> networkx.MultiDiGraph[int]:
        """The wait-for graph; built when first asked for, as networkx takes longer to import than a small case to analyze."""
        if self._graph is None:
            self._graph = self._doors.export(self.waits)
        return self._graph

    def speech(self, lang: str = "en") -> Speaker:
        """The writer of facts as sentences, in English ("en") or Simplified Chinese ("zh_CN")."""
        return self._doors.speech(_known(lang))

    def describe(self, finding: Finding, lang: str = "en") -> Described:
        """A finding in words, in English ("en") or Simplified Chinese ("zh_CN")."""
        return self.speech(lang).describe(finding)

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """The analysis document, schema stackan.analysis/1: plain dicts, lists, strings, numbers.

        `lang` is the language of headline, title, explanation, advice and warnings: "en" or "zh_CN".
        """
        return self._doors.document(self, _known(lang))

    def to_text(self, lang: str = "en", width: int | None = None) -> str:
        """The report that the command line prints, in English ("en") or Simplified Chinese ("zh_CN").

        width: columns that no line is longer than, from 60 on; without one sentences are wrapped at 80, and names and quoted lines
        are whole.
        """
        if width is not None and not width >= NARROWEST:
            raise UsageError(said("to_text takes a width of {least} columns or more, not {width}", least=NARROWEST, width=repr(width)))
        return self._doors.text(self, _known(lang), width)

    def to_dot(self, lang: str = "en") -> str:
        """A drawing of who waits for whom, for Graphviz."""
        return self._doors.drawing(self, "dot", _known(lang))

    def to_mermaid(self, lang: str = "en") -> str:
        """The same as a flowchart for Mermaid, which many wikis draw."""
        return self._doors.drawing(self, "mermaid", _known(lang))

    @property
    def threads(self) -> list[ThreadRow]:
        """A row for each thread: its progress, state, pool, what it waits for.  Data frames take the list as it is."""
        return self._doors.threads(self)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return self._doors.card(self)


def _known(lang: str) -> str:
    """The code of a language; raises UsageError for one that stackan doesn't speak."""
    if lang not in NAMED:
        raise UsageError(said("no words in {lang}; the languages are {known}", lang=repr(lang), known=row(LANGUAGES)))
    return NAMED[lang]
