"""One text, line by line: what no rule knows to be harmless is replaced.

First comes what a rule knows: a frame's function, its arguments and locals, a thread's name, a statement of SQL, a row of a table.  What
these have finished is held.  The rest of a line of any kind then loses its quoted strings, its names of people and places, and all words
that neither stackan's readers nor the case's own frames have (`vocabulary`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from stackan.redact import frames
from stackan.redact.numbers import Numbers
from stackan.redact.people import People
from stackan.redact.repeats import Repeats, State, marked
from stackan.redact.replaced import HOST, IP, SQL, TEXT, USER, WORD, Replaced
from stackan.redact.secrets import BEGINS, GOES_ON, Secrets
from stackan.redact.tables import Tables, aligned
from stackan.redact.threads import Threads
from stackan.redact.values import Values
from stackan.redact.vocabulary import TOKEN, Vocabulary

_COLOR = re.compile(r"\x1b\[[\d;?]{0,20}[ -/]{0,4}[@-~]|\x1b[()][A-Z0-9]|\x1b")
# Before a line of any kind: what a container's log, syslog, a log's clock or grep has put there.
_PREFIX = re.compile(
    r"[\w.-]{1,80} +\| |[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S{1,80} [\w./-]{1,40}(?:\[\d+\])?: |[\w./-]{1,200}\.\w{1,8}:\d+:"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,\d]{0,10}(?:Z|[+-]\d\d:?\d\d)?(?: (?:stdout|stderr) [FP])? (?=\s*#|  )"
)
_LOCAL = re.compile(r"\s{1,200}[\w<$\[].{0,400}? = |\s{1,200}_?[A-Za-z]\w* = ")
_PRINTED = re.compile(r"(?:\(gdb\) |\(lldb\) )?(?:\(.{1,200}\) )?\$?\w{1,80} = |(?:\(gdb\) )?0x[0-9a-f]+(?: <[^>]{0,400}>)?:\s")
_MEMORY = re.compile(r"(?:\(gdb\) )?0x[0-9a-f]+(?: <[^>]{0,400}>)?:\s+0x[0-9a-f]+(?:\s|$)")
_PAGER = re.compile(r"---?Type <(?:return|RET)>[^-\n]{0,60}---?c?|--Type <RET> for more, q to quit, c to continue without paging--c?")
# A text may be cut behind a backslash; what begins with an escaped quote is short, as else each of many would be looked at up to the end.
_QUOTED = re.compile(
    r"""(?P<file>File )?"(?P<text>(?:[^"\\]|\\.)*)(?P<end>"|\\?$)"""
    r"""|(?<![^\W_]{2})'(?P<one>(?<!\\')(?:[^'\\]|\\.)*|(?:[^'\\]|\\.){0,100})'(?!\w)"""
)
_ENDING = (
    r"\.(?:c|h|cc|cpp|cxx|hpp|hh|inl|ic|tcc|s|S|rs|go|f90|m|mm|cu|py|pyx|rb|js|ts|java|kt|scala|cs|php|pl|lua"
    r"|jar|dll|exe|dylib|so(?:[.-][\w.-]*\w)?|a|o)(?![\w.])"
)
_SOURCE = re.compile(rf"(?<![\w.])[\w+-]{{1,120}}(?:\.[\w+-]{{1,60}})?{_ENDING}")
_MAY_BE_SOURCE = re.compile(_ENDING)  # what begins with a dot is looked for faster
_CLASS = re.compile(r"(?<=\(a )[\w.$/\[;<>-]+|(?<![\w@])(?:[A-Za-z_$][\w$]*[.$]){1,12}[A-Za-z_$][\w$]*@[0-9a-f]{1,16}(?!\w)")
_TAG = re.compile(r"\d[A-Z]{2,4}[A-Z]{2,20}(?=\s|$)|0SECTION\s+[A-Z]{4,12}")  # of a javacore's line
_OF_DEBUGGERS = frozenset(("Auto-loading safe path", "(gdb)Auto-loading safe path", "echo 0 > /proc/sys/kernel/hung_task_timeout_secs"))
# A frame or a thread: whatever arguments were open before were cut.
_ANEW = re.compile(r"[\s|>*]{0,20}(?:(?:frame )?#\d{1,6}:?\s|Thread \d|\"[^\"]{1,200}\" )")
_LISTED = re.compile(r"\s{0,200}(?:Arguments|Locals|PARAMETERS|LOCALS):\s{0,80}$")
_OF_PYTHON = re.compile(r"(\s{0,200}\w{1,200}: ?)(.*)")
_OBJECT = re.compile(r"<(\w[\w.]{0,200}) (?:object )?at (0x[0-9a-f]{6,16})>")
_WIDE = re.compile(r"(?=\w{0,15}\d)[1-9a-f][0-9a-f]{15}")
_BLANKS = re.compile(r"\s*")
_MACHINE = re.compile(r'^([~&@])"(.*)"\s*$')
_PAIR = re.compile(r'([\w-]{1,40}=)"((?:[^"\\]|\\.)*)"')
_STRING = re.compile(r'(?<!\\)"((?:[^"\\]|\\.)*)"(\s{0,80}:)?')
_VALUES = frozenset(("repr", "value", "query", "sql", "sql_text", "info"))
_OF_HOSTS = frozenset(("host", "hostname", "nodename"))
_OF_SYMBOLS = frozenset(("symbol", "func", "function", "class", "method", "imageName", "module", "className", "methodName", "lockName"))
# InnoDB: a connection, and then its statement up to a line of InnoDB's own; the fields of a record.
_CONNECTION = re.compile(r"(.{0,200}?(?:MySQL|MariaDB) thread id \d+,.{0,400}?query id \d{1,20} ?)(.*)")
_INNODB = re.compile(
    r"-{3,}(?:TRANSACTION|$)|-{4,}|={3,}|\*{3}|RECORD LOCKS|TABLE LOCK|T[rR][xX] |LOCK WAIT|ROLLING BACK|mysql tables"
    r"|\d{1,20} lock struct|InnoDB:|Record lock|\d{4}-\d\d-\d\d|--Thread|------"
)
_FIELD = re.compile(r"(len \d+; hex )([0-9a-f]+)(; asc )(.*?)(;;|;$|$)")
_LONGEST_STRING = 400  # lines over which a printed string may be wrapped


