"""Where in a line the function of a frame stands, and where its arguments: by the marks that debuggers and runtimes set around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.model.records import NamedTuple

_ADDRESS = r"(?:0x[0-9a-fA-F`]{1,17}|[0-9a-fA-F`]{4,17})"
_SIMPLE = re.compile(r"[A-Za-z_$~.?@][\w$.:@~!*/-]*")
_OPERATOR = re.compile(r"operator(?: (?:new|delete)(?:\[\])?|\(\)|\[\]|[^\w\s(]{1,3}| [\w:*&]+)")
_OF_TYPES = frozenset(("const", "unsigned", "signed", "void", "static", "bool", "char", "int", "long", "short", "float", "double", "auto"))
_OF_TYPES |= {"virtual", "non-virtual", "thunk", "to", "for", "guard", "variable", "async", "new", "struct", "class", "decltype"}
_SUFFIX = re.compile(r"\([^()]{0,400}\) \[inlined\] | ?\[clone [\w.]+\]|\[abi:\w+\]|@@?[\w.]+")
_LAMBDA = re.compile(r"'lambda\d{0,4}'")
_INNER = re.compile(r"\((?:anonymous(?: [a-z]+)?|\*[\w.]+|[A-Za-z]\w*|)\)(?=::|\.|[({])|\(\*[\w.\[\]]+\)")
_OPENING, _CLOSING = "<{[", ">}]"
_LONGEST = 8000


class Frame(NamedTuple):
    """The function of a frame, and its arguments without their parentheses; `is_open` where those go on in the next line."""

    start: int
    end: int
    arguments: tuple[int, int] | None
    is_open: bool = False


# What stands before a function's name; the second part says what has to follow for the line to be of a frame, and the third what a line
# has at least that is of this form: all others are passed over without a search.
_CALL, _OFFSET, _END, _LIBRARY = "call", "offset", "end", "library"
_ANY = frozenset((_CALL, _OFFSET, _END, _LIBRARY))
_FORMS = (
    (
        re.compile(
            rf"(?:^|[\s|>:*(\]])(?:frame )?#\d{{1,6}}:?\s+(?:pc\s+)?{_ADDRESS}"
            rf"\s+(?:<[^<>\n]{{0,400}}>\s*)?(?:in\s+|- 1\s+)?(?:[\w.+-]{{1,120}}`)?"
        ),
        _ANY,
        "#",
    ),
    (re.compile(r"(?:^|[\s|>:*(\]])(?:frame )?#\d{1,6}:?\s+(?:in\s+)?(?:[\w.+-]{1,120}`)?"), frozenset((_CALL, _OFFSET, _LIBRARY)), "#"),
    (re.compile(r"(?:LWP \d+\)|\bThread \d[\w.]*|\"\)?)\s+(?:0x[0-9a-f]+\s+in\s+)?"), frozenset((_CALL,)), "("),
    (re.compile(r"(?<![\w!.+~-])[\w.+~-]{1,120}!(?=[\w<?@$~+-])"), _ANY, "!"),
    (re.compile(r"^[\s|>]*(?:- )?at (?:async |new )?(?:0x[0-9A-Fa-f]+: )?"), frozenset((_CALL,)), "at "),
    (re.compile(r"^[\s|>]*by 0x[0-9A-Fa-f]+: "), frozenset((_CALL,)), "by 0x"),
    (re.compile(r"^[\s+!:|*]*\d+ +(?=\D)"), frozenset((_OFFSET, _LIBRARY)), " "),
    (re.compile(r"(?<=\s)0x[0-9a-f]{6,16} [\w.+-]{1,120}`"), _ANY, "`"),
    (re.compile(r"^#\s+0x[0-9a-f]+\s+"), _ANY, "#"),
    (re.compile(r"\bfunction = "), _ANY, "function = "),
    (re.compile(r"\bcreated by "), _ANY, "created by "),
    (re.compile(r", line \d+,? in "), _ANY, ", line "),
    (re.compile(rf"^[\s|]*(?:{_ADDRESS}[:\s]\s*)+(?:\[[^\]\n]{{1,200}}\]\s+)?"), frozenset((_CALL, _OFFSET, _LIBRARY)), ""),
    (re.compile(r"^[CVjJAv]\s+(?:\d+[\s%!]+(?:c[12]\s+)?)?(?:\[[^\]\n]{1,300}\]\s+)?"), frozenset((_CALL, _OFFSET)), ""),
    (re.compile(r"^\[<[0-9a-f]+>\] |^\[ *\d+\.\d+\] +"), frozenset((_OFFSET,)), "["),
    (re.compile(r"^\s+(?=[\w<>.]+ \([^()\n]*:\d+\)\s*$)"), frozenset((_CALL,)), "("),
    (re.compile(r"^(?=[\w./@*()$<>-]{1,400}\([^\"]*\)\s*$)(?=[^\s(]*\.)"), frozenset((_CALL,)), "("),
    (re.compile(r"^\s+(?=[\w.$/<>@-]{1,400}\((?:[\w$-]+\.\w+(?::\d+)?|Native Method|Unknown Source)\)\s*$)"), frozenset((_CALL,)), "("),
    (re.compile(r" \((?=[\w$.:~<>]{1,400}(?:\([^()]{0,400}\))?\+(?:0x[0-9a-f]+|\d+)\))"), frozenset((_OFFSET,)), "+"),
    (re.compile(r"(?<=\s)(?=[\w$.:~<>]+\+0x[0-9a-f]+(?:/0x| \())"), frozenset((_OFFSET,)), "+0x"),
)
_LOOKS = tuple((form.match if form.pattern.startswith("^") else form.search, needed, least) for form, needed, least in _FORMS)
_OF_RUBY = re.compile(r":\d+:in (['`])([^'`\"\n]{1,300})'")
_FOLLOWS = {
    _CALL: re.compile(r"\s?\("),
    _OFFSET: re.compile(r"(?:\(\))? ?[+-] ?(?:0x[0-9a-fA-F]+|\d+)\b|\(.{0,500}\) ?\+ ?(?:0x)?\d"),
    _LIBRARY: re.compile(r"\s{1,80}(?:- /|\((?:/|in |inlined)|at |from |\[)"),
    _END: re.compile(r"\s{0,80}$|\s{1,80}(?:in goroutine|line = )"),
}


# Of a path with folders only Python's packages stay, which are relative.
_MODULE = re.compile(
    r"(?<![\w/.-])([\w.+-]{1,120})[`!]|\(in ([\w.+-]{1,120})\)|\((?!home|Users|root)(\w[\w/-]{0,200}\.\w+|\w+):\d+\)"
    r"|\(([\w.-]{1,120}) \+ \d+\)|/bin/([\w.+-]{1,120})$"
)


def find(line: str) -> Frame | None:
    """The frame in a line, if any."""
    for look, needed, least in _LOOKS:
        match = look(line) if least in line else None
        if match is None:
            continue
        end = symbol_end(line, match.end())
        if end == match.end():
            continue
        if any(_FOLLOWS[each].match(line, end) for each in needed):
            return _with_arguments(line, match.end(), end)
    match = _OF_RUBY.search(line) if ":in" in line else None
    return Frame(match.start(1), match.end(), None) if match else None


def _with_arguments(line: str, start: int, end: int) -> Frame:
    match = _FOLLOWS[_CALL].match(line, end)
    if match is None:
        return Frame(start, end, None)
    close = arguments_end(line, match.end())
    return Frame(start, end, (match.end(), min(close, len(line))), close > len(line))


# What begins with an escaped quote is short, as else each of many would be looked at up to the line's end.
_PART = re.compile(
    r"""-?\d{1,10} [LuU]?'(?:\\[0-7]{1,3}|\\.|[^'\\])'|"(?:[^"\\]|\\.)*(?:"|\\?$)"""
    r"""|(?<!\w)'(?:(?<!\\')(?:[^'\\]|\\.)*|(?:[^'\\]|\\.){0,100})'|[()]"""
)


