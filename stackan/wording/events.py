"""What a line of a server's log means and where to look next, in English: a sentence each, in the order of search that the guides give.

For DMDSC that is: DMCSS and DMCSSM first, then the failed instance's own log, back from where it ended.
"""

from __future__ import annotations

from stackan.wording.sentences import many, one

_FAULTS = {
    "means-instance-dead": [
        one(
            "DMCSS has found {node} dead, as its heartbeat stood still: look for the reason in the logs of DMCSS and DMCSSM "
            "around this line, then in the log of {node} itself, back from `[for dem]SYSTEM SHUTDOWN ABORT` or from its last "
            "line."
        )
    ],
    "means-group-dead": [
        one(
            "All processes of {node}, DMCSS, DMASM and DMSERVER alike, have lost their heartbeats: check the power, the "
            "network and the storage of that whole host, first by the logs of DMCSS and DMCSSM, then by those of its own "
            "processes."
        )
    ],
    "means-voting-disk-lost": [
        one(
            "{node} cannot reach the voting disk, so that it can write no heartbeat: check whether the shared storage is "
            "mounted there and answers, by the system's log of that host, then look in the instance's own log for how it "
            "ended."
        ),
        one(
            "The voting disk cannot be reached, so that no heartbeat can be written: check whether the shared storage is "
            "mounted and answers, by the system's log of this host, then look in the instance's own log for how it ended."
        ),
    ],
    "means-link-lost": [
        one(
            "The connection to {peer} is broken: look in the logs of DMCSS and DMCSSM for LINK_CHECK and for a subnet with"
            " ERROR, check the network of the host with that address, then ask for the log of the instance there."
        )
    ],
    "means-interface-down": [
        one(
            "The network interface {ip} of this host is down: look in the logs of DMCSS and DMCSSM for LINK_CHECK and "
            "for a subnet with ERROR, then check the cable, the card and the switch by the system's log of this host."
        )
    ],
    "means-link-checked": [
        one(
            "DMCSS has {node} check its connections, as it does where the network fails: look behind this line for the subnet"
            " with ERROR, check the network of that node, then look in its own log for the address that it has lost."
        )
    ],
    "means-subnet-lost": [
        one(
            "Subnet {subnet} of {node} does not answer: check the network of that node, then look in its own log for the "
            "address that it has lost."
        )
    ],
    "means-all-inactive": [
        one(
            "DMCSSM sees no instance alive: either the whole site has failed, or all instances were stopped; the last lines "
            "of the instances' own logs tell which, by `SYSTEM SHUTDOWN SUCCESS` where they were stopped."
        )
    ],
}


_HALTS = {
    "means-shutdown-abort": [
        one(
            "The server has ended itself: the reason stands in the lines before this one, of the same process and thread; "
            "compare with the logs of DMCSS and DMCSSM of that time."
        )
    ],
    "means-halt-now": [
        one(
            "The server has ended itself with code {code}: the reason stands in the lines before this one, of the same "
            "process and thread; compare with the logs of DMCSS and DMCSSM of that time."
        ),
        one(
            "The server has ended itself: the reason stands in the lines before this one, of the same process and thread; "
            "compare with the logs of DMCSS and DMCSSM of that time."
        ),
    ],
    "means-told-to-halt": [
        one(
            "DMCSS has told the server to end itself, by a command on the voting disk: why stands in the logs of DMCSS and "
            "DMCSSM of that time."
        )
    ],
    "means-heartbeat-halt": [
        one(
            "The thread that writes the heartbeat has ended the server: look in the logs of DMCSS and DMCSSM of that time, "
            "then check the voting disk, and read this log back from here."
        )
    ],
}


_TROUBLES = {
    "means-io-timeout": [
        one(
            "A page was not read or written within IO_TIMEOUT, and the server ends itself where that goes on: check the disk "
            "and the paths to it by the system's log of this host."
        )
    ],
    "means-disk-full": [one("No space is left on the device (error 28): free some, or enlarge it, and read this log back for the file.")],
    "means-no-free-page": [
        one(
            "No further page could be taken from a file, and the server ends itself: check the size of the tablespace and the"
            " disk's free space."
        )
    ],
    "means-session-limit": [
        one(
            "No further session is let in, as the smaller of MAX_SESSIONS and the license's limit is reached: end idle "
            "sessions as SYSDBA, who has ten more, or raise MAX_SESSIONS."
        )
    ],
    "means-connection-limit": [one("No further connection is let in (S00006): close idle sessions, or raise maxConnections.")],
    "means-dump-out-of-memory": [
        one("The cache could not be written for lack of memory (S01026): find the queries that hold it, and what else runs on this host.")
    ],
    "means-out-of-memory": [one("Memory has run out: find the queries that hold it, and what else runs on this host.")],
}


_STATES = {
    "means-server-starts": [one("A server starts; the lines before this one are of an earlier process.")],
    "means-another-process": [
        one("The server was started anew, as process {pid}; the lines before this one tell how the earlier one ended.")
    ],
    "means-server-ready": [one("The server is ready.")],
    "means-server-stopped": [one("The server was stopped in order.")],
    "means-node-stopped": [one("The node was stopped in order.")],
    "means-license-expired": [one("The license has expired, so the node does not start: put a valid one in its place.")],
    "means-port-taken": [
        one("Port {port} cannot be taken (error {code}), so the node does not start: see whether its earlier process still runs.")
    ],
    "means-ended-by-signal": [one("Signal {signal} has ended the node: look for its core dump, and read this log back from here.")],
}


