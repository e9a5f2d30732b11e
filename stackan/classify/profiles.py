"""Profiles (TOML) → Rules: which apply to a process, read and merged."""

from __future__ import annotations

import functools
import os
import sys
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from stackan.classify.expressions import Expressions, check_expression, shortened
from stackan.classify.patterns import expressions_in, read_elements
from stackan.errors import ProfileError
from stackan.manual import page
from stackan.model.finding import RESOURCES, STATES
from stackan.model.languages import CHINESE, TRANSLATED
from stackan.model.meant import closest
from stackan.model.placement import ROLES
from stackan.model.rules import OTHERS, OWN, TASK, DependencyRule, ExecutorRule, FrameRule, Phrase, PoolRule, Rules, WaitRule
from stackan.model.said import said

FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "profiles")
# Rules about what a thread is blocked by come first: a postgres backend in ProcSleep is also inside PostmasterMain.
_VERBS = ("blocked", "running", "idle", "unknowable")
# The keys that a row of each section may have, and those that it must have; every row states its source.
_ANYWHERE = {"source", "example"}
_MEANING = {"id", "frames", "waits", "states", "role", "kind", "what", "release", "holders", "hint", "advice", "peers", *_ANYWHERE}
_FLAGS = {
    *("inner", "final", "internal", "nests"),
    *("timed", "poll", "events", "accept", "input", "datagrams", "task", "delivers", "otherwise", "parks", "counter", "helps"),
}
_KEYS = {
    "wait": {"kind", "state", "functions", "arguments", "descriptor", "result", "what", *_FLAGS, *_ANYWHERE},
    "primitive": {"functions", *_ANYWHERE},
    "wrapper": {"functions", "arguments", *_ANYWHERE},
    "start": {"functions", *_ANYWHERE},
    "glue": {"functions", *_ANYWHERE},
    "interpreter": {"functions", *_ANYWHERE},
    "call": {"functions", *_ANYWHERE},
    "event_loop": {"functions", *_ANYWHERE},
    "dispatcher": {"functions", *_ANYWHERE},
    "spin": {"functions", "by_design", *_ANYWHERE},
    "end": {"functions", "raises", "before", *_ANYWHERE},
    "executor": {"id", "functions", "caller", *_ANYWHERE},
    "pool": {
        *("id", "name", "dispatch", "not_workers", "growable", "by_name", "side_door", "vital", "serves", "advice", "open", "shut"),
        *_ANYWHERE,
    },
    "dependency": {"id", "pools", "waits", "on", "where", "complete", "complete_with", "queued", "what", *_ANYWHERE},
    **dict.fromkeys(_VERBS, _MEANING),
}
_NEEDED = {
    "wait": ("state", "functions"),
    "executor": ("id", "functions"),
    "pool": ("id", "name", "dispatch"),
    "dependency": ("id", "pools", "on"),
    "blocked": ("id", "frames", "kind"),
    **dict.fromkeys(
        ("primitive", "wrapper", "start", "glue", "interpreter", "call", "event_loop", "dispatcher", "spin", "end"), ("functions",)
    ),
    **{verb: ("id", "frames") for verb in _VERBS if verb != "blocked"},
}
_LISTS = {
    "functions",
    "dispatch",
    "pools",
    "on",
    "arguments",
    "descriptor",
    "frames",
    "waits",
    "states",
    "not_workers",
    "holders",
    "advice",
    "open",
    "shut",
    "marks",
}
_OTHERS_WORK = Phrase("work of another pool", {CHINESE: "另一个线程池的工作"})
_TRUTHS = {
    *(
        "by_design",
        "raises",
        "before",
        "peers",
        "caller",
        "growable",
        "by_name",
        "side_door",
        "vital",
        "always",
        "system",
        "library",
        "complete",
        "queued",
    ),
    *_FLAGS,
}
_CHOICES = {
    "kind": RESOURCES,
    "state": STATES,
    "release": ("pool", "others"),
    "result": ("pool", "anyone"),
    "where": (OWN, OTHERS, *ROLES),
    "complete_with": ROLES,
}
_SAID = {"name", "title", "what", "hint", "serves", "advice", "open", "shut"}  # to a person: `what_zh_CN` says `what` in another language
_HEAD = {"name", "title", *(f"title_{language}" for language in TRANSLATED), "always", "system", "library", "marks"}


LARGEST = 1 << 20  # bytes of a profile
_DEEPEST = 32  # names that a dotted key may join; the grammar has none


def profile_files() -> list[str]:
    """The profiles that come with stackan."""
    return sorted(os.path.join(FOLDER, name) for name in os.listdir(FOLDER) if name.endswith(".toml"))


