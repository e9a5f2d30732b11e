"""Named tuples that cost little to define: a command defines a hundred of them before it does anything.

`typing.NamedTuple` compiles each annotation and looks at it, which takes two thirds of its time; here annotations stay as they are
written.  For a type checker it is the same thing.
"""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:

    class _Definition(type):
        """Makes a named tuple of a class that lists its members, as `typing.NamedTuple` does."""

        def __new__(kind, name, bases, body):
            if not bases:
                return super().__new__(kind, name, bases, body)
            members = body.pop("__annotations__")  # there in every Python if the module has `from __future__ import annotations`
            defaults = [body.pop(member) for member in members if member in body]
            made = namedtuple(name, members, defaults=defaults, module=body.pop("__module__"))
            made.__annotations__ = members
            for own, value in body.items():
                setattr(made, own, value)
            return made

    class NamedTuple(metaclass=_Definition):
        """The base of records: `class Lock(NamedTuple): kind: str; line: int = 0`."""
