"""The abilities of the terminal, or the file, that a result goes to: the width of a line, colors, links."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackan.cli.printing import SafeText

NARROWEST, WIDEST = 80, 140  # columns: a report is laid out for the first, and beyond the second lines are hard to read
_LINKING_PROGRAMS = frozenset(("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "mintty"))
_LINKING_TERMINALS = ("xterm-kitty", "alacritty", "foot", "xterm-ghostty", "wezterm", "contour")
_LINKING_VTE = 5000  # version 0.50 of the library of GNOME's terminal and others
_PACKED = (".gz", ".xz", ".bz2", ".zst")


def width_for(stream: SafeText) -> int:
    """Columns for text: what COLUMNS says, else the terminal's; 80 in a file."""
    named = os.environ.get("COLUMNS", "")
    columns = int(named) if named.isdecimal() and len(named) < 9 and int(named) else _columns_of(stream)
    return min(max(columns, NARROWEST), WIDEST)


def _columns_of(stream: SafeText) -> int:
    if not stream.isatty():
        return NARROWEST
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return NARROWEST


def wants_color(choice: str, stream: SafeText, named: bool) -> bool:
    """`always`, `never`, or `auto`: on a terminal, if the environment allows it.

    NO_COLOR takes the colors (no-color.org), FORCE_COLOR gives them to a pipe, too (force-color.org), but to no file that is `named`.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if (os.environ.get("FORCE_COLOR") or "0") != "0" and not named:
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def knows_links(stream: SafeText) -> bool:
    """Whether the stream is a terminal that is known to show links (OSC 8); others may show the address itself."""
    environment = os.environ
    if not stream.isatty() or environment.get("NO_COLOR") or environment.get("TERM") in ("dumb", "linux"):
        return False
    if environment.get("TMUX") or environment.get("TERM", "").startswith(("screen", "tmux")):
        return False  # before 3.4 it passes none on
    vte = environment.get("VTE_VERSION", "")
    return (
        environment.get("TERM_PROGRAM") in _LINKING_PROGRAMS
        or environment.get("TERM", "").startswith(_LINKING_TERMINALS)
        or any(environment.get(name) for name in ("WT_SESSION", "KONSOLE_VERSION", "KITTY_WINDOW_ID", "DOMTERM"))
        or (vte.isdecimal() and len(vte) < 9 and int(vte) >= _LINKING_VTE)
    )


def draws_lines(stream: SafeText) -> bool:
    """Whether the stream's encoding has characters to draw with; files and pipes of UTF-8 take them as well as terminals."""
    try:
        "└─├│↺".encode(stream.encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def address_of(source: str) -> str | None:
    """The address of an input that is a plain file, as a terminal opens it on its own host; None for any other."""
    if source.endswith(_PACKED) or not os.path.isfile(source):
        return None
    import socket

    return f"file://{_quoted(socket.gethostname())}{_quoted(os.path.abspath(source))}"


def _quoted(text: str) -> str:
    """Percent-encoded as RFC 3986 wants it; urllib would take longer to import than a case to analyze."""
    plain = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"
    return "".join(chr(byte) if byte in plain else f"%{byte:02X}" for byte in os.fsencode(text))
