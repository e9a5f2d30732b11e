"""Objects as java.lang.management names them: by class and identity hash, which serves here as an address.

app.Table@4b5d6a01
[Ljava.lang.String;@7adf9f5f
"""

from __future__ import annotations

from stackan.parsing.fields import hexadecimal


def read_object(text: bytes) -> tuple[int | None, str]:
    """(identity hash, class) of `app.Table@4b5d6a01`; no hash where it is none."""
    what, _, digits = text.strip().rpartition(b"@")
    return hexadecimal(digits) if what else None, what.decode("utf-8", "replace")
