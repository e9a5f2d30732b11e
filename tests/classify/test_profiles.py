"""Profiles: what ships is well-formed and true to its own examples; what a user writes is read or refused in one sentence."""

from __future__ import annotations

import os
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from stackan.classify import Rulebook
from stackan.classify.patterns import expressions_in, fits, read_elements
from stackan.classify.profiles import builtin, profile_files, read_profile
from stackan.errors import ProfileError
from stackan.normalize import Names, canonical
from stackan.normalize.languages import canonical_in
from stackan.parsing import parse_all

BUILT_IN = {os.path.basename(path).removesuffix(".toml"): read_profile(path) for path in profile_files()}
STATES = {
    *("lock", "condition", "future", "semaphore", "join", "io", "network", "sleep", "signal", "barrier", "idle", "running"),
    *("suspended", "unknown"),
}
KINDS = {
    *("mutex", "rwlock", "spinlock", "condition", "semaphore", "future", "thread", "once", "monitor", "gil", "pool", "barrier", "latch"),
    *("allocator", "stdio", "loader", "database-lock", "process", "file", "pipe", "socket", "futex"),
}
VERBS = {"blocked", "running", "idle", "unknowable"}
Row = dict[str, Any]


def label(rule: tuple[str, str, Row]) -> str:
    name, section, row = rule
    return f"{name}-{section}-{row.get('id') or row['functions'][0]}"


# (profile, section, rule) of all built-in profiles
RULES = [
    (name, section, row)
    for name, profile in BUILT_IN.items()
    for section, rows in profile.items()
    if isinstance(rows, list) and section != "marks"
    for row in rows
]


# What stands before a thread's frames in the format of a profile's examples, where that is not gdb's.
OPENINGS = {
    "aix": "7 : server\n---------- tid# 7 ----------\n",
    "go": "goroutine 7 [select]:\n",
    "dotnet": "Thread (0x7):\n",
    "ruby": "Sigdump at 2026-03-02 11:00:00 +0000 process 7 (server)\n  Thread #<Thread:0x7f01 run> status=run priority=0\n",
    "java": 'Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6 mixed mode):\n"worker-1" #16 prio=5 tid=0x1 nid=0x7 runnable\n',
    "linux": "task:server          state:D stack:    0 pid:     7 ppid:     1 flags:0x00004000\nCall Trace:\n",
    "macos": "Process:         server [7]\n  Thread 0x4eb9    DispatchQueue 1    1001 samples (1-1001)\n    ",
    "python": 'Thread 7 (idle): "worker_0"\n',
    "solaris": "7:\tserver\n-----------------  lwp# 1 / thread# 1  --------------------\n",
    "windows": "   0  Id: b10.dac Suspend: 1 Teb: 00007ff6`64a4e000 Unfrozen\n # Child-SP          RetAddr           Call Site\n",
}


def name_of(frame: str, opening: str = "Thread 1 (LWP 7):\n") -> str:
    """The canonical name of a frame as it is printed; of a line that a reader tells a thread's state from, that state."""
    (dump,) = parse_all(f"{opening}{frame}\n".encode(), "example")
    if dump.facts.states and not dump.frames:
        return dump.facts.states[0].words
    assert len(dump.frames) == 1
    (name,) = Names(dump).stack(dump.threads[0].node)
    return name


def functions_of(section: str, row: Row) -> list[str]:
    return list(row["dispatch"] if section == "pool" else row.get("functions", ()))


def is_printed_state(word: str) -> bool:
    """Whether a rule's word is no function, but what a dump says of a thread: `go: chan send`."""
    return ": " in word


def spelled(name: str, profile: str) -> str:
    """A function's name in the canonical form of the language that a profile is about."""
    return canonical_in(profile)(name)


def words_of(row: Row) -> list[str]:
    """The single names and globs in a rule's frame pattern."""
    return [word for element in row.get("frames", ()) for word in (element if element == "??" else element.removesuffix("?")).split("|")]


def test_the_built_in_profiles_are_there_and_few_apply_everywhere() -> None:
    assert set(BUILT_IN) >= {"cxx", "firebird", "glibc", "mariadb", "postgres", "runtimes", "rust", "servers", "solaris"}
    assert {name for name, profile in BUILT_IN.items() if profile.get("always")} == {"clients", "cxx", "ends", "glibc", "servers"}


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_profile_is_well_formed(name: str) -> None:
    profile = BUILT_IN[name]
    assert profile["name"] == name
    assert profile["title"]
    assert profile.get("always") or profile["marks"]


