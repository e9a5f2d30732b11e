"""A sentence for each fact, in English: whole sentences and clauses, which other languages' catalogs translate one by one.

A fact may have several: the first is taken whose values are all known.  Sentences end with a period; what has none is a clause.
Titles are made of clauses: `LWP 17 waits for mutex 0x5587d1784140, in transfer; LWP 18 holds it`.  In a text a clause gets a period.
"""

from __future__ import annotations

from stackan.model.records import NamedTuple


class Sentence(NamedTuple):
    """A sentence with the names of values in braces; `plural` is taken by the value `count`."""

    text: str
    plural: str | None
    needs: frozenset[str]  # what has to be so, beside the values that it names: "both", "once", "again", "cut"


def one(text: str, *needs: str) -> Sentence:
    return Sentence(text, None, frozenset(needs))


def many(text: str, plural: str, *needs: str) -> Sentence:
    return Sentence(text, plural, frozenset(needs))


# -- what a thread does, and where; "again" if the sentence before was about the same thread

_DOING = {
    "sleeps": [one("It sleeps in {function}.", "again"), one("{thread} sleeps in {function}")],
    "runs": [one("It runs in {function}.", "again"), one("{thread} runs in {function}")],
    "spins": [one("It spins in {function}.", "again"), one("{thread} spins in {function}")],
    "is-idle": [one("It is idle in {function}.", "again"), one("{thread} is idle in {function}")],
    "waits-in": [one("It waits in {function}.", "again"), one("{thread} waits in {function}")],
    "stands-in": [one("It is in {function}.", "again"), one("{thread} is in {function}")],
    "waits-for": [one("It waits for {what} in {function}.", "again"), one("{thread} waits for {what} in {function}")],
    "waits-in-call": [
        one("It waits in {function}, called from {caller}.", "again"),
        one("It waits in {function}.", "again"),
        one("{thread} waits in {function}, called from {caller}"),
        one("{thread} waits in {function}"),
    ],
    "is-in-call": [
        one("It is in {function}, called from {caller}.", "again"),
        one("It is in {function}.", "again"),
        one("{thread} is in {function}, called from {caller}"),
        one("{thread} is in {function}"),
    ],
}

# -- titles

_TITLES = {
    "nobody-left-to-release": [one("{thread} waits for a lock that nobody is left to release")],
    "waits-for-itself": [one("{thread} waits for what it holds itself")],
    "wait-for-each-other": [one("{threads} wait for each other")],
    "runtime-reports-deadlock": [
        many(
            "The run-time itself reports a deadlock: {thread} waits and nothing else can run",
            "The run-time itself reports a deadlock: all {count} goroutines wait and nothing else can run",
        )
    ],
    "workers-wait-for-each-others-work": [
        many(
            "{pools} of {processes}: its only worker waits for each other's work",
            "{pools} of {processes}: all {count} workers wait for each other's work",
        )
    ],
    "none-can-become-free": [
        many(
            "{pools}: its only worker waits, and cannot become free by itself",
            "{pools}: all {count} workers wait, and none can become free by itself",
        )
    ],
    "workers-all-wait": [
        one("{pools}: all {count} workers wait for {what} ({most} of them)"),
        many("{pools}: its only worker waits for {what}", "{pools}: all {count} workers wait for {what}"),
    ],
    "stands-waiting": [
        one("{count} threads of {number} processes wait for {what}, {most} of them in {function}", "several processes"),
        one("{count} threads of {number} processes wait for {what}, in {function}, called from {caller}", "several processes"),
        one("{count} threads of {number} processes wait for {what}, in {function}", "several processes"),
        one("{count} threads of {number} processes wait for {what}", "several processes"),
        one("{thread} waits for {what}, in {function}, called from {caller}"),
        one("{thread} waits for {what}, in {function}"),
        one("{thread} waits for {what}"),
        one("{count} threads wait for {what}, {most} of them in {function}"),
        one("{count} threads wait for {what}, in {function}"),
        one("{count} threads wait for {what}"),
    ],
    "stands-in-a-callback": [one("{thread} stands in {function}, called from its event loop")],
    "holds-it": [one("{thread} holds it")],
    "seems-to-hold-it": [one("{thread} seems to hold it")],
    "and-behind": [many("{count} more behind", "{count} more behind")],
    "processes-are-in-call": [
        one("{count} processes are in {function}, called from {caller}, {still} of them at one place all the time"),
        one("{count} processes are in {function}, {still} of them at one place all the time"),
        one("{count} processes are in {function}, called from {caller}, in both snapshots, {span} apart", "both"),
        one("{count} processes are in {function} in both snapshots, {span} apart", "both"),
        one("{count} processes are in {function}, called from {caller}, in both snapshots", "both"),
        one("{count} processes are in {function} in both snapshots", "both"),
        one("{count} processes are in {function}, called from {caller}, in one snapshot", "once"),
        one("{count} processes are in {function} in one snapshot", "once"),
        one("{count} processes are in {function}, called from {caller}, in all {snapshots} snapshots"),
        one("{count} processes are in {function} in all {snapshots} snapshots"),
        one("{count} processes are in {function}, called from {caller}"),
        one("{count} processes are in {function}"),
    ],
    "not-there": [one("process {processes} is not there", "one process"), one("processes {processes} are not there")],
    "spins-in": [one("{thread} spins in {functions}"), one("{count} threads spin in {functions}")],
    "spins-or-computes-in": [one("{thread} spins or computes in {functions}"), one("{count} threads spin or compute in {functions}")],
    "loop-is-in-one-call": [
        one("{thread}, an event loop, is in {calls} in both snapshots, {span} apart", "both"),
        one("{thread}, an event loop, is in {calls} in both snapshots", "both"),
        one("{thread}, an event loop, is in {calls} in all {snapshots} snapshots over {span}"),
        one("{thread}, an event loop, is in {calls} in all {snapshots} snapshots"),
        one("{thread}, an event loop, is in the same calls in both snapshots", "both"),
        one("{thread}, an event loop, is in the same calls in all {snapshots} snapshots"),
    ],
    "virtual-threads-not-printed": [one("virtual threads that wait are not in the dump")],
    "cannot-be-judged": [one("{count} of {of} threads cannot be judged by this dump")],
    "crashed-in": [
        one("{thread} has crashed: it stands in {function}, called from {caller}"),
        one("{thread} has crashed: it stands in {function}"),
    ],
    "crashed-by-signal": [one("the dump is of a crash: `{words}`")],
    "dump-breaks-off": [one("{source} breaks off after {count} of {of} threads")],
}

