"""Words of the reports for the codes of the document: verdicts, kinds of findings, what a thread does.

The English ones are the codes themselves, as in docs/json.md.
"""

from __future__ import annotations

from stackan.model.said import Said, said

_ALL = (
    # verdicts
    said("recovering"),
    said("deadlock"),
    said("worker-exhaustion"),
    said("blocked"),
    said("spinning"),
    said("progressing"),
    said("idle"),
    said("inconclusive"),
    # kinds of findings, severities, how sure they are
    said("self-deadlock"),
    said("convoy"),
    said("stalled-io"),
    said("stuck-wait"),
    said("spin"),
    said("fault-recovery"),
    said("log-fault"),
    said("capture-problem"),
    said("critical"),
    said("warning"),
    said("info"),
    said("certain"),
    said("likely"),
    said("possible"),
    # what a thread did between the snapshots
    said("stuck"),
    said("appeared"),
    said("vanished"),
    said("unknown"),
    said("seemingly idle"),
    # what it does in one of them
    said("running"),
    said("waiting"),
    said("sleeping"),
    said("unknowable"),
    said("lock"),
    said("condition"),
    said("future"),
    said("semaphore"),
    said("join"),
    said("io"),
    said("network"),
    said("sleep"),
    said("signal"),
    said("barrier"),
    said("suspended"),
    # events of logs, and phases of fault handling
    said("instance-fault"),
    said("group-fault"),
    said("storage-fault"),
    said("network-fault"),
    said("site-fault"),
    said("halt"),
    said("io-timeout"),
    said("disk-full"),
    said("session-limit"),
    said("handling-started"),
    said("handling-phase"),
    said("handling-rolled-back"),
    said("handling-over"),
    said("rejoin"),
    said("starting"),
    said("ready"),
    said("stopped"),
    said("start-phase"),
    said("replaying"),
    said("out-of-memory"),
    said("connection-limit"),
    said("rebuild"),
    said("redo"),
    said("rollback"),
    # how that is known
    said("recorded"),
    said("locals"),
    said("frames"),
    said("profile"),
    said("inferred"),
    # roles of processes
    said("datanode"),
    said("computenode"),
    said("controller"),
    said("agent"),
    # results of counters for a thread that stands still
    said("ran nothing"),
    said("used no CPU that was counted"),
)
TERMS = {term.english: term for term in _ALL}


def term(code: str) -> str | Said:
    """The word for a code; of one that has none, such as a profile's name, the code."""
    return TERMS.get(code, code)
