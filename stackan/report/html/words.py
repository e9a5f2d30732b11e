"""The words of the page's program, by the names that web/src asks for: one catalog serves both."""

from __future__ import annotations

from stackan.wording.catalog import Catalog, marked

_WORDS = {
    "waits": marked("wait-for graph"),
    "matrix": marked("threads × snapshots"),
    "calls": marked("merged call tree"),
    "search": marked("search all frames, names and numbers"),
    "progress": marked("progress"),
    "process": marked("process"),
    "pool": marked("pool"),
    "all": marked("all"),
    "thread": marked("thread"),
    "name": marked("name"),
    "snapshot": marked("snapshot {number}"),
    "place": marked("where it stands"),
    "close": marked("close"),
    "copy": marked("copy as text"),
    "copied": marked("copied"),
    "notCopied": marked("the browser did not let it be copied; the text is selected"),
    "stack": marked("stack"),
    "explained": marked("what was concluded, and why"),
    "source": marked("its lines in the source text"),
    "foldedWait": marked("inside the wait: {count}"),
    "foldedMiddle": marked("between these: {count}"),
    "foldedStart": marked("start of the thread: {count}"),
    "more": marked("... {count} more"),
    "noExplanation": marked(
        "Of so many threads the page carries the reasons of the gravest only; `stackan analyze --explain {number}` tells those of this one."
    ),
    "noSource": marked("Of so many threads the page carries the lines of the gravest only; these stand in {source} from line {line} on."),
    "findings": marked("findings"),
    "zoomIn": marked("zoom in"),
    "zoomOut": marked("zoom out"),
    "fit": marked("fit"),
    "root": marked("root of these waits"),
    "causesOnly": marked("causes only"),
    "graphHelp": marked("Drag to move, wheel or + and - to zoom; Tab goes from box to box, Enter opens one."),
    "noWaits": marked("No thread is shown to wait for another."),
    "foldedByStack": marked("Threads that stand in one place and wait for the same are one box."),
    "foldedByPool": marked("The graph would have too many boxes, so the threads of a pool are one box as well."),
    "arrowsLeftOut": marked("Arrows that are not drawn, as {limit} are the most: {count}."),
    "leftOut": marked("Boxes that are not drawn, as {limit} are the most: {count}."),
    "members": marked("threads of this box"),
    "moreThreads": marked("{count} more stand in the list of threads."),
    "ofSnapshot": marked("snapshot"),
    "comparedWith": marked("against snapshot"),
    "nothing": marked("nothing"),
    "stuckOnly": marked("stuck threads only"),
    "share": marked("{threads}, stuck: {stuck}"),
    "difference": marked("{threads}, before: {before}"),
    "callsHelp": marked("Arrow keys walk the tree beside the drawing; Enter shows what is inside a frame, Escape goes back out."),
    "outermost": marked("all"),
    "notDrawn": marked("Frames that are too narrow or too deep to draw stand in the tree: {count}."),
    "vanished": marked("not there"),
    "legend": marked("what the colors mean"),
    "noMatch": marked("Nothing matches."),
    "noThread": marked("This case has no thread {name}."),
}


def many(one: str, several: str) -> tuple[str, str]:
    """Marks the two forms of a word that counts for the catalogs."""
    return one, several


_COUNTED = {
    "threads": many("{count} thread", "{count} threads"),
    "found": many("{count} thread of {all}", "{count} threads of {all}"),
    "cutStacks": many(
        "Of {count} stack the tree has the outermost frames only.", "Of {count} stacks the tree has the outermost frames only."
    ),
    "frames": many("{count} frame", "{count} frames"),
}


def words_of(catalog: Catalog) -> dict[str, str | tuple[str, ...]]:
    """Every word of the program in one language; one that counts has a form for one and a form for many."""
    counted = {name: tuple(catalog.plural(*forms, count) for count in (1, 2)) for name, forms in _COUNTED.items()}
    return {**{name: catalog.text(english) for name, english in _WORDS.items()}, **counted}