_HANDLING = {
    "means-told-to-handle": [
        one(
            "DMCSS has {node} handle the fault: its sessions and workers are suspended from here on, which is no deadlock; "
            "wait until that is over, and end no living node."
        ),
        one(
            "DMCSS has the server handle the fault: its sessions and workers are suspended from here on, which is no "
            "deadlock; wait until that is over, and end no living node."
        ),
    ],
    "means-workers-suspended": [
        one("{node} suspends its sessions, workers, redo flushing and checkpoints, while buffers and locks are gathered anew (phase 1)."),
        one(
            "The server suspends its sessions, workers, redo flushing and checkpoints, while buffers and locks are gathered anew (phase 1)."
        ),
    ],
    "means-crash-recovered": [
        one("The control node rolls back what the failed nodes had open, and purges what they had committed (phase 3).")
    ],
    "means-transactions-rolled-back": [
        many(
            "{count} transaction that the failed nodes had open is rolled back (phase 3).",
            "{count} transactions that the failed nodes had open are rolled back (phase 3).",
        )
    ],
    "means-handling-rolled-back": [
        one(
            "Handling is cancelled and begins anew for all failed nodes, as a further one has failed: look in the logs of "
            "DMCSS and DMCSSM for the `dead instance detected` before this line."
        )
    ],
    "means-workers-resumed": [one("{node} resumes its sessions and workers."), one("The server resumes its sessions and workers.")],
    "means-handling-is-over": [one("Handling of the fault is over: the failed node can come back.")],
    "means-rejoin-begins": [
        one(
            "A failed node comes back: the whole cluster is suspended for a while, and a fault within that time makes nodes end themselves."
        )
    ],
    "means-nodes-rejoin": [
        one(
            "The cluster takes {nodes} in again: all of it is suspended for a while, and a fault within that time makes nodes end "
            "themselves."
        ),
        one(
            "The cluster takes a node in again: all of it is suspended for a while, and a fault within that time makes nodes end "
            "themselves."
        ),
    ],
    "means-group-handles": [
        one("The fault of {nodes} is handled: all living nodes are suspended until that is over."),
        one("A fault is handled: all living nodes are suspended until that is over."),
    ],
    "means-group-rebuilds": [
        one("The fault of {nodes} is handled, in phase 1: all living nodes are suspended while buffers and locks are gathered anew."),
        one("A fault is handled, in phase 1: all living nodes are suspended while buffers and locks are gathered anew."),
    ],
    "means-group-redoes": [
        one("The fault of {nodes} is handled, in phase 2: the control node replays redo."),
        one("A fault is handled, in phase 2: the control node replays redo."),
    ],
    "means-group-rolls-back": [
        one("The fault of {nodes} is handled, in phase 3: the control node rolls back what they had open."),
        one("A fault is handled, in phase 3: the control node rolls back what the failed nodes had open."),
    ],
}


_START = {
    "means-start-acl": [one("Start-up, access rights: if it stops here, no Raft leader was elected; look in the logs of all controllers.")],
    "means-start-controller": [
        one(
            "Start-up, metadata of the controller: if it stops here, there is much of it, or `[Raft] incomplete hardstate file` "
            "stands in this log."
        )
    ],
    "means-start-chunks": [
        one(
            "Start-up, metadata of the data node: if it stops here, open transactions are rolled back; count the folders in "
            "LOG below chunkMetaDir."
        )
    ],
    "means-start-recovery-log": [one("Start-up, the log of recoveries.")],
    "means-start-tsdb": [one("Start-up, metadata of TSDB: if it stops here, there are many level files.")],
    "means-start-redo": [
        one("Start-up, redo: it takes long, but moves as long as new lines with `applyTidRedoLog` come; wait, and delete no redo log.")
    ],
    "means-redo-applied": [
        one(
            "Redo is applied, transactions {oldest} to {newest}: it moves as long as new lines of this kind come; wait, and "
            "delete no redo log."
        )
    ],
    "means-redo-log-damaged": [
        one(
            "The redo of transaction {transaction} cannot be applied: keep all files, and ask DolphinDB's support before "
            "anything is deleted."
        )
    ],
    "means-start-redo-done": [one("Start-up, redo: nothing is left to apply.")],
    "means-start-script": [one("Start-up, the start-up script: if it stops here, `startup.dos` takes long itself.")],
    "means-start-script-done": [one("Start-up: the start-up script is done.")],
    "means-raft-not-read": [
        one(
            "The files of Raft cannot be read, so the controller does not start: keep them all, and ask DolphinDB's support before "
            "anything is deleted."
        )
    ],
    "means-job-not-read": [
        one(
            "A function view or a scheduled job cannot be read, so the start-up ends before its end: look in this log for the name, keep "
            "the files, and ask DolphinDB's support before anything is deleted."
        )
    ],
    "means-start-jobs": [
        one(
            "Start-up, scheduled jobs: if it stops here, a function view or a job cannot be read; look for `Failed to "
            "unmarshall` in this log."
        )
    ],
    "means-start-complete": [one("The start-up is complete: the node is ready.")],
}


MEANINGS = {**_FAULTS, **_HALTS, **_TROUBLES, **_STATES, **_HANDLING, **_START}