@pytest.mark.parametrize("rule", RULES, ids=label)
def test_a_rule_states_its_source_and_uses_known_words(rule: tuple[str, str, Row]) -> None:
    _, section, row = rule
    assert row["source"].strip()
    if section == "wait":
        assert row["state"] in STATES
        assert row.get("kind", "mutex") in KINDS
    if section in VERBS:
        assert row["id"]
        assert row["frames"]
        waits = {word for word in row.get("waits", ()) if not is_printed_state(word)}
        assert waits <= KINDS | STATES | {"poll", "accept", "helps"} | {f"{profile}.{kind}" for profile in BUILT_IN for kind in KINDS}
        assert set(row.get("states", ())) <= STATES
    if section == "blocked":
        assert row["kind"] in KINDS
        assert row["what"]
        assert row["release"] in ("pool", "others")
    if section == "unknowable":
        assert row["hint"]


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_profile_is_complete_in_both_languages(name: str) -> None:
    profile = BUILT_IN[name]
    assert profile["title_zh_CN"]
    rows = [(row.get("id") or row["functions"][0], row) for other, section, row in RULES if other == name]
    said = [(rule, row, key) for rule, row in rows for key in ("what", "hint", "serves", "name", "advice", "open", "shut") if key in row]
    assert [f"{rule}: {key}" for rule, row, key in said if not row.get(f"{key}_zh_CN")] == []