# -- a deadlock's chain

_CHAIN = {
    "waits-held-by": [
        one("{waiter} waits for {what}, which {supplier} holds ({shown})."),
        one("{waiter} waits for {what}, which {supplier} holds."),
    ],
    "waits-seems-held-by": [one("{waiter} waits for {what}, which {supplier} seems to hold ({shown}).")],
    "waits-run-by": [
        one("{waiter} waits for {what}, and {supplier}, which runs one ({shown}), does so, too."),
        one("{waiter} waits for {what}, and {supplier}, which runs one, does so, too."),
    ],
    "waits-released-only-by": [one("{waiter} waits for {what}, which only {supplier} could release.")],
    "waits-may-come-from": [
        one("{waiter} waits for {what}, which may come from {supplier} (descriptor {descriptor}: {connection}; {shown})."),
        one("{waiter} waits for {what}, which may come from {supplier}."),
    ],
    "waits-comes-only-from": [
        one("{waiter} waits for {what}, which can come only from {supplier} (descriptor {descriptor}: {connection}; {shown})."),
        one("{waiter} waits for {what}, which can come only from {supplier}."),
    ],
    "waits-for-end-of": [
        one("{waiter} waits for the end of {supplier} ({shown})."),
        one("{waiter} waits for the end of {supplier}."),
    ],
    "waits-for-transaction-of": [
        one("{waiter} waits for the end of a transaction of {supplier} ({shown})."),
        one("{waiter} waits for the end of a transaction of {supplier}."),
    ],
    "waits-signaled-by": [one("{waiter} waits for {what}, which {supplier} signals.")],
    "waits-delivered-by": [one("{waiter} waits for {what}, which {supplier} delivers.")],
    "waits-brought-by": [one("{waiter} waits for {what}, which only {supplier} can bring.")],
    "waits-may-be-delivered-by": [one("{waiter} waits for {what}, which {supplier} may deliver.")],
    "waits-released-by-pool": [one("{waiter} waits for {what}, which only a worker of {supplier} can release.")],
    "transactions-in-a-circle": [
        one(
            "A listing of the server's transactions says so; it has no time, and the server ends one of them by itself when it finds "
            "the circle."
        ),
    ],
    "lock-of-a-forked-child": [
        one(
            "The lock is private to a process that has no other thread: the thread that held it when the process was forked was not "
            "copied, or has ended, or it is the thread itself."
        )
    ],
    "latch-named-by-log": [
        one("The server's own log says which latch holds up {threads}; the dumps agree, and print no address."),
    ],
}

# -- holders of locks

