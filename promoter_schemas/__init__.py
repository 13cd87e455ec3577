"""The published JSON Schemas (2020-12), as data.

>>> import promoter_schemas
>>> promoter_schemas.load("promoter/contact")["title"]
'Promoter contact request'

Knows where the files are and how to read them; knows nothing of events, plugins or servers.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import orjson

__all__ = ["load", "names"]

_PACKAGE = Path(__file__).parent
# A wheel carries the files inside the package; a checkout (and so an editable install) keeps them in /schemas.
_FILES = next(path for path in (_PACKAGE / "files", _PACKAGE.parent / "schemas") if path.is_dir())


@cache
def load(name: str) -> dict[str, Any]:
    """Return one schema by its path without suffix, such as ``"events/identify"``.

    The result is shared: treat it as read-only. Raises ``FileNotFoundError`` for an unknown name.
    """
    schema: dict[str, Any] = orjson.loads((_FILES / f"{name}.json").read_bytes())
    return schema


def names() -> tuple[str, ...]:
    """Return the names of all schemas, sorted."""
    return tuple(sorted(path.relative_to(_FILES).with_suffix("").as_posix() for path in _FILES.rglob("*.json")))
