"""A sentence for each fact about faults of a cluster and their handling, and for each step of advice on them, in English."""

from __future__ import annotations

from stackan.wording.sentences import many, one

_TITLES = {
    "service-is-suspended": [
        one("The cluster handles the fault of {nodes}: sessions and workers of the living nodes are suspended on purpose"),
        one("The cluster handles a fault: sessions and workers of the living nodes are suspended on purpose"),
    ],
    "service-was-suspended": [
        one("The cluster was handling the fault of {nodes}: sessions and workers of the living nodes were suspended on purpose"),
        one("The cluster was handling a fault: sessions and workers of the living nodes were suspended on purpose"),
    ],
    "stood-for-handling": [many("one thread stood still for it", "{count} threads stood still for it")],
    "handling-has-ended": [one("the logs show its end at {time}")],
    "handling-hangs": [
        one(
            "The cluster handles the fault of {nodes}, and that seems to stand still: sessions and workers of the living nodes stay "
            "suspended"
        ),
        one("The cluster handles a fault, and that seems to stand still: sessions and workers of the living nodes stay suspended"),
    ],
    "logs-end-behind-fault": [one("the logs end at {time}, and what followed is not known")],
    "stand-for-handling": [many("one thread stands still for it", "{count} threads stand still for it")],
    "may-stand-for-handling": [
        many(
            "One thread may stand still because the cluster handles the fault of {nodes}",
            "{count} threads may stand still because the cluster handles the fault of {nodes}",
        ),
        many(
            "One thread may stand still because the cluster handles a fault",
            "{count} threads may stand still because the cluster handles a fault",
        ),
    ],
    "node-found-dead": [
        one("{nodes}: found dead at {time}"),
        one("A node was found dead at {time}"),
        one("{nodes}: found dead"),
        one("A node was found dead"),
    ],
    "whole-node-found-dead": [
        one("{nodes}: all processes of the node found dead at {time}"),
        one("A whole node was found dead at {time}"),
        one("{nodes}: all processes of the node found dead"),
        one("A whole node was found dead"),
    ],
    "shared-storage-lost": [
        one("{nodes}: shared storage cannot be reached since {time}"),
        one("Shared storage cannot be reached since {time}"),
        one("{nodes}: shared storage cannot be reached"),
        one("Shared storage cannot be reached"),
    ],
    "network-failed": [
        one("The network between the nodes failed at {time} ({nodes})"),
        one("The network between the nodes failed at {time}"),
        one("The network between the nodes failed ({nodes})"),
        one("The network between the nodes failed"),
    ],
    "all-nodes-gone": [
        one("All nodes were gone at {time} ({nodes})"),
        one("All nodes were gone at {time}"),
        one("All nodes were gone ({nodes})"),
        one("All nodes were gone"),
    ],
    "server-ended-itself": [
        one("{nodes}: ended itself at {time}"),
        one("A server ended itself at {time}"),
        one("{nodes}: ended itself"),
        one("A server ended itself"),
    ],
    "disk-did-not-answer": [
        one("{nodes}: a disk did not answer in time at {time}"),
        one("A disk did not answer in time at {time}"),
        one("{nodes}: a disk did not answer in time"),
        one("A disk did not answer in time"),
    ],
    "disk-was-full": [
        one("{nodes}: a disk was full at {time}"),
        one("A disk was full at {time}"),
        one("{nodes}: a disk was full"),
        one("A disk was full"),
    ],
    "sessions-at-limit": [
        one("{nodes}: no more sessions were let in at {time}"),
        one("No more sessions were let in at {time}"),
        one("{nodes}: no more sessions were let in"),
        one("No more sessions were let in"),
    ],
    "connections-at-limit": [
        one("{nodes}: no more connections were let in at {time}"),
        one("No more connections were let in at {time}"),
        one("{nodes}: no more connections were let in"),
        one("No more connections were let in"),
    ],
    "memory-ran-out": [
        one("{nodes}: memory ran out at {time}"),
        one("Memory ran out at {time}"),
        one("{nodes}: memory ran out"),
        one("Memory ran out"),
    ],
    "license-had-expired": [
        one("{nodes}: did not start at {time}, as the license has expired"),
        one("A server did not start at {time}, as the license has expired"),
        one("{nodes}: did not start, as the license has expired"),
        one("A server did not start, as the license has expired"),
    ],
    "port-was-taken": [
        one("{nodes}: did not start at {time}, as its port was taken"),
        one("A server did not start at {time}, as its port was taken"),
        one("{nodes}: did not start, as its port was taken"),
        one("A server did not start, as its port was taken"),
    ],
    "start-came-across-damage": [
        one("{nodes}: its start-up came across what it cannot read at {time}"),
        one("The start-up of a server came across what it cannot read at {time}"),
        one("{nodes}: its start-up came across what it cannot read"),
        one("The start-up of a server came across what it cannot read"),
    ],
    "start-has-no-end": [
        one("{nodes}: the start-up has no end in these logs; its last line is of {time}, and the log ends at {end}"),
        one("The start-up of a server has no end in these logs; its last line is of {time}, and the log ends at {end}"),
        one("{nodes}: the start-up has no end in these logs"),
        one("The start-up of a server has no end in these logs"),
    ],
    "fault-was-handled": [one("the cluster had handled it by {time}"), one("the cluster has handled it")],
    "fault-is-being-handled": [one("the cluster handles it since {time}, and no log shows the end")],
    "fault-was-not-handled": [one("no log shows that the cluster handled it")],
    "nodes-were-stopped": [one("they were stopped on purpose before")],
}

