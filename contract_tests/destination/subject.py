"""The plugin that is tested, with settings: how its hooks are called, and what they are called with."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any, Final

from contract_tests.destination.events import PERSON, Case, fixed, unseen
from contract_tests.destination.hooks import HOOKS, Hook, hooks_of
from contract_tests.destination.hostile import trapped
from contract_tests.destination.leaks import hidden
from contract_tests.destination.loading import SubjectError
from contract_tests.destination.routes import Route, routes_of
from contract_tests.destination.schemas import lenient
from contract_tests.destination.settings import candidates, others
from contract_tests.destination.snapshots import copied
from contract_tests.findings import MOST_REQUESTS, expect, shown
from contract_tests.masking import revealed
from event_router.api import (
    Contact,
    Context,
    Contract,
    DestinationInfo,
    Dropped,
    Misconfigured,
    Parked,
    Rejected,
    Request,
    Response,
    Skipped,
    Transformed,
)

#: What the host's clock says in all tests.
NOW: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
_SAID_NOTHING: Final = DestinationInfo("subject", "Subject", (), {}, ())
#: What a transform hook may return where it makes no request.
REFUSALS: Final = (Skipped, Rejected, Parked, Misconfigured)
#: As many calls as a message shows.
_KEPT: Final = MOST_REQUESTS
_WIDTH: Final = 120


@dataclass(frozen=True, slots=True)
class Raised:
    """A hook raised an exception.

    Attributes:
        error: The exception.
    """

    error: Exception

    def __repr__(self) -> str:
        return f"{type(self.error).__name__}: {self.error}"


@dataclass(frozen=True)  # Without slots, which have no room for what is worked out once.
class Subject:
    """A plugin as a host has it once it is configured.

    Attributes:
        plugin: The plugin.
        hooks: The hooks that a host knows, by name.
        info: What it says of itself, as far as that makes sense.
        settings: Validated, defaults filled in, secrets as ``Secret``.
        loaded: What its hooks get for settings.
        own: Events that its author has given.
        journal: What was called, and what came; the newest last.
    """

    plugin: Any
    hooks: Mapping[str, Hook]
    info: DestinationInfo
    settings: Mapping[str, Any]
    loaded: Any
    own: Sequence[Mapping[str, Any]] = ()
    journal: deque[tuple[str, Mapping[str, Any], Any]] = field(default_factory=lambda: deque(maxlen=_KEPT))

    @cached_property
    def contracts(self) -> tuple[Contract, ...]:
        """Return its contracts, as far as they are some."""
        given = self.info.contracts
        return tuple(one for one in given if isinstance(one, Contract)) if isinstance(given, tuple | list) else ()

    @cached_property
    def schema(self) -> Mapping[str, Any]:
        """Return its settings schema; as far as it makes sense."""
        return lenient(self.info.settings_schema)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Return which events get to which hook."""
        return routes_of(self.hooks, self.contracts)

    @cached_property
    def known(self) -> Contact:
        """Return a contact as a host would remember it."""
        traits = {name: PERSON.get(name, f"contract-{name}") for name in self.info.remember if isinstance(name, str)}
        return Contact("contract-user-1", traits, "2026-11-20T08:00:00.000Z")

    @cached_property
    def plain(self) -> tuple[Case, ...]:
        """Return ordinary cases of all its routes."""
        return tuple(case for route in self.routes for case in fixed(route, self.own, self.known))

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Return ordinary cases, and hostile ones, of all its routes."""
        return self.plain + tuple(hostile for case in self.firsts for hostile in trapped(case))

    @cached_property
    def firsts(self) -> tuple[Case, ...]:
        """Return the fullest ordinary case of each route."""
        return tuple({case.route.label: case for case in reversed(self.plain) if case.contact}.values())

    @cached_property
    def silent(self) -> tuple[str, ...]:
        """Return the transform hooks that make no request of any ordinary event; none of which something else is wrong."""
        return tuple(hook for hook in self._tried if all(map(_is_nothing, self._results(hook))))

    @cached_property
    def requesting(self) -> tuple[str, ...]:
        """Return the transform hooks that make requests of ordinary events."""
        return tuple(hook for hook in self._tried if any(map(requests_of, self._results(hook))))

    @cached_property
    def dead(self) -> bool:
        """Return whether transform hooks raise for all ordinary events."""
        return bool(self.plain) and all(isinstance(one, Raised) for hook in self._tried for one in self._results(hook))

    @cached_property
    def unsent(self) -> int:
        """Return of how many routes the fullest event becomes no request."""
        aside = replace(self, journal=deque(maxlen=0))
        fullest = {case.route.label: case.event for case in reversed(self.plain)}
        sent = {
            case.route.label
            for case in self.plain
            if case.event == fullest[case.route.label] and requests_of(aside.transform(unseen(case)))
        }
        return len(fullest) - len(sent)

    @cached_property
    def _tried(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(case.route.hook for case in self.plain))

    def _results(self, hook: str) -> Iterator[Any]:
        """Yield what ordinary events become; also with ids that it has not seen, for it may remember them."""
        aside = replace(self, journal=deque(maxlen=0))
        for case in self.plain:
            if case.route.hook == hook:
                yield from map(aside.transform, (unseen(case), case))

    def call(self, hook: str, **values: Any) -> Any:
        """Call a hook; return what it returned, or what it ``Raised``."""
        try:
            result = self.hooks[hook](**values)
        except Exception as error:  # noqa: BLE001  # Whatever a hook raises is a finding of the test that is for it.
            result = Raised(error)
        self.journal.append((hook, values, result))
        return result

    def transform(self, case: Case, *, now: datetime = NOW, destination: str = "contract-test") -> Any:
        """Return what a case becomes; an event of its own, which it can do no harm to, is what the hook gets."""
        return self.ready(case, now=now, destination=destination)()

    def ready(self, case: Case, *, now: datetime = NOW, destination: str = "contract-test") -> Callable[[], Any]:
        """Return the call of a case's hook, everything made ready that it gets."""
        contact = case.contact and case.contact._replace(traits=copied(case.contact.traits))
        context, event = Context(destination, now, case.replay), copied(case.event)
        return partial(self.call, case.route.hook, event=event, settings=self.loaded, contact=contact, context=context)

    def requests(self) -> Iterator[Request]:
        """Yield one request of each kind that it makes for ordinary events, and its connection check."""
        results = [self.transform(case) for case in self.plain]
        made = [request for result in results for request in requests_of(result)]
        if "connection_check" in self.hooks:
            made.append(self.call("connection_check", settings=self.loaded))
        kinds = {request.kind: request for request in reversed(made) if isinstance(request, Request)}
        yield from kinds.values() or [Request("contract", "POST", "http://127.0.0.1:9/contract", {})]

    def interpret(self, request: Request, response: Response) -> Any:
        """Return what an answer means to it."""
        return self.call("interpret_response", request=request, response=response)

    def with_settings(self, settings: Mapping[str, Any]) -> Subject:
        """Return the same plugin as another destination. Raises ``SubjectError`` where it refuses the settings."""
        return replace(self, settings=settings, loaded=_loaded(self.hooks, settings))

    def others(self) -> Iterator[Subject]:
        """Yield the same plugin as destination of other accounts: at another address, and at the same one."""
        for settings in others(self.schema, self.settings):
            with suppress(SubjectError):
                yield self.with_settings(settings)

    def other(self) -> Subject:
        """Return the same plugin as destination of another account; of the same where it takes no other."""
        return next(self.others(), self)

    def expect(self, met: object, expected: str, came: Any) -> None:
        """Return where something is so. Raises ``BrokenRequirement``, without secrets, where it is not."""
        if not met:
            expect(met, expected, self.hide(shown(came)))

    def hide(self, text: str) -> str:
        """Return a text without the secrets of the settings."""
        return hidden(text, [*revealed(self.settings)])

    def lines(self) -> list[str]:
        """Return the journal for people."""
        return [self.hide(f"{hook}({_told(values)}) -> {_cut(result)}") for hook, values, result in self.journal]