_HOLDERS = {
    "thread-not-in-dump": [one("LWP {lwp} is not in the dump.")],
    "lock-not-printed": [one("Its holder is not shown: the dump prints no address of the lock.")],
    "owner-has-ended": [one("By its owner word LWP {lwp} has it, which has ended: nobody will give it back.")],
    "owner-of-other-process": [one("LWP {lwp} of process {process} holds it.")],
    "owner-not-in-dump": [one("The dump names thread {owner} as its owner, and does not show that thread.")],
    "no-holder-shown": [one("No thread is shown to hold it.")],
    "owner-is-no-thread-here": [
        one("Its owner word names LWP {lwp} (line {line}), no thread of this process: it has ended, or is another's.")
    ],
    "no-holder-at-work": [one("No thread of the process is at work that could hold it: its holder is most likely a client that is idle.")],
    "may-hold": [
        one("By elimination {thread} may hold it: no other thread is past that lock inside {function}."),
        one("By elimination {thread} may hold it: no other thread is at work."),
    ],
    "may-hold-one-of": [
        one("By elimination one of {threads} may hold it: no other threads are past that lock inside {function}."),
        one("By elimination one of {threads} may hold it: no other threads are at work."),
    ],
    "may-hold-by-object": [
        one("{thread} may hold it: in {function} it works on {object}, the object in which that lock lies."),
        one("{thread} may hold it: in {function} it works on that lock."),
    ],
    "may-hold-itself": [
        one("{thread} may hold it itself: further out on its own stack {function} works on {object}, the object in which that lock lies."),
        one("{thread} may hold it itself: {function}, which takes it, stands on its stack twice."),
    ],
    "may-hold-itself-in-handler": [
        one("{thread} may hold it itself: it waits in the handler of a signal that came while it was in {function}."),
    ],
    "may-hold-itself-to-read": [
        one(
            "{thread} may hold it itself, to read: further out on its own stack it is in {function}, where others wait for that lock, "
            "and it waits to write."
        ),
    ],
    "may-hold-by-word": [one("{thread} may hold it: it is in {function}, and the lock's name is {object}.")],
    "suspended-task-may-hold": [
        one("A task that is suspended may hold it, which is on no stack: a guard that lives across an `await` stays locked until then.")
    ],
    "may-hold-as-only-one": [
        one("By elimination {thread} may hold it: all other threads of the process are parked, or wait for that lock."),
    ],
    "may-be-missing": [one("By elimination that is {thread}: no other thread is inside {function} without waiting there.")],
    "may-be-missing-one-of": [
        one("By elimination that is one of {threads}: no other threads are inside {function} without waiting there.")
    ],
    "readers-hold": [many("One reader holds it (line {line}).", "{count} readers hold it (line {line}).")],
    "readers-hold-writer-waits": [
        many(
            "One reader holds it (line {line}), and a writer waits for it to leave.",
            "{count} readers hold it (line {line}), and a writer waits for them to leave.",
        )
    ],
    "readers-hold-all-queue": [
        many(
            "One reader holds it (line {line}), a writer waits for it to leave, and the readers that came later queue behind that writer.",
            "{count} readers hold it (line {line}), a writer waits for them to leave, and the readers that came later queue behind "
            "that writer.",
        )
    ],
    "may-be-the-reader": [one("By elimination {threads} may be the reader: all other threads of the process wait for the lock.")],
    "may-be-a-reader": [one("By elimination a reader may be one of {threads}: all other threads of the process wait for the lock.")],
    "that-is-held-by": [one("That is held by {thread}.")],
    "that-is-end-of": [one("That is the end of {thread}.")],
    "goes-on-over": [many("So it goes on over {count} more thread to {thread}.", "So it goes on over {count} more threads to {thread}.")],
    "is-root": [one("{thread} is the root of it.")],
    "itself-holds": [
        many("{thread} itself holds {what}, for which one thread waits.", "{thread} itself holds {what}, for which {count} threads wait.")
    ],
    "itself-seems-to-hold": [
        many(
            "{thread} itself seems to hold {what}, for which one thread waits.",
            "{thread} itself seems to hold {what}, for which {count} threads wait.",
        )
    ],
    "works-on-what-it-guards": [one("That is inferred: its outer frames work on that lock, or on the object in which it lies.")],
    "guard-may-be-left-over": [one("The guard that shows it may be left over from an earlier call.")],
    "log-of-another-moment": [one("The log that shows it is of another moment.")],
    "lock-changed-hands": [one("The lock has changed hands in between, from {first} to {last}: it is in great demand, but it moves.")],
    "waiter-went-on": [one("{thread} waited there, too, and has gone on since: the lock is in great demand, but it moves.")],
    "waiters-were-woken": [
        one("Each of these was woken {count} times or more in between, as a lock is given back: it is in great demand, but it moves."),
    ],
    "others-have-come": [
        one(
            "{count} other threads of their kind have come to it in between, more than stood there: the lock is in great demand, but it"
            " moves."
        ),
    ],
    "log-names-holder": [
        one("{source}, line {line}, names LWP {lwp} as holder of latch {address}, which is no proof: {doubt}."),
        one("{source}, line {line}, names thread {thread_id} as holder of latch {address}, which is no proof: {doubt}."),
    ],
    "one-lock-is-inferred": [
        one(
            "That it is one lock is inferred: it stands at one address, is shared between processes (private=128), and these were forked "
            "from one, as their first threads have one pthread id."
        )
    ],
    "object-has-moved": [one("What they wait for stood at {address} in the oldest dump: the collector has moved it since.")],
    "transaction-of-session": [one("Transaction {transaction} is that of session {session}, which LWP {lwp} serves.")],
    "transaction-of-idle-session": [
        one("Transaction {transaction} is that of session {session}, which is idle: its client has not ended it. LWP {lwp} serves it."),
    ],
    "transaction-of-thread": [one("LWP {lwp} runs transaction {transaction}.")],
    "transaction-of-nobody": [
        one(
            "No listing shows the session of transaction {transaction}; this does: "
            "SELECT SESS_ID FROM V$SESSIONS WHERE TRX_ID = {transaction}."
        )
    ],
    "may-hold-up": [
        many("{count} more thread may wait for it, by elimination.", "{count} more threads may wait for it, by elimination."),
    ],
    "workers-wait-behind": [
        many("{count} of {of} workers of {pool} waits behind.", "{count} of {of} workers of {pool} wait behind."),
    ],
    "only-this-is-at-work": [
        one("All threads of the process that do not wait are parked by design and hold nothing."),
    ],
    "waits-for-process": [one("The process for whose end it waits is {process}, which is in this case, too.")],
    "wait-behind": [
        many(
            "It waits behind {thread} and {more} more of process {process}: nothing else is seen that holds it up.",
            "They wait behind {thread} and {more} more of process {process}: nothing else is seen that holds them up.",
        ),
        many(
            "It waits behind {thread} of process {process}: nothing else is seen that holds it up.",
            "They wait behind {thread} of process {process}: nothing else is seen that holds them up.",
        ),
        many(
            "It waits behind {thread} and {more} more: nothing else is seen that holds it up.",
            "They wait behind {thread} and {more} more: nothing else is seen that holds them up.",
        ),
        many(
            "It waits behind {thread}: nothing else is seen that holds it up.",
            "They wait behind {thread}: nothing else is seen that holds them up.",
        ),
    ],
    "more-behind": [many("{count} more thread waits behind.", "{count} more threads wait behind.")],
}

