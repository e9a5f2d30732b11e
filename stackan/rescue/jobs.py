"""The ids of jobs in commands that cancel: the guide wants them known before, as a server that hangs lists none."""

from __future__ import annotations

import re
from collections.abc import Iterator

# cancelJob("load_2024"), cancelConsoleJob("b1c9e5c6-…"), ops::cancelJobEx(`load_2024), cancelJob(["a", "b"])
_CANCEL = re.compile(r"\bcancel(?:Console)?Job(?:Ex)?\b")
_GIVEN = re.compile(r"\s{0,9}\(([^()]*)\)")
_LITERAL = re.compile(r"\"([^\"]*)\"|'([^']*)'|`(\w+)")
_STAND_INS = frozenset(("jobid", "jobids", "rootjobid", "yourjobid", "作业id"))  # as the guides write what is to be put in


def find_ids(command: str) -> Iterator[str | None]:
    """The ids that a command's calls cancel, as they are written; None for a call of which that cannot be told."""
    for call in _CANCEL.finditer(command):
        given = _GIVEN.match(command, call.end())
        if given is None:
            yield None
            continue
        literals = [next(filter(None, found.groups()), "") for found in _LITERAL.finditer(given[1])]
        bare = given[1].strip()
        if literals:
            yield from literals
        elif is_placeholder(bare):
            yield bare
        else:
            yield None


def is_placeholder(job: str) -> bool:
    """Whether it is no id but the place for one: empty, `…`, `<id>`, `xxx`, or the guides' own word."""
    letters = "".join(filter(str.isalnum, job)).lower()
    in_brackets = job.strip()[:1] in ("<", "{", "[") and job.strip()[-1:] in (">", "}", "]")
    return not letters or in_brackets or letters in _STAND_INS or (len(letters) > 2 and set(letters) == {"x"})
