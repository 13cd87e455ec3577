"""Texts worth trying where a JSON Schema asks for one: of every common shape, then what its pattern allows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from hypothesis import HealthCheck, find, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

_SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    "text": ("contract-text-Qx7", "other-contract-text-Vj4"),
    "uri": ("http://127.0.0.1:9/contract", "http://127.0.0.1:10/contract-other"),
    "email": ("kate@contract.example", "jack@contract.example"),
    "date-time": ("2026-11-23T15:01:41.904Z", "2027-01-02T03:04:05.678Z"),
    "date": ("2026-11-23", "2027-01-02"),
    "uuid": ("3f2b8c14-9d5e-4a67-b1c0-7e8f9a0b1c2d", "8a1d4e72-05b6-4c93-a7f8-2c3d4e5f6a7b"),
    "hostname": ("a.contract.example", "b.contract.example"),
    "hex": ("0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c", "9a8b7c6d5e4f30211203f4e5d6c7b8a99a8b7c6d"),
    "digits": ("90817263545362718", "71829304656473829"),
    "https": ("https://a.contract.example/contract", "https://b.contract.example/contract-other"),
    "word": ("contract", "other"),
}
#: Secrets occur nowhere else, so that they can be looked for.
_SECRETS: Final = ("contractSecretZq7wKx2m", "otherSecretYv4hJt9p")
_MEANT: Final = {
    "uri": "uri",
    "url": "uri",
    "endpoint": "uri",
    "email": "email",
    "host": "hostname",
    "domain": "hostname",
}
_SEARCH: Final = settings(max_examples=200, database=None, deadline=None, suppress_health_check=list(HealthCheck))
_PRINTABLE: Final = st.characters(min_codepoint=32, max_codepoint=126)


def is_address(name: str, rule: Mapping[str, Any]) -> bool:
    """Return whether a setting is a URL, by its format, name or pattern."""
    return _shape(name, rule) == "uri" or str(rule.get("pattern", "")).startswith("^http")


def words_of(name: str) -> list[str]:
    """Return the words of a name: ``apiKey``, ``api_key`` and ``api-key`` are two."""
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())


def texts(rule: Mapping[str, Any], name: str, *, secret: bool) -> Iterator[str]:
    """Yield texts worth trying for a schema, the likeliest first.

    Args:
        rule: The schema.
        name: What the value is called: ``url`` and the like say what is meant.
        secret: Yield secrets first.
    """
    least, most = rule.get("minLength", 0), rule.get("maxLength")
    for text in (*(_SECRETS if secret else ()), *_SHAPES[_shape(name, rule)], *_others()):
        yield text
        yield text.ljust(least, "x")[:most]
    if "pattern" in rule:
        yield from _matching(rule["pattern"], least, secret=secret)


def _others() -> Iterator[str]:
    for pair in _SHAPES.values():
        yield from pair


def _shape(name: str, rule: Mapping[str, Any]) -> str:
    if rule.get("format") in _SHAPES:
        return str(rule["format"])
    return next((_MEANT[word] for word in reversed(words_of(name)) if word in _MEANT), "text")


def _matching(pattern: str, least: int, *, secret: bool) -> Iterator[str]:
    """Yield two texts that match a pattern, drawn out to a length; longer ones where they are to be looked for."""
    known: list[str] = []
    for shortest in (8, 8, 0, 0) if secret else (0, 0):
        with suppress(HypothesisException):
            text = find(
                st.from_regex(pattern, alphabet=_PRINTABLE), partial(_is_new, known, shortest), settings=_SEARCH
            )
            known.append(text)
            yield from (text, text.ljust(least, text[-1:] or "x"), text.rjust(least, text[:1] or "x"))


def _is_new(known: Sequence[str], shortest: int, text: str) -> bool:
    return len(text) >= shortest and text.isprintable() and text not in known
