"""What may change texts before anything is concluded from them."""

from typing import Protocol


class Rewriter(Protocol):
    """Rewrites the texts of a case, which it has to have seen all before the first."""

    def learn(self, name: str, data: bytes) -> None: ...
    def redact(self, data: bytes) -> bytes: ...
    def name(self, name: str) -> str: ...