_HANDLING = {
    "handled-from-to": [
        one("The logs show that the fault of {nodes} was handled from {begin} to {end}."),
        one("The logs show that the fault of {nodes} is handled since {begin}, and no end."),
        one("The logs show that a fault was handled from {begin} to {end}."),
        one("The logs show that a fault is handled since {begin}, and no end."),
    ],
    "dumps-taken-from-to": [
        one("The snapshots were taken from {begin} to {end}: their UTC was translated to {zone}, as the files of the logs show."),
        one("The snapshots were taken from {begin} to {end}."),
    ],
    "phase-is-rebuild": [
        one(
            "By the logs that was in phase 1: the living nodes suspend sessions, workers, redo flush and checkpoint, and the control node "
            "collects their buffers and builds the tables of page and lock owners anew."
        )
    ],
    "phase-is-redo": [
        one(
            "By the logs that was in phase 2: the control node applies redo; by default that of all nodes, with everything else suspended "
            "until phase 3 is over."
        )
    ],
    "phase-is-rollback": [
        one(
            "By the logs that was in phase 3: the control node rolls back the transactions that the failed node had open, and purges those "
            "that it had committed."
        )
    ],
    "phase-is-not-told": [one("The logs do not tell in which phase that was.")],
    "handling-was-restarted": [
        many(
            "A further node failed meanwhile, so handling was rolled back and begun again for all of them.",
            "Further nodes failed meanwhile, so handling was rolled back and begun again {count} times.",
        )
    ],
    "handling-stands-still": [
        one(
            "Handling itself seems to stand still: no thread has moved between the snapshots in {processes}, where its work is done, "
            "and the logs go on without a new line about it since {time}."
        ),
        one(
            "Handling itself seems to stand still: no thread has moved between the snapshots in {processes}, where its work is done, "
            "and the logs go on without a new line about it."
        ),
    ],
    "suspended-on-purpose": [
        one("Threads that stand still meanwhile are suspended by design, and no deadlock: statements hang, and finish after the end.")
    ],
    "handling-goes-on": [one("Heartbeats and the work of handling go on.")],
    "survivors-keep-theirs": [
        one(
            "Connections and transactions of the living nodes survive. Those of {nodes} do not: connections drop, open transactions are "
            "rolled back. It cannot rejoin before the end."
        ),
        one("Connections and transactions of the living nodes survive, those of a failed one do not. It cannot rejoin before the end."),
    ],
    "policy-decides": [
        one(
            "DSC_CRASH_RECV_POLICY decides whether redo of all nodes is applied with users suspended to the end, or only the failed node's "
            "with users woken before phase 2; DCR_GRP_DSKCHK_CNT, after how many seconds of silence a node is taken for dead."
        )
    ],
    "length-depends-on": [
        one(
            "How long it takes depends on the amount of redo, the pages that it touches, the transactions to roll back or to purge, and "
            "the use of the buffers."
        )
    ],
    "circle-outlasts-handling": [
        one("In process {process} {threads} hold locks in a circle besides, by their own memory: the end of handling does not undo that.")
    ],
    "others-halted-behind": [one("{nodes} ended behind it by themselves.")],
    "then-it-halted": [one("The server ended itself for it at {time}."), one("The server ended itself for it.")],
    "then-found-dead": [one("DMCSS found the node dead at {time}."), one("DMCSS found the node dead.")],
    "lost-while-rejoining": [
        one("It came while another node was rejoining: a cluster that is not open does not handle a fault, and nodes halt instead.")
    ],
    "no-handling-in-logs": [one("None of these logs shows that it was handled.")],
    "node-is-ready-again": [one("{nodes} was ready again at {time}."), one("The server was ready again at {time}.")],
}

_DOUBTS = {
    "no-times-of-dumps": [
        one(
            "Nothing tells when the dumps were taken, so they may be of another time: give them with their times (an archive, dated names)."
        )
    ],
    "cluster-is-not-known": [one("The logs are of several clusters, and nothing tells of which one this process is.")],
    "logs-are-of-other-processes": [
        one("The logs of all its nodes are here, and none was written by this process: it may be of another cluster.")
    ],
    "another-is-of-this-node": [
        one("Another process of the case is of the same node at that time, so this one may be of another cluster.")
    ],
    "dumps-began-before": [one("Not all of the snapshots lie in that time: the first were taken before it.")],
    "some-dumps-have-no-time": [one("Of {count} of {of} snapshots nothing tells when they were taken.")],
    "zone-is-not-known": [
        one("The archive has times in UTC and the logs local ones, and nothing tells the zone: the snapshots may be of another hour.")
    ],
    "logs-end-before-dumps": [one("The logs end at {time}, before the snapshots: handling may be over since then.")],
}

