"""A sentence for each step of advice, in English."""

from __future__ import annotations

from stackan.wording.handling import HANDLING_ADVICE
from stackan.wording.sentences import many, one

ADVICE = {
    # deadlocks
    "save-dump-and-core": [
        one("Save this dump and a core (gcore PID) before anything else: the locks' state is lost with the process."),
    ],
    "end-one-of-them": [
        one("Only ending one of the threads' work frees the others; without a way to cancel it the process has to be restarted."),
    ],
    "lock-in-one-order": [one("Have the code take these locks in one order everywhere.")],
    "core-then-restart": [one("Nothing in this process can free the thread: save a core (gcore PID), then restart it.")],
    "signal-handlers-and-plain-mutexes": [
        one("Signal handlers may call async-signal-safe functions only, and a plain mutex may be locked once; see signal-safety(7)."),
    ],
    "give-back-before-writing": [
        one("A thread that has a rwlock to read has to give it back before it takes it to write: there is no upgrade."),
    ],
    "no-second-lock-while-writing": [
        one("A thread that has a rwlock to write may not lock it again before it gives it back, be it to read or to write."),
    ],
    "core-then-end-child": [one("Nothing can free the process: save a core (gcore PID), then end it; its parent goes on.")],
    "between-fork-and-exec": [
        one(
            "Between fork() and exec() the child of a process with threads may call async-signal-safe functions only: "
            "fork(2), pthread_atfork(3)."
        ),
    ],
    "save-dumps-table-and-cores": [one("Save these dumps, the table and a core of each process (gcore PID) before anything else.")],
    "end-a-connection": [one("Ending one of the connections (`ss -K` of its address) or one of the processes frees the others.")],
    "give-up-after-a-while": [
        one("Have one side give up after a while, and never write, or wait for an answer, before what the other side has sent is read."),
    ],
    "find-what-each-should-have-got": [
        one("The process has ended with this message: find the lock or the channel that each of its threads should have got from another."),
    ],
    "one-order-and-no-orphaned-channel": [
        one("Have the code take locks in one order everywhere, and close or feed every channel that somebody still receives from."),
    ],
    # transactions
    "end-idle-session": [
        one(
            "Have the client of session {session} end its transaction; else close the session: SP_CLOSE_SESSION({session}), on another "
            "node of a cluster SP_CLOSE_SESSION(EP_SEQNO, {session}). The rollback takes long for a large transaction."
        ),
    ],
    "cancel-in-session": [
        one(
            "Stop the statement of session {session}: SP_CANCEL_SESSION_OPERATION({session}). If that frees nobody, close the session: "
            "SP_CLOSE_SESSION({session}), on another node of a cluster SP_CLOSE_SESSION(EP_SEQNO, {session})."
        ),
    ],
    # pools
    "cancel-listed-jobs": [
        many(
            "{source} lists {count} job that has not ended: {commands}.",
            "{source} lists {count} jobs that have not ended: {commands}.",
        ),
    ],
    "cancel-a-task-from-outside": [
        one(
            "Cancel one of the waiting tasks from outside if the server has a side door that needs no worker of this pool; "
            "else save a core and restart it."
        ),
    ],
    "no-task-waits-for-its-own-pool": [
        one(
            "A task of a pool must not wait for another task of the same pool: give subtasks a pool of their own, "
            "or let the waiter run them."
        ),
    ],
    "keep-or-break-promises": [
        one(
            "Find the task or the promise that each should have got its result from: it has to be kept or broken whatever happens, "
            "also where its worker ends, fails, or waits for the one who asked."
        ),
    ],
    "hold-nothing-that-tasks-need": [
        one(
            "Who waits for the work of a pool must hold nothing that its tasks need: give it back before, or do that work there "
            "(a static initializer starts no parallel work)."
        ),
    ],
    "give-up-a-call": [
        one(
            "Have one of the processes give up a call: end its connection (`ss -K` of that address), or restart the smaller of the "
            "processes; save a core of each before."
        ),
    ],
    "calls-need-time-outs": [
        one("Calls between servers need a time-out, and a server that is called back needs workers of its own for that."),
    ],
    # the other end
    "find-peer-with-pfiles": [one("Find the other end: `pfiles PID` names the peer of each descriptor. Take its dump, too.")],
    "find-peer-with-procfiles": [one("Find the other end: `procfiles -n PID` names each descriptor. Take its dump, too.")],
    "find-peer-with-lsof": [one("Find the other end: `lsof -nP -p PID` names the peer of each descriptor. Take its dump, too.")],
    "find-peer-with-netstat": [one("Find the other end: `netstat -ano` names the peers of the process. Take its dump, too.")],
    "find-peer-with-table": [
        one(
            "Find the other end: save what `ss -tanp` (connections) or `lsof -nP +E` (pipes, too) print beside the dumps; "
            "stackan tells from it who that is. Take its dump, too."
        ),
    ],
    "find-descriptor-and-peer": [
        one(
            "Find the other end: with the debug symbols of glibc (libc6-dbg, glibc-debuginfo) gdb prints the descriptor; save what "
            "`ss -tanp` (connections) or `lsof -nP +E` (pipes, too) print beside its dump, and stackan tells who that is."
        ),
    ],
    "find-peer-of-runtime": [
        one(
            "Find the other end: `ss -tnp` lists the process's connections; this dump does not say which of them a thread reads. "
            "Take its dump, too."
        ),
    ],
    "look-at-peer": [one("Look at {peer}: what it does or waits for has to end first.")],
    "take-dumps-of-peer": [one("Take dumps of {peer}, too, and give them together with these and the table.")],
    "take-dumps-at-far-peer": [
        one("Take dumps of the server at {peer}, and `ss -tanp` there, and give them together with these and the table."),
    ],
    # locks
    "print-mutex-owner": [
        one(
            "Have gdb print the owner into a further dump, and give that to stackan, too: gdb -p PID -batch -ex 'set trace-commands on' "
            "-ex 'thread apply all bt full' -ex 'print *(pthread_mutex_t *) {address}' > owners.txt; with a `print` for each lock of this "
            "report. Without glibc's symbols `x/3dw {address}` shows it as the third number."
        ),
    ],
    "print-rwlock-owner": [
        one(
            "Have gdb print the lock into a further dump, and give that to stackan, too: gdb -p PID -batch -ex 'set trace-commands on' "
            "-ex 'thread apply all bt full' -ex 'print *(pthread_rwlock_t *) {address}' > owners.txt. It names the writer that has it, "
            "or counts its readers; who they are stands only in the locals of `bt full` (std::shared_lock)."
        ),
    ],
    "find-the-reader": [
        one(
            "No tool names a reader: look at the threads that do not wait for the lock, for one inside a function that locks it for "
            "reading; what that one does or waits for has to end first. Else look for a path that returns without unlocking."
        ),
    ],
    "get-symbols-for-lock": [
        one(
            "Install the debug symbols of glibc (libc6-dbg, glibc-debuginfo) and take the dumps again with `thread apply all bt full`: "
            "then the lock's address stands in them."
        ),
    ],
    "print-lock-in-frame": [
        one(
            "The lock is none of glibc's, so the debug symbols of glibc do not show it. With those of the program gdb prints it, "
            "at {thread}: `frame {level}` ({function}), `info args`, `print *{object}`; where that is optimized out, further out with "
            "`up`. "
            "Who holds it shows in the stacks, if anywhere: look for a thread that is past the lock in a function which takes it."
        ),
    ],
    "list-owners-with-jcmd": [
        one(
            "Take the dump with `jcmd PID Thread.print -l` (`jstack -l PID`): it lists who owns the locks of java.util.concurrent. "
            "Readers of a ReentrantReadWriteLock, and a StampedLock's owner, are recorded nowhere."
        ),
    ],
    "dump-virtual-threads": [one("`jcmd PID Thread.dump_to_file FILE` lists all virtual threads with their stacks: give that, too.")],
    "list-owners-in-core": [
        one(
            "Print the core with the list of owned locks, which says who owns those of java.util.concurrent: "
            "`jhsdb jstack --locks --exe JAVA --core CORE` (`jstack -l JAVA CORE` up to JDK 8)."
        ),
    ],
    "print-owners-in-windbg": [one("Have WinDbg print the owners into the next dump, which stackan then reads: `~*k; !locks`.")],
    "find-locker-in-go": [
        one(
            "No goroutine dump says who holds a lock: look for goroutines inside the functions that lock it, or for a path that returns "
            "without Unlock. Built with sasha-s/go-deadlock, which replaces sync.Mutex, the program reports the holder itself."
        ),
    ],
    "print-owners-with-sos": [
        one(
            "Take a dump with `dotnet-dump collect -p PID`, and give what `dotnet-dump analyze` prints for `syncblk` and `clrstack -all`: "
            "they say who owns each monitor, and how many threads wait for it."
        ),
    ],
    "find-locker-in-ruby": [
        one(
            "No dump of Ruby says who owns a Mutex or a Monitor: look for a thread that is inside a method which takes it (`synchronize` "
            "in its stack, and no wait for it)."
        ),
    ],
    "read-the-source": [
        one(
            "No tool prints who holds a lock of Python: look in the source, at the lines that the dump prints, for who else takes the same "
            "lock, and at what these threads wait for."
        ),
    ],
    "look-at-the-root": [one("Look at {thread} first: these go on when it does.")],
    "look-at-the-holder": [one("Look at the thread that holds it: what it does or waits for has to end first.")],
    "find-who-posts": [one("Find who was to post the semaphore: search the stacks for the functions that use what it counts.")],
    "find-who-has-not-come": [
        one("Find who has not come to the barrier: a thread that does the same work, or one that ended, or was never started."),
    ],
    "look-at-the-thread-waited-for": [one("Look at the thread that is waited for: it has to end first.")],
    # parallel jobs, spins, and dumps
    "look-at-them-first": [
        one("Look at process {processes} first: the others go on when it makes the same call.", "one process"),
        one("Look at processes {processes} first: the others go on when they make the same call."),
    ],
    "look-at-cpu-time": [
        one(
            "Look at the CPU time of these threads (`top -H -p PID`); find who holds the spin lock among the threads that sleep or were "
            "preempted."
        ),
    ],
    "can-the-loop-end": [
        one(
            "Look whether the loop in that function can end for the data that it has: an endless loop and a long computation look "
            "alike here."
        ),
    ],
    "take-whole-stacks": [
        one("Take the whole stacks: with gdb `thread apply all bt full`, without a limit on frames; a table of threads is not enough.")
    ],
    "take-more-snapshots": [
        one(
            "Take a few more snapshots some minutes apart: a thread that is in the same calls in all of them does not come back from one "
            "request."
        ),
    ],
    "get-symbols-for-unnamed-waits": [
        one("Install the debug symbols of glibc (libc6-dbg, glibc-debuginfo) and take the dumps again: these waits have no exported name."),
    ],
    "get-symbols-of-module": [
        one("Install the debug symbols of {module} and take the dumps again: its frames, in which these threads wait, have no names."),
    ],
    "take-goroutine-dump": [
        one(
            "It looks like a Go program without symbols: no thread of the system carries a goroutine that waits. Take a goroutine dump:"
            " `curl HOST:PORT/debug/pprof/goroutine?debug=2` where it serves pprof; else `kill -QUIT PID`, which prints all goroutines"
            " and ends it."
        ),
    ],
    "read-the-system-call": [
        one(
            "Read `/proc/PID/task/TID/syscall` of one of them: the number and the arguments of its system call, without stopping it;"
            " in gdb `info registers` at frame 0 shows the same."
        ),
    ],
    "look-at-the-crash": [
        one(
            "Read the crashed thread's stack from that function outwards, and what the program wrote to its log and to standard error last:"
            " the cause is there, not in the waits of the others."
        ),
    ],
    "let-gdb-finish": [
        one("Take the dump again and let its tool finish; look for a time-out, a full disk or a size limit on the way."),
    ],
    # words of profiles
    "profile-says": [one("{text}")],
    "profile-says-why": [one("{reason}")],
    "profile-says-what-to-take": [one("{advice}")],
    **HANDLING_ADVICE,
}
