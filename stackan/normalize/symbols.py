"""Printed function names → canonical names, one per distinct symbol.

The same function is printed in many ways: by version (`pthread_cond_wait@@GLIBC_2.3.2`), alias (`__GI___poll`),
clone (`open_table.constprop.0`), with its parameters (`tf(int)`), with template arguments.  The canonical name keeps
what a rule or a reader asks for: `pthread_cond_wait`, `poll`, `open_table`, `tf`, `std::condition_variable::wait_until`.
"""

from __future__ import annotations

from functools import lru_cache

from stackan.model.expressions import expression
from stackan.normalize import rust
from stackan.normalize.mangled import demangled

UNNAMED = "??"
_UNNAMED = ("", UNNAMED, "???", "()")  # lldb's and sample's own word for it; `in  ()` of gdb for a symbol with an empty name

# lldb's own name for a function that is in no symbol table: `___lldb_unnamed_symbol7808`.
_LLDB_UNNAMED = "__lldb_unnamed_symbol"
# gcc's suffixes of clones, in the order in which they may be peeled off.
_CLONES = ("constprop", "isra", "part", "cold", "localalias", "lto_priv", "llvm", "warm", "hot")
# glibc has twins of these for 64-bit time; `…64` is then no part of the name.
_TWINS = (
    "_common",
    "_full",
    "wait",
    "_cancelable",
    "_slow",
    "_pi",
    "lock",
    "join",
    "_ex",
    "sendfile",
    "pread",
    "pwrite",
    "readv",
    "writev",
    "open",
    "openat",
    "fallocate",
    "fcntl",
    "lockf",
    "stat",
    "aio_suspend",
    "_time",
)
# How the inline namespace of a build of Abseil begins (absl/base/options.h): `lts_20220623`, Debian's `debian3`.
_ABSEIL_BUILDS = ("lts_", "debian")
# The longest first, so that what follows is no part of the operator but its template arguments.
# fmt: off
_OPERATORS = (
    "<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=",
    "->", "<", ">", "=", "!", "+", "-", "*", "/", "%", "^", "&", "|", "~", ",",
)
# fmt: on


# What waits by std::__atomic_wait_address.
_ATOMIC_WAITERS = ("std::latch::wait()", "std::__atomic_semaphore::_M_acquire()", "std::__tree_barrier::wait()")
_ABI = expression(r"\[abi:\w{1,64}\]")
_ENTRY_POINT = expression(r"\.[A-Za-z_]\w*(?:@|$)")  # of a function on 64-bit POWER, whose bare name is that of its descriptor
_OFFSET = expression(r" \+ (?:0x[0-9a-f]{1,16}|[0-9]{1,19})$")  # behind the function: `depot_put(int) + 46`
# `-[Depot put:](self=0x…)`, and clang's name for a block in it, with the method's length: `__46-[Depot put:]_block_invoke_2`.
_OBJECTIVE_C = expression(r"(?:__\d{1,6})?[-+]\[[^][]{1,1000}\]\w*")


@lru_cache(1 << 14)  # the cases of a batch repeat the symbols of the same servers
def canonical(printed: str) -> str:
    """The canonical form of a printed function name; `??` for a frame without one.

    >>> canonical("___pthread_cond_timedwait64")
    'pthread_cond_timedwait'
    >>> canonical("std::vector<int, std::allocator<int> >::at(unsigned long) const")
    'std::vector::at'
    >>> canonical("absl::lts_20220623::Mutex::Block(absl::lts_20220623::base_internal::PerThreadSynch*)")
    'absl::Mutex::Block'
    >>> canonical("BackendClient::read_response[abi:cxx11]()")
    'BackendClient::read_response'
    """
    if printed.startswith(("_Z", "::_Z")):
        symbol = printed.removeprefix("::").partition("@")[0]
        found = demangled(symbol)
        return _canonical(found) if found is not None else symbol
    if printed.startswith("_R") and rust.is_symbol(printed):
        found = rust.demangled(printed)
        return _canonical(found) if found is not None else printed
    return _canonical(rust.without_escapes(printed) if "::h" in printed else printed)


def _canonical(printed: str) -> str:
    """The same of a name that is not mangled; what a mangled name holds is not taken for another one, as that would never end."""
    if printed in _UNNAMED or _LLDB_UNNAMED in printed:
        return UNNAMED
    if printed[0] == "." and _ENTRY_POINT.match(printed):
        printed = printed[1:]
    if "-[" in printed or "+[" in printed:
        method = _OBJECTIVE_C.match(printed)
        if method is not None:
            return method[0]
    if printed.endswith(" [inlined]"):
        printed = printed[:-10]
    if " + " in printed:
        printed = _OFFSET.sub("", printed)
    if printed.startswith("thunk for "):
        return printed  # Swift's, which has no name but its type
    if "-> " in printed or printed.startswith("@objc "):
        printed = _without_result(printed.removeprefix("@objc "))
    if "[abi:" in printed:
        printed = _ABI.sub("", printed)  # of GCC: the standard library's version is no part of a name
    if printed.startswith("::"):
        printed = printed[2:]  # lldb's way to say that a function is in no namespace
    if "'" in printed:
        printed = _name_lambdas(printed)
    if (printed[0] == "<" and not printed.startswith("<lambda(")) or (
        "(" not in printed and "<" not in printed and "@" not in printed and "." not in printed and printed[0] != "_" and " " not in printed
    ):
        return _drop_build(_drop_twin(printed))
    if "std::__atomic_wait_address" in printed:
        printed = _named_for_its_caller(printed)
    name = printed.partition("@")[0] if "@" in printed else printed
    if name.endswith("]") and " [clone " in name:
        name = name[: name.index(" [clone ")]
    if "(" in name or "<" in name or " " in name:
        name = _bare(name)
    if "." in name:
        name = _drop_clones(name)
    if name.startswith("_") and "::" not in name and not name.startswith("_Z"):
        if name.startswith("__GI_"):
            name = name[5:]
        name = name.lstrip("_") or printed
        if name.startswith("libc_"):  # __libc_recv is recv; __libc_start_main is no start_main
            name = name if name.startswith("libc_start") else name[5:]
    return _drop_build(_drop_twin(name)) or UNNAMED