# -- barriers, results and other ends

_OTHERS = {
    "yet-to-come": [many("One more thread has yet to come to it.", "{count} more threads have yet to come to it.")],
    "on-the-way": [
        many("{thread} is still on its way.", "{count} threads may still be on their way, among them {thread}."),
    ],
    "normal-between-steps": [one("Such a wait is what a parallel computation does between two steps.")],
    "may-bring": [many("{thread} of {pool} may bring it.", "{count} workers of {pool} are at work and may bring it, among them {thread}.")],
    "may-bring-it": [many("{thread} is at work and may bring it.", "{count} threads are at work and may bring it, among them {thread}.")],
    "descriptor-leads-to": [
        one("Descriptor {descriptor} leads to {peer} ({connection}; {shown}), as those of {more} more do."),
        one("Descriptor {descriptor} leads to {peer} ({connection}; {shown})."),
        one("Its descriptor leads to {peer} ({connection}; {shown})."),
    ],
    "no-dump-of-process": [one("There is no dump of process {pid}.")],
    "connection-not-accepted": [one("Nobody there has accepted the connection yet.")],
    "bytes-unread": [one("At that end {bytes} bytes lie unread: nobody has taken up what was sent.")],
    "bytes-unread-at": [
        many(
            "At {peer}, {bytes} bytes lie unread on one of these connections: nobody has taken up what was sent.",
            "At {peer}, {bytes} bytes lie unread on {count} of these connections: nobody has taken up what was sent.",
        )
    ],
    "peer-writes-too": [one("At that end {thread} of process {process} waits to write, too.")],
    "peer-reads-too": [
        one("At that end {thread} of process {process} waits to read, too: what was sent was lost, or neither has anything to say.")
    ],
    "process-is-idle": [one("All threads of process {process} are idle.")],
    "seen-in-process": [
        many("In process {process} there is {thread}.", "In process {process}, {count} threads stand in one place, among them {thread}."),
    ],
    "threads-move": [many("{count} thread of process {process} moves.", "{count} threads of process {process} move.")],
    "others-poll-there": [many("The other one polls there for {what}.", "The other {count} poll there for {what}.")],
    "all-poll-there": [one("They poll there for {what}.")],
    "not-there-does": [
        one("Process {processes} is not there.", "one process"),
        one("Processes {processes} are not there, and all do the same."),
    ],
}

