"""The reduced graph and what else stands still → findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stackan.graph.build import label, waits
from stackan.graph.quotes import collect_quotes, quote_edge, quote_wait
from stackan.graph.reduce import causes, shortest_cycle, unreleased
from stackan.model.finding import CERTAIN, CRITICAL, INFO, LIKELY, POSSIBLE, WARNING, Finding, Quote
from stackan.model.place import LOCALS, RECORDED
from stackan.model.process import Process
from stackan.model.track import SPINNING, UNSURE, Track
from stackan.model.waitgraph import Edge, WaitGraph

CONVOY = 3  # waiters on one object from which a wait is called a convoy

_COMMON_LOCK_ADVICE = (
    "Save this dump and a core (gcore PID) before anything else: the locks' state is lost with the process.",
    "Only ending one of the threads' work frees the others; without a way to cancel it the process has to be restarted.",
    "Have the code take these locks in one order everywhere.",
)


def find(graph: WaitGraph, processes: Sequence[Process]) -> list[Finding]:
    """Findings, the gravest first, in an order that depends on the input alone."""
    successors = [graph.successors(node) for node in range(len(graph.nodes))]
    held = unreleased(graph.needs, successors)
    findings: list[Finding] = []
    explained: set[int] = set()
    cause_nodes = causes(graph.needs, successors, held)
    for component in cause_nodes:
        explained.update(component)
        if any(graph.nodes[node].kind == "pool" for node in component):
            findings += _exhaustion(graph, component, held, processes)
        else:
            findings.append(_deadlock(graph, component, successors, held, cause_nodes))
    told = {(id(process), track.key) for finding in findings for process, track in finding.threads}
    victims = {(id(node.process), node.track.key) for node in (graph.nodes[n] for n in held) if node.track is not None}
    for process in processes:
        findings += _standing(process, told, victims)
        findings += _spinning(process)
        findings += _unknowable(process)
    rank = {CRITICAL: 0, WARNING: 1, INFO: 2}
    sure = {CERTAIN: 0, LIKELY: 1, POSSIBLE: 2}
    return sorted(findings, key=lambda finding: (rank[finding.severity], sure[finding.confidence], -len(finding.threads)))


# -- deadlocks


def _deadlock(graph: WaitGraph, component: Sequence[int], successors: Sequence[Sequence[int]], held: Iterable[int], cause_nodes: Sequence[Sequence[int]]) -> Finding:
    cycle = shortest_cycle(component, successors)
    edges = [_edge(graph, node, cycle[(at + 1) % len(cycle)]) for at, node in enumerate(cycle)]
    members = [graph.nodes[node] for node in cycle if graph.nodes[node].kind == "thread"]
    threads = tuple((node.process, node.track) for node in members if node.process is not None and node.track is not None)
    snapshots = min(len(process.dumps) for process, _ in threads)
    confidence = _confidence(edges, threads, snapshots)
    behind = _count_behind(graph, held, component, cause_nodes)
    steps = [_step(graph, edge) for edge in edges if edge.words]
    own = len(threads) == 1
    names = " and ".join(label(track) for _, track in threads[:3]) + (f" and {len(threads) - 3} more" if len(threads) > 3 else "")
    title = f"{names} waits for what it holds itself" if own else f"{names} wait for each other"
    explanation = ", which ".join([steps[0], *[_tail(step) for step in steps[1:]]]) + "."
    if behind:
        explanation += f" {behind} more {'thread waits' if behind == 1 else 'threads wait'} behind them." if not own else f" {behind} more wait behind it."
    if confidence == POSSIBLE:
        explanation += " One snapshot that was not taken at one instant cannot prove it: take a second one."
    resources = tuple(dict.fromkeys(graph.nodes[node].label for node in cycle if graph.nodes[node].kind == "resource"))
    quotes = collect_quotes(quote_edge(graph, edge) for edge in edges)
    advice = _COMMON_LOCK_ADVICE if not own else (
        "Nothing in this process can free the thread: save a core (gcore PID), then restart it.",
        "Signal handlers may call async-signal-safe functions only, and a plain mutex may be locked once; see signal-safety(7).",
    )
    severity = CRITICAL if confidence != POSSIBLE else WARNING
    return Finding("self-deadlock" if own else "deadlock", severity, confidence, title, explanation, threads, resources, quotes, advice, _processes(threads))


def _edge(graph: WaitGraph, waiter: int, supplier: int) -> Edge:
    return next(edge for edge in graph.out[waiter] if edge.supplier == supplier)


def _confidence(edges: Sequence[Edge], threads: Sequence[tuple[Process, Track]], snapshots: int) -> str:
    """What a chain of edges proves.  A wait whose object the dump prints is exact; its owner has to be shown, too."""
    if any(not _instant(process) for process, _ in threads) and snapshots < 2:
        return POSSIBLE
    ownership = [edge for edge in edges if edge.words != "waits for"]
    if all(edge.evidence in (RECORDED, LOCALS) for edge in ownership) and not any(track.place.timed for _, track in threads):
        return CERTAIN
    return LIKELY if snapshots > 1 or any(edge.evidence in (RECORDED, LOCALS) for edge in ownership) or len(threads) == 1 else POSSIBLE


def _instant(process: Process) -> bool:
    """gdb stops all threads at once; eu-stack looks at one after the other."""
    return all(dump.format in ("gdb", "pstack") for dump in process.dumps)


def _count_behind(graph: WaitGraph, held: Iterable[int], component: Sequence[int], cause_nodes: Sequence[Sequence[int]]) -> int:
    if len(cause_nodes) > 1:
        return 0
    inside = set(component)
    return sum(1 for node in held if node not in inside and graph.nodes[node].kind == "thread")


def _step(graph: WaitGraph, edge: Edge) -> str:
    waiter, supplier = graph.nodes[edge.waiter], graph.nodes[edge.supplier]
    where = f" ({edge.evidence}, line {edge.line})" if edge.line and waiter.kind == "resource" else ""
    return f"{waiter.label} {edge.words} {supplier.label}{where}"


def _tail(step: str) -> str:
    """A later step of a chain goes on from its waiter's name, which the step before has just said."""
    for words in (" waits for the end of ", " waits for ", " is held by "):
        if words in step:
            return words.strip() + " " + step.split(words, 1)[1]
    return step


