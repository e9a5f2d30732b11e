"""Coverage-guided fuzzing of everything behind the scanner: any text gives dumps, an analysis and every output, or one sentence of refusal.

    make fuzz SECONDS=60

The scanner in plain Python is used: fuzz/scanner.py holds the native one to it.  For every text that is read, the lines of
all kinds add up to those of the text, and each line that a finding quotes is in it.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import atheris

with atheris.instrument_imports(include=["stackan"]):
    import stackan
    from stackan.model.case import Case
    from stackan.parsing import parse_all

    for module in pkgutil.walk_packages(stackan.__path__, "stackan."):  # also those that are imported when they are needed
        if module.name not in ("stackan.__main__", "stackan._fast"):
            importlib.import_module(module.name)

    from outputs import check_analysis, check_dumps


def check_text(data: bytes) -> None:
    """A text as the only snapshot, and as both of two: so that waits are compared and the graph is built."""
    try:
        before, after = parse_all(data, "before"), parse_all(data, "after")
    except stackan.StackanError:
        return
    for dump in before:
        lines = dump.original.count(b"\n") + (not dump.original.endswith(b"\n"))
        if dump.original is dump.data and sum(dump.lines.values()) != lines:
            raise AssertionError(f"{sum(dump.lines.values())} lines accounted for, {lines} in the text")
    check_dumps(before)
    check_analysis(Case(before, []))
    document = check_analysis(Case([*before, *after], [], given_order=True)).to_dict()
    for finding in document["findings"]:
        for quote in finding["evidence"]:
            if quote["text"] not in data.decode("utf-8", "replace"):
                raise AssertionError(f"quoted, but not in the text: {quote}")


if __name__ == "__main__":
    atheris.Setup(sys.argv, check_text)
    atheris.Fuzz()