class Texts:
    """Replaces in texts what `Redactor` has learnt of."""

    def __init__(self, replaced: Replaced, values: Values, people: People, threads: Threads, vocabulary: Vocabulary) -> None:
        self._replaced = replaced
        self._values = values
        self._people = people
        self._threads = threads
        self._vocabulary = vocabulary
        self._secrets = Secrets(replaced)
        self.repeats = Repeats(values.place, values.moved)
        self._numbers = Numbers()

    def forget(self) -> None:
        """Look at all lines anew, as more was learnt."""
        self.repeats.forget()
        self._numbers.forget()

    def redact(self, text: str) -> Iterator[str]:
        """The lines of a text, each when it is asked for."""
        if _is_json(text):
            return ("".join(map(self._replaced.finish, self._json(line))) for line in text.split("\n"))
        return _Text(self, _COLOR.sub("", text)).lines()

    @property
    def numbers(self) -> Numbers | None:
        """The lines that differ in numbers alone; None where each number has to be looked at."""
        return None if self._people.may_be_numbers else self._numbers

    def finish(self, line: str) -> str:
        """A line with what is held in it, when all rules were applied: from here nothing is replaced."""
        return self._replaced.finish(self.plain(line))

    def shown(self, line: str) -> str:
        """A line with what is held in it, of which all stays held."""
        return self._replaced.shown(line)

    def plain(self, line: str) -> str:
        """What no other rule has held, word by word."""
        if match := _TAG.match(line):
            line = self._hold(match[0]) + line[match.end() :]
        line = self._secrets(line)
        found = self._people.paths(self._people.networks(line))
        searched, line = line if found == line else "", found
        if _MAY_BE_SOURCE.search(line):
            line = _SOURCE.sub(lambda match: self._hold(self._people.words(match[0])), line)
        line = self._people(line, searched)
        if '"' in line or "'" in line:
            line = _QUOTED.sub(self._quoted, line)
        line = self._values.addresses(line)
        if "@" in line or "(a " in line:
            line = _CLASS.sub(lambda match: self._hold(match[0]), line)
        return TOKEN.sub(self._word, self._threads.hold_whole(line, self.name))

    def _hold(self, text: str) -> str:
        return self._replaced.hold(text)

    def _word(self, match: re.Match[str]) -> str:
        token = match[0]
        if len(token) == 16 and _WIDE.fullmatch(
            token
        ):  # an address of IA-64, which no other rule takes for one; so are numbers of sixteen digits, as of cards
            return self._hold(self._replaced.of("word in hexadecimal", token, lambda number: f"{(1 << 62) + number:016x}"))
        return token if token in self._vocabulary else self._replaced.numbered(WORD, token)

    def _quoted(self, match: re.Match[str]) -> str:
        if match["file"]:
            return f'File "{self._people.paths(match["text"])}"'
        text, sign = (match["text"], '"') if match["one"] is None else (match["one"], "'")
        end = match["end"] if match["one"] is None else sign
        if (
            self._replaced.is_held(text)
            or not text.strip()
            or text in self._threads
            or self._replaced.shown(text) in _OF_DEBUGGERS
            or (len(text) < 80 and TOKEN.fullmatch(text) and text in self._vocabulary)
        ):
            return sign + self._hold(text) + end if text else match[0]
        return sign + self._values.text(text) + end

    def threads(self, line: str) -> str:
        """A line with the names of threads in it held."""
        return self._threads.hold(line, self.name)

    def name(self, name: str) -> str:
        """The name of a thread: it may be anything, but stays where nothing in it leads to people or is a statement."""
        return self._hold(self._replaced.shown(self._people(self._secrets(name))))

    def cell(self, kind: str, body: str) -> str:
        """A cell of a table whose column says of what kind it is, if any."""
        if not kind or body.upper() in ("NULL", "\\N", "-", '""', "<NULL>"):
            return self.plain(self.threads(body))
        if kind in (SQL, TEXT):
            return self._replaced.numbered(kind, body)
        found = self._people.networks(body)
        if found != body:
            return self.plain(found)
        name, colon, port = body.rpartition(":") if kind == HOST else (body, "", "")
        if body.isdigit():
            return body
        return self._people.named(name if colon else body, kind) + colon + port

    def frame(self, line: str, frame: frames.Frame) -> str:
        """The line of a frame: its function stays."""
        head, symbol, rest = line[: frame.start], line[frame.start : frame.end], line[frame.end :]
        if frame.arguments is not None:
            start, end = frame.arguments
            rest = line[frame.end : start] + self.arguments(line[start:end]) + line[end:]
        return self.threads(head) + self._hold(symbol) + rest

    def arguments(self, text: str) -> str:
        """The arguments of a frame, or a line of locals."""
        if _SOURCE.match(text) or text in ("Native Method", "Unknown Source"):
            return text
        return self._values.arguments(self._people.words(self._people.paths(self._people.networks(text))) if '"' not in text else text)

    def memory(self, line: str) -> str:
        return self._values.memory(line)

    def statements(self, line: str) -> str:
        return self._secrets.statements(line)

    def statement(self, line: str) -> str:
        return self._secrets.statement(line)

    def string(self, content: str) -> str:
        return self._values.text(content)

    def listed(self, line: str) -> str:
        """An argument or local as py-spy and pystack print it; an object stays one, for it may be a lock."""
        match = _OF_PYTHON.fullmatch(line.rstrip("\r"))
        blanks = _BLANKS.match(line)
        start = match[1] if match else blanks[0] if blanks else ""
        value = line[len(start) :].rstrip("\r")
        if not value or (value.isdigit() and len(value) < 4) or value in ("None", "True", "False"):
            return self._hold(start) + value
        shown = _OBJECT.fullmatch(value)
        if shown:
            return self._hold(start) + self._hold(value[: shown.start(2)]) + self._values.hexadecimal(shown[2]) + ">"
        return self._hold(start) + '"' + self._values.text(value) + '"' + "\r" * line.endswith("\r")

    def connection(self, line: str) -> str:
        """`MySQL thread id 8, OS thread handle 1403…, query id 33 db1 10.0.0.7 app updating`"""
        match = _CONNECTION.fullmatch(line)
        if match is None:
            return line
        words = match[2].split(" ")
        for at, kind in enumerate((HOST, IP, USER)[: len(words)]):
            if kind == IP and not re.fullmatch(r"[\d.]+|[0-9a-f:]+(?:%\w+)?", words[at]):
                words[at] = self._people.named(words[at], USER)
                break
            words[at] = self._people.networks(words[at]) if kind == IP or words[at][:1].isdigit() else self._people.named(words[at], kind)
        return match[1] + " ".join(words)

    def record(self, line: str) -> str:
        """A field of a row that is locked."""
        return _FIELD.sub(lambda match: f"{match[1]}00{match[3]};;", line.partition("; asc ")[0] + "; asc ;;")

    def machine(self, line: str) -> str:
        """A line of gdb's machine interface: what it prints for people is quoted, and holds lines of all kinds."""
        match = _MACHINE.fullmatch(line)
        if match is not None:
            return self._hold(f'{match[1]}"{self._inner(match[2])}"')
        return _PAIR.sub(lambda each: each[1] + '"' + self._hold(self._machine_value(each[1], each[2])) + '"', line)

    def _machine_value(self, key: str, value: str) -> str:
        if key == "value=":
            return self._replaced.shown(self.plain(self._values.arguments(value.replace('\\"', '"')))).replace('"', '\\"')
        if key == "func=":
            return value
        return self._replaced.shown(self.plain(self.threads(value)))

    def _inner(self, quoted: str) -> str:
        """A quoted text, with the same signs escaped afterwards."""
        text = re.sub(r"\\([\"\\tn])", lambda each: {"t": "\t", "n": "\n"}.get(each[1], each[1]), quoted)
        text = self.inside(text)
        return re.sub(r"[\"\\\t\n]", lambda each: {"\t": "\\t", "\n": "\\n"}.get(each[0], "\\" + each[0]), text)

    def inside(self, text: str) -> str:
        """A text inside of a line, without touching what is held of that."""
        return "\n".join(self._replaced.shown(line) for line in _Text(self, text, ends=False).lines())

    def json(self, line: str) -> str:
        """A line of JSON with what is to stay held."""
        return "".join(self._json(line))

    def _json(self, line: str) -> Iterator[str]:
        """Its keys and values, one by one: a document in one line has more of them than can be held."""
        at, key = 0, ""
        for match in _STRING.finditer(line):
            yield TOKEN.sub(self._word, line[at : match.start()])
            at = match.end()
            if match[2]:
                key = match[1]
                yield self._hold(f'"{self._replaced.shown(self.plain(key))}"') + match[2]
            else:
                yield self._hold(f'"{self._json_value(key, match[1])}"')
        yield TOKEN.sub(self._word, self._values.addresses(line[at:]))

    def _json_value(self, key: str, raw: str) -> str:
        try:
            value = json.loads(f'"{raw}"')
        except ValueError:
            value = raw
        if not value:
            return ""
        if key in _VALUES:
            return self._replaced.shown(self._values.text(value))
        if key.lower() in _OF_HOSTS and (named := self._people.host(value)) != value:
            return self._replaced.shown(named)
        if key in _OF_SYMBOLS and frames.symbol_end(value, 0) == len(value):
            return raw
        if value in self._threads:
            return json.dumps(self._replaced.shown(self.name(value)), ensure_ascii=False)[1:-1]
        return json.dumps(self.inside(value), ensure_ascii=False)[1:-1]