# -- exhausted pools


def _exhaustion(graph: WaitGraph, component: Sequence[int], held: Iterable[int], processes: Sequence[Process]) -> list[Finding]:
    findings = []
    inside = set(component)
    for node in component:
        pool, process = graph.nodes[node].pool, graph.nodes[node].process
        if pool is None or process is None or not pool.exhausted:
            continue
        threads = tuple((process, track) for track in pool.workers)
        snapshots = len(process.dumps)
        confidence = LIKELY if snapshots > 1 and any(edge.supplier in inside for edge in graph.out[node]) else POSSIBLE
        what = _what_for(pool.workers)
        size = len(pool.workers)
        title = f"{pool.name}: all {size} workers wait for {what}" if size > 1 else f"{pool.name}: its only worker waits for {what}"
        rule = next((track.place.rule for track in pool.workers if track.place.rule is not None and track.place.rule.release == "pool"), None)
        if rule is not None:
            explanation = (
                f"None of the {size} workers is free, and none was in {_snapshots(snapshots)}. What they wait for, {rule.what}, is released when its holder's "
                f"transaction ends. No thread of this process works for the holder: it is in no stack, so it is a client that is idle between statements, "
                f"and its COMMIT, or a KILL, needs a worker of this pool to be read."
            )
        else:
            explanation = (
                f"None of the {size} workers is free, and none was in {_snapshots(snapshots)}. Each runs a task that waits for the result of another task, and only a "
                f"worker of a pool whose workers all wait can run that. Nothing else in the process was seen moving that could deliver it."
            )
        side = _doors(process)
        explanation += f" {side}" if side else ""
        advice = pool.advice or (
            "Cancel one of the waiting tasks from outside, if the server has a side door that needs no worker of this pool; else restart it after saving a core.",
            "A task of a pool must not wait for another task of the same pool: give subtasks a pool of their own, or let the waiter run them.",
        )
        advice = (*advice, "The loop: no thread is free <- a job would have to be cancelled <- cancelling needs a connection <- a connection needs a free thread.")
        quotes = _sample(threads)
        resources = (f"pool {pool.name}",)
        findings.append(Finding("worker-exhaustion", CRITICAL if confidence != POSSIBLE else WARNING, confidence, title, explanation, threads, resources, quotes, advice, (process,)))
    return findings


