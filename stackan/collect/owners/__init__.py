"""Who waits for which lock, and who owns it, read from live processes without stopping them and without symbols.

The futex of a waiting thread is an argument of its system call; what lies around it says of which kind it is, and who has it.
Layouts: glibc 2.25 to 2.40 on x86-64 (nptl/, bits/struct_mutex.h, bits/struct_rwlock.h, pthreadtypes.h).
"""

from stackan.collect.owners.reading import View, take
from stackan.collect.owners.text import render

__all__ = ["View", "render", "take"]
