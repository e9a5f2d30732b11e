"""What may change texts before anything is concluded from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from stackan.model.watch import Watch


class Rewriter(Protocol):
    """Rewrites the texts of a case, which it has to have seen all before the first."""

    def learn(self, name: str, data: bytes, watch: Watch | None = None) -> None: ...
    def redact(self, data: bytes, watch: Watch | None = None) -> bytes: ...
    def name(self, name: str) -> str: ...