def _what_for(tracks: Sequence[Track]) -> str:
    """What most of some threads wait for, in words."""
    words: dict[str, int] = {}
    for track in tracks:
        text = describe_wait(track)
        words[text] = words.get(text, 0) + 1
    best, count = max(words.items(), key=lambda item: item[1])
    return best if count == len(tracks) else f"{best} ({count} of them)"


def describe_wait(track: Track) -> str:
    place, awaited = track.place, track.newest.awaited
    if place.rule is not None and place.rule.what:
        return place.rule.what
    if place.kind == "future":
        return "the result of another task"
    if awaited is not None and awaited.address is not None and place.kind != "thread":
        symbol = f" <{awaited.symbol}>" if awaited.symbol else ""
        return f"{place.kind} {awaited.address:#x}{symbol}"
    if place.kind == "thread":
        return "the end of " + (f"LWP {awaited.owners[0]}" if awaited is not None and awaited.owners else "another thread")
    words = {"socket": "the network", "pipe": "a pipe or socket", "file": "a file", "once": "a one-time initialization", "process": "a child process"}
    return words.get(place.kind or "", f"a {place.kind}" if place.kind else "something unknown")


def _doors(process: Process) -> str:
    roles = {sighting.place.role for track in process.tracks for _, sighting in track.sightings[-1:]}
    if "acceptor" in roles:
        return "The thread that accepts connections is alive: connects succeed, but logins and statements wait unanswered."
    return ""


def _snapshots(count: int) -> str:
    return "the snapshot" if count == 1 else "both snapshots" if count == 2 else f"any of the {count} snapshots"


# -- threads that stand still without a proof of deadlock


def _standing(process: Process, told: set[tuple[int, int | str]], victims: set[tuple[int, int | str]]) -> list[Finding]:
    """Group what stands still by what it waits for; the largest group is the likeliest cause of a hang."""
    snapshots = len(process.dumps)
    groups: dict[tuple[object, ...], list[Track]] = {}
    for track in process.tracks:
        if not waits(track, snapshots) or (id(process), track.key) in told:
            continue
        groups.setdefault(_group_key(track), []).append(track)
    findings = []
    alive = sum(1 for track in process.tracks if track.sightings[-1][0] == snapshots - 1)
    for group in groups.values():
        if (id(process), group[0].key) in victims and told:
            continue  # its cause is told, with the number of threads behind it
        findings.append(_stand(process, group, alive))
    return findings


def _group_key(track: Track) -> tuple[object, ...]:
    place, awaited = track.place, track.newest.awaited
    if place.rule is not None:
        return ("rule", place.rule.id)
    if awaited is not None and awaited.address is not None and place.kind != "future":
        return (place.kind, awaited.address)
    return (place.kind, place.state, place.purpose)


def _stand(process: Process, group: Sequence[Track], alive: int) -> Finding:
    first = group[0]
    place, awaited = first.place, first.newest.awaited
    what = describe_wait(first)
    pool = next((pool for pool in process.pools if pool.exhausted and {t.key for t in pool.workers} <= {t.key for t in group}), None)
    io = place.state in ("io", "network")
    kind = "stalled-io" if io else "convoy" if len(group) >= CONVOY else "stuck-wait"
    most = len(group) * 2 > alive or pool is not None
    confidence = LIKELY if len(process.dumps) > 1 else POSSIBLE
    severity = CRITICAL if most and confidence == LIKELY else WARNING if kind != "stuck-wait" or place.state == "lock" else INFO
    who = label(first) if len(group) == 1 else f"{len(group)} threads"
    verb = "waits" if len(group) == 1 else "wait"
    title = f"{who} {verb} for {what}, in {place.purpose}"
    explanation = f"{who} {verb} there in the same place in {_snapshots(len(process.dumps))}." if len(process.dumps) > 1 else f"{who} {verb} there; one snapshot cannot tell for how long."
    explanation += _root(process, first)
    if pool is not None:
        explanation += f" They are all {len(pool.workers)} workers of {pool.name}: no new work of that pool starts until they go on."
    if first.place.timed:
        explanation += " The wait ends at its time-out, and may then begin anew."
    advice = place.rule.advice if place.rule is not None and place.rule.advice else _stand_advice(kind, awaited is not None and awaited.address is not None)
    threads = tuple((process, track) for track in group)
    resources = (what,) if place.kind else ()
    return Finding(kind, severity, confidence, title, explanation, threads, resources, _sample(threads), advice, (process,))


