"""Other people's hangs whose cause was found: the report names it.  The dumps are theirs; they lie beside the project's folder."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

import stackan
from stackan.report import text

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "public"

CAUSES = {
    "percona/stacktrace001.txt": (
        "276 threads wait for mutex 0xd2bd80",
        "By elimination LWP 20976 may hold it: no other thread is past that lock inside open_table. It waits for mutex 0xd3dcc0",
        "By elimination LWP 21102 may hold it: no other thread is past that lock inside sanity. It runs in sanity.",
    ),
    "percona/stacktrace-pt-2211.txt": ("LWP 15380 waits for an InnoDB latch",),
    "percona/stacktrace004.txt": ("running in StringBuilder::length", "34 Queue::pop"),
    "firebird/CORE-5757-gdb.txt": ("LWP 21113 waits for the rest of a packet of one client, in the loop that serves all of them",),
    "firebird/CORE-5757-after-patch2.txt": ("LWP 13802 waits for the rest of a packet of one client", "11 firebird.worker"),
    "firebird/CORE-3786-isql.txt": ("waits for the mutex of a Firebird shared memory file",),
    "firebird/CORE-3786-fb_inet_server.txt": (  # one session that looks at two processes
        "both firebird processes thread 3 waits for the mutex of a Firebird shared memory file",
        "216 (thread 3), 213 (thread 1)",
    ),
    "mpich/ticket-89-mail-waitany.txt": ("waits for a message of another MPI rank",),
    "parking-lot-deadlock/gdb.log": ("5 threads wait for a rwlock", "RawRwLockUpgrade>::lock_upgradable"),
}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no ../shared/corpus/public beside the project")
@pytest.mark.parametrize("dump", CAUSES)
def test_the_known_cause_is_named(dump: str) -> None:
    stream = io.StringIO()
    text.write(stackan.analyze(stackan.load(CORPUS / dump)), stream)
    report = " ".join(stream.getvalue().split())

    assert [words for words in CAUSES[dump] if words not in report] == []
