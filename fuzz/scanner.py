"""Coverage-guided fuzzing: the native scanner and its reference give the same columns, and no byte outside the buffer is touched.

    make fuzz SECONDS=60

The extension is built for it with clang's AddressSanitizer and libFuzzer's counters (STACKAN_FUZZ=1 in setup.py), so that an input
which reaches new code in the native scanner is kept and varied further.
"""

from __future__ import annotations

import sys

import atheris

from stackan import _fast, _reference
from stackan.model.columns import EU_STACK, GDB, Columns


def check_agreement(data: bytes) -> None:
    lines = data.count(b"\n") + bool(data and not data.endswith(b"\n"))
    for dialect in (GDB, EU_STACK):
        native, pure = _fast.scan(data, dialect), _reference.scan(data, dialect)
        for name in Columns.__slots__:
            if getattr(native, name) != getattr(pure, name):
                raise AssertionError(f"{name}: native {list(getattr(native, name))}, pure {list(getattr(pure, name))}")
        if sum(native.lines_by_kind) != lines:
            raise AssertionError(f"{sum(native.lines_by_kind)} lines accounted for, {lines} in the text")


if __name__ == "__main__":
    atheris.Setup(sys.argv, check_agreement, enable_python_coverage=False)
    atheris.Fuzz()
