"""What names people, machines and places: addresses in a network, names of hosts and users, folders."""

from __future__ import annotations

import re

from stackan.redact.replaced import FILE, FOLDER, HOST, IP, USER, Replaced

_IPV4 = re.compile(r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\w|\.\d)")
_IPV6 = re.compile(
    r"(?i)(?<![\w:.])(?:[0-9a-f]{1,4}:){1,7}(?::|(?::?[0-9a-f]{1,4}){1,7})(?![\w:.])|(?<![\w:.])::(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{2,4}(?![\w:.])"
)
_KERNELS = re.compile(r"(?<![\w:])([0-9A-F]{8})(?=:[0-9A-F]{4}\b)")  # `0100007F:1F90`, as /proc/net/tcp has it
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
_MAIL = re.compile(r"(?<![\w.+-])([A-Za-z_][\w.+-]{0,63})@([A-Za-z][\w-]{0,62}(?:\.[A-Za-z][\w-]{0,62})*)(?![\w(@/-]|\.\d)")
_QUOTED = re.compile(r"(['\"`])([\w.%-]{1,64})\1@(['\"`])([\w.%-]{1,253})\3")  # 'app'@'db1'
_FIELD = re.compile(
    r"(?i)(?<![\w:.-])"
    r"((?:(?:host|node|machine|computer)[ _-]?name|host|server|user(?:[ _-]?name)?|login|client[ _-]?(?:host|user)"
    r"|os[ _-]?user)"
    r"[\"']?[ ]?(?:=|:(?![:/]))[ ]*[\"']?)([A-Za-z_][\w.-]{1,252})(?![\w(:]|\.\w)"
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
    r"|so(?:[.-][\w.-]+)?|a|o|ko|debug|log|txt|conf|cnf|ini|toml|xml|pid|sock|gz|xz|zip|tar|json)$|^[^.]*$"
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
        self._word: re.Pattern[str] | None = None

    def learn(self, text: str) -> None:
        """Take note of names that a text gives away: of hosts by their domains, of users by their folders."""
        if "/home/" in text or "Users" in text:
            for match in _HOMES.finditer(text):
                self.add(match[1], USER)
        for match in _SYSLOG.finditer(text):
            self.add(match[1], HOST)
        for match in _UNAME.finditer(text):
            self.add(match[1], HOST)
        for match in _NAMED.finditer(text):
            self.add(match[1], HOST)
        for match in _DOMAIN.finditer(text):
            if match[0].count(".") >= 2:
                self.add(match[0].partition(".")[0], HOST)

    def add(self, word: str, kind: str = "word") -> None:
        """Have a word replaced wherever it stands alone."""
        if kind == "word" or (len(word) > 2 and not word.isdigit() and word.lower() not in _KNOWN):
            self._words.setdefault(word, kind)
            self._word = None

    def __call__(self, text: str) -> str:
        """A text that is no part of a frame, without the names in it."""
        if "@" in text:
            text = _QUOTED.sub(
                lambda match: f"{match[1]}{self.named(match[2], USER)}{match[1]}@{match[3]}{self.named(match[4], HOST)}{match[3]}", text
            )
            text = _MAIL.sub(lambda match: f"{self.named(match[1], USER)}@{self.named(match[2], HOST)}", text)
        text = _FIELD.sub(self._field, text)
        text = _DOMAIN.sub(lambda match: self.named(match[0], HOST), text)
        return self.words(self.paths(self.networks(text)))

    def networks(self, text: str) -> str:
        """A text with other addresses of networks."""
        if text.count(".") > 2:
            text = _IPV4.sub(lambda match: self._ip(match[0]), text)
        if ":" in text:
            text = _KERNELS.sub(self._kernels, text)
            text = _IPV6.sub(self._ipv6, text)
        return text

    def paths(self, text: str) -> str:
        """A text with other folders in its paths; those of the system, of a program's own sources, and names of programs stay."""
        return _PATH.sub(lambda match: self._path(match[0]), text) if "/" in text or "\\" in text else text

    def words(self, text: str) -> str:
        """A text without the names that were learnt."""
        if not self._words:
            return text
        if self._word is None:
            longest = sorted(self._words, key=len, reverse=True)
            self._word = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, longest))})(?![A-Za-z0-9])")
        return self._word.sub(lambda match: self._replaced.numbered(self._words[match[0]], match[0]), text)

    def named(self, name: str, kind: str) -> str:
        """What stands for the name of a host or a user; names that everybody has stay."""
        if name.lower() in _KNOWN or name == "%" or self._is_replacement(name):
            return name
        return self._replaced.numbered(self._words.get(name, kind), name)

    def name(self, name: str) -> str:
        """The name of a file: its parts without names of hosts, users and networks."""
        parts = (_DOMAIN.sub(lambda match: self.named(match[0], HOST), part) for part in self.networks(name).split("/"))
        return self.words("/".join(parts))

    def _is_replacement(self, name: str) -> bool:
        return _REPLACEMENT.fullmatch(name) is not None

    def _field(self, match: re.Match[str]) -> str:
        kind = USER if re.search(r"(?i)user|login", match[1]) else HOST
        return match[1] + self.named(match[2], kind)

    def _ip(self, address: str) -> str:
        if address.startswith(_LOCAL):
            return address
        return self._replaced.of(IP, address, lambda number: f"0.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")

    def _ipv6(self, match: re.Match[str]) -> str:
        address = match[0]
        groups = address.split(":")
        if address in ("::", "::1") or (len(groups) < 4 and "::" not in address) or all(each.isdigit() for each in groups if each):
            return address
        return self._replaced.of("ipv6", address, lambda number: f"2001:db8::{number:x}")

    def _kernels(self, match: re.Match[str]) -> str:
        """The same address as `_ip`, as the kernel prints it: its bytes reversed."""
        old = bytes.fromhex(match[1])[::-1]
        new = self._ip(".".join(map(str, old)))
        return bytes(map(int, new.split(".")))[::-1].hex().upper()

    def _path(self, path: str) -> str:
        if path.startswith(_OF_THE_SYSTEM) or path.startswith("//"):
            return path
        slash = "\\" if "\\" in path else "/"
        kept = _ROOTS.search(path)
        folders, rest = (path[: kept.start()], path[kept.start() :]) if kept else (*path.rpartition(slash)[::2],)
        new = slash.join(self._folder(each) for each in folders.split(slash))
        if kept:
            return new + rest
        if rest and not _PROGRAMS.search(rest):
            stem, dot, ending = rest.rpartition(".")
            rest = f"{self._replaced.numbered(FILE, stem)}{dot}{ending}"
        return f"{new}{slash}{self.words(rest)}"

    def _folder(self, name: str) -> str:
        if len(name) < 2 or name in _FOLDERS or name.endswith(":") or _REPLACEMENT.fullmatch(name):
            return name
        return self._replaced.numbered(FOLDER, name)


_FOLDERS = frozenset(
    ("..", "~", "bin", "sbin", "lib", "lib64", "src", "include", "home", "Users", "opt", "var", "tmp", "data", "log", "etc", "srv", "mnt")
)
_REPLACEMENT = re.compile(r"(?:host|user|folder|file|word)\d+|0\.\d+\.\d+\.\d+")
_SYSLOG = re.compile(r"(?m)^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d ([A-Za-z][\w.-]{2,63}) [\w./-]{1,40}(?:\[\d+\])?: ")
_UNAME = re.compile(r"(?m)^Linux ([A-Za-z][\w.-]{2,63}) \d+\.\d+")
_NAMED = re.compile(r'(?i)"(?:host(?:name)?|nodename)" ?: ?"([A-Za-z][\w.-]{2,63})"')  # in JSON, as the manifest of a capture