_HEADLINES = {
    "logs-tell-of-faults": [many("the logs tell of a critical fault", "the logs tell of {count} critical faults")],
    "more-faults-in-logs": [many("one more fault is in the logs", "{count} more faults are in the logs")],
    "logs-list-waits": [
        many(
            "The logs list a wait for a latch: give them with dumps of the server, which tell who holds it",
            "The logs list {count} waits for latches: give them with dumps of the server, which tell who holds them",
        )
    ],
    "no-fault-in-logs": [one("The logs tell of no fault.")],
}

HANDLING = {**_TITLES, **_HANDLING, **_DOUBTS, **_HEADLINES}

HANDLING_ADVICE = {
    "wait-for-end-of-handling": [
        one(
            "Wait for the end of handling: `check crash over GROUP` in dmcssm, V$DSC_CRASH_OVER_INFO, and the line "
            "`crash process over flag is TRUE` show it."
        )
    ],
    "do-not-kill-survivors": [
        one(
            "Do not kill, halt or restart a node that lives: its loss has handling rolled back and begun again, and during a rejoin it has "
            "nodes halt."
        )
    ],
    "watch-show": [
        one("Run `show` in dmcssm twice, minutes apart: `sub_sta` names what handling waits for, and moves on while it goes on.")
    ],
    "look-at-control-node": [
        one(
            "As it seems to stand still, look at the control node before anything is halted: its log, its disks (iostat), and its threads "
            "that apply redo or roll back. Give them to the vendor's support with two more dumps."
        )
    ],
    "rejoin-after-end": [
        one("Have {nodes} rejoin after the end only, and while no other node is in trouble."),
        one("Have a failed node rejoin after the end only, and while no other node is in trouble."),
    ],
    "bring-it-back": [
        one("No log shows {nodes} ready again: have it rejoin when the cause is found, and while no other node is in trouble."),
        one("No log shows the server ready again: start it when the cause is found."),
    ],
    "dump-again-if-it-hangs": [
        one(
            "If it still hangs, take dumps again: by the logs that ended at {time}, so what stands still now has another reason. Do not "
            "kill or restart a node for what these dumps show."
        )
    ],
    "ask-for-later-logs": [one("Ask for the logs after {time}: they tell whether the fault was handled.")],
    "dump-again-after-end": [one("Take dumps again after the end: what stands still then has another reason.")],
    "read-css-logs-first": [
        one("Read the logs of DMCSS and DMCSSM around {time} first: they tell which node was lost, and what followed."),
        one("Read the logs of DMCSS and DMCSSM first: they tell which node was lost, and what followed."),
    ],
    "read-back-from-halt": [
        one("Then read the log of the server that ended, backward from its halt: the lines before it, of the same thread, tell why.")
    ],
    "ask-for-log": [one("Ask for the {log} log of {nodes}: it is not here."), one("Ask for the {log} log: it is not here.")],
    "ask-for-continuation": [
        one("Ask for the continuation of the {log} log of {nodes}: it ends at {end}, and the fault was at {time}."),
        one("Ask for the continuation of the {log} log: it ends at {end}, and the fault was at {time}."),
    ],
    "check-shared-storage": [
        one("Check the shared disks at this node: whether they are there (lsblk, multipath -ll), and what the kernel says of them (dmesg).")
    ],
    "check-links": [
        one(
            "Check the interfaces and switches between the nodes (ip link, ethtool). Of two nodes the one with the higher number is "
            "halted, unless DMDCR_LINK_CHECK_IP lets the one that is reached survive."
        )
    ],
    "look-at-the-site": [
        one("If nobody stopped them, look at power, network and storage of the whole site before the cluster is started again.")
    ],
    "check-slow-disk": [one("Check the disk (iostat -x, dmesg); after IO_TIMEOUT the server asks again, and ends itself in the end.")],
    "free-space": [one("Free space on the disk, or enlarge it, before the server is started again.")],
    "free-sessions": [
        one(
            "SYSDBA has ten sessions beyond the limit: log in with it, end idle sessions, and see why they are so many; or raise "
            "MAX_SESSIONS."
        )
    ],
    "free-connections": [one("End idle connections and see why they are so many, or raise the limit (maxConnections).")],
    "find-memory-user": [one("See which statements use the memory, and whether the limit for the server fits the machine.")],
    "find-the-cause-before-start": [one("Find the cause before the nodes are started again, and keep their logs and cores.")],
}
