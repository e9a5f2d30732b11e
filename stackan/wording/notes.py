"""Clauses on single threads and pools, in English: why a thread counts as stuck, idle or moving, why its place is taken for what it is."""

from __future__ import annotations

from stackan.wording.handling import HANDLING
from stackan.wording.sentences import many, one

# Why a place is taken for what it is (`stackan.model.place`).
PLACES = {
    "rule-says": [one("by the rule {rule}")],
    "nameless-library-frames": [one("waits in the C library, in frames without names")],
    "dump-names-owner-of-what-it-waits-for": [one("the dump lists what it is parked on as held by another thread")],
    "waits-where-an-initializer-is-called": [one("waits in the function that calls initializers once")],
    "innermost-frames-unnamed": [one("its innermost frames have no names")],
    "inside-the-kernel": [one("inside the kernel, and no rule knows the caller")],
    "stack-not-printed-to-its-end": [one("its stack is not printed to its end")],
    "primitive-that-burns-cpu": [one("in a primitive that burns CPU")],
    "spins-while-there-is-no-work": [one("spins by design while there is no work")],
    "no-wait-in-sight": [one("no wait in sight")],
    "ran-while-looked-at": [one("ran while its registers were read")],
    "sleeps-for-a-time": [one("sleeps")],
    "sleeps-in-its-own-loop": [one("sleeps in its own loop: a timer or a poller")],
    "waits-for-connections": [one("waits for connections")],
    "events-outside-of-tasks": [one("waits for events outside of any task: for work")],
    "reads-outside-of-tasks": [one("reads outside of any task: waits for its peer")],
    "waits-for-datagrams": [one("waits for messages of any sender, outside of any task")],
    "reads-one-byte-of-control": [one("reads a single byte in the initial thread: a signal to wake or to end it")],
    "condition-outside-of-tasks": [one("waits for {what} outside of any task: for work")],
    "takes-work-outside-of-tasks": [one("waits for {what} outside of any task: for work")],
    "supervises-children": [one("waits for {what} outside of any task: supervises its children")],
    "named-for-what-it-needs": [one("waits for {what} in a function that by its name needs something of another thread")],
    "named-for-whom-it-asks": [one("waits for {what} in a function that by its name has asked somebody, and needs the answer")],
    "waits-in-a-callback": [one("waits for {what} in a callback of an event loop, which serves nobody else meanwhile")],
    "all-wait-in-one-place": [one("waits for {what} for which all wait in one place, outside of any task: it counts work")],
    "turn-to-accept": [one("waits for its turn to accept connections")],
    "turn-to-receive-jobs": [one("waits for its turn to receive jobs")],
    "nothing-left-to-wake-it": [one("nothing is left that could wake it")],
    "nobody-is-left-to-end-its-wait": [one("whoever could end its wait waits for it")],
    "no-thread-hears-from-outside": [one("no thread of the process hears from outside: each waits for what only another one can give")],
    "works-in-locked-object": [one("works on an object whose lock others need, and waits outside of it")],
    "write-may-not-have-returned": [
        one("is in a write, at the same place in all snapshots: one that has not returned, or another one each time")
    ],
    "same-call-has-not-returned": [one("is in one call, of the same bytes, that has not returned")],
    "holds-what-stuck-threads-want": [one("holds what stuck threads wait for")],
}

