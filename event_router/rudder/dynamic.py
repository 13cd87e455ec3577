"""Templates in a destination's ``Config``, which events fill in: ``{{ event.traits.campaign || 7 }}`` ([RUN] protocol §7.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

_PATH = re.compile(r"\w+(?:\.\w+)*", re.ASCII)
_MESSAGE = frozenset({"event", "message"})
#: Nobody nests a Config deeper; templates below are the texts they are.
_DEEPEST = 32

_Path = tuple[str, ...]


class _Template(NamedTuple):
    """What a template asks for, and what stands for it where the event has no such thing."""

    path: _Path
    default: str


def is_dynamic(config: Any) -> bool:
    """Return whether there is a template in a Config, or in a part of one.

    Only a text that is a template from end to end is one, its default included: ``{{ a.b }}`` is a text as any other
    ([RUN] §7.3).
    """
    return _holds_template(config, _DEEPEST)


def _holds_template(value: Any, depth: int) -> bool:
    if isinstance(value, str):
        return _template(value) is not None
    if not depth or not isinstance(value, Mapping | list):
        return False
    below = value if isinstance(value, list) else value.values()
    return any(_holds_template(item, depth - 1) for item in below)


def resolve(
    config: Mapping[str, Any], message: dict[str, Any], *, only: Callable[[str], bool]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the Config for one event, and the event without the values that went into it.

    A value keeps its type; several templates may use the same one. Where the event has none, or has ``null``, the default
    stands, without its double quotes. What an event brings is never a template itself. Nothing is changed in place, and
    whatever is not filled in or removed from is not copied.

    Args:
        config: The destination's Config.
        message: The event. Paths start in it, with or without ``event.`` or ``message.`` before them.
        only: Whether events may set this key of the Config. Templates under other keys become their defaults, so that no
            event can move where requests, and the key with them, go.
    """
    used: list[_Path] = []
    below = _DEEPEST - 1
    filled = {
        key: _filled(value, message if only(key) else {}, used, below) if _holds_template(value, below) else value
        for key, value in config.items()
    }
    return filled, _without(message, used) if used else message


def _filled(value: Any, message: dict[str, Any], used: list[_Path], depth: int) -> Any:
    """Return a part of a Config with its templates filled in; ``used`` gets the paths of what was found."""
    if isinstance(value, str):
        template = _template(value)
        return value if template is None else _answer(template, message, used)
    if not depth or not isinstance(value, Mapping | list):
        return value
    if isinstance(value, list):
        return [_filled(item, message, used, depth - 1) for item in value]
    return {key: _filled(item, message, used, depth - 1) for key, item in value.items()}


def _template(text: str) -> _Template | None:
    """Return the template that a text is; ``None`` where it is none."""
    bare = text.strip()
    if not (bare.startswith("{{") and bare.endswith("}}")):
        return None
    path, separator, default = bare[2:-2].partition("||")
    path = path.strip()
    # Two templates in one text, or one with more text behind it, are not a template from end to end.
    if not separator or "{{" in default or not _PATH.fullmatch(path):
        return None
    return _Template(_steps(path), default.replace('"', "").strip())


def _steps(path: str) -> _Path:
    first, *others = path.split(".")
    return tuple(others) if others and first in _MESSAGE else (first, *others)


def _answer(template: _Template, message: dict[str, Any], used: list[_Path]) -> Any:
    found: Any = message
    for step in template.path:
        found = found.get(step) if isinstance(found, dict) else None
    if found is None:
        return template.default
    used.append(template.path)
    return found


def _without(message: dict[str, Any], paths: Iterable[_Path]) -> dict[str, Any]:
    """Return the event without some values. An object on the way to several of them is copied once."""
    result = dict(message)
    copies = {id(result): result}
    for *way, last in paths:
        here = result
        for step in way:
            below = here.get(step)
            if not isinstance(below, dict):
                # It went already, with something around it.
                here = {}
                break
            if id(below) not in copies:
                below = here[step] = dict(below)
                copies[id(below)] = below
            here = below
        here.pop(last, None)
    return result