def _root(process: Process, track: Track) -> str:
    """Who holds what a group waits for, as far as the dump shows it."""
    awaited = track.newest.awaited
    if awaited is None:
        return ""
    if awaited.owners:
        owner = next((other for other in process.tracks if other.lwp == awaited.owners[0]), None)
        return f" It waits for {label(owner)}, which {_doing(owner)}." if owner is not None else f" LWP {awaited.owners[0]} is not in the dump."
    if awaited.address is None:
        return " Its holder is not shown: the dump prints no address of the object." if track.place.state == "lock" and track.place.rule is None else ""
    holders = [other for other in process.tracks for hold in other.newest.holds if hold.address == awaited.address]
    if holders:
        return f" {label(holders[0])} holds it and {_doing(holders[0])}."
    return " No thread is shown to hold it." if track.place.state == "lock" else ""


def _doing(track: Track) -> str:
    place = track.place
    if place.verb == "sleeping":
        return f"sleeps in {place.purpose}"
    if place.verb in ("running", "spinning"):
        return f"runs in {place.purpose}"
    if place.verb == "idle":
        return f"is idle in {place.purpose}"
    return f"waits for {describe_wait(track)} in {place.purpose}"


def _stand_advice(kind: str, has_address: bool) -> tuple[str, ...]:
    if kind == "stalled-io":
        return ("Find the other end: the descriptor's number is in the innermost frames; `ls -l /proc/PID/fd` and `ss -tnp` name the peer. Take its dump, too.",)
    if has_address:
        return ("Ask gdb for the owner: `print ((pthread_mutex_t*)ADDRESS)->__data.__owner` gives its LWP, with symbols of glibc; `x/3dw ADDRESS` shows it as the third number without.",)
    return ("Install the debug symbols of glibc (libc6-dbg, glibc-debuginfo) and take the dumps again with `thread apply all bt full`: then the lock's address stands in them.",)


# -- the rest


def _spinning(process: Process) -> list[Finding]:
    spinning = [track for track in process.tracks if track.progress == SPINNING]
    if not spinning:
        return []
    threads = tuple((process, track) for track in spinning)
    names = ", ".join(dict.fromkeys(track.place.names[0] for track in spinning))
    who = label(spinning[0]) if len(spinning) == 1 else f"{len(spinning)} threads"
    title = f"{who} {'spins' if len(spinning) == 1 else 'spin'} in {names}"
    explanation = f"In {_snapshots(len(process.dumps))} the innermost frame is a primitive that burns CPU until somebody else changes a value."
    advice = ("Look at the CPU time of these threads (`top -H -p PID`); find who holds the spin lock among the threads that sleep or are preempted.",)
    return [Finding("spin", WARNING, LIKELY, title, explanation, threads, (), _sample(threads), advice, (process,))]


def _unknowable(process: Process) -> list[Finding]:
    """Threads of which a native stack cannot tell what they wait for: say what to take instead."""
    hints: dict[str, list[Track]] = {}
    for track in process.tracks:
        rule = track.place.rule
        if track.progress == UNSURE and rule is not None and rule.verb == "unknowable" and rule.hint:
            hints.setdefault(rule.hint, []).append(track)
    findings = []
    for hint, tracks in hints.items():
        threads = tuple((process, track) for track in tracks)
        title = f"{len(tracks)} of {len(process.tracks)} threads cannot be judged from a native stack"
        findings.append(Finding("capture-problem", INFO, LIKELY, title, hint[0].upper() + hint[1:] + ".", threads, (), _sample(threads), (hint,), (process,)))
    return findings


def _processes(threads: Sequence[tuple[Process, Track]]) -> tuple[Process, ...]:
    return tuple({process.id: process for process, _ in threads}.values())


def _sample(threads: Sequence[tuple[Process, Track]], most: int = 4) -> tuple[Quote, ...]:
    """The wait's own line of some of the threads, in the oldest and the newest snapshot."""
    quotes: list[Quote] = []
    for _, track in threads[:most]:
        quotes += quote_wait(track)
    return collect_quotes([quotes])

