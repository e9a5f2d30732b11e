"""Every goal of speed in one table: what, ours, a baseline in the same run, their ratio, and the goal.

    python benchmarks/goals.py [--page docs/performance.md] [--only WORD]

Figures are CPU seconds, medians; machines differ and are shared: the ratios count.  A peer that is not installed is skipped by name;
that of FlameGraph is looked for on the PATH, or where STACKAN_FLAMEGRAPH says its folder is.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from generate import deadlocks, grow, mix
from generate_runtimes import grow_goroutines, grow_jstack, grow_py_spy
from measure import STACKAN, run, run_inside

ROOT = pathlib.Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "mariadb-pool-exhausted"
MB = 1e6
BEGIN, END = "<!-- made by `make bench` -->\n", "<!-- end of what `make bench` made -->\n"


class Row(NamedTuple):
    """One goal and what was measured."""

    what: str
    ours: str
    baseline: str
    ratio: str
    goal: str


class Bench:
    """The inputs, each made when it is first needed, and what was measured on them."""

    def __init__(self, folder: pathlib.Path, scale: float) -> None:
        self.folder = folder
        self.scale = scale  # of the sizes; 1 are those of the goals
        self.rounds = 5 if scale == 1 else 1

    def size(self, number: int) -> int:
        return max(1, int(number * self.scale))

    def write(self, name: str, data: bytes) -> pathlib.Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    @cached_property
    def mix(self) -> pathlib.Path:
        dumps = [
            path.read_bytes() for path in (*sorted(EXAMPLE.glob("snap*.txt")), *sorted((ROOT / "tests/dumps/mariadb").glob("*.gdb.txt")))
        ]
        path = self.folder / "mix.txt"
        with path.open("wb") as file:
            file.writelines(mix(dumps, self.size(100_000_000), seed=7))
        return path

    @cached_property
    def large_mix(self) -> pathlib.Path:
        path = self.folder / "large.txt"
        with path.open("wb") as file:
            for _ in range(10):
                file.write(self.mix.read_bytes())
        return path

    @cached_property
    def collapsing(self) -> float:
        """FlameGraph's script on the mix; 0 if it is not there."""
        folder = os.environ.get("STACKAN_FLAMEGRAPH", "")
        script = shutil.which("stackcollapse-gdb.pl", path=folder or None)
        return run(("perl", script, self.mix), self.rounds).seconds if script is not None else 0.0

    @cached_property
    def starting(self) -> float:
        return run((sys.executable, "-c", "pass"), 4 * self.rounds).seconds

    def command(self, *words: object, rounds: int | None = None) -> float:
        return run((*STACKAN, *words), rounds or self.rounds).seconds


def rate(path: pathlib.Path, seconds: float) -> str:
    return f"{path.stat().st_size / MB / seconds:,.0f} MB/s"


def against_collapsing(bench: Bench, what: str, ours: float, goal: str) -> Row:
    theirs = bench.collapsing
    if not theirs:
        return Row(what, f"{ours:.3f} s", "stackcollapse-gdb.pl is not installed", "", goal)
    return Row(what, f"{ours:.3f} s", f"stackcollapse-gdb.pl {theirs:.3f} s", f"{theirs / ours:.1f} × as fast", goal)


def outputs(bench: Bench) -> Iterator[Row]:
    """Whole commands on the mix of 100 MB."""
    yield against_collapsing(bench, "`analyze`, mix", bench.command("analyze", "--exit-zero", bench.mix), "≥ 2 × as fast")
    yield against_collapsing(bench, "`parse -f folded`, mix", bench.command("parse", "-f", "folded", bench.mix), "≥ 8 × as fast")
    yield against_pt_pmp(bench)
    summary = bench.command("parse", "-f", "summary", bench.mix)
    for format in ("ndjson", "json", "parquet", "arrow"):
        ours = bench.command("parse", "-f", format, bench.mix)
        goal = "≥ 300 MB/s" if format in ("ndjson", "parquet") else ""
        yield Row(
            f"`parse -f {format}`, mix", rate(bench.mix, ours), f"`-f summary` {rate(bench.mix, summary)}", f"{summary / ours:.2f}", goal
        )


def against_pt_pmp(bench: Bench) -> Row:
    script, what = shutil.which("pt-pmp"), "`parse -f folded`, mix"
    if script is None:
        return Row(what, "", "pt-pmp is not installed", "", "")
    ours, theirs = bench.command("parse", "-f", "folded", bench.mix), run((script, bench.mix), 1).seconds
    return Row(what, f"{ours:.3f} s", f"pt-pmp {theirs:.3f} s", f"{theirs / ours:.1f} × as fast", "")


def peaks(bench: Bench) -> Iterator[Row]:
    """Memory for a text of 1 GB."""
    counted = run((*STACKAN, "parse", "-f", "summary", bench.large_mix), 1).peak
    for format in ("folded", "ndjson"):
        peak = run((*STACKAN, "parse", "-f", format, bench.large_mix), 1).peak
        yield Row(
            f"peak of `parse -f {format}`, 1 GB",
            f"{peak:.0f} MiB",
            f"`-f summary` {counted:.0f} MiB",
            f"{peak / counted:.1f}",
            "≤ 64 MiB + tables",
        )