# -- how long it has been so

_SPANS = {
    "waited-in-one-go": [
        many(
            "By the dump's own words it has waited for at least {span} in one go.",
            "By the dump's own words each of them has waited for at least {span} in one go.",
        )
    ],
    "same-place": [
        many(
            "It stands in the same place in both snapshots as far as they go, {span} apart.",
            "They stand in the same place in both snapshots as far as they go, {span} apart.",
            "both",
            "cut",
        ),
        many(
            "It stands in the same place in both snapshots as far as they go.",
            "They stand in the same place in both snapshots as far as they go.",
            "both",
            "cut",
        ),
        many(
            "It stands in the same place in both snapshots, {span} apart.",
            "They stand in the same place in both snapshots, {span} apart.",
            "both",
        ),
        many("It stands in the same place in both snapshots.", "They stand in the same place in both snapshots.", "both"),
        many(
            "It stands in the same place in all {snapshots} snapshots as far as they go, over {span}.",
            "They stand in the same place in all {snapshots} snapshots as far as they go, over {span}.",
            "cut",
        ),
        many(
            "It stands in the same place in all {snapshots} snapshots as far as they go.",
            "They stand in the same place in all {snapshots} snapshots as far as they go.",
            "cut",
        ),
        many(
            "It stands in the same place in all {snapshots} snapshots over {span}.",
            "They stand in the same place in all {snapshots} snapshots over {span}.",
        ),
        many("It stands in the same place in all {snapshots} snapshots.", "They stand in the same place in all {snapshots} snapshots."),
    ],
    "spins-in-a-primitive": [
        many(
            "In both snapshots, {span} apart, it stood in a primitive that burns CPU until a value changes.",
            "In both snapshots, {span} apart, they stood in a primitive that burns CPU until a value changes.",
            "both",
        ),
        many(
            "In both snapshots it stood in a primitive that burns CPU until a value changes.",
            "In both snapshots they stood in a primitive that burns CPU until a value changes.",
            "both",
        ),
        many(
            "In all {snapshots} snapshots over {span} it stood in a primitive that burns CPU until a value changes.",
            "In all {snapshots} snapshots over {span} they stood in a primitive that burns CPU until a value changes.",
        ),
        many(
            "In all {snapshots} snapshots it stood in a primitive that burns CPU until a value changes.",
            "In all {snapshots} snapshots they stood in a primitive that burns CPU until a value changes.",
        ),
    ],
    "used-cpu-in-one-place": [
        many(
            "In both snapshots, {span} apart, it stood in one place, and used CPU all the time.",
            "In both snapshots, {span} apart, they stood in one place, and used CPU all the time.",
            "both",
        ),
        many(
            "In both snapshots it stood in one place, and used CPU all the time.",
            "In both snapshots they stood in one place, and used CPU all the time.",
            "both",
        ),
        many(
            "In all {snapshots} snapshots over {span} it stood in one place, and used CPU all the time.",
            "In all {snapshots} snapshots over {span} they stood in one place, and used CPU all the time.",
        ),
        many(
            "In all {snapshots} snapshots it stood in one place, and used CPU all the time.",
            "In all {snapshots} snapshots they stood in one place, and used CPU all the time.",
        ),
    ],
    "wait-is-timed": [one("The wait ends at its time-out, and may then begin anew.")],
}

# -- pools

