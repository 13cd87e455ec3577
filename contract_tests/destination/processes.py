"""Whether a plugin does the same in every process: seen from Pythons of their own, in which text has other hashes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, Final

from contract_tests.destination.importing import modules_of
from contract_tests.destination.subject import NOW, Subject
from event_router.api import Secret

#: Sets are told in order, and objects without their addresses, which are another matter.
_PROGRAM: Final = """
import importlib, json, re, sys
from datetime import datetime
given = json.load(sys.stdin)
sys.path[:] = given["path"]
from event_router.api import Contact, Context, Secret
plugin = importlib.import_module(given["module"])
for name in given["names"]:
    plugin = getattr(plugin, name)

def call(hook, **values):
    return getattr(plugin, hook)(*[values.get(name) for name in given["hooks"][hook]])

def told(value):
    if isinstance(value, dict):
        return "{" + ", ".join(sorted(told(name) + ": " + told(item) for name, item in value.items())) + "}"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(map(told, value))) + "}"
    if isinstance(value, (list, tuple)):
        return type(value).__name__ + "(" + ", ".join(map(told, value)) + ")"
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))

def result(hook, event, contact, replay):
    context = Context("contract-test", datetime.fromisoformat(given["now"]), replay)
    known = Contact(*contact) if contact else None
    try:
        return told(call(hook, event=event, settings=settings, contact=known, context=context))
    except Exception:
        return None

settings = {name: Secret(v) if name in given["secrets"] else v for name, v in given["settings"].items()}
if "load_settings" in given["hooks"]:
    settings = call("load_settings", settings=settings)
print("\\n" + json.dumps([result(*one) for one in given["calls"]]))
"""
_PATIENCE: Final = 60.0


def place_of(subject: Subject) -> tuple[str, str] | None:
    """Return the module that another Python finds the plugin in, and its name there; ``None`` where there is none."""
    plugin = subject.plugin
    if isinstance(plugin, ModuleType):
        return (plugin.__name__, "") if sys.modules.get(plugin.__name__) is plugin else None
    for module in modules_of(plugin, subject.hooks):
        for name, value in vars(import_module(module)).items() if module in sys.modules else ():
            if value is plugin:
                return module, name
    return None


def results_of(subject: Subject, seed: int) -> list[str | None] | None:
    """Return what a plugin makes of ordinary events in a process of its own, as text.

    Args:
        subject: The plugin.
        seed: What the hashes of texts are made with there.

    Returns:
        A text for each event, ``None`` for one that it raises for; ``None`` where it cannot be asked in another process.
    """
    place = place_of(subject)
    given = _given(subject, *place) if place else None
    if given is None:
        return None
    ran = subprocess.run(  # noqa: S603  # Our own program, in the Python that runs this; settings are not for arguments.
        [sys.executable, "-B", "-c", _PROGRAM],
        input=given,
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    return None if ran.returncode else list(json.loads(ran.stdout.splitlines()[-1]))


def differing(subject: Subject) -> Iterator[tuple[int, str, str]] | None:
    """Return which ordinary events become something else in another process, by number; ``None`` where nobody can tell."""
    one, other = (results_of(subject, seed) for seed in (1, 2))
    if one is None or other is None:
        return None
    pairs = enumerate(zip(one, other, strict=True))
    return ((number, first, second) for number, (first, second) in pairs if first and second and first != second)


def _given(subject: Subject, module: str, name: str) -> str | None:
    """Return all that another process needs, as JSON; ``None`` where that cannot say it."""
    calls = [[case.route.hook, case.event, case.contact, case.replay] for case in subject.plain]
    values: Mapping[str, Any] = {
        "path": sys.path,
        "module": module,
        "names": [name] if name else [],
        "hooks": {name: hook.wanted for name, hook in subject.hooks.items()},
        "settings": subject.settings,
        "secrets": [name for name, value in subject.settings.items() if isinstance(value, Secret)],
        "calls": calls,
        "now": NOW.isoformat(),
    }
    try:
        return json.dumps(values, default=_revealed)
    except TypeError:
        return None


def _revealed(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(f"{type(value).__name__} is no JSON value")