def find_profile(name: str) -> dict[str, Any]:
    """A profile that comes with stackan, by its name, or the one in a file; a file comes first.  Raises ProfileError."""
    if not os.path.exists(name):
        known = next((profile for profile in builtin() if profile["name"] == name), None)
        if known is not None:
            return known
        if os.sep not in name and not name.endswith(".toml"):
            raise ProfileError(tell_unknown(name))
    return read_profile(name)


def tell_unknown(name: str) -> str:
    """That there is no profile of a name, and which may have been meant."""
    meant = closest(name, [profile["name"] for profile in builtin()])
    if meant is not None:
        return said("{name}: no such profile; did you mean {meant}? `stackan profiles list` names them all", name=name, meant=meant)
    return said("{name}: no such profile; `stackan profiles list` names them", name=name)


def read_profile(path: str) -> dict[str, Any]:
    """Read and check one profile; raises ProfileError."""
    profile = _toml(_text(path), path)
    _check(profile, path)
    return profile


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise ProfileError(
            said("{source}: the profile cannot be read ({reason}); check the path", source=path, reason=error.strerror)
        ) from error
    if len(data) > LARGEST:
        raise ProfileError(said("{source}: the profile is larger than {size} MiB; is it the right file?", source=path, size=LARGEST >> 20))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProfileError(
            said("{source}: the profile is no UTF-8 text; see {page} for the grammar", source=path, page=page("profiles.md"))
        ) from error