_POOLS = {
    "no-worker-is-free": [
        many("The only worker is not free in the snapshot.", "None of the {count} workers is free in the snapshot.", "once"),
        many("The only worker is free in neither snapshot.", "None of the {count} workers is free in either snapshot.", "both"),
        many(
            "The only worker is free in none of the {snapshots} snapshots.",
            "None of the {count} workers is free in any of the {snapshots} snapshots.",
        ),
    ],
    "pool-serves": [one("{pool} serves {work}."), one("This pool serves {work}.")],
    "held-by-an-idle-client": [
        one(
            "What they wait for, {what}, is released when its holder's transaction ends. No thread of this process works for the "
            "holder: it is in no stack, so it is most likely a client that is idle between statements, and its COMMIT, or a KILL, needs a "
            "worker of this pool to be read."
        )
    ],
    "only-this-pool-can-bring": [
        one("They wait for {what}. Only a worker of this pool can bring that, as the profile's rule {rule} says.")
    ],
    "only-pools-can-bring": [
        many(
            "The only worker of {pools} waits for {what}, which only {by} can bring.",
            "{count} workers of {pools} wait for {what}, which only {by} can bring.",
        )
    ],
    "pools-at-rest": [
        one("{pools} could bring that, too, but are at rest in the snapshot: a free worker would have taken it up.", "once"),
        one("{pools} could bring that, too, but are at rest in both snapshots: a free worker would have taken it up.", "both"),
        one(
            "{pools} could bring that, too, but are at rest in all {snapshots} snapshots: a free worker would have taken it up.",
        ),
    ],
    "holder-not-shown": [
        one("{thread}, the only worker of {pool}, waits for {what}, whose holder no line shows."),
        many("{thread} waits for {what}, whose holder no line shows.", "{count} threads wait for {what}, whose holder no line shows."),
    ],
    "only-waiters-may-hold": [
        one(
            "All other threads of the process are parked by design and hold nothing: so one of those that wait holds it, or nobody "
            "will release it."
        )
    ],
    "tasks-wait-for-tasks": [
        many(
            "Each runs a task that waits for the result of another task, and only a worker of a pool whose workers all wait can run that.",
            "Each runs a task that waits for the result of another task, and only a worker of these pools can run that.",
        )
    ],
    "holder-awaits-their-work": [one("What they wait for is held by {thread}, which waits for the work of this pool itself.")],
    "nothing-else-delivers": [one("Nothing else in the process was seen moving that could deliver it.")],
    "one-snapshot-shows-no-deliverer": [one("It takes a second snapshot to tell whether anything else moves that could deliver it.")],
    "nobody-else-answers": [one("Nobody else in these processes was seen who could answer.")],
    "one-snapshot-shows-no-answerer": [one("It takes a second snapshot to tell whether anybody else moves who could answer.")],
    "workers-wait-for-answer": [
        many(
            "Of the workers of {pool} in process {process}, {count} waits for {peer} to answer "
            "(descriptor {descriptor}: {connection}; {shown}).",
            "Of the workers of {pool} in process {process}, {count} wait for {peer} to answer "
            "(descriptor {descriptor}: {connection}; {shown}).",
        )
    ],
    "workers-wait-for-own-process": [
        many(
            "Of the workers of {pool} in process {process}, {count} waits for that process itself to answer "
            "(descriptor {descriptor}: {connection}; {shown}).",
            "Of the workers of {pool} in process {process}, {count} wait for that process itself to answer "
            "(descriptor {descriptor}: {connection}; {shown}).",
        )
    ],
    "workers-wait-for": [
        many(
            "Of the workers of {pool} in process {process}, {count} waits for {what}.",
            "Of the workers of {pool} in process {process}, {count} wait for {what}.",
        )
    ],
    "acceptor-is-alive": [
        one("A thread that accepts connections is alive: connects may succeed while logins and statements wait unanswered.")
    ],
    "canceling-needs-a-free-thread": [
        one("The pool cannot recover by itself: canceling a job needs a connection, a connection needs a free thread, and none is free.")
    ],
    "side-door-is-idle": [one("{pool} is idle: logins and cancelations still pass.")],
    "side-door-is-busy": [one("{pool} is not free, either.")],
    "event-loop-stands": [
        many(
            "It was called from an event loop: while it waits, nobody else whom that loop serves is heard.",
            "They were called from event loops: while they wait, nobody else whom those loops serve is heard.",
        )
    ],
    "all-of-their-name": [one("No thread of that name is left that could go on: the program has them all for one purpose.")],
    "most-of-their-kind": [many("It is the only thread of its kind.", "They are most threads of their kind, and none of these moves.")],
    "nobody-left-to-bring-it": [
        many(
            "Nobody is left to bring that: all other threads of the process wait for each other, take connections or keep time.",
            "Nobody is left to bring these: all other threads of the process wait for each other, take connections or keep time.",
        )
    ],
    "whole-pool-waits": [
        many(
            "Among the waiters is the only worker of {pool}: no new work of that pool starts until it goes on.",
            "Among the waiters are all {count} workers of {pool}: no new work of that pool starts until they go on.",
        )
    ],
}

# -- other findings