_LOAD = "import stackan\ncase = stackan.load(*sys.argv[1:])"


def findings(bench: Bench) -> Iterator[Row]:
    """From dumps to findings."""
    first, second = ((EXAMPLE / name).read_bytes() for name in ("snap1.txt", "snap2.txt"))
    pair = [bench.write(f"{n}.txt", grow(dump, bench.size(5000), seed=7)) for n, dump in enumerate((first, second))]
    yield Row("`analyze`, two dumps of 5,000 threads", f"{bench.command('analyze', '--exit-zero', *pair):.3f} s", "", "", "≤ 0.12 s")
    large = [bench.write(f"large{n}.txt", grow(dump, bench.size(100_000), seed=7)) for n, dump in enumerate((first, second))]
    seconds = run_inside(_LOAD, "stackan.analyze(case)", 1, *large)
    yield Row("two snapshots of 100,000 threads, parsed, to findings", f"{seconds:.2f} s", "", "", "≤ 0.6 s")
    one = run_inside(_LOAD, "stackan.analyze(case)", 1, large[0])
    yield Row("100,000 threads with an exhausted pool, parsed, to findings", f"{one:.2f} s", "", "", "≤ 2 s")
    locked = bench.write("deadlocks.txt", deadlocks(bench.size(50_000), seed=7))
    seconds = run_inside(_LOAD, "stackan.analyze(case)", 1, locked)
    yield Row("50,000 deadlocks, parsed, to findings", f"{seconds:.2f} s", "", "", "≤ 2 s")


def starts(bench: Bench) -> Iterator[Row]:
    """Small inputs, against the start of the interpreter."""
    commands = (
        ("`analyze` of the example", ("analyze", "--exit-zero", EXAMPLE), "≤ 3.5"),
        ("`parse` of a small dump", ("parse", EXAMPLE / "snap1.txt"), "≤ 2.2"),
        ("`--version`", ("--version",), "≤ 1.5"),
    )
    for what, words, goal in commands:
        ours = bench.command(*words, rounds=4 * bench.rounds)
        baseline = f"`python -c pass` {1000 * bench.starting:.0f} ms"
        yield Row(what, f"{1000 * ours:.0f} ms", baseline, f"{ours / bench.starting:.2f}", goal)


_PARSE = "from stackan.parsing import parse_all\ndata = open(sys.argv[1], 'rb').read()"


def formats(bench: Bench) -> Iterator[Row]:
    """Other formats: in memory, and as whole commands."""
    made: tuple[tuple[str, str, Callable[..., bytes], int, str], ...] = (
        ("py-spy", "python/working-1.py-spy.txt", grow_py_spy, 20_000, "≥ 25 MB/s"),
        ("jstack, 3,000 threads", "java/jdk17-pool-1.txt", grow_jstack, 3000, "≥ 300 MB/s"),
        ("100,000 goroutines", "go/http-busy.txt", grow_goroutines, 100_000, "≥ 300 MB/s"),
    )
    for what, small, grow_dump, threads, goal in made:
        dump = (ROOT / "tests/dumps" / small).read_bytes()
        path = bench.write("runtime.txt", grow_dump(dump, bench.size(threads), seed=7))
        lines = run_inside(_PARSE, "data.count(b'\\n')", 3, path)
        ours = run_inside(_PARSE, "parse_all(data)", 3, path)
        yield Row(f"{what}, in memory", rate(path, ours), f"line ends {rate(path, max(lines, 1e-6))}", f"{lines / ours:.3f}", goal)
        if "py-spy" not in what:
            whole = bench.command("analyze", "--exit-zero", path, rounds=1)
            yield Row(f"`analyze`, {what}", rate(path, whole), f"in memory {rate(path, ours)}", f"{ours / whole:.2f}", "≥ 60 MB/s")


GROUPS = (outputs, peaks, findings, starts, formats)


def table(rows: list[Row]) -> str:
    """The rows as a table of Markdown, which reads well on a terminal, too."""
    cells = [Row("what", "ours", "baseline", "ratio", "goal"), *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(Row._fields))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines) + "\n"


def put_into(page: str, made: str) -> str:
    """The page with its table replaced."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the page has no place for the table: {BEGIN.strip()} … {END.strip()}")
    return before + BEGIN + made + END + after


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure every goal of speed, and print one table.")
    parser.add_argument("--page", type=pathlib.Path, help="write the table into this page, too, between its marks")
    parser.add_argument("--only", default="", help="the groups whose name holds this word: " + ", ".join(each.__name__ for each in GROUPS))
    parser.add_argument("--scale", type=float, default=1.0, help="of all sizes, to try it out")
    options = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(pathlib.Path(folder), options.scale)
        for group in GROUPS:
            if options.only in group.__name__:
                rows += group(bench)
    made = table(rows)
    sys.stdout.write(made)
    if options.page is not None:
        options.page.write_text(put_into(options.page.read_text(encoding="utf-8"), made), encoding="utf-8")


if __name__ == "__main__":
    main()
