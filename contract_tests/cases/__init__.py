"""Examples of the contract as data: what is given, what has to come of it, and the requirement that it is an example of.

The files beside this one are lists of cases, described by ``schema.json`` (JSON Schema 2020-12), so that routers,
plugins and servers in other languages are held to the same. How to run them:

* ``canonical``: canonicalise ``given``. The event has to be ``expected.event``, or ``given`` has to be refused; the code
  of a refusal is ours and informative. The event may have members of its own at the top, such as a version.
* ``request``: send ``given`` to a router, its headers as they are but for a content-length of your own. It is answered
  ``expected.status``, and the router has ``expected.events``, to which it may have added ``receivedAt`` and what the
  envelope of the batch says for all of them. Without a router: canonicalise each item of ``given.body.batch``, or the body.
* ``vendor``: send ``given`` to a Promoter-compatible server, with a key that it knows in place of ``PROMOTER_API_KEY`` (in
  Basic, too). It answers one of ``expected.statuses``, with at least the headers and members of ``expected``. The people
  are made up; a server that holds them already updates them.
* ``answer``: have a plugin interpret ``given``. One of ``expected.outcomes`` has to come.

Compare JSON deeply: names of an object in any order, items of a list in theirs, numbers by value (``5`` is ``5.0``),
``true`` is not ``1``, and ``null`` is not absent. ``contract_tests.cases.comparing`` does.

>>> from contract_tests.cases import cases
>>> cases("canonical", "EVT-330")[0].expected["event"]["timestamp"]
'2020-05-09T23:54:49.209Z'
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

__all__ = ["Case", "Kind", "cases", "schema"]

Kind: TypeAlias = Literal["canonical", "request", "vendor", "answer"]

_SCHEMA = "schema.json"


@dataclass(frozen=True, slots=True)
class Case:
    """One example.

    Attributes:
        id: Unique and stable, such as ``evt/times/go``.
        requirement: The requirement's id, such as ``EVT-330``.
        title: What it shows.
        source: Where it comes from.
        kind: What kind of example it is; says what is in the next two.
        given: A JSON value. Shared by all who read it: ``fresh`` returns one of one's own.
        expected: What has to come of it. Shared as well.
    """

    id: str
    requirement: str
    title: str
    source: str
    kind: Kind
    given: Any
    expected: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return the last part of its id, which for a captured request is the capture's name."""
        return self.id.rpartition("/")[2]

    def fresh(self) -> Any:
        """Return a copy of what is given, for whoever might change it."""
        return copy.deepcopy(self.given)


def cases(kind: Kind | None = None, requirement: str | None = None) -> tuple[Case, ...]:
    """Return the cases of a kind and of a requirement, in the order of the files' names; without either, all of them."""
    return tuple(
        case
        for case in _all()
        if (kind is None or case.kind == kind) and (requirement is None or case.requirement == requirement)
    )


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a file of cases."""
    found: dict[str, Any] = json.loads((files(__name__) / _SCHEMA).read_text("utf-8"))
    return found


def documents() -> Iterator[tuple[str, Any]]:
    """Yield the files' names with their contents as they stand."""
    for file in sorted(files(__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".json") and file.name != _SCHEMA:
            yield file.name, json.loads(file.read_text("utf-8"))


@cache
def _all() -> tuple[Case, ...]:
    return tuple(Case(**plain) for _, document in documents() for plain in document)
