"""Settings to test a plugin with: those that are given, or made of its settings schema; and others beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contract_tests.destination.loading import SubjectError
from contract_tests.destination.sampling import UnmetError, sample
from contract_tests.destination.schemas import broken, meets
from contract_tests.destination.texts import is_address
from event_router.api import Secret

_NONE = object()
_ADVICE = "Give the plugin settings: --destination-settings=JSON, or settings in the test class."


def settings_of(schema: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return settings as hooks get them before ``load_settings``: defaults filled in, secrets as ``Secret``.

    Args:
        schema: A good settings schema.
        given: What is given; nothing for settings that are made of the schema.

    Raises:
        SubjectError: They do not meet the schema, or none could be made.
    """
    return next(candidates(schema, given))


def candidates(schema: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield settings as ``settings_of`` returns them: those that are given, or else all that are worth trying."""
    if given:
        yield _judged(schema, given)
    else:
        yield from sampled(schema)


def _judged(schema: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is given, completed. Raises ``SubjectError`` where it misses the schema."""
    # A wrong default value is a matter of DST-027.
    known = properties(schema)
    own = {name: value for name, value in _plain(given).items() if known.get(name, {}).get("default", _NONE) != value}
    rules = broken(schema, own)
    if rules:
        raise SubjectError("contract_tests.bad_settings", f"The settings miss the plugin's schema: {'; '.join(rules)}.")
    return completed(schema, given)


def sampled(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield settings with all that may be given, then with less, down to what is required; then the schema's examples.

    Raises:
        SubjectError: None could be made.
    """
    known, required = properties(schema), schema.get("required", ())
    whole = _made({**known, **{name: known.get(name, {}) for name in required}})
    optional = [name for name in whole if name not in required]
    without = ({name: value for name, value in whole.items() if name != left} for left in optional)
    least = {name: value for name, value in whole.items() if name in required}
    found = False
    for values in (whole, *without, least, *schema.get("examples", ())):
        if meets(schema, values):
            found = True
            yield completed(schema, values)
    if not found:
        message = f"No settings could be made of the plugin's settings schema. {_ADVICE}"
        raise SubjectError("contract_tests.no_settings", message)


def completed(schema: Mapping[str, Any], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return settings with defaults filled in and secrets as ``Secret``."""
    rules = properties(schema)
    full = {name: rule["default"] for name, rule in rules.items() if "default" in rule} | {**values}
    return {
        name: Secret(value) if rules.get(name, {}).get("writeOnly") and not isinstance(value, Secret) else value
        for name, value in full.items()
    }


def variants(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield settings of many kinds: bare, with one more of what may be given, with all of it."""
    known, required = properties(schema), schema.get("required", ())
    optional = [name for name in known if name not in required]
    for names in ([], *([name] for name in optional), optional):
        for variant in (0, 1):
            values = _made({name: known.get(name, {}) for name in (*required, *names)}, variant)
            if meets(schema, values):
                yield completed(schema, values)


def others(schema: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield settings of another account: with other secrets and addresses, and then with other secrets only."""
    rules = properties(schema)
    secrets = {name for name, value in settings.items() if isinstance(value, Secret)}
    addresses = {name for name, value in settings.items() if isinstance(value, str) and _is_url(name, rules, value)}
    for names in (secrets | addresses, secrets):
        changed = {name: _another(name, rules.get(name, {}), settings[name]) for name in names}
        values = {**settings, **changed}
        if meets(schema, _plain(values)):
            yield values


def properties(schema: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return the rules of each setting by name."""
    known = schema.get("properties", {})
    return {name: rule for name, rule in known.items() if isinstance(rule, Mapping)}


def parsed(text: str) -> Mapping[str, Any]:
    """Return settings from an option: JSON, or ``@file``. Raises ``SubjectError``."""
    try:
        found = json.loads(Path(text[1:]).read_text("utf-8") if text.startswith("@") else text)
    except (OSError, ValueError) as error:
        where = text if text.startswith("@") else "its text"
        message = (
            f"--destination-settings cannot be read: {where}: {type(error).__name__}. Give a JSON object, or @file."
        )
        raise SubjectError("contract_tests.bad_settings", message) from error
    if not isinstance(found, dict):
        message = '--destination-settings is not a JSON object. Give one, such as \'{"url": "http://127.0.0.1:9"}\'.'
        raise SubjectError("contract_tests.bad_settings", message)
    return found


def _made(rules: Mapping[str, Mapping[str, Any]], variant: int = 0) -> dict[str, Any]:
    values = {}
    for name, rule in rules.items():
        try:
            values[name] = sample(rule, name=name, variant=variant, secret=bool(rule.get("writeOnly")))
        except UnmetError:
            continue
    return values


def _is_url(name: str, rules: Mapping[str, Mapping[str, Any]], value: str) -> bool:
    return is_address(name, rules.get(name, {})) or value.startswith(("http://", "https://"))


def _another(name: str, rule: Mapping[str, Any], value: Any) -> Any:
    """Return another value for a setting; the same where none could be made."""
    secret = isinstance(value, Secret)
    old = value.reveal() if secret else value
    if not secret:
        rule = {key: part for key, part in rule.items() if key not in {"default", "examples"}} | {"format": "uri"}
    found = (sample(rule, name=name, variant=variant, secret=secret) for variant in (0, 1))
    try:
        new = next((one for one in found if one != old), old)
    except UnmetError:
        new = old
    return Secret(new) if secret else new


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.reveal() if isinstance(value, Secret) else value for name, value in values.items()}
