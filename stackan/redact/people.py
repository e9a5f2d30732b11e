"""What names people, machines and places: addresses in a network, names of hosts and users, folders."""

from __future__ import annotations

import re

from stackan.errors import UsageError
from stackan.model.said import said
from stackan.redact.numbers import is_part
from stackan.redact.replaced import FILE, FOLDER, HOST, IP, USER, WORD, Replaced
from stackan.redact.signs import has_any
from stackan.redact.vocabulary import is_common

_IPV4 = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\d|\.\d)")
_IPV6 = re.compile(
    r"(?i)(?<![\w:.])(?=[a-f:]*\d)(?:(?:[0-9a-f]{1,4}:){1,7}(?::|(?::?[0-9a-f]{1,4}){1,7})|::(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{2,4})(?!\w|:\w|\.\d)"
)
_MAC = re.compile(r"(?i)(?<![\w:-])(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?![\w:-])")
_KERNELS = re.compile(r"(?<![\w:])([0-9A-F]{24})?([0-9A-F]{8})(?=:[0-9A-F]{4}\b)")  # `0100007F:1F90`, as /proc/net/tcp has it
_MAPPED = "0000000000000000FFFF0000"
_OF_CLOUDS = re.compile(r"(?<=\bip-)(\d{1,3}(?:-\d{1,3}){3})(?![\w-]{0,63}\d)")
_LOCAL = (
    "127.",
    "0.",
    "255.",
)  # the new ones are in 0.0.0.0/8, too, which no host has: they are short, so that columns stay where they are
_TOP = r"com|net|org|edu|gov|io|local|localdomain|internal|intranet|lan|corp|home|example|test"
_TOP += r"|cn|de|fr|uk|us|jp|kr|in|ru|eu|ch|au|br|cloud|dev|tech"
_GO = r"/\S{0,300}?(?:\(|\.go:)"  # behind a domain: `go.etcd.io/etcd/main.go:28`
_DOMAIN = re.compile(
    rf"(?<![\w.@/$-])(?<!::)(?<!created by )(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.){{1,8}}(?:{_TOP})(?![\w$(-]|\.\w|{_GO})"
)
# Most lines have none: what begins with a dot is looked for faster.
_MAY_BE_IP = re.compile(r"\.\d{1,3}\.\d{1,3}\.\d")
_MAY_BE_DOMAIN = re.compile(rf"\.(?:{_TOP})(?!\w)")
_FIELDS = ("HOST", "NAME", "SERVER", "USER", "LOGIN")
_MAIL = re.compile(
    r"(?<![\w.+/-])([\w.+-]{1,64})@(?![0-9a-f]{1,16}\b|entry\b|plt\b|GLIBC)((?!\d)\w[\w-]{0,62}(?:\.\w[\w-]{0,62})*)(?![\w(@/-]|\.\d)"
)
_QUOTED = re.compile(r"(['\"`])([\w.%-]{1,64})\1@(['\"`])([\w.%-]{1,253})\3")  # 'app'@'db1'
_FIELD = re.compile(
    r"(?i)(?<![\w:.-])"
    r"((?:(?:host|node|machine|computer)[ _-]?name|host|server|user(?:[ _-]?name)?|login|client[ _-]?(?:host|user)"
    r"|os[ _-]?user)"
    r"[\"']?[ ]?(?:=|:(?![:/]))[ ]*[\"']?)([^\W\d_][\w.-]{1,252})(?![\w(]|\.\w)"
)
_PATH = re.compile(
    r"(?<![\w.$~:-])(?:[A-Za-z]:)?(?:/[\w.+@~%,=-]+){2,}/?|(?<![\w.$~-])[A-Za-z]:(?:\\[\w.+@~%,= -]{1,80})+"
    r"|(?<![\w.])~/(?:[\w.+@~-]+/)+[\w.+@~-]+"
)
_HOMES = re.compile(r"(?:/home/|/Users/|[A-Za-z]:\\Users\\)([\w.-]{2,64})")
_OF_THE_SYSTEM = (
    "/usr/",
    "/lib/",
    "/lib64/",
    "/lib32/",
    "/bin/",
    "/sbin/",
    "/proc/",
    "/dev/",
    "/sys/",
    "/run/",
    "/build/glibc",
    "/System/",
)
_ROOTS = re.compile(r"/(?:site-packages|dist-packages|lib(?:64)?/python[\d.]+|Lib)/|(?i:\\lib\\)")
_PROGRAMS = re.compile(
    r"(?i)\.(?:c|h|cc|cpp|cxx|hpp|hh|inl|ipp|ic|tcc|s|rs|go|f|f90|m|mm|cu|py|pyx|rb|js|ts|java|kt|scala|cs|php|pl|lua|jar|dll|exe|dylib"
    r"|so(?:[.-][\w.-]+)?|a|o|ko)$"
)
_KNOWN = frozenset((
    *("localhost", "localdomain", "root", "mysql", "mariadb", "postgres", "dmdba", "sysdba", "system", "admin", "nobody", "daemon"),
    *("sys", "www-data", "redis", "unknown", "null", "none", "true", "false", "default", "name", "user", "host", "server"),
    *("the", "public", "self"),
))  # fmt: skip


