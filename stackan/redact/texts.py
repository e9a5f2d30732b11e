"""One text, line by line: what a frame's line may hold is replaced otherwise than what stands in a log or a table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackan.redact.people import People
from stackan.redact.replaced import HOST, IP, SQL, TEXT, USER, Replaced
from stackan.redact.secrets import BEGINS, GOES_ON, Secrets
from stackan.redact.tables import Tables
from stackan.redact.values import Values

_FRAME = re.compile(r"[\s>|*]{0,40}(?:frame )?#\d{1,6}:?\s+(?!\")")
_THREAD = re.compile(r"[\s>|*]{0,40}(?:Thread \d|TID \d|PID \d|thread #\d|\[New |\[Switching |#\d{1,6} \")")
_ARGUMENTS = re.compile(r" ?\((?=[A-Za-z_$][\w$.]*(?:@entry)?=)")
_PLACE = re.compile(r"\)? (?:at|from) [^()\"'=]*$")
_LOCAL = re.compile(r"\s+[\w<$].{0,400}? = |\s+_?[A-Za-z]\w* = ")
_PRINTED = re.compile(r"(?:\(gdb\) )?\$\d+ = |(?:\(gdb\) )?0x[0-9a-f]+(?: <[^>]{0,400}>)?:\s")
_BYTES = re.compile(r"(?<=\s)0x[0-9a-f]{2}(?=\s|$)")  # of gdb's x/xb
_BLANKS = re.compile(r"\s*")
_JAVA = re.compile(r"[\s>|]{0,40}(?:at \S|- (?:locked|waiting|parking|eliminated|None|<))")
_NAMED = re.compile(r'" (?:#\d|daemon|prio=|os_prio=|nid=|tid=|Id=|sysTid=|\[0x|\()')
_POINTED = re.compile(r"""(?<!Thread )(0x[0-9a-fA-F]+(?: <[^>]{0,400}>)?:? +)"((?:[^"\\]|\\.)*)("|$)""")
_LISTED = re.compile(r"\s*(?:Arguments|Locals|PARAMETERS|LOCALS):\s*$")
_OF_PYTHON = re.compile(r"(\s*\w{1,200}: ?)(.*)")
_MACHINE = re.compile(r'([~&@])"(.*)"\s*$')
_MACHINE_VALUE = re.compile(r'\b(value=")((?:[^"\\]|\\.)*)(")')
_JSON_VALUE = re.compile(r'("(?:repr|value|query|sql|sql_text|info)"\s*:\s*")((?:[^"\\]|\\.)*)(")')
# InnoDB: a connection, and then its statement up to a line of InnoDB's own; the fields of a record.
_CONNECTION = re.compile(r"(.*MySQL thread id \d+,.*query id \d+ ?)(.*)")
_INNODB = re.compile(
    r"\s*$|-{3,}|={3,}|\*{3}|RECORD LOCKS|TABLE LOCK|T[rR][xX] |LOCK WAIT|ROLLING BACK|mysql tables"
    r"|\d+ lock struct|InnoDB:|Record lock|\d{4}-\d\d-\d\d|--Thread"
)
_FIELD = re.compile(r"(len \d+; hex )([0-9a-f]+)(; asc )(.*?)(;;|;$|$)")
_LONGEST_STRING = 400  # lines over which a printed string may be wrapped


