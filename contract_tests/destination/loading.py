"""Finding the plugin that the door without code is given: by its entry point, as ``module:object``, or as ``module:``."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from event_router.api import hookimpl

#: The group of entry points that plugins are found in.
GROUP = hookimpl.project_name


class SubjectError(Exception):
    """There is nothing to test; ``code`` is stable.

    Attributes:
        code: ``contract_tests.no_destination``, ``contract_tests.destination_unloadable``,
            ``contract_tests.bad_settings`` or ``contract_tests.no_settings``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"[{code}] {message}")
        self.code = code


def load(name: str) -> Any:
    """Return the plugin of an entry point, the object that ``module:object`` names, or the module that ``module:`` names.

    Raises ``SubjectError``.
    """
    try:
        return _instance(name, _object(name) if ":" in name else _point(name).load())
    except SubjectError:
        raise
    except Exception as error:
        message = f"Destination {name}: importing it raised {type(error).__name__}: {str(error)[:300]}."
        raise SubjectError("contract_tests.destination_unloadable", message) from error


def _object(name: str) -> Any:
    module, _, path = name.partition(":")
    found = import_module(module)
    for part in filter(None, path.split(".")):
        found = getattr(found, part)
    return found


def _instance(name: str, found: Any) -> Any:
    """Return what is no class. Raises ``SubjectError`` for one: its hooks would lack themselves."""
    if isinstance(found, type):
        message = (
            f"Destination {name} is a class, and hooks are called on an object: make one of it in its module, such as "
            f"plugin = {found.__name__}(), and name that."
        )
        raise SubjectError("contract_tests.destination_unloadable", message)
    return found


def _point(name: str) -> EntryPoint:
    installed = {point.name: point for point in entry_points(group=GROUP)}
    if name not in installed:
        there = ", ".join(sorted(installed)) or "none"
        message = (
            f"There is no destination plugin {name}: no distribution here has an entry point of that name in the group "
            f"{GROUP} (there are: {there}). Install it beside the contract tests, or name it as module:object, or module: where the module is the plugin."
        )
        raise SubjectError("contract_tests.no_destination", message)
    return installed[name]
