"""Where the pages of the documentation lie on this machine: messages name them."""

from __future__ import annotations

import os

from stackan.model.said import said

_HERE = os.path.dirname(os.path.abspath(__file__))
_FOLDERS = (os.path.join(_HERE, "docs"), os.path.join(os.path.dirname(_HERE), "docs"))  # as installed, and in the sources


def page(name: str) -> str:
    """The path of a page, or its name within the sources where it was left out of the installation."""
    paths = (os.path.join(folder, *name.split("/")) for folder in _FOLDERS)
    return next(filter(os.path.exists, paths), said("docs/{name} of stackan's sources", name=name))