def arguments_end(line: str, at: int) -> int:
    """Where the parenthesis closes that was opened before `at`; behind the line's end if it does not."""
    depth = 1
    for match in _PART.finditer(line, at):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            depth -= 1
            if not depth:
                return match.start()
    return len(line) + 1


def is_cut(text: str) -> bool:
    """Whether a text ends within a string."""
    return any(match[0][0] == '"' and (len(match[0]) == 1 or not _WHOLE.fullmatch(match[0])) for match in _PART.finditer(text))


_WHOLE = re.compile(r'(?<!\\)"(?:[^"\\]|\\.)*"')


def _is_of_a_type(word: str) -> bool:
    """Whether a word before a blank is of what a function returns or is, so that its name goes on."""
    return word in _OF_TYPES or (word.startswith("std::") and len(word) > 5 and " " not in word) or word.endswith(("::type", ">", "*", "&"))


def symbol_end(line: str, start: int) -> int:
    """The end of the function's name that begins at `start`; `start` where none does."""
    at, depth, word, last = start, 0, start, min(len(line), start + _LONGEST)
    if line.startswith("decltype (", start):
        at = min(arguments_end(line, start + 10) + 1, len(line))
        at += line.startswith(" ", at)
        if '"' in line[start:at]:
            return start
    while at < last:
        char = line[at]
        if depth == 0 and (match := _OPERATOR.match(line, at)) and (at == start or not line[at - 1].isalnum()):
            at = match.end()
        elif depth == 0 and (match := _SIMPLE.match(line, at)):
            at = match.end()
            if line.endswith("operator", start, at) and (match := _OPERATOR.match(line, at - 8)):
                at = match.end()
        elif char in "\"'=;" and depth == 0:
            break
        elif char == "'" and (match := _LAMBDA.match(line, at)):
            at = match.end()
        elif char in "\"'":
            return start
        elif char in _OPENING:
            depth += 1
            at += 1
        elif char in _CLOSING:
            if depth == 0:
                break
            depth -= 1
            at += 1
        elif depth:
            at += 1
        elif (match := _SUFFIX.match(line, at)) or (char == "(" and (match := _INNER.match(line, at))):
            at = match.end()
        elif char == " " and line[at + 1 : at + 2] not in ("", "-", "+", "[", " ") and _is_of_a_type(line[word:at]):
            at += 1
            word = at
        elif char in ":*&-^%|." or char.isalnum():
            at += 1
        else:
            break
    if depth or not any(map(str.isalpha, line[start:at])):
        return start
    return len(line[:at].rstrip(" ")) if at > start else start


def names(line: str) -> Iterator[str]:
    """The functions in a line, the program or the library that they are of, and the modules of Python's."""
    frame = find(line)
    if frame is not None:
        yield line[frame.start : frame.end]
        for match in _MODULE.finditer(line):
            yield match[match.lastindex or 0]
