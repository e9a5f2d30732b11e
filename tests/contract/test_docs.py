"""The documentation says what the code does: links, commands and their output, examples, kinds, keys, options."""

from __future__ import annotations

import argparse
import ast
import doctest
import importlib
import json
import pathlib
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from stackan.model.formats import FORMATS

ROOT = pathlib.Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [page for page in [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))] if page.is_file()]
SCHEMA = json.loads((ROOT / "stackan" / "report" / "analysis.schema.json").read_text(encoding="utf-8"))
GAP = "..."


def words_of(page: pathlib.Path) -> str:
    return page.read_text(encoding="utf-8") if page.is_file() else ""


def blocks(page: pathlib.Path, tag: str) -> Iterator[tuple[int, str]]:
    """(line, content) of the fenced blocks with this tag."""
    start, lines = 0, []
    for number, line in enumerate(words_of(page).splitlines(), 1):
        if not start and line == f"```{tag}":
            start, lines = number + 1, []
        elif start and line == "```":
            yield start, "\n".join(lines) + "\n"
            start = 0
        elif start:
            lines.append(line)


# -- links


def links(page: pathlib.Path) -> Iterator[str]:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", words_of(page), flags=re.DOTALL)
    yield from re.findall(r"\]\(([^)\s]+)\)", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_points_to_a_file(page):
    inside = [link.partition("#")[0] for link in links(page) if not re.match(r"[a-z]+:|#", link)]
    targets = {link: (page.parent / link).resolve() for link in inside}
    assert [link for link, target in targets.items() if not target.exists() or not target.is_relative_to(ROOT)] == []


def test_every_page_can_be_reached_from_the_index():
    seen: set[pathlib.Path] = set()
    open_pages = [DOCS / "README.md"]
    while open_pages:
        page = open_pages.pop()
        if page in seen or page.suffix != ".md" or not page.is_file():
            continue
        seen.add(page)
        open_pages += [(page.parent / link.partition("#")[0]).resolve() for link in links(page)]
    assert [page for page in sorted(DOCS.rglob("*.md")) if page not in seen] == []


# -- commands


def sessions() -> Iterator[tuple[str, str, str]]:
    """(where, command line, expected output) of every `$ stackan …` in a console block."""
    for page in PAGES:
        for line, block in blocks(page, "console"):
            for command in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                words, _, output = command.partition("\n")
                if words.startswith("stackan "):
                    yield f"{page.relative_to(ROOT)}:{line} {words}", words, output


SESSIONS = list(sessions())


def find_in_order(expected: str, real: str) -> str | None:
    """None if the expected lines stand in the output, in order and without gaps except at `...`; else the first that does not.

    Blanks count as one, as a report's columns may move.
    """
    lines = [" ".join(line.split()) for line in real.splitlines()]
    at, anywhere = 0, True
    for line in (" ".join(line.split()) for line in expected.splitlines()):
        if line == GAP:
            anywhere = True
        elif anywhere and line in lines[at:]:
            at = lines.index(line, at) + 1
            anywhere = False
        elif not anywhere and lines[at : at + 1] == [line]:
            at += 1
        else:
            return line
    return None


@pytest.mark.parametrize(("words", "expected"), [session[1:] for session in SESSIONS], ids=[session[0] for session in SESSIONS])
def test_every_command_runs_and_prints_what_the_page_shows(words, expected):
    arguments = shlex.split(words)[1:]
    assert not {"|", ">", "<", "&&"} & set(arguments), "a console block is run without a shell"
    done = subprocess.run(
        [sys.executable, "-m", "stackan", *arguments], cwd=ROOT, capture_output=True, stdin=subprocess.DEVNULL, timeout=120, check=False
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    assert find_in_order(expected, done.stdout.decode()) is None


def test_the_pages_have_commands_to_run():
    assert len(SESSIONS) >= 5


@pytest.mark.parametrize(
    ("expected", "first_miss"),
    [("", None), ("a\n", None), ("a\nc\n", "c"), ("a\n...\nc\n", None), ("c\n...\na\n", "a"), ("...\nd\n", "d"), ("b  b\nc\n", None)],
)
def test_shown_output_has_to_stand_in_the_real_one_in_order(expected, first_miss):
    assert find_in_order(expected, "a\n b b\nc\n") == first_miss


# -- examples in Python and TOML


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # a page may leave a file to the collector
@pytest.mark.parametrize("name", ["library.md", "library-data.md"])
def test_a_page_of_the_library_runs(monkeypatch, name):
    if name == "library-data.md":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    monkeypatch.chdir(ROOT)
    page = DOCS / name
    scope: dict[str, object] = {"__name__": "page"}
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    found = list(blocks(page, "python"))
    assert found
    complaints: list[str] = []
    for line, code in found:
        if ">>>" in code:
            test = doctest.DocTestParser().get_doctest(code, scope, name, str(page), line - 1)
            runner.run(test, out=complaints.append, clear_globs=False)
            scope = test.globs
        else:
            exec(compile(code, f"{page}:{line}", "exec"), scope)
    assert complaints == []


def test_every_profile_on_a_page_is_well_formed_and_can_be_used(tmp_path):
    from stackan.classify import Rulebook
    from stackan.classify.profiles import read_profile

    shown = [code for page in PAGES for _, code in blocks(page, "toml")]
    assert shown
    for number, code in enumerate(shown):
        path = tmp_path / f"{number}.toml"
        path.write_text(code, encoding="utf-8")
        assert Rulebook([str(path)]).places(set()).rules.profile == read_profile(str(path))["name"]


# -- completeness


def constants(folder: pathlib.Path) -> set[str]:
    """Every string that stands in the code of a folder."""
    return {
        node.value
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_finding_that_the_code_can_give_has_its_page():
    kinds = SCHEMA["$defs"]["finding"]["properties"]["kind"]["enum"]
    emitted = constants(ROOT / "stackan" / "diagnose").intersection(kinds)
    index = words_of(DOCS / "findings" / "README.md")
    assert {"deadlock", "spin"} <= emitted
    assert [kind for kind in kinds if kind in emitted and not (DOCS / "findings" / f"{kind}.md").is_file()] == []
    assert [kind for kind in kinds if kind not in index] == []


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.parent.name == "findings" and page.stem != "README"], ids=lambda page: page.stem
)
def test_a_finding_is_described_in_one_shape(page):
    heads = re.findall(r"^## (.*)", words_of(page), flags=re.MULTILINE)
    wanted = ["What it says", "On what it rests", "Example", "What it cannot tell", "What to do"]
    assert [head for head in heads if head in wanted] == wanted
    assert words_of(page).startswith(f"# {page.stem}\n")


def test_every_format_that_is_read_has_its_page():
    rows = [line for line in words_of(DOCS / "formats" / "README.md").splitlines() if line.startswith("| `")]
    pages = {name: re.findall(r"\]\(([^)]+\.md)\)", row) for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}
    assert {"gdb", "pstack", "eu-stack"} <= pages.keys()
    assert [name for name in FORMATS if not pages.get(name) or not (DOCS / "formats" / pages[name][0]).is_file()] == []


def test_every_key_of_a_profile_is_named_on_its_page():
    from stackan.classify.profiles import _HEAD, _KEYS

    page = words_of(DOCS / "profiles.md")
    assert [section for section in _KEYS if f"[[{section}]]" not in page] == []
    assert [key for key in sorted(_HEAD.union(*_KEYS.values())) if f"`{key}`" not in page] == []


def test_every_field_and_word_of_the_document_is_named_on_its_page():
    pages = ("json.md", "logs.md", "reasons.md", "reasons-logs.md", "findings/README.md", "similar.md")
    page = re.sub(r"```.*?```", "", "".join(words_of(DOCS / name) for name in pages), flags=re.DOTALL)
    code = " ".join("".join(pair) for pair in re.findall(r"`([^`]+)`|\[([a-z-]+)\]", page))
    named = set(re.findall(r"[a-z][A-Za-z0-9_-]*", code))
    assert [word for word in words_of_schema(SCHEMA) if word not in named] == []


DUMP_SCHEMA = json.loads((ROOT / "stackan" / "report" / "dump.schema.json").read_text(encoding="utf-8"))


def test_every_field_of_a_parsed_dump_is_named_on_its_page():
    named = set(re.findall(r"[a-z][a-z0-9_-]*", " ".join(re.findall(r"`([^`]+)`", words_of(DOCS / "parse.md")))))
    assert [word for word in words_of_schema(DUMP_SCHEMA) if word not in named] == []


def objects(part: object) -> Iterator[dict[str, Any]]:
    """Every object that a schema describes."""
    if isinstance(part, dict):
        if "properties" in part:
            yield part
        for value in part.values():
            yield from objects(value)
    elif isinstance(part, list):
        for value in part:
            yield from objects(value)


@pytest.mark.parametrize("schema", [SCHEMA, DUMP_SCHEMA], ids=["analysis", "dump"])
def test_a_schema_says_what_each_field_is_and_allows_no_other(schema):
    found = list(objects(schema))
    assert len(found) >= 6
    for part in found:
        assert part["additionalProperties"] is False
        optional = part in (schema.get("$defs", {}).get(name) for name in ("fact", "wanted", "shown"))  # they leave out what is not known
        assert optional or part["required"] == list(part["properties"])
        assert [name for name, field in part["properties"].items() if not field.get("description")] == []


def words_of_schema(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        yield from part.get("properties", {})
        yield from part.get("enum", [])
        for value in part.values():
            yield from words_of_schema(value)
    elif isinstance(part, list):
        for value in part:
            yield from words_of_schema(value)


def options(command: str, module: str) -> Iterator[str]:
    parser = argparse.ArgumentParser(prog=command)
    importlib.import_module(module).add_options(parser, command)
    for action in parser._actions:
        yield from action.option_strings
        if not action.option_strings:
            yield from action.choices or ()


def test_every_command_and_option_is_named():
    from stackan.cli.commands import COMMANDS

    text = "\n".join(words_of(page) for page in DOCS.rglob("*.md"))
    named = {option for code in re.findall(r"`([^`\n]+)`", text) for option in re.split(r"[\s|\\]+", code)}
    wanted = {"--version", *COMMANDS, *(option for command, (module, _) in COMMANDS.items() for option in options(command, module))}
    assert sorted(wanted - named) == []


# -- style


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_stays_short_and_names_nobodys_machine(page):
    text = words_of(page)
    assert len(text.splitlines()) < (150 if page.name != "reasons.md" else 600)  # a list in which one looks up a name
    assert str(ROOT) not in text
