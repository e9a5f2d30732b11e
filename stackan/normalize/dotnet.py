"""Printed names of .NET's methods → canonical names: what a generic type is made of, and how many types it takes, is dropped.

System.Threading.Tasks.Task`1[System.__Canon].GetResultCore                      System.Threading.Tasks.Task.GetResultCore
System.Linq.Enumerable.ToList[[System.__Canon, System.Private.CoreLib]]          System.Linq.Enumerable.ToList
App.Cart+<LoadAsync>d__5.MoveNext                                                App.Cart+<LoadAsync>d__5.MoveNext
"""

from __future__ import annotations

from stackan.model.expressions import expression
from stackan.normalize.brackets import outside_brackets
from stackan.normalize.symbols import UNNAMED

_ARITY = expression(r"`\d+")


def canonical(printed: str) -> str:
    """The canonical form of a printed method.

    >>> canonical("System.Threading.Tasks.Task`1[System.__Canon].GetResultCore")
    'System.Threading.Tasks.Task.GetResultCore'
    """
    name = _ARITY.sub("", printed) if "`" in printed else printed
    return outside_brackets(name) or UNNAMED
