"""Where a secret stands in a text, for people: whose it is, in which form, in which line, without itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from contract_tests.disguises import SHORTEST as SHORTEST_CODED
from contract_tests.disguises import forms
from contract_tests.masking import MASK, SHORTEST
from contract_tests.wire import basic

#: Sightings that are told, and characters of a line on each side of what was seen.
_MOST, _AROUND = 3, 60
#: What may be part of a secret in another form: its edges depend on what stands beside it.
_CODED = r"[\w+/=%-]*"


def forms_of(secret: str) -> Iterator[str]:
    """Yield how a secret may look: what is too short to be one is not looked for."""
    if secret == MASK:  # What a journal shows in place of a key that it knows.
        yield secret
    elif len(secret) >= SHORTEST:
        yield secret
        yield basic(secret).removeprefix("Basic ")
        yield from forms(secret) if len(secret) >= SHORTEST_CODED else ()


def places_of(texts: Mapping[str, str], *secrets: str) -> list[str]:
    """Return where a secret stands, in any form and any letter case."""
    found = {form.lower() for secret in secrets for form in forms_of(secret)}
    return [place for place, text in texts.items() if any(form in text.lower() for form in found)]


def sightings(text: str, secrets: Mapping[str, str]) -> list[str]:
    """Return where secrets stand in a text: the name of each that does, its form, and the first such line, all masked."""
    seen: dict[str, str] = {}
    for line in text.splitlines():
        for name, secret in secrets.items():
            form = next((form for form in forms_of(secret) if form.lower() in line.lower()), None)
            if form is not None:
                seen.setdefault(f"{name}, {_told(form, secret)}", line)
    masks = [_pattern(form, form == secret) for secret in secrets.values() for form in forms_of(secret)]
    return [f"{told}, in the line: {_around(line, masks)}" for told, line in list(seen.items())[:_MOST]]


def _told(form: str, secret: str) -> str:
    """Return in words which form of a secret this is."""
    if form == secret:
        return "as it is"
    if "%" in form:
        return "quoted for URLs"
    return "in hexadecimal" if form == secret.encode().hex() else "in base64"


def _around(line: str, masks: list[re.Pattern[str]]) -> str:
    """Return what stands around the first secret in a line, without any."""
    for mask in masks:
        line = mask.sub(MASK, line)
    at = line.index(MASK)
    start, end = max(0, at - _AROUND), at + len(MASK) + _AROUND
    return f"{'…' if start else ''}{line[start:end]}{'…' if end < len(line) else ''}"


def _pattern(form: str, plain: bool) -> re.Pattern[str]:
    """Return what finds a form in any letter case; one that is coded with what may belong to it."""
    found = re.escape(form)
    return re.compile(found if plain else f"{_CODED}{found}{_CODED}", re.IGNORECASE)