class People:
    """Replaces what leads to people and machines; `words` are names that are replaced wherever they stand as words."""

    def __init__(self, replaced: Replaced) -> None:
        self._replaced = replaced
        self._words: dict[str, str] = {}
        self._hosts = set[str]()  # called by a word that everybody uses: replaced where hosts stand, and nowhere else
        self._others = set[str]()  # names that are not among them, and have no part that is
        self._hidden: list[str] = []
        self._hide: re.Pattern[str] | None = None

    def learn(self, text: str) -> None:
        """Take note of names that a text gives away: of hosts by their domains and fields, of users by their folders."""
        if "/home/" in text or "Users" in text:
            for match in _HOMES.finditer(text):
                self.add(match[1], USER)
        for form in (*_BY_HOSTS, _NAMED):
            for match in form.finditer(text):
                self.add(match[1], HOST)
                if is_common(match[1]) and match[1].lower() not in _NO_HOSTS:
                    self._hosts.add(match[1])
        for match in _FIELD.finditer(text):
            self.add(match[2], _kind(match[1]))
        for match in _DOMAIN.finditer(text):
            if match[0].count(".") >= 2:
                self.add(match[0].partition(".")[0], HOST)

    def add(self, word: str, kind: str) -> None:
        """Have a word replaced wherever it stands alone; a word that everybody uses is nobody's name."""
        if len(word) > 2 and not word.isdigit() and word.lower() not in _KNOWN and not is_common(word):
            self._words.setdefault(word, kind)
            self._others.clear()

    def hide(self, word: str) -> None:
        """Have a word replaced that a user has named, whatever its letters' case. Raises UsageError for none."""
        if not word.strip():
            raise UsageError(said("--hide: an empty word; give one that is to be replaced"))
        self._hidden.append(word.strip())
        longest = "|".join(map(re.escape, sorted(self._hidden, key=len, reverse=True)))
        self._hide = re.compile(rf"(?i)(?<![A-Za-z0-9])(?:{longest})(?![A-Za-z0-9])")

    @property
    def may_be_numbers(self) -> bool:
        """Whether a time or a number may have to be replaced, as it was learnt or is to be hidden."""
        return any(map(is_part, self._words)) or any(char.isdigit() for word in self._hidden for char in word)

    def __call__(self, text: str, searched: str = "") -> str:
        """A text that is no part of a frame, without the names in it; `searched`: one in which neither networks nor paths were found."""
        if "@" in text:
            text = _QUOTED.sub(
                lambda match: f"{match[1]}{self.named(match[2], USER)}{match[1]}@{match[3]}{self.named(match[4], HOST)}{match[3]}", text
            )
            text = _MAIL.sub(lambda match: f"{self.named(match[1], USER)}@{self.named(match[2], HOST)}", text)
        if has_any(text, _FIELDS):
            text = _FIELD.sub(self._field, text)
        if self._hosts:
            for form in _BY_HOSTS:
                text = form.sub(self._placed, text)
        if _MAY_BE_DOMAIN.search(text):
            text = _DOMAIN.sub(lambda match: self.named(match[0], HOST), text)
        return self.words(text if text == searched else self.paths(self.networks(text)))

    def networks(self, text: str) -> str:
        """A text with other addresses of networks."""
        if _MAY_BE_IP.search(text):
            text = _IPV4.sub(lambda match: self._ip(match[0]), text)
        if "ip-" in text:
            text = _OF_CLOUDS.sub(lambda match: self._replaced.hold(self._other_ip(match[1].replace("-", ".")).replace(".", "-")), text)
        if ":" in text:
            text = _KERNELS.sub(self._kernels, text)
        if text.count(":") > 4 or text.count("-") > 4:
            text = _MAC.sub(lambda match: self._replaced.hold("00" + (match[1] + "00") * 5), text)
        if "::" in text or text.count(":") > 3:
            text = _IPV6.sub(self._ipv6, text)
        return text

    def paths(self, text: str) -> str:
        """A text with other folders in its paths; those of the system, of a program's own sources, and names of programs stay."""
        return _PATH.sub(lambda match: self._path(match[0]), text) if "/" in text or "\\" in text else text

    def words(self, text: str) -> str:
        """A text without the names that were learnt or are to be hidden."""
        if self._hide is not None:
            text = self._hide.sub(lambda match: self._replaced.numbered(WORD, match[0].lower()), text)
        return _NAME.sub(self._known, text) if self._words else text

    def _known(self, match: re.Match[str]) -> str:
        """A name, if it was learnt, or its parts."""
        name = match[0]
        if name in self._others:
            return name
        new = self._replace(name)
        if new == name:
            if len(self._others) >= _MOST:
                self._others.clear()
            self._others.add(name)
        return new

    def _replace(self, name: str) -> str:
        kind = self._words.get(name)
        if kind is not None:
            return self._replaced.numbered(kind, name)
        return _PART.sub(lambda match: self._replace(match[0]) if match[0] != name else name, name) if len(name) < 300 else name

    def named(self, name: str, kind: str) -> str:
        """What stands for the name of a host or a user; names that everybody has stay."""
        if name.lower() in _KNOWN or name == "%":
            return self._replaced.hold(name)
        return self._replaced.numbered(self._words.get(name, kind), name)

    def name(self, name: str) -> str:
        """The name of a file: its parts without names of hosts, users and networks."""
        parts = [_DOMAIN.sub(lambda match: self.named(match[0], HOST), part) for part in self.networks(name).split("/")]
        folders = [_PART.sub(lambda match: self.host(match[0]), part) for part in parts[:-1]]
        return self._replaced.finish(self.words("/".join([*folders, parts[-1]])))

    def host(self, name: str) -> str:
        """What stands for a word where hosts stand, if one is called so."""
        return self.named(name, HOST) if name in self._hosts else name

    def _placed(self, match: re.Match[str]) -> str:
        start, end = match.start(1) - match.start(), match.end(1) - match.start()
        return match[0][:start] + self.host(match[1]) + match[0][end:]

    def _field(self, match: re.Match[str]) -> str:
        return match[1] + self.named(match[2], _kind(match[1]))

    def _ip(self, address: str) -> str:
        return self._replaced.hold(self._other_ip(address))

    def _other_ip(self, address: str) -> str:
        if address.startswith(_LOCAL):
            return address
        return self._replaced.of(IP, address, lambda number: f"0.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")

    def _ipv6(self, match: re.Match[str]) -> str:
        address = match[0]
        if address in ("::", "::1") or ("::" not in address and address.count(":") < 4):
            return address
        return self._replaced.hold(self._replaced.of("ipv6", address, lambda number: f"2001:db8::{number:x}"))

    def _kernels(self, match: re.Match[str]) -> str:
        """The same address as `_ip`, as the kernel prints it: its bytes reversed."""
        before = match[1] or ""
        if before not in ("", _MAPPED, "0" * 24):
            new = self._replaced.of("ipv6 of the kernel", match[0], lambda number: f"B80D0120{0:016X}{number:08X}")
            return self._replaced.hold(new)
        new = self._other_ip(".".join(map(str, bytes.fromhex(match[2])[::-1])))
        return self._replaced.hold(before + bytes(map(int, new.split(".")))[::-1].hex().upper())

    def _path(self, path: str) -> str:
        if path.startswith(_OF_THE_SYSTEM):
            return self._replaced.hold(path)
        slash = "\\" if "\\" in path else "/"
        kept = _ROOTS.search(path)
        folders, rest = (path[: kept.start()], path[kept.start() :]) if kept else (*path.rpartition(slash)[::2],)
        new = slash.join(self._folder(each) for each in folders.split(slash))
        if kept:
            return self._replaced.hold(new + rest)
        if rest and not _PROGRAMS.search(rest) and (folders.rpartition(slash)[2] not in _OF_PROGRAMS):
            rest = "".join(part if at % 2 else self._file(part) for at, part in enumerate(_SIGN.split(rest)))
        return self._replaced.hold(f"{new}{slash}{self.words(rest)}")

    def _file(self, part: str) -> str:
        """A part of the name of a file of data."""
        return part if not part or part.isdigit() or is_common(part) else self._replaced.numbered(FILE, part)

    def _folder(self, name: str) -> str:
        if len(name) < 2 or name in _FOLDERS or name.endswith(":"):
            return name
        return self._replaced.numbered(FOLDER, name)