def subject_of(plugin: Any, given: Mapping[str, Any], own: Sequence[Mapping[str, Any]] = ()) -> Subject:
    """Return a plugin with settings: those that are given, or some with which it makes requests.

    Raises:
        SubjectError: There are none that it takes.
    """
    hooks = {name: hook for name, hook in hooks_of(plugin).items() if name in HOOKS and not hook.wrapper}
    info, found, refused = _info(hooks), [], None
    for settings in candidates(lenient(info.settings_schema), given):
        try:
            one = Subject(plugin, hooks, info, settings, _loaded(hooks, settings), own)
        except SubjectError as error:
            refused = error
            continue
        if given or not one.unsent:
            return one
        found.append(one)
    if refused and not found:
        raise refused
    return min(found, key=lambda one: one.unsent)


def requests_of(result: Any) -> tuple[Request, ...]:
    """Return the requests of a result, as far as they are some."""
    given = result.requests if isinstance(result, Transformed) else ()
    return tuple(one for one in given if isinstance(one, Request)) if isinstance(given, tuple | list) else ()


def _is_nothing(result: Any) -> bool:
    return isinstance(result, REFUSALS) or (isinstance(result, Transformed) and result.requests == ())


def dropped_of(result: Any) -> tuple[str, ...]:
    """Return the paths that a result names as dropped."""
    given = result.dropped if isinstance(result, Transformed) else ()
    return tuple(str(one.path) for one in given if isinstance(one, Dropped)) if isinstance(given, tuple | list) else ()


def _info(hooks: Mapping[str, Hook]) -> DestinationInfo:
    try:
        found = hooks["destination_info"]()
    except Exception:  # noqa: BLE001  # DST-001 is for that.
        return _SAID_NOTHING
    return found if isinstance(found, DestinationInfo) else _SAID_NOTHING


def _loaded(hooks: Mapping[str, Hook], settings: Mapping[str, Any]) -> Any:
    given = copied(settings)
    if "load_settings" not in hooks:
        return given
    try:
        return hooks["load_settings"](settings=given)
    except Exception as error:
        message = (
            f"load_settings raised {type(error).__name__} for settings that were made of the settings schema "
            f"({', '.join(settings)}). Give settings that the plugin takes: --destination-settings=JSON, or settings in "
            "the test class."
        )
        raise SubjectError("contract_tests.no_settings", message) from error


def _told(values: Mapping[str, Any]) -> str:
    """Return the arguments that a journal shows: settings may be secret, and are the same all the time."""
    return ", ".join(f"{name}={_cut(value)}" for name, value in values.items() if name not in {"settings", "context"})


def _cut(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…"
