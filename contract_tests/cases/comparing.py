"""JSON values compared as the cases mean it: deeply, numbers by value, truth values apart from numbers.

>>> from contract_tests.cases.comparing import difference
>>> difference({"a": [1, 2]}, {"a": [1.0, 3]})
Difference(path='$.a[1]', expected=2, came=3)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple


class _Nothing:
    """What stands where a value is missing."""

    def __repr__(self) -> str:
        return "nothing"


NOTHING: Final = _Nothing()


class Difference(NamedTuple):
    """A place where two values differ.

    Attributes:
        path: JSON path.
        expected: What belongs there.
        came: What is there instead.
    """

    path: str
    expected: Any
    came: Any


def same(expected: Any, came: Any) -> bool:
    """Return whether two JSON values are the same."""
    return difference(expected, came) is None


def difference(expected: Any, came: Any, *, at_least: bool = False) -> Difference | None:
    """Return the first place where two JSON values differ; ``None`` where they are the same.

    Args:
        expected: What it has to be.
        came: What it is.
        at_least: Members of objects that are not expected do not matter.
    """
    return next(_differences(expected, came, "$", at_least), None)


def _differences(expected: Any, came: Any, path: str, at_least: bool) -> Iterator[Difference]:
    if isinstance(expected, Mapping) and isinstance(came, Mapping):
        yield from _members(expected, came, path, at_least)
    elif isinstance(expected, list) and isinstance(came, list):
        yield from _items(expected, came, path, at_least)
    elif not _same_scalar(expected, came):
        yield Difference(path, expected, came)


def _members(expected: Mapping[str, Any], came: Mapping[str, Any], path: str, at_least: bool) -> Iterator[Difference]:
    names = expected if at_least else dict.fromkeys([*expected, *came])
    for name in names:
        yield from _differences(expected.get(name, NOTHING), came.get(name, NOTHING), f"{path}.{name}", at_least)


def _items(expected: Sequence[Any], came: Sequence[Any], path: str, at_least: bool) -> Iterator[Difference]:
    for at in range(max(len(expected), len(came))):
        one, other = (values[at] if at < len(values) else NOTHING for values in (expected, came))
        yield from _differences(one, other, f"{path}[{at}]", at_least)


def _same_scalar(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other or (one != one and other != other)  # NaN
    return type(one) is type(other) and bool(one == other)