class _Text:
    """The lines of one text, and what the ones before say of the next."""

    def __init__(self, rules: Texts, text: str, ends: bool = True) -> None:
        self._rules = rules
        self._text = text
        self._ends = ends
        self._end = rules.finish if ends else rules.plain
        self._tables = Tables(rules.cell, rules.shown)
        self._in_frames = False  # the line before is of a frame or of its locals
        self._quote = 0  # lines for which a printed string may go on
        self._open = False  # the arguments of a frame go on
        self._statement = 0  # lines for which a statement may go on
        self._innodb = False  # a connection's statement may follow
        self._listed = -1  # the indentation of `Locals:`
        self._numbers = rules.numbers
        self._by_words = False  # no rule but those for words has looked at the line

    def lines(self) -> Iterator[str]:
        if not self._ends:
            yield from (self._end(self._with_prefix(line)) for line in self._text.split("\n"))
            return
        for line, key in zip(self._text.split("\n"), marked(self._text).split("\n")):
            yield self._looked_up(line, key)

    def _looked_up(self, line: str, key: str) -> str:
        """A line as it was replaced when it was met before, with other addresses, or as it is now."""
        tables, before = self._tables, self._state()
        if tables.is_open:
            return self._replaced(line)
        known = self._rules.repeats.find(before, key, line) or (self._numbers.find(before, line) if self._numbers else None)
        if known is not None:
            new, (_, after, passed) = known
            self._quote, self._in_frames, self._open, self._statement, self._innodb, self._listed = after
            if passed is not None:
                tables.before = line[passed:]
            return new
        looked_at, ruled = tables.looked_at, tables.ruled
        self._by_words = False
        new = self._replaced(line)
        if tables.ruled == ruled and not tables.is_open:
            passed = len(line) - len(tables.before) if tables.looked_at > looked_at else None
            after = self._state()
            if not (self._by_words and self._numbers and self._numbers.add(before, line, new, after, passed)):
                self._rules.repeats.add(before, key, line, new, after, passed)
        return new

    def _state(self) -> State:
        return State(self._quote, self._in_frames, self._open, self._statement, self._innodb, self._listed)

    def _replaced(self, line: str) -> str:
        new = self._end(self._with_prefix(line))
        return aligned(line, new) if "|" in line else new

    def _with_prefix(self, line: str) -> str:
        match = _PREFIX.match(line) or _PAGER.match(line)
        return line[: match.end()] + self._line(line[match.end() :]) if match else self._line(line)

    def _line(self, line: str) -> str:
        rules = self._rules
        if line[:1] in "~&@^=*" and re.match(r"[~&@]\"|[=^*]\w+[,-]", line):
            return rules.machine(line)
        if line[:1] == "{" and _is_json(line):
            return rules.json(line)
        if self._quote:
            return self._in_string(line)
        if self._open and line.strip() and not _ANEW.match(line):
            return self._more_arguments(line)
        if self._listed >= 0 or _LISTED.match(line):
            found = self._of_list(line)
            if found is not None:
                return found
        frame = frames.find(line)
        if frame is not None:
            return self._frame(line, frame)
        named = rules.threads(line)
        if named != line:
            self._leave()
            return named
        if _MEMORY.match(line):
            return rules.memory(line)
        local = _LOCAL.match(line) if self._in_frames or '"' in line else None
        if local or _PRINTED.match(line) or (self._in_frames and line.startswith(("        ", "\t"))):
            self._follow_string(line)
            return rules.arguments(line)
        self._in_frames = self._in_frames and line.startswith((" ", "No locals", "\t"))
        return self._plain(line)

    def _leave(self) -> None:
        self._in_frames = self._open = self._innodb = False
        self._quote = self._statement = 0
        self._listed = -1

    def _frame(self, line: str, frame: frames.Frame) -> str:
        self._leave()
        self._in_frames = True
        self._open = frame.is_open
        if frame.is_open and frame.arguments is not None:
            self._follow_string(line[frame.arguments[0] :])
        return self._rules.frame(line, frame)

    def _more_arguments(self, line: str) -> str:
        end = frames.arguments_end(line, 0)
        self._open = end > len(line)
        if self._open:
            self._follow_string(line)
        return self._rules.arguments(line[:end]) + line[end:]

    def _follow_string(self, text: str) -> None:
        """Whether a string goes on in the next line: a terminal's width has cut it."""
        self._quote = _LONGEST_STRING if frames.is_cut(text) else 0

    def _in_string(self, line: str) -> str:
        match = re.match(r'((?:[^"\\]|\\.)*)"', line)
        if match is None:
            self._quote -= 1
            return self._rules.string(line) if line.strip() else line
        self._quote = 0
        rest = line[match.end() :]
        if self._open:
            rest = self._more_arguments(rest)
        else:
            self._follow_string(rest)
            rest = self._rules.arguments(rest)
        return self._rules.string(match[1]) + '"' + rest

    def _of_list(self, line: str) -> str | None:
        """A line below `Locals:`; None for one that is not."""
        blanks = _BLANKS.match(line)
        indent = len(blanks[0]) if blanks else 0
        if _LISTED.match(line):
            self._listed = indent
            return line
        if line.strip() and indent > self._listed:
            return self._rules.listed(line)
        self._listed = -1
        return None

    def _plain(self, line: str) -> str:
        rules = self._rules
        if self._innodb:
            if not _INNODB.match(line):
                return rules.statement(line)
            self._innodb = False
        if self._statement:
            if GOES_ON.match(line):
                self._statement -= 1
                return rules.statement(line)
            self._statement = 0
        if "; hex " in line:
            return rules.record(line)
        if "SQL thread id " in line or "MariaDB thread id " in line:
            self._innodb = True
            return rules.connection(line)
        row = self._tables.row(line)
        if row is not None:
            return row
        new = rules.statements(line)
        if BEGINS.fullmatch(line) or (new != line):
            self._statement = 200
        self._by_words = True
        return rules.threads(new)


def _is_json(text: str) -> bool:
    """Whether a text, or all of it but a first line, is JSON."""
    if text.lstrip()[:1] not in ("{", "["):
        return False
    for part in (text, text.partition("\n")[2]):
        try:
            json.loads(part)
        except (ValueError, RecursionError):
            continue
        return part == text or _is_json(text.partition("\n")[0])
    return False
