"""Go's printed function names → canonical names.

The run-time prints them by import path: `net/http.(*conn).serve`, `main.(*Pool).await`, `main.main.func4.1`.  Only what
differs between equal functions is dropped: type arguments, and the package that newer versions keep an inner half in.
"""

from __future__ import annotations

from stackan.normalize.brackets import outside_brackets

UNNAMED = "??"

# Since Go 1.24 `sync.(*Mutex).lockSlow` is in `internal/sync` (go.dev/doc/go1.24, src/internal/sync/mutex.go).
_MOVED = (("internal/sync.", "sync."),)


def canonical(printed: str) -> str:
    """The canonical form of a function name in a goroutine's stack; `??` for C frames without one.

    >>> canonical("main.(*Cache[...]).Get")
    'main.(*Cache).Get'
    >>> canonical("gopkg.in/yaml%2ev3.Unmarshal")
    'gopkg.in/yaml.v3.Unmarshal'
    """
    if not printed or printed == "non-Go function":
        return UNNAMED
    name = outside_brackets(printed) if "[" in printed else printed
    if "%2e" in name:  # the linker's escape of a dot in the last element of an import path
        name = name.replace("%2e", ".")
    for before, now in _MOVED:
        if name.startswith(before):
            return now + name[len(before) :]
    return name
