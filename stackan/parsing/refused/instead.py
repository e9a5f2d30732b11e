"""What a text is that stackan knows by name and does not read, and what to take instead."""

from __future__ import annotations

from stackan.model.records import NamedTuple
from stackan.model.said import said


class Instead(NamedTuple):
    """The words of a refusal: `this is WHAT, which stackan does not read; ADVICE`."""

    what: str
    advice: str


_GDB_CORE = said(
    "take the stacks out of it on the host where it was written: `gdb PROGRAM CORE -batch -ex 'thread apply all bt' > core.txt`"
)
_ALL_STACKS = said("for the stacks of all threads take `pstack PID > stacks.txt`, twice")
_AS_TEXT = said("give the text of the dump itself, as the tool has written it into a file, or as it can be copied")
_JAVA_STACKS = said("for the stacks of all threads take `jstack PID`, or `kill -3 PID` and what the JVM then prints")
_NET_STACKS = said("take `clrstack -all` and `syncblk`, or `dotnet-stack report`")
INSTEAD: dict[str, Instead] = {
    "elf-core": Instead(said("an ELF core"), _GDB_CORE),
    "elf-program": Instead(
        said("a program or a library, and no dump of a process"),
        said("take the stacks of the process that runs it, with `pstack PID > stacks.txt`, or of its core"),
    ),
    "mach-o-core": Instead(said("a core of macOS"), said("take the stacks out of it: `lldb -c CORE -b -o 'bt all' > core.txt`")),
    "minidump": Instead(
        said("a minidump of Windows"),
        said("take the stacks out of it: `cdb -z FILE -c '~*kn; q' > stacks.txt`, or `minidump-stackwalk FILE` for one of Breakpad"),
    ),
    "windows-kernel-dump": Instead(
        said("a memory dump of the kernel of Windows"),
        said("take the stacks out of it: `kd -z FILE -c '!stacks 2; q' > stacks.txt`"),
    ),
    "hprof": Instead(said("a heap dump of a JVM, which has objects"), _JAVA_STACKS),
    "jfr": Instead(
        said("a recording of JDK Flight Recorder"), said("take the thread dumps out of it: `jfr print --events jdk.ThreadDump FILE`")
    ),
    "perf-data": Instead(
        said("samples of `perf`, which show what ran and not what waits"),
        _ALL_STACKS,
    ),
    "image": Instead(said("a picture"), _AS_TEXT),
    "video": Instead(said("a video"), _AS_TEXT),
    "pdf": Instead(said("a PDF"), _AS_TEXT),
    "office-document": Instead(said("an office document"), _AS_TEXT),
    "process-id": Instead(
        said("a process id, and nothing else"),
        said("take the stacks of that process, with `pstack PID > stacks.txt`"),
    ),
    "php-fpm-slowlog": Instead(
        said("PHP-FPM's log of slow requests, with the scripts' own calls"),
        said("for what a worker waits for take its stack, with `gdb -p PID -batch -ex 'thread apply all bt' > PID.txt`, twice"),
    ),
    "jrockit": Instead(said("a thread dump of JRockit, the JVM that ended with Java 6"), _ALL_STACKS),
    "websphere-hung-thread": Instead(
        said("WebSphere's message WSVR0605W about a thread that may hang, which shows one thread"),
        said("take a javacore, which shows all: `kill -3 PID`, or `wsadmin`'s `dumpThreads`, twice"),
    ),
    "erlang-crash-dump": Instead(
        said("an Erlang crash dump, of the processes inside of its virtual machine"),
        said("look at it with `observer`'s crash dump viewer; for the machine's own threads take `pstack PID > stacks.txt`"),
    ),
    "node-report": Instead(
        said("a diagnostic report of Node.js, of the one thread that runs JavaScript"),
        _ALL_STACKS,
    ),
    "bpftrace": Instead(
        said("output of bpftrace, which counts stacks and does not list threads"),
        _ALL_STACKS,
    ),
    "go-profile-top": Instead(
        said("a list of functions by `pprof -top`, which adds stacks up"),
        said("take `pprof -traces`, or ?debug=1, or better the goroutines themselves: `/debug/pprof/goroutine?debug=2`, or SIGQUIT"),
    ),
    "dotnet-parallelstacks": Instead(said("merged stacks of .NET"), _NET_STACKS),
    "dotnet-dumpasync": Instead(said("a list of .NET's tasks"), _NET_STACKS),
    "python-traceback": Instead(
        said("a {format} text", format="python-traceback"), said("for the stacks of all threads take `py-spy dump --pid PID`, twice")
    ),
    "ruby-traceback": Instead(
        said("a {format} text", format="ruby-traceback"),
        _ALL_STACKS,
    ),
    "java-exception": Instead(said("a {format} text", format="java-exception"), _JAVA_STACKS),
    "rust-panic": Instead(said("a {format} text", format="rust-panic"), _ALL_STACKS),
    "sanitizer": Instead(said("a {format} text", format="sanitizer"), _ALL_STACKS),
    "json-core-backtrace": Instead(said("a {format} text", format="json-core-backtrace"), _GDB_CORE),
}