class Texts:
    """Replaces in texts what `Redactor` has learnt of."""

    def __init__(self, replaced: Replaced, values: Values, people: People) -> None:
        self._replaced = replaced
        self._values = values
        self._people = people
        self._secrets = Secrets(replaced)

    def redact(self, text: str) -> str:
        return "\n".join(_Text(self, text).lines())

    def plain(self, line: str) -> str:
        """A line outside of frames."""
        line = self._secrets(line)
        if '"' in line and "0x" in line:
            line = _POINTED.sub(lambda match: f'{match[1]}"{self._values.text(match[2])}{match[3]}', line)
        return self._values.addresses(self._people(line))

    def cell(self, kind: str, body: str) -> str:
        """A cell of a table whose column says of what kind it is, if any."""
        if not kind or body.upper() in ("NULL", "\\N", "-", '""', "<NULL>"):
            return self.plain(body)
        if kind in (SQL, TEXT):
            return self._replaced.numbered(kind, body)
        found = self._people(body)
        name, colon, port = found.rpartition(":") if kind == HOST else (found, "", "")
        if found != body or not re.fullmatch(r"[A-Za-z_][\w.$-]*", name if colon else found):
            return found
        return self._people.named(name if colon else found, kind) + colon + port

    def frame(self, line: str) -> str:
        """The line of a frame: its function stays."""
        match = _ARGUMENTS.search(line)
        at = match.start() if match else line.find('"')
        if at < 0:
            return self._values.addresses(self._people.paths(line))
        head, rest = line[:at], line[at:]
        place = _PLACE.search(rest)
        end = place.start() if place else len(rest)
        arguments = self._people.paths(self._values.arguments(rest[:end]))
        return self._values.addresses(head) + arguments + self._values.addresses(self._people.paths(rest[end:]))

    def local(self, line: str) -> str:
        """A local variable, or arguments that are continued."""
        place = _PLACE.search(line)
        end = place.start() if place else len(line)
        return self._people.paths(self._values.arguments(_BYTES.sub("0x00", line[:end])) + line[end:])

    def header(self, line: str) -> str:
        """The line that names a thread; its name may be anything."""
        name, quote, rest = line.rpartition('"')
        if line.startswith('"'):
            return self._secrets(self._people(name)) + quote + self._values.addresses(self._people.networks(rest))
        return self._values.addresses(self._people.paths(self._people.networks(line)))

    def statement(self, line: str) -> str:
        return self._secrets.statement(line)

    def string(self, content: str) -> str:
        return self._values.text(content)

    def listed(self, line: str) -> str:
        """An argument or local as py-spy and pystack print it."""
        match = _OF_PYTHON.fullmatch(line.rstrip("\r"))
        blanks = _BLANKS.match(line)
        start = match[1] if match else blanks[0] if blanks else ""
        value = line[len(start) :].rstrip("\r")
        if not value or (value.isdigit() and len(value) < 4) or value in ("None", "True", "False"):
            return line
        return start + '"' + self._values.text(value) + '"' + "\r" * line.endswith("\r")

    def connection(self, line: str) -> str:
        """`MySQL thread id 8, OS thread handle 1403…, query id 33 db1 10.0.0.7 app updating`"""
        match = _CONNECTION.fullmatch(line)
        if match is None:
            return self.plain(line)
        words = match[2].split(" ")
        for at, kind in enumerate((HOST, IP, USER)[: len(words)]):
            if kind == IP and not re.fullmatch(r"[\d.]+|[0-9a-f:]+", words[at]):
                words[at] = self._people.named(words[at], USER)
                break
            words[at] = self._people.networks(words[at]) if kind == IP or words[at][:1].isdigit() else self._people.named(words[at], kind)
        return self.plain(match[1]) + " ".join(words)

    def record(self, line: str) -> str:
        """A field of a row that is locked."""
        return _FIELD.sub(lambda match: f"{match[1]}00{match[3]}{match[5]}", line)

    def machine(self, line: str) -> str:
        """A line of gdb's machine interface: what it prints for people is quoted, and holds lines of all kinds."""
        match = _MACHINE.fullmatch(line)
        if match is not None:
            inner = re.sub(r"\\([\"\\tn])", lambda each: {"t": "\t", "n": "\n"}.get(each[1], each[1]), match[2])
            outer = "\n".join(_Text(self, inner).lines())
            return f'{match[1]}"' + re.sub(r"[\"\\\t\n]", lambda each: {"\t": "\\t", "\n": "\\n"}.get(each[0], "\\" + each[0]), outer) + '"'
        line = _MACHINE_VALUE.sub(
            lambda each: each[1] + self._values.arguments(each[2].replace('\\"', '"')).replace('"', '\\"') + each[3], line
        )
        return self._values.addresses(self._people.paths(line))

    def json(self, line: str) -> str:
        line = _JSON_VALUE.sub(lambda each: each[1] + self._values.text(each[2]) + each[3], line)
        return self.plain(line)