def _named_for_its_caller(printed: str) -> str:
    """The function that waits by libstdc++'s atomic wait, which a lambda of it names where it is compiled into its caller.

    >>> _named_for_its_caller("void std::__atomic_wait_address<int, std::latch::wait() const::{lambda()#1}>(int const*, …)")
    'std::latch::wait()'
    """
    return next((name for name in _ATOMIC_WAITERS if f" {name[:-1]}" in printed), printed)


def _without_result(name: str) -> str:
    """Swift's and Rust's way to print what a function returns is no part of its name: `static Depot.main() -> Swift.Int`.

    >>> _without_result("closure #1 () -> () in Depot.run() -> Swift.Int")
    'Depot.run()'
    """
    if name.startswith(("closure #", "partial apply for ")) and " in " in name:
        name = name[name.rindex(" in ") + 4 :]
    depth = 0
    for at, char in enumerate(name):
        if char == "-" and depth == 0 and name.startswith("-> ", at) and name[:at].endswith(") "):
            return name[:at].rstrip()
        depth += (char in "(<{[") - (char in ")>}]" and name[at - 1 : at] != "-")
    return name


def _name_lambdas(name: str) -> str:
    """LLVM's `main::'lambda0'(int)::operator()` as gdb and eu-stack print it: `main::{lambda(int)#2}::operator()`."""
    head, *rest = name.split("'lambda")
    for text in rest:
        number, quote, behind = text.partition("'")
        size = _balanced(behind)
        known = quote and size and (not number or (number.isascii() and number.isdigit() and len(number) < 10))
        head += f"{{lambda{behind[:size]}#{int(number or -1) + 2}}}{behind[size:]}" if known else f"'lambda{text}"
    return head


def _balanced(text: str) -> int:
    """The size of the parenthesis that a text begins with; 0 if it begins with none or does not close it."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth <= 0:
            return at + 1 if at else 0
    return 0


def _drop_twin(name: str) -> str:
    return name[:-2].removesuffix("_time") if name.endswith("64") and name[:-2].endswith(_TWINS) else name


def _drop_build(name: str) -> str:
    """The build of Abseil is no part of a name: `absl::debian3::Mutex::Lock`, and in C `AbslInternalPerThreadSemWait_debian3`."""
    if name.startswith("absl::"):
        build, _, rest = name[6:].partition("::")
        return f"absl::{rest}" if rest and _is_build(build) else name
    if name.startswith("AbslInternal"):
        function, _, build = name.partition("_")
        return function if _is_build(build) else name
    return name


def _is_build(word: str) -> bool:
    return word.startswith(_ABSEIL_BUILDS) and word[-1].isdigit()


def _drop_clones(name: str) -> str:
    head, dot, tail = name.partition(".")
    return head if dot and head and tail.split(".")[0] in _CLONES else name


def _bare(name: str) -> str:
    """Drop parameter lists, template arguments and a leading return type; keep text in `{…}`, such as `{lambda(int)#1}`."""
    kept: list[str] = []
    depth = 0  # of <> and () that are dropped
    braces = 0
    at = 0
    size = len(name)
    while at < size:
        char = name[at]
        if (
            braces == 0
            and depth == 0
            and char == "o"
            and name.startswith("operator", at)
            and not (at and (name[at - 1].isalnum() or name[at - 1] == "_"))
        ):
            end = _operator_end(name, at + 8)
            kept.append(name[at:end].replace(" ", "\0"))  # `operator new` is one word
            at = end
            continue
        if depth == 0 and name.startswith("<lambda(", at):  # gdb's own word for one that DWARF does not name
            end = name.find(")>", at)
            kept.append("<lambda>")
            at = end + 2 if end >= 0 else size
            continue
        if char == "{" and depth == 0:
            braces += 1
        if braces:
            kept.append("\0" if char == " " else char)
            if char == "}":
                braces -= 1
        elif char == "(" and depth == 0 and name.startswith("(anonymous namespace)", at):
            kept.append("(anonymous\0namespace)")
            at += 21
            continue
        elif char in "<(":
            depth += 1
        elif char in ">)":
            if not (char == ">" and name[at - 1 : at] == "-"):
                depth = max(0, depth - 1)
        elif depth == 0:
            kept.append(char)
        at += 1
    words = "".join(kept).split(" ")
    # `void f<int>` leaves "void f", `f(int) const` leaves "f const": the name is the last word that is no qualifier.
    names = [word for word in words if word and word not in ("const", "volatile", "&", "&&", "*", "noexcept")]
    # What stands behind a name that is none itself, such as a bare number, was not meant to be read as one.
    last = next((word for word in reversed(names) if any(map(str.isalpha, word))), name)
    return last.replace("\0", " ").lstrip("*&")


def _operator_end(name: str, at: int) -> int:
    """Where an operator's own signs or words end: `operator()`, `operator<<`, `operator new[]`, `operator bool`."""
    if name.startswith(("()", "[]"), at):
        return at + 2
    sign = next((sign for sign in _OPERATORS if name.startswith(sign, at)), None)
    if sign is not None:
        return at + len(sign)
    if at < len(name) and name[at] == " ":
        at += 1
        while at < len(name) and name[at] not in "(<":
            at += 1
        while at > 0 and name[at - 1] == " ":
            at -= 1
    return at
