"""Coverage-guided fuzzing: the native readers of Java's and Go's dumps and the plain ones give the same columns and the same facts.

    make fuzz SECONDS=60

Built as for scanner.py.  The first argument is the grammar: jstack, dump_to_file or goroutines.
"""

from __future__ import annotations

import sys

import atheris

from stackan.model.columns import Columns
from stackan.parsing.go import goroutines
from stackan.parsing.java import dump_file, jstack

READERS = {"jstack": jstack, "dump_to_file": dump_file, "goroutines": goroutines}
reader = READERS[sys.argv.pop(1)]


def check_agreement(data: bytes) -> None:
    native, plain = reader.read(data), reader.read_plainly(data)
    for name in Columns.__slots__:
        ours, theirs = getattr(native.columns, name), getattr(plain.columns, name)
        if ours != theirs:
            raise AssertionError(f"{name}: native {list(ours)}, plain {list(theirs)}")
    if native.facts != plain.facts or native.snapshots != plain.snapshots:
        raise AssertionError(f"native {native}, plain {plain}")


if __name__ == "__main__":
    atheris.Setup(sys.argv, check_agreement, enable_python_coverage=False)
    atheris.Fuzz()
