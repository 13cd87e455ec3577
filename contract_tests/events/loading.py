"""The canonicaliser that ``--canonicaliser`` names, and what it returns, read as one of three things.

>>> from contract_tests.events.loading import load
>>> load("json:loads").__name__
'loads'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias

from contract_tests.contract import ContractError
from event_router.api import Rejected

#: A function from a raw event to what ``read`` reads.
Canonicaliser: TypeAlias = Callable[[Any], Any]

_HINT = "Give --canonicaliser=module:function; the module has to be importable (PYTHONPATH)."


class Read(NamedTuple):
    """What came of a raw event.

    Attributes:
        event: The canonical event; ``None`` where it was refused.
        lost: What was reported as left out; ``None`` where nothing is reported at all.
    """

    event: Mapping[str, Any] | None
    lost: Sequence[Any] | None = None


def load(name: str) -> Canonicaliser:
    """Return the function of a ``module:function``. Raises ``ContractError`` where there is none."""
    module, _, function = name.partition(":")
    try:
        found = getattr(import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise _unusable(f"{name} cannot be loaded ({error})") from error
    if not callable(found):
        raise _unusable(f"{name} is {type(found).__name__}, which cannot be called")
    return found  # type: ignore[no-any-return]


def read(returned: Any) -> Read | None:
    """Return what a canonicaliser's result means; ``None`` where it is neither an event nor a refusal."""
    if returned is None or isinstance(returned, Rejected):
        return Read(None)
    if isinstance(returned, Mapping):
        return Read(returned)
    if isinstance(returned, tuple) and returned and isinstance(returned[0], Mapping):
        return Read(returned[0], returned[1] if len(returned) > 1 else None)
    return None


def _unusable(what: str) -> ContractError:
    return ContractError("contract_tests.no_canonicaliser", f"{what}. {_HINT}")
