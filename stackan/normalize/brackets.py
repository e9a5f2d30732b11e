"""Names without what stands in square brackets: the types that a generic function or type is made of."""

from __future__ import annotations


def outside_brackets(name: str) -> str:
    """`main.Map[...]`, or in full where a profile prints it, `main.Map[go.shape.[]uint8]`: `main.Map`."""
    kept: list[str] = []
    depth = 0
    for char in name:
        if char == "[":
            depth += 1
        elif char == "]" and depth:
            depth -= 1
        elif not depth:
            kept.append(char)
    return "".join(kept)
