"""A router over whole histories: events of several people, Promoter's failures, crashes, and time that passes.

    door, witness = Door(url, write_key, patience), Witness(Control(promoter_url), patience)
    TestMine = router_machine(History(RunningRouter(url), door, witness)).TestCase

or, within a test, ``run(History(router, door, witness))``. Each history has people of its own. In its end everything heals,
and then each accepted event has to have ended exactly once at Promoter. Where that takes no end Hypothesis would try for
long to find a shorter history, which is why ``run`` does not let it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from contract_tests.control import Row
from contract_tests.findings import expect
from contract_tests.router.faults import Faults
from contract_tests.router.people import Event, Person
from contract_tests.router.running import RunningRouter
from contract_tests.router.sending import Door
from contract_tests.router.witness import Match, Witness, contact_of, effective, order_of, outcome, survey_of
from contract_tests.strategies import fault_plans

#: People of a history, and crashes in it: each costs a router's start.
PEOPLE, CRASHES = 3, 2
#: So many of ``--contract-examples`` make one history.
_EXAMPLES_EACH = 20
_STEPS = 8
_WHO = st.integers(0, PEOPLE - 1)
#: Who, what, and how many seconds ago it happened.
_EVENTS = st.tuples(_WHO, st.sampled_from(("identify", "track", "order")), st.integers(1, 100_000))
_CALLS: Mapping[str, Callable[[Person], Match]] = {"identify": contact_of, "track": survey_of, "order": order_of}


@dataclass(frozen=True, slots=True)
class History:
    """What a history happens to.

    Attributes:
        router: It is killed where it can be.
        door: Sends to it.
        witness: Knows what came to its Promoter.
    """

    router: RunningRouter
    door: Door
    witness: Witness


class RouterMachine(RuleBasedStateMachine):
    """Steps of a history, and how it has to end.

    Attributes:
        history: What it happens to.
    """

    history: ClassVar[History]

    def __init__(self) -> None:
        super().__init__()
        self.people = tuple(Person() for _ in range(PEOPLE))
        self.faults = Faults(self.history.witness.control)
        self.accepted: list[tuple[Person, Event]] = []
        self.crashes = 0
        self.clock_is_ours = False

    @rule(events=st.lists(_EVENTS, min_size=1, max_size=5))
    def accept(self, events: Sequence[tuple[int, str, int]]) -> None:
        """Send a batch of events that nobody has sent before."""
        self.send([(self.people[who], _event(self.people[who], kind, ago)) for who, kind, ago in events])

    @precondition(lambda self: self.accepted)
    @rule(which=st.integers(0, 99))
    def repeat(self, which: int) -> None:
        """Send an event again, as SDKs do."""
        self.history.door.accept(self.accepted[which % len(self.accepted)][1])

    @rule(plan=fault_plans(), event=_EVENTS)
    def fail(self, plan: Sequence[Mapping[str, Any]], event: tuple[int, str, int]) -> None:
        """Let Promoter fail for a person's events of one kind; send one of them."""
        who, kind, _ = event
        for fault in plan:
            if _ends(fault["effect"]):
                self.faults.strike(fault["effect"], _CALLS[kind](self.people[who]), fault["times"])
        self.accept([event])

    @rule()
    def heal(self) -> None:
        """Let Promoter be well."""
        self.faults.lift()

    @precondition(lambda self: not self.history.router.fixed and self.crashes < CRASHES)
    @rule()
    def crash(self) -> None:
        """Kill the router, and start it again."""
        self.crashes += 1
        try:
            self.history.router.kill()
        finally:
            self.history.router.start()

    @rule(hours=st.sampled_from((1, 25)))
    def advance(self, hours: int) -> None:
        """Let Promoter's time pass, unless somebody has set its clock."""
        control = self.history.witness.control
        if self.clock_is_ours or control.call("GET", "/clock")["mode"] == "real":
            self.clock_is_ours = True
            control.advance(hours=hours)

    def teardown(self) -> None:
        """Heal everything, make sure that nobody is a stranger, and look how everything ended."""
        try:
            self.faults.lift()
            self.settle()
        finally:
            if self.clock_is_ours:
                self.history.witness.control.reset("clock")

    def settle(self) -> None:
        """Expect each event to end exactly once, and the newest identify of each person to count."""
        people = {person for person, _ in self.accepted}
        known = {person for person, event in self.accepted if event["type"] == "identify"}
        # An order after all others tells that its person's events have had their turn.
        kinds = [*((person, "identify") for person in people - known), *((person, "order") for person in people)]
        self.send([(person, _event(person, kind, 0)) for person, kind in kinds])
        for person, event in self.accepted:
            if event["type"] == "track":
                self.once(person, event)
        for person in people:
            self.newest(person)

    def send(self, made: Sequence[tuple[Person, Event]]) -> None:
        """Send a batch, and take what is in it for accepted."""
        if made:
            self.history.door.accept(*(event for _, event in made))
            self.accepted += made

    def once(self, person: Person, event: Event) -> None:
        """Expect Promoter to have dealt with an event, and to have done it once."""
        witness, what = self.history.witness, event["event"]
        match = _with(order_of(person), messageId=event["messageId"])
        if what != "Order Completed":
            match = _with(survey_of(person), attributes={"message": event["messageId"]})
        ended = f"{what} {event['messageId']} ends at Promoter"
        rows = witness.until(ended, lambda: _ended(witness.came(match)), lambda: outcome(witness.came(match)))
        expect(len(effective(rows)) <= 1, f"{what} {event['messageId']} is done once", outcome(rows))

    def newest(self, person: Person) -> None:
        """Expect a person's contact to be what the newest identify says."""
        witness = self.history.witness
        known = [event for one, event in self.accepted if one == person and event["type"] == "identify"]
        newest = max(event["timestamp"] for event in known)
        names = {event["traits"]["firstName"] for event in known if event["timestamp"] == newest}

        def name() -> str:
            return str((witness.contact(person) or {}).get("first_name"))

        witness.until(f"the newest identify counts: first_name {' or '.join(names)}", lambda: name() in names, name)


def router_machine(history: History) -> type[RouterMachine]:
    """Return the machine for a router."""
    return type("Router", (RouterMachine,), {"history": history})


def run(history: History) -> None:
    """Run some histories: one for each twenty of ``--contract-examples``. Raises what the first bad one raises."""
    few = settings(
        max_examples=max(1, settings().max_examples // _EXAMPLES_EACH),
        stateful_step_count=_STEPS,
        phases=(Phase.generate,),
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(router_machine(history), settings=few)


def _event(person: Person, kind: str, ago: int) -> Event:
    made = {"identify": person.identify, "track": person.track, "order": person.order}[kind](ago=ago)
    if kind == "identify":
        made["traits"] = {**made["traits"], "firstName": f"Kate {made['messageId']}"}
    return made


def _with(match: Match, **more: Any) -> Match:
    return {**match, "body": {**match["body"], **more}}


def _ends(effect: Mapping[str, Any]) -> bool:
    """Return whether it is one that every router outlasts (RTR-300 to RTR-330)."""
    return effect.get("status", 503) in {429, 500, 502, 503, 504}


def _ended(rows: Sequence[Row]) -> Sequence[Row]:
    """Return requests if one of them ended the matter: it was done, or the person may not be surveyed now."""
    ends = [row for row in rows if row["status"] == 400 and not row["fault"]] or effective(rows)
    return rows if ends else []
