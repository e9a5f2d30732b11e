"""The names of threads, which stay: pools are told by them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# Where a thread's name stands, and what a line has at least that has one so: all others are passed over without a search.
_FORMS = (
    (
        re.compile(
            r"(?:\bLWP \d+\)?|\bTID \d+:?|\bThread 0x[0-9a-f]+ \([\w+ ]*\):|\bThread \d+ \(\w+\):?|\bThread [\w./]+:?) \"([^\"\n]{1,300})\""
        ),
        '"',
    ),
    (
        re.compile(
            r"(?m)^[\s>|]{0,20}\"([^\n]{1,1000})\"(?= (?:#\d|\[|daemon|cpu=|prio=|os_prio=|nid=|tid=|Id=|sysTid=|\(|virtual"
            r"|- Thread |J9VMThread|RUNNABLE|WAITING|BLOCKED|TIMED_))"
        ),
        '"',
    ),
    (re.compile(r"(?m)^[\s>|]{0,20}#\d{1,9} \"([^\"\n]{1,300})\""), '"'),
    (re.compile(r"\bthread #\d+, name = '([^\n]{1,300}?)'(?=, (?:stop reason|queue|activity) = |$)"), "thread #"),
    (re.compile(r"\b(?:name = |name: |thread name=)['\"]([^'\"\n]{1,300})['\"]"), "name"),
    (re.compile(r"\bThread Name: ['\"]([^'\"\n]{1,300})['\"]"), "Thread Name: "),
    (re.compile(r"<_?(?:Main)?Thread\(([^,()\n]{1,100}), (?:started|stopped|initial)"), "Thread("),
    (re.compile(r"#<Thread:0x[0-9a-f]+@([^\n>]{1,100}?) \S{1,300}:\d+ "), "#<Thread:"),
    (re.compile(r"(?m)^3XMTHREADINFO +\"([^\n]{1,300})\" "), "3XMTHREADINFO"),
    (re.compile(r"\bDispatchQueue_\d+: ([\w.-]{1,200})"), "DispatchQueue_"),
    (re.compile(r"\bThread (TID-[^\n]{1,80})$"), "TID-"),
    (re.compile(r"\btid=([A-Za-z0-9]{1,12})(?= )"), "tid="),
    (re.compile(r"# Thread: ([^\n(]{1,100})\(\d"), "# Thread: "),
    (re.compile(r"\bthread_id = (\S{1,100}) filename = "), "thread_id = "),
    (re.compile(r"\"(?:name|threadName|thread_name|lockOwnerName|comm)\"\s*:\s*\"((?:[^\"\\\n]|\\.){1,300})\""), '"'),
    (
        re.compile(
            r"(?m)^[ \t]*(?:Thread_\d+|Thread \d+ name|Thread 0x[0-9a-f]+)(?:\s{1,80}DispatchQueue[\w ]{0,80})?: {1,80}"
            r"([^\n\"]{1,200}?)[ \t]{0,80}$"
        ),
        "Thread",
    ),
    (re.compile(r"(?m)^Name:\t([^\n]{1,64})$"), "Name:\t"),
    (re.compile(r"\bname: ([^\n]{1,64}?)  >>>"), "name: "),
)


_PLAIN = re.compile(r"[\w#<][\w.:#<>-]{0,38}[\w>]")
_WORD = re.compile(r"\w+")


class Threads:
    """The names that were met."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._has_plain = False

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def learn(self, text: str) -> set[str]:
        """Take note of the names in a text, and give them."""
        found = {match[1] for form, least in _FORMS if least in text for match in form.finditer(text)}
        self._names |= found
        self._has_plain = self._has_plain or any(_PLAIN.fullmatch(name) and not _WORD.fullmatch(name) for name in found)
        return found

    @property
    def words(self) -> Iterator[str]:
        """The names that are but a word."""
        return filter(_WORD.fullmatch, self._names)

    def hold_whole(self, line: str, hold: Callable[[str], str]) -> str:
        """A line with the names held that stand in it as a whole, as `pool-1-thread-2`: their words by themselves say something else."""
        return _PLAIN.sub(lambda match: hold(match[0]) if match[0] in self._names else match[0], line) if self._has_plain else line

    def hold(self, line: str, hold: Callable[[str], str]) -> str:
        """A line with each name in it as `hold` gives it."""
        for form, least in _FORMS:
            match = form.search(line) if least in line else None
            if match is not None:
                return line[: match.start(1)] + hold(match[1]) + line[match.end(1) :]
        return line
