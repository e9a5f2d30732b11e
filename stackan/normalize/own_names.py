"""Functions of the program's own that are named like one of the C library's: `read`, `accept`, `poll`, `send`, `exit`.

A name says what a thread waits for only where the function is the library's.  A frame shows whose it is by its library or its file:

#4  0x0000558140 in read () at teller.cc:10                                  the program's
#4  0x00007f8af7 in read () from /opt/bank/lib/libteller.so                  the program's
#4  0x0000558140 in read(Account*) ()                                        the program's: C++ prints parameters with a name
#0  0x00007f8af7 in __GI___libc_read (fd=3) at ../sysdeps/unix/sysv/linux/read.c:26
#0  0x00007f8af7 in read () from /lib64/libc.so.6
#3  0x0000558140 in read ()                                                  anybody's: the frames inside of it have to show it
"""

from __future__ import annotations

from stackan.model.expressions import expression
from stackan.model.rows import Location

# The shared objects that have such functions: of glibc (2.5 to 2.41), musl, uClibc, bionic, and of liburing and libaio.
# libstdc++ has `operator new` and the functions that start threads.
_LIBRARIES = expression(
    r"(?:libc|libpthread|librt|libdl|libanl|libuClibc|libstdc\+\+|libaio|liburing|libsocket|libnsl|libthread|libxnet|ld)(?!\w)"
)
# The paths of their sources, as distributions print them: `./nptl/sem_wait.c`, `../sysdeps/unix/sysv/linux/read.c`,
# `/usr/src/debug/glibc-2.28/io/open.c`, `/usr/include/x86_64-linux-gnu/bits/poll2.h`; folders that only a C library has.
_FOLDERS = expression(r"(?:glibc|musl|uClibc|bionic|sysdeps|nptl|linuxthreads|libio|libstdc\+\+-v3|libsupc\+\+)")
_HEADERS = ("/usr/include/", "/usr/lib/gcc/")
# And folders that others may have, too, right under the root of the sources: `./io/open.c`, `src/thread/__timedwait.c` (musl).
_TOPS = frozenset((
    "aio", "csu", "debug", "dlfcn", "elf", "exit", "fcntl", "io", "ipc", "linux", "login", "malloc",
    "misc", "mman", "mq", "network", "posix", "process", "resolv", "rt", "sched", "select",
    "signal", "socket", "stat", "stdio", "stdio-common", "stdlib", "sysvipc", "termios", "thread", "time", "unistd",
))  # fmt: skip
# A file that is printed without a folder is one of the library's if it is named so, or like the function.
_FILES = expression(
    r"(?:pthread_|sem_|lowlevel|futex|syscall|cancellation|io|dl-|cxa_|aio_|gthr)|(?:malloc|arena|genops|fileops|mutex|new_op\w*|del_op\w*)\."
)


def own_name(name: str, printed: str, location: Location) -> str:
    """The name of a function, distinct from the C library's of that name if it is the program's own: `read (teller.cc)`.

    >>> own_name("read", "read", Location("/src/bank/teller.cc", 10, None))
    'read (teller.cc)'
    >>> own_name("read", "__GI___libc_read", Location("../sysdeps/unix/sysv/linux/read.c", 26, None))
    'read'
    """
    where = _place_of_its_own(name, location)
    if not where and _has_parameters(printed) and not _is_headers(name):
        where = "C++"
    return f"{name} ({where})" if where else name


def _place_of_its_own(name: str, location: Location) -> str:
    """The library or the file of a function, without its folder, where that is none of the C library's."""
    library = location.library.rpartition("/")[2] if location.library else ""
    if _LIBRARIES.match(library):
        return ""
    if ".so" in library:
        return library
    if location.file is None or "." not in location.file or _is_of_the_library(location.file):
        return ""
    file = location.file.rpartition("/")[2]
    return "" if file == location.file and _is_library_file(file, name) else file


def _is_of_the_library(path: str) -> bool:
    """Whether a source file may be the C library's, by its folders."""
    *folders, _ = path.split("/")
    below = [folder for folder in folders if folder not in (".", "..", "src")]
    return path.startswith(_HEADERS) or any(map(_FOLDERS.match, folders)) or (len(below) == 1 and below[0] in _TOPS)


def _is_library_file(file: str, name: str) -> bool:
    stem, _, kind = file.rpartition(".")
    stem = stem.replace("-", "_")
    return kind in ("c", "h", "S", "s") and (_FILES.match(file) is not None or stem in name or name in stem)


def _is_headers(name: str) -> bool:
    """Whether a C++ function is libstdc++'s own: `std::call_once`, `operator new`, `__gthread_once(int*, void (*)())`."""
    return not name.isidentifier() or name.startswith("gthread_")


def _has_parameters(printed: str) -> bool:
    return printed.startswith("_Z") or (printed.endswith(")") and "(" in printed)
