"""What never survives, wherever it stands: statements of SQL, connection strings, passwords and keys."""

from __future__ import annotations

import re

from stackan.redact.replaced import SECRET, SQL, URL, Replaced
from stackan.redact.signs import has_any

_NAME = (
    r"[\w.-]{0,40}(?:passw(?:or)?d|(?<![a-z])pass(?![a-z])|(?<![a-z])(?:pw|pin|cvv|cookie|session_?id)(?![a-z])|passphrase|pwd|secret|token"
)
_NAME += r"|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|authorization)[\w.-]{0,40}"
_VALUE = r"""(?:"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|(?:Bearer|Basic)[ ]+\S+|\\"(?:[^"\\]|\\[^"])*\\"|[^\s\0;"']+)"""
_NAMED = re.compile(rf"""(?i)(?<![\w:])({_NAME}\\?["']?\s{{0,8}}(?:=>|:(?!:)|=|>)\s{{0,8}})({_VALUE})""")
_OPTION = re.compile(rf"(?i)(?<!\w)(--?{_NAME}[ =\0]|(?<!-)-p(?=[^\s-]))({_VALUE})")  # `--password secret`, `mysql -psecret`
_BEARER = re.compile(r"(?i)\b((?:Bearer|Basic) +)([\w.~+/=-]{8,})")
_URL = re.compile(r"""\b((?:jdbc:)?[a-z][a-z0-9+.:-]{1,20}://)([^\s"'<>|]+)""")
_PUBLIC = ("www.gnu.org/", "sourceware.org/", "bugs.launchpad.net/", "debuginfod.", "gnu.org/")

# From a statement's first words, which hardly any other sentence begins with, to the end of what may hold it.
_STATEMENT = re.compile(
    r"""(?ix)(?<![\w.$*])(?:
        select[ \t]+(?:distinct\b|all\b|top\b|count[ ]?\(|max[ ]?\(|min[ ]?\(|sum[ ]?\(
            |/\*|@@|[*'"`\d]|[\w.`"$]+[ ]*(?:,|\bas\b|\bfrom\b|\())
        |select[ \t]+[\w.`"$]+[ \t\r]*$
        |select[ \t]+(?:\((?!no[ ])|@|case\b)
        |select\b(?=[^()]{1,400}\bfrom\b)(?=[ \t]+[^(\s])
        |insert[ \t]+(?:ignore[ \t]+|low_priority[ \t]+|delayed[ \t]+|/\*[^*]{0,200}\*/[ \t]*)*into\b
        |(?:insert|replace)[ \t]+\w+[ \t]+values?\b|values?[ \t]*\([ \t]*['"(]
        |replace[ \t]+into\b|merge[ \t]+into\b|delete[ \t]+from\b|load[ \t]+data\b|truncate[ \t]+table\b|lock[ \t]+tables?\b
        |update[ \t]+\S[^;]{0,300}?[ \t]set\b|set[ \t]+@|declare[ \t]+@|do[ \t]+\w+\(|delete[ \t]+\w+[ \t]+from\b
        |exec(?:ute)?[ \t]+(?:dbo\.|\w+[ \t]+using\b)
        |(?:create|alter|drop|rename|optimize|analyze|repair)[ \t]+(?:or[ \t]+replace[ \t]+|unique[ \t]+|temporary[ \t]+|global[ \t]+)*
            (?:table|index|view|database|schema|user|procedure|function|trigger|sequence|tablespace|role|login)\b
        |(?:grant|revoke)[ \t]+\w[^;]{0,200}[ \t](?:to|from)\b
        |set[ \t]+password\b|identified[ \t]+by\b|with[ \t]+(?:recursive[ \t]+)?\w+[ \t]*(?:\([^()]{0,300}\)[ \t]*)?as[ \t]*\(
        |exec(?:ute)?[ \t]+(?:immediate|sp_)
        |call[ \t]+\w[\w.]{0,200}[ ]?\(|begin[ \t]+declare\b|prepare[ \t]+\w+[ \t]+from\b|copy[ \t]+\w+[ \t]+(?:to|from)\b
    ).*""",
)
GOES_ON = re.compile(
    r"(?i)[ \t]{0,200}(?:from|where|and|or|set|values?|join|left|right|inner|outer|cross|group[ \t]by|order[ \t]by|limit|having|union|on"
    r"|in|into|when|then|else|end|case|returning|using|select|insert|update|delete)\b|[ \t]{0,200}[(),`]"
    r"|[ \t]{1,200}(?!at |- |java\.lang\.Thread)\S"
)
BEGINS = re.compile(r"(?:.{0,80}[:;] *)?(?:SELECT|INSERT|UPDATE|DELETE|MERGE|WITH)[ \t\r]*")  # and all else in the next lines


class Secrets:
    """Replaces statements, connection strings and secrets."""

    def __init__(self, replaced: Replaced) -> None:
        self._replaced = replaced

    def __call__(self, text: str) -> str:
        if "://" in text:
            text = _URL.sub(self._url, text)
        if has_any(text, _NAMING):
            text = _NAMED.sub(self._secret, text)
            text = _BEARER.sub(self._secret, text)
        if " -" in text:
            text = _OPTION.sub(self._secret, text)
        return self.statements(text)

    def statements(self, text: str) -> str:
        """A line without the statement in it."""
        return _STATEMENT.sub(lambda match: self.statement(match[0]), text) if _may_state(text) else text

    def statement(self, text: str) -> str:
        """What stands for a statement; blanks around it stay."""
        body = text.strip()
        if not body:
            return text
        at = text.index(body)
        return text[:at] + self._replaced.numbered(SQL, body) + text[at + len(body) :]

    def _url(self, match: re.Match[str]) -> str:
        if match[2].startswith(_PUBLIC):
            return match[0]
        return match[1] + self._replaced.numbered(URL, match[2].rstrip(".,;:)"))

    def _secret(self, match: re.Match[str]) -> str:
        value = match[2]
        quote = value[:1] if value[:1] in "\"'" else ""
        body = value[1:].removesuffix(quote) if quote else value
        return match[1] + quote + (self._replaced.numbered(SECRET, body) if body else "") + (quote if body or len(value) > 1 else "")


# Words of which one is in every text that names a secret, or holds a statement: most lines have none, and are passed over.
_NAMING = (
    "PASS",
    "PW",
    "PIN",
    "CVV",
    "COOKIE",
    "SESSIONID",
    "SESSION_ID",
    "SECRET",
    "TOKEN",
    "KEY",
    "CREDENTIAL",
    "AUTHORIZATION",
    "BEARER ",
    "BASIC ",
)
_STATING = (
    *("SELECT", "INSERT", "REPLACE", "MERGE", "DELETE", "LOAD", "TRUNCATE", "LOCK", "UPDATE", "CREATE", "ALTER", "DROP", "RENAME"),
    *("OPTIMIZE", "ANALYZE", "REPAIR", "GRANT", "REVOKE", "SET", "DO", "DECLARE", "VALUES", "IDENTIFIED", "WITH", "EXEC", "CALL", "BEGIN"),
    *("PREPARE", "COPY"),
)


_STATES = re.compile(rf"(?i)\b(?:{'|'.join(_STATING)}|EXECUTE)[ \t(]")


def _may_state(text: str) -> bool:
    return has_any(text, _STATING) and _STATES.search(text) is not None