def test_each_id_is_given_once() -> None:
    ids = Counter(row["id"] for _, _, row in RULES if "id" in row)
    assert [rule for rule, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_function_stands_in_two_wait_rules_of_a_profile(name: str) -> None:
    functions = Counter(function for row in BUILT_IN[name].get("wait", ()) for function in row["functions"])
    assert [function for function, count in functions.items() if count > 1] == []


@pytest.mark.parametrize(
    "rule",
    [pytest.param(rule, id=label(rule)) for rule in RULES if "example" in rule[2]],
)
def test_a_rule_matches_its_own_example(rule: tuple[str, str, Row]) -> None:
    profile, section, row = rule
    name = name_of(row["example"], *filter(None, [OPENINGS.get(profile)]))
    if section in VERBS:
        named = [element for element in read_elements(row["frames"]) if not element.gap and not element.unnamed]
        assert any(fits(element, name) for element in named)
    else:
        assert any(fnmatchcase(name, each) for each in functions_of(section, row))


@pytest.mark.parametrize("rule", RULES, ids=label)
def test_a_rule_names_functions_in_their_canonical_form(rule: tuple[str, str, Row]) -> None:
    profile, section, row = rule
    names = [each.removesuffix("*") for each in functions_of(section, row) if not is_printed_state(each)]
    names = [name for name in names if not name.startswith("?? ")]  # as in patterns
    assert [name for name in names if spelled(name, profile) != name] == []


@pytest.mark.parametrize(
    "rule",
    [pytest.param(rule, id=label(rule)) for rule in RULES if rule[1] in VERBS],
)
def test_a_pattern_names_functions_in_their_canonical_form(rule: tuple[str, str, Row]) -> None:
    names = [word for word in words_of(rule[2]) if word != "..." and not word.startswith(("??", "*", "/"))]
    assert [name for name in names if "::" not in name and name.startswith("_")] == []
    assert [name for name in names if "*" not in name and spelled(name, rule[0]) != name] == []


def test_marks_are_canonical_names() -> None:
    marks = [mark for profile in BUILT_IN.values() for mark in profile.get("marks", ()) if not is_printed_state(mark)]
    assert [mark for mark in marks if canonical(mark) != mark] == []


# -- which rules apply


def test_a_profile_applies_where_one_of_its_marks_is_seen() -> None:
    assert Rulebook().places({"poll", "main"}).rules.profile is None
    assert Rulebook().places({"poll", "do_command"}).rules.profile == "mariadb"
    assert Rulebook().places({"PostgresMain"}).rules.profile == "postgres"


def test_general_rules_always_apply_and_come_after_the_servers() -> None:
    chosen = Rulebook().places({"do_command"}).rules
    assert "pthread_mutex_lock" in chosen.waits
    idle = [rule.id.partition(".")[0] for rule in chosen.frame_rules if rule.verb == "idle"]
    assert idle.index("mariadb") < idle.index("loop")
    assert "postgres" not in idle


def test_rules_about_what_a_thread_is_blocked_by_come_first() -> None:
    verbs = [rule.verb for rule in Rulebook().places({"do_command", "PostgresMain", "JavaMain"}).rules.frame_rules]
    assert verbs == sorted(verbs, key=["blocked", "running", "idle", "unknowable"].index)


# -- a user's own profile


def written(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


OWN = """\
name = "mine"

[[wait]]
kind = "latch"
state = "lock"
functions = ["my_latch_wait"]
source = "our own latch"

[[blocked]]
id = "mine.shard"
kind = "database-lock"
what = "a shard"
frames = ["/Shard(<.*>)?::(lock|wait)_[a-z]+/", "..."]
source = "our own server"
"""


def test_a_users_own_profile_is_used(tmp_path: Path) -> None:
    rules = Rulebook([written(tmp_path, OWN)]).places({"main"}).rules
    assert rules.profile == "mine"
    place = Rulebook([written(tmp_path, OWN)]).places({"main"}).place(("my_latch_wait", "work", "main"))
    assert (place.state, place.kind, place.reason) == ("lock", "latch", "mine.latch")


def test_a_users_own_words_are_said_in_both_languages(tmp_path: Path) -> None:
    text = OWN.replace('what = "a shard"', 'what = "a shard"\nwhat_zh_CN = "分片"\nadvice = ["Look at it."]\nadvice_zh_CN = ["请检查它。"]')
    rule = next(rule for rule in Rulebook([written(tmp_path, text)]).places({"main"}).rules.frame_rules if rule.id == "mine.shard")
    assert (rule.what, rule.what.translations) == ("a shard", {"zh_CN": "分片"})
    assert [(step, step.translations) for step in rule.advice] == [("Look at it.", {"zh_CN": "请检查它。"})]


def test_a_users_own_regular_expression_is_used(tmp_path: Path) -> None:
    places = Rulebook([written(tmp_path, OWN)]).places(())
    for name in ("Shard::lock_all", "Shard::wait_one"):
        place = places.place(("pthread_cond_wait", name, "main"))
        assert (place.verb, place.reason, place.kind) == ("blocked", "mine.shard", "database-lock")
    for name in ("Shard::lock_7", "MyShard::lock_all", "Shard::lock_all_"):
        assert places.place(("pthread_cond_wait", name, "main")).reason != "mine.shard"


def test_a_users_own_rule_outranks_a_built_in_one(tmp_path: Path) -> None:
    text = 'name = "mine"\n[[wait]]\nkind = "gil"\nstate = "lock"\nfunctions = ["pthread_cond_wait"]\nsource = "here"\n'
    place = Rulebook([written(tmp_path, text)]).places({"main"}).place(("pthread_cond_wait", "work", "main"))
    assert place.kind == "gil"


@pytest.mark.parametrize("expression", ["(a+)+$", "(a|aa)+$"])  # the second takes centuries also in a matcher that sees through the first
def test_a_regular_expression_that_explodes_does_not_hang(tmp_path: Path, expression: str) -> None:
    text = f'name = "mine"\n[[idle]]\nid = "mine.bad"\nframes = ["/{expression}/", "..."]\nsource = "here"\n'
    places = Rulebook([written(tmp_path, text)]).places(())
    place = places.place(("pthread_cond_wait", "a" * 200 + "!", "main"))  # comes back
    assert place.reason != "mine.bad"
    assert places.place(("pthread_cond_wait", "aaa", "main")).reason == "mine.bad"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('title = "no name"\n', "a profile needs `name"),
        ("name = 7\n", "a profile needs `name"),
        ('name = "mine"\n[[waits]]\nfunctions = ["f"]\nsource = "x"\n', r"no section is called \[\[waits\]\]"),
        ('name = "mine"\n[wait]\nfunctions = ["f"]\nsource = "x"\n', r"no section is called \[\[wait\]\]"),
        ('name = "mine"\n[[wait]]\nfunction = ["f"]\nsource = "x"\n', "knows no `function`; known are .*functions"),
        ('name = "mine"\n[[idle]]\nid = "a"\nframe = ["f"]\nsource = "x"\n', "knows no `frame`"),
        ('name = "mine"\n[[wait]]\nstate = "lock"\nfunctions = ["f"]\n', "states no `?source"),
        ('name = "mine"\n[[wait]]\nstate = "lock"\nfunctions = ["f"]\nsource = ""\n', "states no `?source"),
        ("name = \n", "no valid TOML"),
        ('name = "mine"\nname = "twice"\n', "no valid TOML"),
    ],
)
def test_a_wrong_profile_is_refused_in_one_sentence_that_names_it(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ProfileError, match=words) as caught:
        Rulebook([path])
    told = str(caught.value)
    assert told.startswith(f"{path}: ")
    assert "\n" not in told