_SIGN = re.compile(r"([^\w]+)")
_OF_PROGRAMS = ("bin", "sbin", "libexec")
_FOLDERS = frozenset(
    ("..", "~", "bin", "sbin", "lib", "lib64", "src", "include", "home", "Users", "opt", "var", "tmp", "data", "log", "etc", "srv", "mnt")
)
_MOST = 1 << 16  # names of which it is known that they are nobody's
_NAME = re.compile(r"\w+(?:[-.]\w+)*")
_PART = re.compile(r"[^\W_]+")
_HOST = r"([A-Za-z][\w.-]{1,63})"
# Lines that say of a word that it is a host: a log's, and what `uname` prints.
_BY_HOSTS = (
    re.compile(rf"(?m)^[A-Z][a-z]{{2}} [ \d]\d \d\d:\d\d:\d\d {_HOST} [\w./-]{{1,40}}(?:\[\d+\])?: "),
    re.compile(rf"(?m)^Linux {_HOST} \d+\.\d+"),
    re.compile(rf"(?m)^\d{{4}}-\d\d-\d\dT[\d:.]{{8,15}}(?:Z|[+-]\d\d:\d\d) {_HOST} [\w./-]{{1,40}}(?:\[\d+\])?: "),
)
# What stands there in other logs, and in what the kernel says of itself.
_NO_HOSTS = frozenset(
    ("version", "trace", "debug", "info", "note", "warn", "warning", "err", "error", "critical", "crit", "fatal", "panic")
)
_NAMED = re.compile(rf'(?i)"(?:host(?:name)?|nodename)" ?: ?"{_HOST}"')  # in JSON, as the manifest of a capture


def _kind(field: str) -> str:
    """Whether a field names a user or a host."""
    return USER if re.search(r"(?i)user|login|uid|logname|owner", field) else HOST
