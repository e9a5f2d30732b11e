"""The whole page: its policy, its style, what is readable without a program, and at the tail the program and its data."""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
from collections.abc import Iterator

from stackan._version import __version__
from stackan.collector import collector_paused
from stackan.model.analysis import Analysis
from stackan.model.languages import CHINESE
from stackan.model.said import said
from stackan.report.html.data import blocks
from stackan.report.html.findings import findings
from stackan.report.html.inputs import inputs
from stackan.report.html.markup import Markup, element
from stackan.report.html.pools import processes
from stackan.report.html.report import Report
from stackan.report.html.stacks import stacks
from stackan.report.html.timeline import timeline
from stackan.report.html.verdict import chain, verdict
from stackan.report.page import Stream
from stackan.report.processes import worst_first
from stackan.report.terms import term
from stackan.wording.catalog import ENGLISH

_LANGUAGES = {ENGLISH: "en", CHINESE: "zh-CN"}  # as HTML names them (RFC 5646)
# Sections with their names in the page's list of them; those of the program are hidden until it runs.
_VIEWS = {"waits": said("wait-for graph"), "matrix": said("threads × snapshots"), "calls": said("merged call tree")}
_SECTIONS = {
    "findings": said("findings"),
    "pools": said("processes and pools"),
    **_VIEWS,
    "stacks": said("stacks"),
    "timeline": said("time line"),
    "inputs": said("inputs"),
}


def write(analysis: Analysis, stream: Stream, language: str = ENGLISH) -> None:
    """Write the page, the same bytes for the same analysis."""
    with collector_paused():
        for piece in pieces(analysis, language):
            stream.write(piece + "\n")


def pieces(analysis: Analysis, language: str) -> Iterator[str]:
    """The page, line by line."""
    report = Report(analysis, language)
    style = _asset("style.css")
    program = _asset("app.js") if analysis.processes else ""
    yield "<!DOCTYPE html>"
    yield f'<html lang="{_LANGUAGES.get(language, language)}">'
    yield "<head>"
    yield element("meta", charset="utf-8")
    yield element("meta", http_equiv="Content-Security-Policy", content=_policy(style, program))
    yield element("meta", name="viewport", content="width=device-width, initial-scale=1")
    yield element("meta", name="color-scheme", content="light dark")
    yield element("meta", name="generator", content=f"stackan {__version__}")
    yield element("title", _title(report))
    yield f"<style>{style}</style>"
    yield "</head>"
    yield "<body>"
    body = {
        "findings": findings(report),
        "pools": processes(report),
        **({name: _view(name, report) for name in _VIEWS} if program else {}),
        "stacks": stacks(report),
        "timeline": timeline(report),
        "inputs": inputs(report),
    }
    shown = {name: section for name, section in body.items() if section is not None}
    yield element("a", report.say(said("to the findings")), href="#findings", class_="skip")
    yield _contents(list(shown), report)
    yield "<main>"
    yield verdict(report)
    yield chain(report) or ""
    yield from shown.values()
    yield "</main>"
    if program:
        broken = said("The data behind the views of this page cannot be unpacked; what is written here is complete without them.")
        yield element("p", report.say(broken), class_="note", id="broken", hidden=True)
    yield element("footer", f"stackan {__version__}")
    if program:
        yield from blocks(report)
        yield f"<script>{program}</script>"
    yield "</body>"
    yield "</html>"


def _title(report: Report) -> str:
    analysis = report.analysis
    names = ", ".join(process.id for process, _ in worst_first(analysis)[:3])
    return f"{report.page.say(term(analysis.verdict))} – {names or report.page.say(said('logs'))} – stackan"


def _contents(names: list[str], report: Report) -> Markup:
    """The list of sections."""
    links = [
        element("a", report.say(_SECTIONS[name]), href=f"#{name}", hidden=name in _VIEWS, data_view=name if name in _VIEWS else None)
        for name in names
    ]
    apart = (part for link in links for part in (link, " "))  # for a reader without styles, too
    return element("nav", *apart, aria_label=report.say(said("sections")))


def _view(name: str, report: Report) -> Markup:
    """The place of a view that the program makes."""
    return element("section", element("h2", report.say(_VIEWS[name])), element("div", "", class_="view"), id=name, hidden=True)


def _policy(style: str, program: str) -> str:
    """Nothing is fetched, sent or run but what stands in the page itself (https://www.w3.org/TR/CSP3/)."""
    rules = ["default-src 'none'", f"style-src {_digest(style)}", "base-uri 'none'", "form-action 'none'"]
    if program:
        rules.insert(1, f"script-src {_digest(program)}")
    return "; ".join(rules)


def _digest(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode('ascii')}'"


def _asset(name: str) -> str:
    """A file beside this one; "" where it is not there."""
    path = importlib.resources.files(__package__ or "").joinpath(name)
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
