"""The last handler of every command's errors: however a call ends, it ends in one sentence at most and in a status that says how.

Before it is installed, only modules that the interpreter has loaded anyway, and a few small ones of the package, are imported.
"""

from __future__ import annotations

import gc
import os
import sys

from stackan.cli.language import choose_language, words_of
from stackan.cli.printing import say, settle
from stackan.errors import InputError, StackanError
from stackan.model.said import said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackan.cli.stops import Stops

_VERSION = (["--version"], ["-V"])  # the words of calls that ask for nothing else
UNUSABLE = 2  # the call, its input or its output; 1 says that something critical was found, so no crash may end in it
BROKEN_PIPE = 141  # as a shell reports a program that SIGPIPE has ended
INTERRUPTED = 130
_OUT_OF_MEMORY = b"stackan: out of memory; give fewer or smaller inputs, or more memory (ulimit -v, the container's limit)\n"
_NO_MAPPING = "failed to map segment"  # the loader's words where a library finds no room
_YOUNG = 50_000  # objects after which cycles are looked for: a command makes thousands of lasting ones as it is imported
_RESERVE_BYTES = 2 << 20  # two of the arenas that Python's small objects come from
_COMMAND_BYTES = 12 << 20  # what a command's modules take; an interpreter (CPython 3.10) may die where memory ends while it imports

is_program = False  # whether the interpreter runs for this call alone, so that nothing else will import anything


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status, and raises nothing.

    0 and 1 are the command's own; 2 says that the call, its input or its output is unusable, or that stackan itself has failed; 130
    is an interruption, 128 and its number another signal that ends programs, 141 a reader that has gone.
    """
    status: int | None = None
    reserve: list[bytes] = []
    try:
        reserve.append(bytes(_RESERVE_BYTES))
        status = _run(argv)
    except KeyboardInterrupt:  # before the net's own handler was there, or a second one while the first was being reported
        status = INTERRUPTED
    except BaseException:  # no memory, be it only to report what else had failed
        reserve.clear()
    if status is None:  # only here are the frames gone that have filled the memory
        status = _say_out_of_memory()
    settle()
    if argv is None:
        gc.freeze()  # the interpreter looks for cycles at its end, several times: the memory goes back with the process
    return status


def _run(argv: Sequence[str] | None) -> int:
    from stackan.cli.stops import Stops

    global is_program
    alone = is_program = argv is None
    if alone:
        sys.unraisablehook = _pass_over
        gc.set_threshold(_YOUNG)
    arguments = sys.argv[1:] if argv is None else list(argv)
    language = choose_language(arguments)
    with Stops(alone) as stops:
        try:
            if arguments in _VERSION:
                from stackan.cli.version import print_version

                return print_version()
            bytes(_COMMAND_BYTES)  # mapped and let go, never touched: a `bytearray` would be written to
            from stackan.cli.commands import run

            return run(arguments, language)
        except BaseException as error:
            stops.hold_off()
            return _tell(error, stops, language)


def _pass_over(trouble: object) -> None:
    """Report no errors while objects are taken down: they come where memory is short, and nobody can do anything about them."""


def _tell(error: BaseException, stops: Stops, language: str) -> int:
    """Say what has ended the command, and return the status for it."""
    if stops.number or isinstance(error, KeyboardInterrupt):  # first, as what is interrupted may make another error of it
        say(stops.words, language)
        return 128 + stops.number if stops.number else INTERRUPTED
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else UNUSABLE if error.code else 0
    if isinstance(error, BrokenPipeError):  # the reader has seen enough (| head)
        return BROKEN_PIPE
    if isinstance(error, StackanError):
        say(words_of(error), language)
        for note in error.notes if isinstance(error, InputError) else ():
            say(said("note: {note}", note=note), language)
    elif _lacks_memory(error):
        raise MemoryError
    elif isinstance(error, OSError):
        say(_of_the_system(error), language)
    else:
        from stackan.cli.defects import tell_defect

        say(tell_defect(error), language)
    return UNUSABLE


def _of_the_system(error: OSError) -> str:
    reason = error.strerror or str(error)
    if error.filename:
        return said("{path}: {reason}; check the path, its rights and the free space", path=error.filename, reason=reason)
    return said("input or output: {reason}; check the path, its rights and the free space", reason=reason)


def _lacks_memory(error: BaseException) -> bool:
    import errno

    lacking = isinstance(error, OSError) and error.errno == errno.ENOMEM
    return lacking or isinstance(error, MemoryError) or (isinstance(error, ImportError) and _NO_MAPPING in str(error))


def _say_out_of_memory() -> int:
    """Put bytes that are there already where standard error goes, which takes no memory."""
    try:
        if sys.stderr is not None:
            os.write(2, _OUT_OF_MEMORY)
    except OSError:
        return UNUSABLE
    return UNUSABLE