def test_a_profile_that_is_not_there_is_told_by_its_path(tmp_path: Path) -> None:
    path = str(tmp_path / "absent.toml")
    with pytest.raises(ProfileError) as caught:
        read_profile(path)
    assert str(caught.value) == f"{path}: the profile cannot be read (No such file or directory); check the path"


def test_a_profile_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b'name = "caf\xe9"\n')
    with pytest.raises(ProfileError, match=r"mine\.toml: "):
        read_profile(str(path))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[wait]]\nfunctions = ["f"]', "`state`"),
        ('[[wait]]\nstate = "lock"', "`functions`"),
        ('[[wait]]\nstate = "lock"\nfunctions = "pthread_x"', "`functions` .* a list of strings"),
        ('[[wait]]\nstate = "lock"\nfunctions = [7]', "`functions` .* a list of strings"),
        ('[[wait]]\nstate = "lost"\nfunctions = ["f"]', "state 'lost'; known are .*lock"),
        ('[[wait]]\nstate = "lock"\nkind = "mutexes"\nfunctions = ["f"]', "kind 'mutexes'; known are .*mutex"),
        ('[[wait]]\nstate = "lock"\ntimed = "yes"\nfunctions = ["f"]', "`timed` .* true or false"),
        ('[[idle]]\nframes = ["f"]', "`id`"),
        ('[[idle]]\nid = "mine.a"', "rule mine.a states no `frames`"),
        ('[[blocked]]\nid = "mine.a"\nframes = ["f"]', "rule mine.a states no `kind`"),
        ('[[idle]]\nid = "mine.a"\nframes = ["g", "/(/"]', "rule mine.a: /\\(/ is no regular expression"),
        ('[[pool]]\nid = "mine.a"\nname = "p"', "rule mine.a states no `dispatch`"),
        ('[[executor]]\nid = "mine.a"', "rule mine.a states no `functions`"),
        ("[[spin]]\nby_design = true", "`functions`"),
        ('[[wait]]\nstate = "io"\nfunctions = ["f"]\nwhat_zh_CN = "文件"', "has `what_zh_CN` without the `what` that it translates"),
        ('[[wait]]\nstate = "io"\nfunctions = ["f"]\nwhat = "a file"\nwhat_zh_CN = ["文件"]', "`what_zh_CN` .* a string"),
        ('[[wait]]\nstate = "io"\nfunctions = ["f"]\nkind_zh_CN = "文件"', "knows no `kind_zh_CN`"),
        (
            '[[idle]]\nid = "mine.a"\nframes = ["f"]\nadvice = ["a", "b"]\nadvice_zh_CN = ["甲"]',
            "`advice_zh_CN` .* 1 elements, and `advice` 2",
        ),
    ],
)
def test_a_rule_that_lacks_a_part_or_has_a_wrong_one_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, f'name = "mine"\n{text}\nsource = "here"\n')
    with pytest.raises(ProfileError, match=words) as caught:
        Rulebook([path])
    told = str(caught.value)
    assert told.startswith(f"{path}: ")
    assert "\n" not in told


def test_a_section_of_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileError):
        read_profile(written(tmp_path, 'name = "mine"\nwait = ["f"]\n'))


def test_no_rule_of_stackan_itself_has_an_expression() -> None:
    """What is switched off is so for a case; the rules that come with stackan are made once for all of them."""
    texts = [text for profile in builtin() for rows in profile.values() if isinstance(rows, list) for text in frames_of(rows)]
    assert texts
    assert expressions_in(texts) == []


def frames_of(rows: list[object]) -> list[str]:
    return [text for row in rows if isinstance(row, dict) for text in row.get("frames", ())]


def test_rules_of_one_case_do_not_change_those_of_the_next(tmp_path: Path) -> None:
    mine = written(tmp_path, 'name = "mine"\n[[wait]]\nstate = "lock"\nkind = "mutex"\nfunctions = ["poll"]\nsource = "here"\n')
    before, own, after = Rulebook().places([]), Rulebook([mine]).places([]), Rulebook().places([])
    assert before.rules is after.rules
    assert [each.rules.waits["poll"].state for each in (before, own, after)] == ["network", "lock", "network"]