_PROBLEMS = {
    "more-wait": [many("{count} more waits.", "{count} more wait.")],
    "loop-serves-nobody-else": [
        one("It runs in the loop of {loop}, in {what}. Until that ends, everybody else whom this loop serves has to wait."),
        one("It runs in the loop of {loop}, in one request. Until that ends, everybody else whom this loop serves has to wait."),
    ],
    "frames-without-names": [
        one("The innermost frames have no names that a rule knows, so the text cannot tell what these threads wait for.")
    ],
    "stacks-printed-in-part": [
        one("Their stacks are printed in part, and what tells what they wait for, and whether that is by design, stands further out.")
    ],
    "write-without-arguments": [
        one(
            "An event loop's writes to its clients do not wait, but one to a log or a terminal may: the arguments are not printed,"
            " so the text cannot tell one write that has not returned from another one each time."
        )
    ],
    "dump-cannot-tell": [one("A dump of this kind cannot tell what these threads wait for.")],
    "rest-judged-by-other-dumps": [
        one("There were more threads than it shows. Those that are missing, and the last one, are judged by the other dumps.")
    ],
    "carriers-keep-theirs": [
        many(
            "The only carrier carries the same virtual thread in all snapshots: others may wait for it.",
            "All {count} carriers carry the same virtual threads in all snapshots: others may wait for one.",
        )
    ],
    "only-mounted-ones-are-printed": [
        one("The JVM runs virtual threads, and of these it prints here only those that a carrier is running.")
    ],
    "kept-by-crash": [one("{thread} has crashed inside the allocator, and keeps that lock: this wait is the crash's consequence.")],
    "process-was-ending": [
        one("The process was ending when this dump was taken: what other threads wait for may be the consequence, and is no hang.")
    ],
    "crash-keeps-allocator": [
        many(
            "It has crashed inside the memory allocator, whose lock it keeps: one other thread waits for that.",
            "It has crashed inside the memory allocator, whose lock it keeps: {count} other threads wait for that.",
        )
    ],
    "rest-not-judged": [one("There were more threads than it shows. Those that are missing, and the last one, are not judged.")],
}

# -- why no surer

_DOUBTS = {
    "one-snapshot": [one("One snapshot cannot prove it: take a second one.")],
    "one-moment": [one("One moment cannot prove it, and no second one is to be had of this process.")],
    "one-snapshot-no-duration": [one("One snapshot cannot tell for how long.")],
    "owner-printed-earlier": [one("An owner was printed in an earlier snapshot; its thread has stood still since then.")],
    "guard-is-no-proof": [one("A guard among these locals may be left over from an earlier call, so this is no proof.")],
    "mentions-are-no-proof": [
        one("In its outer frames each works on what the other waits for, and no third thread does: a strong sign, and no proof.")
    ],
    "wanted-monitor-is-inferred": [
        one("The dump does not print which monitor a thread waits for: it is one of those that have waiters and that it does not own.")
    ],
    "log-is-no-proof": [one("The log is not of the moment of the dump, so this is no proof.")],
    "table-is-no-proof": [
        one("Who is at the other end is what a table beside the dumps says; they are not of one instant, so this is no proof.")
    ],
    "holds-if-all-nodes-are-here": [one("That holds if the dumps of all nodes are here: give those of every node.")],
    "maybe-waits-for-clients": [one("Threads that wait for clients stand so, too.")],
    "their-work-moves": [one("What they wait for is being worked on.")],
    "lock-still-moves": [one("A lock that moves holds up nobody for good.")],
    "may-send-anew": [one("Others that came the same way move, so each time it may have been another send.")],
    "others-may-still-come": [one("As other threads may still come, the wait may end by itself.")],
    "maybe-a-long-computation": [one("An endless loop and a long computation look alike here.")],
    "maybe-yields-to-others": [one("A thread that gives its CPU away is met there as long as others have work.")],
    "maybe-each-time-another-request": [one("That may be a long or an endless one, or by chance a similar one in each snapshot.")],
    "maybe-slow-to-get-together": [one("A job that hangs looks so, and one that is slow to get together.")],
}

# -- headlines