# Why a thread's progress is what it is (`stackan.compare`).
PROGRESS = {
    "other-has-its-turn": [one("LWP {lwp} has it")],
    "dump-breaks-off-before-it": [
        one("a dump breaks off before it would come to this thread, and one snapshot cannot tell whether it moves")
    ],
    "judged-without-broken-dump": [one("judged without a dump that breaks off before it would come to this thread")],
    "one-snapshot-no-motion": [one("one snapshot cannot tell whether it moves")],
    "has-waited-in-one-go": [one("has waited for at least {span} in one go, as the dump itself says")],
    "stands-in-callback": [
        one("in the same callback of {loop} in all snapshots, and another thread waits for a result: the loop delivers nothing until then")
    ],
    "not-in-the-newest": [one("no longer there in the newest snapshot")],
    "not-in-the-first": [one("not yet there in the first snapshot")],
    "stands-in-primitive": [one("stands in {function} in the last {last} snapshots"), one("stands in {function} in all snapshots")],
    "asks-again-and-again": [one("waits in the last {last} snapshots for {what}"), one("waits in all snapshots for {what}")],
    "runs-in-one-place": [
        one("runs, in the same place in the last {last} snapshots: a long computation or a loop"),
        one("runs, in the same place in all snapshots: a long computation or a loop"),
    ],
    "runs-by-its-stack": [one("runs, in the same place in all snapshots")],
    "hint-of-profile": [one("{hint}")],
    "sleeps-in-one-place": [
        one("sleeps in the same place in the last {last} snapshots; a sleep ends by itself"),
        one("sleeps in the same place in all snapshots; a sleep ends by itself"),
    ],
    "same-stack-and-wait": [
        one("the same stack and the same wait in the last {last} snapshots"),
        one("the same stack and the same wait in all snapshots"),
    ],
    "worked-in-one-place": [one("used {cpu} s of CPU in {seconds} s, in the same place in all snapshots: a long computation or a loop")],
    "worked-in-one-place-often": [
        one("used {cpu} s of CPU in {seconds} s, in the same place in all snapshots: it spins, or computes something long")
    ],
    "same-stack-other-object": [one("has the same stack, for another object or from other code")],
    "moves-inside": [one("moves inside {function}")],
    "has-another-stack": [one("has another stack")],
    "same-calls-in-loop": [one("in the same calls of the loop {loop} in all snapshots: a long request, an endless one, or many alike")],
    "reads-while-workers-live": [one("reads in the initial thread, and those that do the work live: it waits for a signal")],
    "joins-threads-that-live": [one("waits for threads to end that live as they should")],
    "awaits-results-while-tasks-move": [one("waits for the results of tasks, and tasks move")],
    "sleeps-and-holds": [one("sleeps in all snapshots, and holds what stuck threads wait for")],
    "rests-in-locked-object": [one("may be at rest, but works on an object whose lock others need")],
    "looks-idle-and-holds": [one("looks idle, but holds what others wait for")],
    "stands-and-holds": [one("the same stack in all snapshots, and holds what stuck threads wait for")],
    "may-be-served-each-time": [
        one("waits in one place, maybe each time for something else: others move that may bring it, or that have got it")
    ],
    "maybe-another-task-each-time": [one("waits for the result of a task, maybe each time of another one: tasks move")],
    "met-idle-but-worked": [one("was met idle, but has worked in between, by its CPU time")],
    "met-in-place-but-worked": [one("was met in the same place, but has worked in between, by its CPU time")],
    "does-not-run": [one("stands in {function} and does not run: it is stopped, or the kernel holds it")],
    "used-cpu": [
        one("used {cpu} of CPU in {span}"),
        one("used {cpu} of CPU"),
        one("used no CPU in {span}"),
        one("used no CPU"),
    ],
    "used-cpu-by-steps": [
        one("used {cpu} of CPU in {span}, counted in steps of {step}"),
        one("used {cpu} of CPU, counted in steps of {step}"),
        one("used no CPU in {span}, counted in steps of {step}"),
        one("used no CPU, counted in steps of {step}"),
    ],
    "woke-to-wait-again": [
        many("woke up once in {span} to wait again, with {cpu} of CPU", "woke up {count} times in {span} to wait again, with {cpu} of CPU"),
        many("woke up once to wait again, with {cpu} of CPU", "woke up {count} times to wait again, with {cpu} of CPU"),
        many("woke up once in {span} to wait again", "woke up {count} times in {span} to wait again"),
        many("woke up once to wait again", "woke up {count} times to wait again"),
    ],
    "woken-by-the-dump-only": [one("was woken in {span} by the dump only"), one("was woken by the dump only")],
    "ran-nothing": [
        one("ran nothing in {span} but for the dump itself: proof that it stands still"),
        one("ran nothing but for the dump itself: proof that it stands still"),
    ],
}

# Doubts that a thread waits for the lock that a log names, or that another one holds it (`stackan.faultlogs`).
DOUBTS = {
    "no-process-has-thread": [one("no process of the case has this thread")],
    "no-thread-has-this-id": [one("no thread of the newest snapshot has this id")],
    "waits-for-no-latch": [one("{thread} does not wait for a latch in the newest snapshot")],
    "moves-between-snapshots": [one("{thread} moves between the snapshots")],
    "logs-name-different-locks": [one("the logs name different locks")],
    "waits-somewhere-else": [one("{thread} now waits somewhere else than at {place}")],
    "log-names-the-waiter-itself": [one("the log names the waiting thread itself, as it does while a page is read for it")],
    "latch-is-handed-over": [one("the latch was taken for reading or writing a page: the thread that completes the request gives it back")],
    "log-names-several-holders": [one("the log names several holders")],
    "holder-waits-for-it-itself": [one("the named thread waits for the same latch itself")],
    "latch-lets-readers-in": [one("a latch that is held in mode SX lets readers in")],
    "holder-is-not-in-the-newest": [one("the named thread is not in the newest snapshot: it has ended, or the log is of another time")],
    "holder-is-idle": [one("{thread} is idle: the name is left over")],
}

# How a pool was recognized (`stackan.graph.pools`).
POOLS = {
    "declared-by-profile": [one("by the rule {rule} of a profile: its threads are in {frames}")],
    "executor-runs-its-tasks": [
        one("by the rule {rule}: {function} runs tasks for {caller}"),
        one("by the rule {rule}: {function} runs tasks"),
    ],
    "parked-in-a-busy-loop": [
        many(
            "one of its threads was seen waiting for work where {function} takes it",
            "{count} of its threads were seen waiting for work where {function} takes it",
        )
    ],
    "calls-its-tasks": [
        many(
            "one of its threads waits deep inside of what {function} called",
            "{count} of its threads wait deep inside of what {function} called",
        )
    ],
    "numbered-without-a-gap": [
        many("one thread has this name and a number", "{count} threads have this name, and are numbered without a gap")
    ],
    "named-and-parked-alike": [many("one thread has this name", "{count} threads have this name, and wait for work at one place")],
    "all-parked-alike": [
        many(
            "one thread waits for work inside {function}, and none is seen at work there",
            "{count} threads wait for work inside {function}, and none is seen at work there",
        )
    ],
}

NOTES = {**PLACES, **PROGRESS, **DOUBTS, **POOLS, **HANDLING}
