"""The values of frames' arguments, by native code where that is built: `stackan.model.arguments` says what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackan import backend

if TYPE_CHECKING or not backend.is_native():
    from stackan.model.arguments import FrameArguments, address_argument, number_argument, read_address, value_argument
else:
    from stackan._fast import FrameArguments, address_argument, number_argument, read_address, value_argument

__all__ = ["FrameArguments", "address_argument", "number_argument", "read_address", "value_argument"]