_HEADLINES = {
    "in-process": [one("{process}:")],
    "in-processes": [one("{share}, e.g. {process}:"), one("{share}:")],
    "more-are-critical": [many("{count} more finding is critical", "{count} more findings are critical")],
    "take-it-again": [one("take it again")],
    "it-suggests": [one("What it suggests:")],
    "snapshots-of-different-processes": [
        one("Nothing could be compared, as the snapshots are of different processes: give two or more of one process.")
    ],
    "take-a-second-snapshot": [one("One snapshot cannot tell what is stuck: take a second one some minutes later.")],
    "dump-of-crash-in": [
        one("This dump is of a crash, not of a hang: {thread} stands in {function}, called from {caller}."),
        one("This dump is of a crash, not of a hang: {thread} stands in {function}."),
    ],
    "dump-of-crash-by-signal": [one("This dump is of a crash, not of a hang: `{words}`.")],
    "core-shows-one-moment": [one("A core shows one moment, which cannot tell what is stuck: when it hangs again, dump it twice.")],
    "ended-with-this-dump": [
        one("The process ended with this dump, so no second one tells what is stuck: when it hangs again, dump it twice.")
    ],
    "not-seen-stuck-but-unknown": [one("No thread is seen stuck, but {count} of {of} cannot be judged by this dump.")],
    "nothing-proved-stuck-but": [one("Nothing is proved to be stuck. What is suspected:")],
    "some-cannot-be-judged": [one("{count} cannot be judged")],
    "those-with-work-move": [many("Nothing is stuck: the only thread moves", "Nothing is stuck: of {count} threads those with work move")],
    "start-moves": [one("process {process} is still starting: {thread} moves on in {what}, which needs time only")],
    "none-is-free-for-more": [one("All threads of a kind read in the middle of a task, so none is free for the next one.")],
    "dump-does-not-tell": [one("The dump does not tell what {count} of {of} threads wait for.")],
    "only-some-threads": [
        many(
            "Only {count} thread was handed in, and is not seen stuck: those that matter may be among the others.",
            "Only {count} threads were handed in, and none is seen stuck: those that matter may be among the others.",
        )
    ],
    "nothing-is-stuck": [one("Nothing is stuck: {count} of {of} threads wait for work")],
    "no-stack-of": [
        many(
            "There is no stack of process {names}, so nothing is known of it.",
            "There is no stack of {count} processes ({names}), so nothing is known of them.",
        )
    ],
    "judged-are-idle": [
        many("The only process that was judged, {processes}, is idle", "The {count} processes that were judged are idle: {processes}")
    ],
    "peers-may-hang": [
        one("Nothing is seen stuck: {idle} of {of} threads wait, {count} of them for a peer to send: a client, or a backend that hangs"),
    ],
    "parked-as-far-as-seen": [
        one("Nothing is seen stuck: {idle} of {of} threads wait, {count} of them for {kinds}: for work, as far as a stack tells"),
    ],
    "at-rest-as-far-as-seen": [
        one("Nothing is seen stuck: {idle} of {of} threads wait for work, {count} of them as far as a stack tells"),
    ],
    "queue-to-accept": [
        one(
            "Nothing is seen stuck: {idle} of {of} threads wait, {count} of them for their turn to accept connections, "
            "as far as stacks tell"
        ),
    ],
    "queue-for-jobs": [
        one("Nothing is seen stuck: {idle} of {of} threads wait, {count} of them for their turn to receive jobs, as far as stacks tell"),
    ],
    "queue-for-their-turn": [
        one(
            "Nothing is seen stuck: {idle} of {of} threads wait, {count} of them for their turn to accept connections "
            "or receive jobs, as far as stacks tell"
        ),
    ],
    "wait-for-children": [
        one("Nothing is seen stuck: {idle} of {of} threads wait, {count} of them for a child process: what that does, its own dumps tell"),
    ],
    "none-of-these-ran": [one("none of these ran in between, by their CPU time")],
}

# -- the relations of the wait-for graph, between the names of two nodes

RELATIONS = {
    "waits-for": one("waits for"),
    "held-by": one("is held by"),
    "end-of": one("waits for the end of"),
    "transaction-of": one("waits for a transaction of"),
    "may-be-held-by": one("may be held by"),
    "run-by": one("is run by a thread such as"),
    "released-only-by": one("can be released only by"),
    "released-by-pool": one("can be released only by work of"),
    "brought-by": one("can be brought only by work of"),
    "may-be-brought-by": one("may be brought by"),
    "delivered-by": one("can be delivered only by work of"),
    "may-be-delivered-by": one("may be delivered by"),
    "has-worker": one("needs a free worker, one of which is"),
    "may-grow": one("may grow"),
    "may-come-from": one("may come from"),
    "signaled-by": one("is signaled by"),
    "posted-by": one("is posted by"),
    "arrival-of": one("waits for the arrival of"),
    "counted-down-by": one("is counted down by"),
    "changed-by": one("is changed by"),
}

SENTENCES = {**_DOING, **_TITLES, **_CHAIN, **_HOLDERS, **_OTHERS, **_SPANS, **_POOLS, **_PROBLEMS, **_DOUBTS, **_HEADLINES}
