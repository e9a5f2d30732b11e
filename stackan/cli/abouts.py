"""The end of each command's help: its exit statuses, examples, and the page that has more.  Read when help is asked for."""

from __future__ import annotations

from stackan.model.records import NamedTuple
from stackan.model.said import said


class About(NamedTuple):
    """What a command's help says behind its options."""

    statuses: tuple[tuple[int, str], ...]
    examples: tuple[str, ...]
    page: str


_UNUSABLE = (2, said("the call or its input is unusable; standard error says why, and what to do"))
_INTERRUPTED = (130, said("interrupted (Ctrl-C)"))
_VERDICTS = (
    (0, said("read, and nothing critical found")),
    (1, said("at least one critical finding (0 with --exit-zero)")),
    _UNUSABLE,
    _INTERRUPTED,
)
_DONE = ((0, said("done")), _UNUSABLE)

ABOUTS = {
    "analyze": About(
        _VERDICTS,
        (
            "stackan analyze node1.1.txt node1.2.txt",
            "stackan analyze customer-case.tar.gz -o verdict.json",
            "stackan analyze 'case.zip!node1/snap1.txt' --explain 'LWP 4250'",
        ),
        "analyze.md",
    ),
    "compare": About(_VERDICTS, ("stackan compare before.txt after.txt",), "analyze.md"),
    "collect": About(
        (
            (0, said("whole: all that was tried worked")),
            (1, said("partial; standard error names what could not be done, and the right that was missing")),
            (2, said("nothing was collected, or the call is unusable")),
            _INTERRUPTED,
        ),
        (
            "stackan collect --match 'mode datanode' --match 'mode controller' -o case.tar.gz",
            "stackan collect --pid 4242 --rounds 3 --interval 10 -o case.tar.gz",
        ),
        "collect.md",
    ),
    "logs": About(_VERDICTS, ("stackan logs dsc0/ dsc1/ monitor/",), "logs.md"),
    "batch": About(
        (
            (0, said("all cases have a row")),
            (1, said("some could not be analyzed; their rows, and the summary, say why")),
            _UNUSABLE,
            (130, said("interrupted (Ctrl-C); the same command goes on where this one ended")),
        ),
        (
            "stackan batch cases/ --store results/",
            "stackan batch s3://bucket/cases/ --store s3://bucket/results --engine dask://scheduler:8786",
        ),
        "batch.md",
    ),
    "parse": About(_DONE, ("stackan parse --format folded snap1.txt", "stackan parse dumps/ -o frames.parquet"), "parse.md"),
    "similar": About(_DONE, ("stackan similar new-case.zip --store results", "stackan similar --clusters --store results"), "similar.md"),
    "note": About(_DONE, ("stackan note case-0815.zip --store results --resolved-by 'restart of the journal service'",), "similar.md"),
    "query": About(
        (*_DONE, _INTERRUPTED),
        (
            "stackan query --store results 'select verdict, count(*) from cases group by 1'",
            "stackan query --store results --named top-stuck",
        ),
        "query.md",
    ),
    "redact": About(_DONE, ("stackan redact case.zip to-send.zip", "stackan redact dumps/ to-send --hide acme"), "redact.md"),
    "rescue": About(
        (
            (0, said("nothing stands in the way; with --run, every command has been taken")),
            (1, said("with --run: not all that was sent has come back")),
            (2, said("a precondition is not held, or the call is unusable")),
            _INTERRUPTED,
        ),
        ("stackan rescue --pid 4242 --install-dir /opt/dolphindb-rescue",),
        "rescue.md",
    ),
    "profiles": About(_DONE, ("stackan profiles list", "stackan profiles show mariadb", "stackan profiles check mine.toml"), "profiles.md"),
    "completion": About(_DONE, ("stackan completion bash -o ~/.local/share/bash-completion/completions/stackan",), "shell.md"),
    "man": About(_DONE, ("stackan man -o ~/.local/share/man/man1/stackan.1",), "shell.md"),
}
WHOLE = About(  # of `stackan --help`
    (*_VERDICTS,),
    ("stackan analyze snap1.txt snap2.txt", "stackan analyze --help"),
    "README.md",
)


def about(command: str | None) -> About:
    return ABOUTS.get(command or "", WHOLE)