def _toml(text: str, path: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    too_deep = said("{source}: its tables are nested too deeply; see {page} for the grammar", source=path, page=page("profiles.md"))
    if _depth_of_keys(text) > _DEEPEST:
        raise ProfileError(too_deep)
    try:
        profile: dict[str, Any] = tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError is one; so is Python's error for a number of 5,000 digits
        raise ProfileError(
            said(
                "{source}: no valid TOML ({reason}); see {page} for the grammar",
                source=path,
                reason=shortened(str(error), 200),
                page=page("profiles.md"),
            )
        ) from error
    except (RecursionError, MemoryError) as error:
        raise ProfileError(too_deep) from error
    return profile


def _depth_of_keys(text: str) -> int:
    """How many names a dotted key joins at the most, as `a.b.c` does: their number costs its square in time and memory to read."""
    deepest = depth = 0
    for name in text.split("."):
        depth = depth + 1 if name.strip(" \t\"'").replace("-", "_").isidentifier() else 0
        deepest = max(deepest, depth)
    return deepest


def _check(profile: dict[str, Any], path: str) -> None:
    if not isinstance(profile.get("name"), str):
        raise ProfileError(said('{source}: a profile needs `name = "…"`; see {page}', source=path, page=page("profiles.md")))
    _check_types({key: value for key, value in profile.items() if key in _HEAD}, path, said("the head"))
    blocked = _ids_of_blocked(profile)
    for section, rows in profile.items():
        if section in _HEAD:
            continue
        if section not in _KEYS or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ProfileError(
                said(
                    "{source}: no section is called [[{name}]]; known are {known}",
                    source=path,
                    name=shortened(section),
                    known=", ".join(sorted(_KEYS)),
                )
            )
        for number, row in enumerate(rows, 1):
            _check_row(row, path, section, _name_row(row, section, number), blocked)


def _ids_of_blocked(profile: dict[str, Any]) -> frozenset[str]:
    """The ids of its rules about what threads are blocked by: dependencies may speak of these waits."""
    rows = profile.get("blocked")
    return frozenset(str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row) if isinstance(rows, list) else frozenset()


def _name_row(row: dict[str, Any], section: str, number: int) -> str:
    if isinstance(row.get("id"), str):
        return said("rule {id}", id=shortened(row["id"]))
    return said("[[{section}]] number {number}", section=section, number=number)


def _check_row(row: dict[str, Any], path: str, section: str, where: str, blocked: frozenset[str]) -> None:
    unknown = sorted(key for key in row if _english(key) not in _KEYS[section])
    if unknown:
        raise ProfileError(
            said(
                "{source}: {where} knows no `{key}`; known are {known}",
                source=path,
                where=where,
                key=shortened(unknown[0]),
                known=", ".join(sorted(_KEYS[section])),
            )
        )
    missing = [key for key in (*_NEEDED[section], "source") if not row.get(key)]
    if missing:
        raise ProfileError(
            said("{source}: {where} states no `{key}`; see {page}", source=path, where=where, key=missing[0], page=page("profiles.md"))
        )
    _check_types(row, path, where)
    _check_translations(row, path, where)
    for key, choices in _CHOICES.items():
        if key in row and row[key] not in choices:
            raise ProfileError(
                said(
                    "{source}: {where} has {key} {value}; known are {known}",
                    source=path,
                    where=where,
                    key=key,
                    value=repr(shortened(row[key])),
                    known=", ".join(choices),
                )
            )
    if section == "dependency":
        for word in row.get("waits", ()):
            if word not in (*RESOURCES, *STATES, TASK, *blocked):
                raise ProfileError(
                    said(
                        "{source}: {where} waits for {value}; known are {task}, the kinds of resources, the states of threads "
                        "and the profile's rules in [[blocked]]",
                        source=path,
                        where=where,
                        value=repr(shortened(word)),
                        task=TASK,
                    )
                )
    for text in expressions_in(row.get("frames", ())):
        check_expression(text, said("{source}: {where}", source=path, where=where))


def _check_types(row: dict[str, Any], path: str, where: str) -> None:
    for key, value in row.items():
        if _english(key) in _LISTS:
            right, name = isinstance(value, list) and all(isinstance(word, str) for word in value), said("a list of strings")
        elif key in _TRUTHS:
            right, name = isinstance(value, bool), said("true or false")
        else:
            right, name = isinstance(value, str), said("a string")
        if not right:
            raise ProfileError(said("{source}: `{key}` of {where} has to be {kind}", source=path, key=key, where=where, kind=name))


def _check_translations(row: dict[str, Any], path: str, where: str) -> None:
    """Check that each translation has English words beside it, element by element where these are a list."""
    for key in row:
        english = _english(key)
        if english not in row:
            raise ProfileError(
                said(
                    "{source}: {where} has `{key}` without the `{english}` that it translates",
                    source=path,
                    where=where,
                    key=key,
                    english=english,
                )
            )
        if english in _LISTS and len(row[key]) != len(row[english]):
            raise ProfileError(
                said(
                    "{source}: `{key}` of {where} has {number} elements, and `{english}` {wanted}: translate one by one, in their order",
                    source=path,
                    key=key,
                    where=where,
                    number=len(row[key]),
                    english=english,
                    wanted=len(row[english]),
                )
            )


def _english(key: str) -> str:
    """The key that says the same in English: `what` of `what_zh_CN`."""
    for language in TRANSLATED:
        english = key.removesuffix(f"_{language}")
        if english in _SAID:
            return english
    return key


def check_references(profiles: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Check that all pools which these profiles, each given behind its path, name are declared in one of them or come with stackan."""
    profiles = list(profiles)
    known = {row["id"] for profile in (*builtin(), *(profile for _, profile in profiles)) for row in profile.get("pool", ())}
    for path, profile in profiles:
        for row in profile.get("dependency", ()):
            unknown = [name for name in (*row["pools"], *row["on"]) if name not in known]
            if unknown:
                raise ProfileError(
                    said(
                        "{source}: rule {id} speaks of a pool {name}, which no profile declares; see its id",
                        source=path,
                        id=shortened(row["id"]),
                        name=repr(shortened(unknown[0])),
                    )
                )


@functools.cache
def builtin() -> tuple[dict[str, Any], ...]:
    """The profiles that come with stackan: as the build compiled them, or read anew where a file has changed since."""
    try:
        from stackan import _profiles

        checks, compiled = _profiles.CHECKS, _profiles.PROFILES
    except ImportError:
        checks, compiled = {}, {}
    found = []
    for path in profile_files():
        name = os.path.basename(path)
        with open(path, "rb") as file:
            fresh = checks.get(name) == zlib.crc32(file.read())
        found.append(compiled[name] if fresh else read_profile(path))
    return tuple(found)


@functools.cache
def library_functions() -> frozenset[str]:
    """The C library's functions in which a thread waits or spins, and those that only pass a wait on."""
    rows = (row for profile in builtin() if profile.get("library") for section in ("wait", "wrapper", "spin") for row in profile[section])
    return frozenset(name for row in rows for name in row["functions"])


def merge(chosen: Sequence[dict[str, Any]], general: Sequence[dict[str, Any]], expressions: Expressions) -> Rules:
    """One set of rules from profiles in order of precedence."""
    profiles = [*chosen, *general]

    def rows(section: str) -> Iterable[tuple[dict[str, Any], dict[str, Any]]]:
        return ((profile, row) for profile in profiles for row in profile.get(section, ()))

    def functions(section: str) -> frozenset[str]:
        return frozenset(name for _, row in rows(section) for name in row["functions"])

    waits: dict[str, WaitRule] = {}
    globs: list[tuple[str, WaitRule]] = []
    for profile, row in rows("wait"):
        rule = _wait_rule(profile, row)
        for name in row["functions"]:
            if name.endswith("*"):
                globs.append((name[:-1], rule))
            else:
                waits.setdefault(name, rule)
    wrappers: dict[str, tuple[bytes, ...]] = {}
    for _, row in rows("wrapper"):
        for name in row["functions"]:
            wrappers.setdefault(name, tuple(argument.encode() for argument in row.get("arguments", ())))
    frame_rules = [_frame_rule(verb, row, profile in chosen, expressions) for verb in _VERBS for profile, row in rows(verb)]
    return Rules(
        profile=next((profile["name"] for profile in chosen), None),
        waits=waits,
        wait_globs=tuple(globs),
        primitives=functions("primitive"),
        wrappers=wrappers,
        wrapper_globs=_prefixes(wrappers),
        starts=functions("start"),
        start_globs=_prefixes(functions("start")),
        glue=functions("glue"),
        interpreters=functions("interpreter"),
        calls=functions("call"),
        event_loops=functions("event_loop"),
        dispatchers=functions("dispatcher"),
        spins=functions("spin"),
        spins_by_design=frozenset(name for _, row in rows("spin") if row.get("by_design") for name in row["functions"]),
        ends=frozenset(name for _, row in rows("end") if not (row.get("raises") or row.get("before")) for name in row["functions"]),
        raises=frozenset(name for _, row in rows("end") if row.get("raises") for name in row["functions"]),
        before_ends=frozenset(name for _, row in rows("end") if row.get("before") for name in row["functions"]),
        frame_rules=tuple(frame_rules),
        pools=tuple(_pool_rule(row) for _, row in rows("pool")),
        executors=tuple(ExecutorRule(row["id"], frozenset(row["functions"]), bool(row.get("caller"))) for _, row in rows("executor")),
        dependencies=tuple(_dependency_rule(row) for _, row in rows("dependency")),
    )


def _phrase(row: dict[str, Any], key: str) -> Phrase:
    """The words of a row under a key, in every language that it has them in; empty where it has none."""
    return Phrase(row.get(key, ""), {language: row[f"{key}_{language}"] for language in TRANSLATED if f"{key}_{language}" in row})


def _phrases(row: dict[str, Any], key: str) -> tuple[Phrase, ...]:
    translated = {language: row[f"{key}_{language}"] for language in TRANSLATED if f"{key}_{language}" in row}
    return tuple(
        Phrase(english, {language: words[at] for language, words in translated.items()}) for at, english in enumerate(row.get(key, ()))
    )


def _prefixes(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(name[:-1] for name in names if name.endswith("*")))


def _wait_rule(profile: dict[str, Any], row: dict[str, Any]) -> WaitRule:
    flags = {name: bool(row.get(name)) for name in _FLAGS}
    return WaitRule(
        kind=row.get("kind"),
        state=row["state"],
        arguments=tuple(name.encode() for name in row.get("arguments", ())),
        descriptor=tuple(name.encode() for name in row.get("descriptor", ())),
        result=row.get("result", ""),
        id=f"{profile['name']}.{row.get('kind') or row['state']}",
        what=_phrase(row, "what"),
        library=bool(profile.get("library")),
        **flags,
    )


def _frame_rule(verb: str, row: dict[str, Any], specific: bool, expressions: Expressions) -> FrameRule:
    return FrameRule(
        id=row["id"],
        verb=verb,
        frames=read_elements(row["frames"], functools.partial(expressions.of, row["id"])),
        waits=frozenset(row.get("waits", ())) | frozenset(row.get("states", ())),
        role=row.get("role"),
        kind=row.get("kind"),
        what=_phrase(row, "what"),
        release=row.get("release", "others"),
        holders=frozenset(row.get("holders", ())),
        hint=_phrase(row, "hint"),
        advice=_phrases(row, "advice"),
        specific=specific,
        peers=tuple(name.strip("*") for text in row["frames"] if text != "..." for name in text.split("|")) if row.get("peers") else (),
    )


def _pool_rule(row: dict[str, Any]) -> PoolRule:
    return PoolRule(
        row["id"],
        _phrase(row, "name"),
        frozenset(row["dispatch"]),
        frozenset(row.get("not_workers", ())),
        bool(row.get("growable")),
        _phrase(row, "serves"),
        _phrases(row, "advice"),
        bool(row.get("by_name")),
        bool(row.get("side_door")),
        bool(row.get("vital")),
        _phrases(row, "open"),
        _phrases(row, "shut"),
    )


def _dependency_rule(row: dict[str, Any]) -> DependencyRule:
    return DependencyRule(
        row["id"],
        frozenset(row["pools"]),
        frozenset(row.get("waits", ())),
        frozenset(row["on"]),
        row.get("where", OWN),
        bool(row.get("complete")),
        row.get("complete_with", ""),
        bool(row.get("queued")),
        _phrase(row, "what") or _OTHERS_WORK,
    )
