"""Known words of run-times in their thread dumps; the plain readers and the native ones read these tables, so no word is typed twice."""

from __future__ import annotations

# -- the JVM

DEADLOCK = (b"Found one Java-level deadlock:", b"Deadlock Detection:")
# A section about deadlocks repeats stacks; these lines end it.
DEADLOCK_ENDS = (b"Found 1 deadlock.", b"Found a total of ", b"No deadlocks found.")
INSIDE_DEADLOCKS = (b"\tat ", b"\t- ", b" ", b'"', b"====", b"Found one ", b"Java stack information ")
# Lines below a header that go on with it.
MORE_OF_HEADER = (b"JavaThread state: ", b"Thread: 0x", b"No compile task", b"Compiling: ", b"Carrying virtual thread #")
# Lines of a dump that belong to no thread.
AROUND = (
    b"Threads class SMR info:",
    b"_java_thread_list=",
    b"_to_delete_list=",
    b"_java_thread_list_alloc_cnt=",
    b"_deleted_thread_cnt=",
    b"_tlh_cnt=",
    b"_delete_lock_wait_cnt=",
    b"_to_delete_list_cnt=",
    b"next-> ",
    b"}",
    b"JNI global ref",
    b"Debugger attached successfully.",
    b"Server compiler detected.",
    b"Client compiler detected.",
    b"JVM version is ",
    b"Attaching to remote server ",
)
# Threads of the JVM that are java.lang.Threads for it, but run no Java code (HotSpot's compileBroker.cpp, serviceThread.cpp, …).
SERVICE = (
    b"Signal Dispatcher",
    b"Service Thread",
    b"Monitor Deflation Thread",
    b"Notification Thread",
    b"Attach Listener",
    b"DestroyJavaVM",
    b"Sweeper thread",
    b"C1 CompilerThread",
    b"C2 CompilerThread",
    b"CompilerThread",
    b"JVMCI CompilerThread",
    b"StringDedupProcessor",
    b"Surrogate Locker Thread",
    b"JDWP ",
    b"JFR ",
    # OpenJ9's
    b"JIT ",
    b"IProfiler",
    b"GC Slave",
    b"GC Worker",
    b"Concurrent Mark Helper",
    b"Finalizer thread",
    b"Signal Reporter",
    b"SIGQUIT Thread",
    b"SharedClasses",
    b"VM Runtime State Listener",
    # Android's
    b"Signal Catcher",
    b"Jit thread pool worker",
    b"Heap thread pool worker",
    b"Runtime worker thread",
)
# Threads that are there to print the dump.
TAKES_THE_DUMP = (b"Attach Listener", b"Signal Catcher")
STATES = (b"NEW", b"RUNNABLE", b"BLOCKED", b"WAITING", b"TIMED_WAITING", b"TERMINATED")

# -- Go

# `goroutine 1 [running]:` follows each of these: they open a dump.  (src/runtime/panic.go, src/runtime/signal_unix.go)
OPENINGS = (b"panic: ", b"fatal error: ", b"SIGQUIT: ", b"SIGABRT: ", b"SIGSEGV: ", b"SIGTRAP: ", b"SIGBUS: ", b"SIGFPE: ", b"SIGILL: ")
