"""The rules of profiles, as plain data (their grammar: docs/profiles.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stackan.model.brief import brief
from stackan.model.records import NamedTuple


class Phrase(str):
    """A profile's own words: the English ones, which carry what they are in other languages.

    It is compared, hashed and written as its English: no conclusion depends on a language.
    """

    translations: dict[str, str]  # by the code of the language; empty where the profile has English only

    def __new__(cls, english: str, translations: Mapping[str, str] | None = None) -> Phrase:
        phrase = super().__new__(cls, english)
        phrase.translations = dict(translations or {})
        return phrase

    def followed_by(self, name: str) -> Phrase:
        """The words with a name behind them, which is the same in every language."""
        return Phrase(f"{self} {name}", {language: f"{words} {name}" for language, words in self.translations.items()})

    def with_pid(self, pid: int | None) -> Phrase:
        """The words about a process, with its pid where they say `{pid}`; without one they say PID, as commands are written."""
        number = "PID" if pid is None else str(pid)
        return Phrase(
            self.replace("{pid}", number), {language: words.replace("{pid}", number) for language, words in self.translations.items()}
        )


@brief
class Element(NamedTuple):
    """One element of a frame pattern, matched against canonical names, innermost first."""

    names: frozenset[str]  # exact names
    globs: tuple[tuple[str, str], ...]  # ("prefix", …), ("suffix", …), ("inside", …)
    patterns: tuple[Callable[[str], bool], ...]  # regular expressions, written /…/: whether a name fits
    optional: bool  # `name?`: the frame may be inlined away
    gap: bool  # `...`: any frames; `??*`: any number of frames without a name
    unnamed: bool  # `??`: a frame without a name


@brief
class WaitRule(NamedTuple):
    """Functions in which a thread waits."""

    kind: str | None  # a resource kind of the contract, None where there is no resource (sleep, signal, poll)
    state: str
    inner: bool  # a wait only inside a frame that blocks
    final: bool  # frames further out do not change the kind
    timed: bool  # ends at a time-out
    poll: bool  # an event wait: its caller shows the purpose
    events: bool  # an event loop's own wait: a function that a pool's loop called waits so by design
    accept: bool  # waits for a connection
    input: bool  # waits for somebody to send
    task: bool  # waits for the result of a task
    result: str  # its source: "pool" if a pool has to run it, "anyone" if threads that hear from outside may deliver it, too; "" if unknown
    delivers: bool  # a thread that waits here may still bring the result of a task: an event loop
    otherwise: bool  # of a printed state: counts only where the frames show no wait
    arguments: tuple[bytes, ...]  # arguments that print the object, best first
    descriptor: tuple[bytes, ...]  # arguments that print a file descriptor
    id: str  # profile.kind, for explanations
    what: Phrase = Phrase("")  # in words, where the kind says it badly
    parks: bool = False  # outside of any task it is for work that is handed over, or for a child
    counter: bool = False  # counts units, of work or of a resource: the other waiters show which
    library: bool = False  # the functions are the C library's, which calls none of them to wait for something else, but for the next two
    internal: bool = False  # the library itself waits by these: the caller shows for what
    nests: bool = False  # these wait by other functions of the library
    helps: bool = False  # a worker that waits so runs other tasks of its pool meanwhile, or has one more thread run them
    datagrams: bool = False  # waits for messages of any sender: a server's socket

    @property
    def traits(self) -> frozenset[str | None]:
        """The names by which a rule about places may ask for this wait."""
        flags = {"poll": self.poll, "accept": self.accept, "helps": self.helps}
        return frozenset((self.kind, self.state, self.id, *(name for name, so in flags.items() if so)))


@brief
class FrameRule(NamedTuple):
    """The meaning of the frames directly outside of a wait."""

    id: str
    verb: str  # "blocked", "running", "idle" or "unknowable"
    frames: tuple[Element, ...]
    waits: frozenset[str]  # only for waits of these kinds, states or printed states; empty: any
    role: str | None
    kind: str | None  # "blocked": what is really waited for
    what: Phrase  # in words
    release: str  # "blocked": "pool" if a worker of the waiter's own pool has to release it, else "others"
    holders: frozenset[str]  # "blocked": functions inside which a holder that is at work runs
    hint: Phrase  # "unknowable": what to take instead
    advice: tuple[Phrase, ...]
    specific: bool  # from a profile of the server, not a general one
    peers: tuple[str, ...] = ()  # "blocked": parts of the names of functions in which the processes of a parallel job wait for each other


@brief
class PoolRule(NamedTuple):
    """A pool that a profile names."""

    id: str
    name: Phrase
    dispatch: frozenset[str]
    not_workers: frozenset[str]  # roles of members that take no job
    growable: bool
    serves: Phrase
    advice: tuple[Phrase, ...]
    by_name: bool = False  # several pools of the kind differ by the names of their threads
    side_door: bool = False  # it serves only clients that would free the others, and runs no tasks
    vital: bool = False  # no new work of the process is done without a worker of it
    open: tuple[Phrase, ...] = ()  # of a side door: steps where it is free, and where it is not
    shut: tuple[Phrase, ...] = ()


OWN, OTHERS = "process", "others"  # whose pools a dependency is about, if not those of a role
TASK = "task"  # any wait for the result of one


@brief
class DependencyRule(NamedTuple):
    """The processes or pools that the workers of a pool wait for, where a profile knows them."""

    id: str
    pools: frozenset[str]  # ids of the pools whose workers wait
    waits: frozenset[str]  # only in waits of these kinds or states, by these `blocked` rules, or TASK; empty: in any
    on: frozenset[str]  # ids of the pools of which any worker can bring it
    where: str  # whose pools these are: OWN process's, those of all OTHERS, or of the processes of a role
    complete: bool  # of OTHERS: that all of them are among the inputs …
    complete_with: str  # … or that they are where a process of this role is
    queued: bool  # a free worker of such a pool would have taken it up: a pool that was at rest in all snapshots does not have it
    what: Phrase  # in words


@brief
class ExecutorRule(NamedTuple):
    """Frames that run a task; `caller`: the pool's dispatch frame is what called them."""

    id: str
    functions: frozenset[str]
    caller: bool


@brief
class Rules(NamedTuple):
    """All profiles that apply to a process, merged."""

    profile: str | None  # the server's profile, if one was recognized
    waits: dict[str, WaitRule]
    wait_globs: tuple[tuple[str, WaitRule], ...]  # by prefix
    primitives: frozenset[str]
    wrappers: dict[str, tuple[bytes, ...]]  # frames that pass a wait on: the arguments that print its object
    wrapper_globs: tuple[str, ...]  # by prefix
    starts: frozenset[str]
    start_globs: tuple[str, ...]  # by prefix
    glue: frozenset[str]
    interpreters: frozenset[str]  # frames that run a script: what that does shows in the frames that they called
    calls: frozenset[str]  # frames that call a stored function
    event_loops: frozenset[str]  # frames that serve many with one thread
    dispatchers: frozenset[str]  # frames by which these run one callback at a time, and do not wait themselves
    spins: frozenset[str]
    spins_by_design: frozenset[str]
    ends: frozenset[str]  # functions that do not return: the process ends in them
    raises: frozenset[str]  # functions that send a thread its own signal
    before_ends: frozenset[str]  # the libraries' frames between such a function and the program
    frame_rules: tuple[FrameRule, ...]
    pools: tuple[PoolRule, ...]
    executors: tuple[ExecutorRule, ...]
    dependencies: tuple[DependencyRule, ...]
