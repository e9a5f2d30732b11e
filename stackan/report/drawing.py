"""The wait-for graph as a drawing: Graphviz's DOT, Mermaid's flowchart, or GraphML for programs.

DOT and Mermaid have the graph folded (stackan.report.folding), GraphML has the whole.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackan.model.analysis import Analysis
from stackan.model.finding import CRITICAL
from stackan.model.labels import mark
from stackan.model.records import NamedTuple
from stackan.model.said import said
from stackan.model.waitgraph import Node, WaitGraph
from stackan.report.folding import fold
from stackan.report.layout import cut, safe
from stackan.report.page import Page, Stream
from stackan.wording.nouns import say

_LABEL = 60  # columns
_COLORS = {"critical": "red", "root": "blue"}


class Box(NamedTuple):
    """One node of a drawing: a thread, several that are alike, a resource, a pool, or someone else."""

    name: str  # "n12", what arrows refer to
    kind: str
    lines: tuple[str, ...]
    mark: str  # "critical": a critical finding names it; "root": others wait for it, and it for no thread; or ""


class Arrow(NamedTuple):
    """`waiter` waits for `supplier`."""

    waiter: str
    supplier: str
    words: str
    sure: bool  # shown by the text, not concluded


def write(analysis: Analysis, format: str, stream: Stream, page: Page | None = None) -> None:
    """Write the graph as `dot`, `mermaid` or `graphml`; the last is for programs, and in English."""
    stream.writelines(line + "\n" for line in lines_of(analysis, format, page))


def lines_of(analysis: Analysis, format: str, page: Page | None = None) -> Iterator[str]:
    return graphml(analysis.waits) if format == "graphml" else {"dot": dot, "mermaid": mermaid}[format](*draw(analysis, page))


def draw(analysis: Analysis, page: Page | None = None) -> tuple[list[Box], list[Arrow]]:
    """The part of the graph that a drawing shows."""
    graph, page = analysis.waits, page or Page()
    boxes_of, members, roots = fold(analysis)
    named = {(process.id, track.key) for finding in analysis.findings if finding.severity == CRITICAL for process, track in finding.threads}
    boxes = []
    for box, numbers_in_box in members.items():
        nodes = [graph.nodes[number] for number in numbers_in_box]
        critical = any(node.process and node.track and (node.process.id, node.track.key) in named for node in nodes)
        root = [page.say(said("root of these waits"))] if box in roots else []
        lines = [*_label(nodes, len(analysis.processes) > 1, page), *root]
        boxes.append(Box(f"n{box}", nodes[0].kind, tuple(lines), "critical" if critical else "root" if box in roots else ""))
    arrows = (
        Arrow(f"n{box}", f"n{boxes_of[edge.supplier]}", page.speech.relation(edge.relation), edge.evidence != "inferred")
        for number, box in boxes_of.items()
        for edge in graph.out[number]
    )
    return boxes, list(dict.fromkeys(arrows))


def _name(node: Node, page: Page) -> str:
    """A node's own label, or better words for what it is."""
    return say(node.what if node.what is not None else node.label, page.catalog)


def _label(nodes: list[Node], several: bool, page: Page) -> Iterator[str]:
    node = nodes[0]
    if len(nodes) == 1:
        yield cut(_name(node, page), _LABEL)
    elif node.track is None:
        yield f"{len(nodes)} × {cut(_name(node, page), _LABEL)}"
    else:
        numbers = page.numbers([mark(member.track) for member in nodes if member.track], 3)
        yield page.say(said("{count} threads: {numbers}", count=len(nodes), numbers=numbers))
    if node.track is not None:
        yield cut(page.say(said("in {function}", function=node.track.place.purpose)), _LABEL)
    if several and node.process is not None:
        yield cut(page.say(said("process {name}", name=node.process.id)), _LABEL)


def dot(boxes: list[Box], arrows: list[Arrow]) -> Iterator[str]:
    """https://graphviz.org/doc/info/lang.html"""
    shapes = {"thread": "box", "pool": "hexagon", "someone-else": "plaintext"}
    yield "digraph waits {"
    yield "  rankdir=LR; node [fontname=sans, fontsize=10]; edge [fontname=sans, fontsize=9];"
    for box in boxes:
        label = "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in box.lines)
        color = f", color={_COLORS[box.mark]}, penwidth=2" if box.mark else ""
        yield f'  {box.name} [shape={shapes.get(box.kind, "ellipse")}, label="{label}"{color}];'
    for arrow in arrows:
        yield f'  {arrow.waiter} -> {arrow.supplier} [label="{arrow.words}"{"" if arrow.sure else ", style=dashed"}];'
    yield "}"


def mermaid(boxes: list[Box], arrows: list[Arrow]) -> Iterator[str]:
    """https://mermaid.js.org/syntax/flowchart.html"""
    brackets = {"thread": ("[", "]"), "pool": ("{{", "}}"), "someone-else": ("(", ")")}
    yield "flowchart LR"
    for box in boxes:
        opening, closing = brackets.get(box.kind, ("([", "])"))
        label = "<br>".join("".join(f"#{ord(char)};" if char in '"&<>#;`' else char for char in line) for line in box.lines)
        yield f'  {box.name}{opening}"{label}"{closing}'
    for arrow in arrows:
        yield f'  {arrow.waiter} {"-->" if arrow.sure else "-.->"}|"{arrow.words}"| {arrow.supplier}'
    for kind, color in (("critical", "#c00"), ("root", "#06c")):
        marked = ",".join(box.name for box in boxes if box.mark == kind)
        if marked:
            yield f"  classDef {kind} stroke:{color},stroke-width:3px"
            yield f"  class {marked} {kind}"


_NODE_KEYS = {
    "kind": "string",
    "label": "string",
    "process": "string",
    "thread": "long",
    "resource": "string",
    "address": "string",
    "needs": "int",
}
_EDGE_KEYS = {"relation": "string", "evidence": "string", "source": "string", "line": "long"}


def graphml(graph: WaitGraph) -> Iterator[str]:
    """http://graphml.graphdrawing.org/specification.html"""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for owner, keys in (("node", _NODE_KEYS), ("edge", _EDGE_KEYS)):
        for key, kind in keys.items():
            yield f'  <key id="{owner}-{key}" for="{owner}" attr.name="{key}" attr.type="{kind}"/>'
    yield '  <graph edgedefault="directed">'
    for number, node in enumerate(graph.nodes):
        values = {
            "kind": node.kind,
            "label": node.label,
            "process": node.process.id if node.process else None,
            "thread": node.track.shown if node.track else None,
            "resource": node.resource or None,
            "address": f"{node.address:#x}" if node.address is not None else None,
            "needs": graph.needs[number],
        }
        yield f'    <node id="n{number}">{_data("node", values)}</node>'
    for edges in graph.out:
        for edge in edges:
            values = {"relation": edge.relation, "evidence": edge.evidence, "source": edge.source or None, "line": edge.line or None}
            yield f'    <edge source="n{edge.waiter}" target="n{edge.supplier}">{_data("edge", values)}</edge>'
    yield "  </graph>"
    yield "</graphml>"


def _data(owner: str, values: dict[str, str | int | None]) -> str:
    return "".join(f'<data key="{owner}-{key}">{_escaped(str(value))}</data>' for key, value in values.items() if value is not None)


def _escaped(text: str) -> str:
    """Safe within XML, which has no way to write a control character."""
    return safe(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
