"""The functions in which bare lambdas are written, as the templates that call them show.

gdb calls a lambda `operator()` and no more; its caller is instantiated with the lambda's own type:

    #7  operator() (__closure=0x55f3c8) at server.cc:93
    #8  std::__invoke_impl<void, Server::start()::<lambda()> > (__f=...) at /usr/include/c++/11/bits/invoke.h:61
"""

from __future__ import annotations

from collections.abc import Iterator

from stackan.normalize.symbols import canonical

BARE = frozenset(("operator()", "<lambda>::operator()"))


def called_lambda(caller: str) -> str:
    """The lambda that a printed function was instantiated with; "" if with none.

    >>> called_lambda("std::__invoke_impl<void, Server::start()::<lambda()> >")
    'Server::start::<lambda>'
    """
    if "lambda" not in caller:
        return ""
    names = (canonical(argument.rstrip(" &*")) for argument in _template_arguments(caller))
    return next((name for name in names if name.rpartition("::")[2].startswith(("<lambda", "{lambda")) and "::" in name), "")


def _template_arguments(name: str) -> Iterator[str]:
    """`f<int, g<char>()>` → `int`, `g<char>()`"""
    depth = start = 0
    opened = ""
    for at, char in enumerate(name):
        if char in "<(":
            if depth == 0:
                opened, start = char, at + 1
            depth += 1
        elif char == "," and depth == 1 and opened == "<":
            yield name[start:at]
            start = at + 1
        elif char in ">)" and not (char == ">" and name[at - 1] == "-"):
            depth = max(depth - 1, 0)
            if depth == 0 and opened == "<":
                yield name[start:at]
                opened = ""
