"""A plugin maps values to values: it changes none, remembers none, and asks nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from contract_tests.contract import requirement
from contract_tests.destination.answers import ANSWERS
from contract_tests.destination.base import DestinationBase, alive, for_all_events, only_where, transforming
from contract_tests.destination.events import Case, alike, unseen
from contract_tests.destination.leaks import leaks, whole
from contract_tests.destination.processes import differing
from contract_tests.destination.settings import variants
from contract_tests.destination.snapshots import copied, snapshot
from contract_tests.destination.subject import NOW, Raised, Subject, requests_of
from contract_tests.destination.watching import Seen, watched
from contract_tests.findings import expect
from event_router.api import Context, Secret

#: Results that are asked for once more in the end, when some time has passed.
_AGAIN = 40


class Purity(DestinationBase):
    """Nothing but arguments and results."""

    @requirement("DST-010")
    def test_transforms_change_nothing(self, destination: Subject) -> None:
        """Event, settings and contact are as they were, all the way down."""
        transforming(destination)

        def unchanged(case: Case) -> None:
            given = {"event": copied(case.event), "settings": destination.loaded, "contact": case.contact}
            context = Context("contract-test", NOW, case.replay)
            _expect_unchanged(destination, case.route.hook, {**given, "context": context})

        for_all_events(destination, unchanged)

    @requirement("DST-010")
    def test_other_hooks_change_nothing(self, destination: Subject) -> None:
        """load_settings leaves the settings, interpret_response request and response, connection_check what it gets."""
        for hook, given in _others(destination):
            _expect_unchanged(destination, hook, given)

    @requirement("DST-011")
    def test_transforms_are_deterministic(self, destination: Subject) -> None:
        """The same event becomes the same, after other events of the same person and after some time."""
        transforming(destination)
        seen: list[tuple[Case, Any]] = []
        between = {(case.route.label, case.contact is None): case for case in reversed(destination.plain)}

        def same(case: Case) -> None:
            # Ids that no test before has shown to the plugin: it may remember them.
            case = unseen(case)
            first = destination.transform(case)
            for other in between.values():
                destination.transform(alike(other, case))
            _same(destination, case, first)
            if len(seen) < _AGAIN:
                seen.append((case, first))

        for_all_events(destination, same)
        for case, first in seen:
            _same(destination, case, first)

    @requirement("DST-011")
    def test_processes_agree(self, destination: Subject) -> None:
        """In two Pythons of their own, in which texts have different hashes, the same event becomes the same."""
        transforming(destination)
        found = differing(destination)
        only_where(found is not None, "another Python cannot import it")
        for number, one, other in found or ():
            came = f"for {destination.plain[number]!r} in one process {one}, in another {other}"
            destination.expect(False, "the same arguments give the same result in every process", came)

    @requirement("DST-012")
    def test_hooks_do_no_io(self, destination: Subject) -> None:
        """While a hook runs, Python reports no file, connection, process or thread."""
        alive(destination)
        for hook, seen in _all_watched(destination):
            destination.expect(not seen.io, f"{hook} does no I/O", ", ".join(dict.fromkeys(seen.io)))

    @requirement("DST-013")
    def test_hooks_ask_nobody(self, destination: Subject) -> None:
        """While a hook runs, nothing asks for the time, for chance, or for something of the process."""
        alive(destination)
        for hook, seen in _all_watched(destination):
            asked = ", ".join(dict.fromkeys(seen.asked))
            destination.expect(not seen.asked, f"{hook} asks for no time, random number or environment", asked)

    @requirement("DST-014")
    def test_destinations_do_not_mix(self, destination: Subject) -> None:
        """What one becomes is the same before and after another was configured and used, and has nothing of the other's."""
        transforming(destination)
        results = [(case, destination.transform(case), destination.transform(case)) for case in destination.plain]
        # What differs without another destination, too, is a matter of DST-011.
        steady = [(case, one) for case, one, again in results if _alike(one, again)]
        others = [one for one in destination.others() if one.settings != destination.settings]
        only_where(others, "all its destinations have the same settings")
        for other in others:
            _expect_apart(destination, other, steady)

    @requirement("DST-015", needs="load_settings")
    def test_load_settings_says_what_is_wrong(self, destination: Subject) -> None:
        """All settings that meet the schema are taken, or refused in words."""
        for settings in variants(destination.schema):
            result = destination.call("load_settings", settings=copied(settings))
            error = result.error if isinstance(result, Raised) else None
            said = error is None or (isinstance(error, ValueError) and str(error).strip())
            given = ", ".join(settings)
            destination.expect(said, f"load_settings takes {given}, or raises ValueError with a sentence", result)


def _expect_apart(destination: Subject, other: Subject, steady: Sequence[tuple[Case, Any]]) -> None:
    beside = []
    for case, before in steady:
        beside.append((case, other.transform(case)))
        _unmixed(destination, before, destination.transform(case))
    for case, before in beside:
        _unmixed(other, before, other.transform(case))
    own, theirs = dict(_telling(destination.settings)), dict(_telling(other.settings))
    # An address may be the beginning of the other's.
    alone = {name: text for name, text in own.items() if not any(text in one for one in theirs.values())}
    requests = [one for _, result in beside for one in requests_of(result)]
    shared = {f"{name} in {one.kind}" for one in requests for name, text in alone.items() if leaks(whole(one), [text])}
    wanted = "a destination's requests have nothing of another's settings"
    expect(not shared, wanted, f"another's {', '.join(sorted(shared))}")


def _expect_unchanged(destination: Subject, hook: str, given: Mapping[str, Any]) -> None:
    before = {name: snapshot(value) for name, value in given.items()}
    destination.call(hook, **given)
    changed = [name for name, value in given.items() if snapshot(value) != before[name]]
    came = f"{' and '.join(changed)} changed"
    destination.expect(not changed, f"{hook} leaves its arguments as they were", came)


def _same(destination: Subject, case: Case, first: Any) -> None:
    second = destination.transform(case)
    came = f"first {first!r}, later {second!r}"
    destination.expect(_alike(first, second), "the same arguments give the same result", came)


def _unmixed(destination: Subject, before: Any, after: Any) -> None:
    came = f"alone {before!r}, beside another destination {after!r}"
    destination.expect(_alike(before, after), "a destination's results do not depend on another destination", came)


def _alike(one: Any, other: Any) -> bool:
    """Return whether two results are the same, as far as there are two."""
    return isinstance(one, Raised) or isinstance(other, Raised) or snapshot(one) == snapshot(other)


def _others(destination: Subject) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the hooks that get no events, with what they are called with."""
    if "load_settings" in destination.hooks:
        yield "load_settings", {"settings": copied(destination.settings)}
    if "connection_check" in destination.hooks:
        yield "connection_check", {"settings": destination.loaded}
    if "interpret_response" in destination.hooks:
        for request in destination.requests():
            for response in ANSWERS:
                yield "interpret_response", {"request": request, "response": response}


def _all_watched(destination: Subject) -> Iterator[tuple[str, Seen]]:
    """Yield every hook with what it asked of the machine, for many arguments; the first call may import modules."""
    for hook, given in _others(destination):
        yield hook, _watched(partial(destination.call, hook, **given))
    for case in destination.cases:
        yield case.route.hook, _watched(destination.ready(case))


def _watched(call: Callable[[], Any]) -> Seen:
    with watched() as seen:
        call()
    return seen


def _telling(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the settings that can be looked for in requests, with their names."""
    for name, value in settings.items():
        if isinstance(value, str | Secret):
            yield name, str(value.reveal() if isinstance(value, Secret) else value).rstrip("/")