class _Text:
    """The lines of one text, and what the ones before say of the next."""

    def __init__(self, rules: Texts, text: str) -> None:
        self._rules = rules
        self._text = text
        self._tables = Tables(rules.cell)
        self._in_frames = False  # the line before is of a frame or of its locals
        self._quote = 0  # lines for which a printed string may go on
        self._open = False  # the arguments of a frame go on
        self._statement = 0  # lines for which a statement may go on
        self._innodb = False  # a connection's statement may follow
        self._listed = -1  # the indentation of `Locals:`

    def lines(self) -> Iterator[str]:
        is_json = self._text.lstrip()[:1] in ("{", "[") and '":' in self._text[:2000]
        for line in self._text.split("\n"):
            yield self._rules.json(line) if is_json else self._line(line)

    def _line(self, line: str) -> str:
        if _FRAME.match(line):
            return self._frame(line)
        if line[:1] in "~&@^=*" and re.match(r"[~&@]\"|[=^*]\w+[,-]", line):
            return self._rules.machine(line)
        if _THREAD.match(line):
            self._leave()
            return self._rules.header(line)
        if self._quote:
            return self._in_string(line)
        if self._open and line.strip():
            return self._arguments(line)
        if self._listed >= 0 or _LISTED.match(line):
            found = self._of_list(line)
            if found is not None:
                return found
        if _PRINTED.match(line) or (
            self._in_frames and (_LOCAL.match(line) or (line.startswith(("        ", "\t")) and not _JAVA.match(line)))
        ):
            return self._arguments(line)
        self._in_frames = self._in_frames and line.startswith((" ", "No locals", "\t"))
        if _JAVA.match(line) or (line.startswith('"') and _NAMED.search(line)):
            self._statement = 0
            return self._rules.header(line)
        return self._plain(line)

    def _leave(self) -> None:
        self._in_frames = self._open = self._innodb = False
        self._quote = self._statement = 0
        self._listed = -1

    def _frame(self, line: str) -> str:
        self._leave()
        self._in_frames = True
        new = self._rules.frame(line)
        match = _ARGUMENTS.search(line)
        rest = line[match.start() :] if match else ""
        self._follow(rest)
        return new

    def _arguments(self, line: str) -> str:
        new = self._rules.local(line)
        self._follow(line if self._open else "", again=True) if self._open else self._follow_string(line)
        return new

    def _follow(self, arguments: str, again: bool = False) -> None:
        """Whether arguments go on in the next line: a terminal's width has cut them."""
        self._follow_string(arguments)
        balance = arguments.count("(") - arguments.count(")")
        if again:
            self._open = balance >= 0 or bool(self._quote)
        else:
            self._open = bool(arguments) and balance > 0

    def _follow_string(self, text: str) -> None:
        quotes = len(re.findall(r'(?<!\\)(?:\\\\)*"', text))
        self._quote = _LONGEST_STRING if quotes % 2 else 0

    def _in_string(self, line: str) -> str:
        match = re.match(r'((?:[^"\\]|\\.)*)"', line)
        if match is None:
            self._quote -= 1
            return self._rules.string(line) if line.strip() else line
        self._quote = 0
        rest = self._arguments(line[match.end() :])
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
        if "MySQL thread id " in line:
            self._innodb = True
            return rules.connection(line)
        row = self._tables.row(line)
        if row is not None:
            return row
        new = rules.plain(line)
        if BEGINS.fullmatch(line) or (new != line and re.search(r"\bsql\d+\s*$", new)):
            self._statement = 200
        return new
