"""A router over whole histories: events of several people, Promoter's failures, crashes, and time that passes.

    door, witness = Door(url, write_key, patience), Witness(Control(promoter_url), patience)
    TestMine = router_machine(History(RunningRouter(url), door, witness)).TestCase

or, within a test, ``run(History(router, door, witness))``. Each history has people of its own. In its end everything heals,
and then each accepted event has to have ended exactly once at Promoter. Where that takes no end Hypothesis would try for
long to find a shorter history, which is why ``run`` does not let it: it tells the steps of the first that ends badly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from random import getrandbits
from typing import Any, ClassVar, cast

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from contract_tests.models.router_ends import ends_once, newest_counts, outlasted
from contract_tests.models.router_tale import History, said
from contract_tests.router.faults import Faults
from contract_tests.router.people import Event, Person
from contract_tests.router.running import killed
from contract_tests.router.witness import Match, contact_of, order_of, survey_of
from contract_tests.strategies import fault_plans

__all__ = ["CRASHES", "PEOPLE", "History", "RouterMachine", "router_machine", "run"]

#: People of a history, and crashes in it: each costs a router's start.
PEOPLE, CRASHES = 3, 2
#: So many of ``--contract-examples`` make one history.
_EXAMPLES_EACH = 20
_STEPS = 8
_AGAIN = "the same steps by other people, by the same --contract-examples and"
_WHO = st.integers(0, PEOPLE - 1)
#: Who, what, and how many seconds ago it happened.
_EVENTS = st.tuples(_WHO, st.sampled_from(("identify", "track", "order")), st.integers(1, 100_000))
_CALLS: Mapping[str, Callable[[Person], Match]] = {"identify": contact_of, "track": survey_of, "order": order_of}


class HistoryEnded(Exception):  # noqa: N818  # It is no error: what failed is known.
    """There are no more histories after one that ended badly."""


class RouterMachine(RuleBasedStateMachine):
    """Steps of a history, and how it has to end.

    Attributes:
        history: What it happens to.
    """

    history: ClassVar[History]

    def __init__(self) -> None:
        super().__init__()
        self.people = tuple(Person() for _ in range(PEOPLE))
        self.tale = self.history.tale()
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
        known = self.accepted[which % len(self.accepted)]
        with self.tale.step(f"the router is sent again: {said([known])}"):
            self.history.door.accept(known[1])

    @rule(plan=fault_plans(), event=_EVENTS)
    def fail(self, plan: Sequence[Mapping[str, Any]], event: tuple[int, str, int]) -> None:
        """Let Promoter fail for a person's events of one kind; send one of them."""
        who, kind, _ = event
        planned = [fault for fault in plan if outlasted(fault["effect"])]
        effects = (
            "; ".join(f"{json.dumps(fault['effect'])}, times: {fault['times']}" for fault in planned) or "by nothing"
        )
        with self.tale.step(f"Promoter fails, for each {kind} of {self.people[who].id}: {effects}"):
            for fault in planned:
                self.faults.strike(fault["effect"], _CALLS[kind](self.people[who]), fault["times"])
        self.accept([event])

    @rule()
    def heal(self) -> None:
        """Let Promoter be well."""
        with self.tale.step("Promoter is well again"):
            self.faults.lift()

    @precondition(lambda self: not self.history.router.fixed and self.crashes < CRASHES)
    @rule()
    def crash(self) -> None:
        """Kill the router, and start it again."""
        self.crashes += 1
        with self.tale.step("the router is killed, and started again"), killed(self.history.router):
            pass

    @rule(hours=st.sampled_from((1, 25)))
    def advance(self, hours: int) -> None:
        """Let Promoter's time pass, unless somebody has set its clock."""
        control = self.history.witness.control
        if self.clock_is_ours or control.call("GET", "/clock")["mode"] == "real":
            self.clock_is_ours = True
            with self.tale.step(f"{hours} hours pass at Promoter"):
                control.advance(hours=hours)

    def teardown(self) -> None:
        """Heal everything, make sure that nobody is a stranger, and look how everything ended, unless that is known."""
        try:
            self.faults.lift()
            if self.tale.error is None:
                with self.tale.step("in the end Promoter is well, and everything has its time"):
                    self.settle()
        finally:
            if self.tale.error is not None:
                self.history.failed.append(self.tale)
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
            with self.tale.step(f"the router is sent: {said(made)}"):
                self.history.door.accept(*(event for _, event in made))
            self.accepted += made

    def once(self, person: Person, event: Event) -> None:
        """Expect Promoter to have dealt with an event, and to have done it once."""
        self.tale.about = person
        ends_once(self.history.witness, person, event)

    def newest(self, person: Person) -> None:
        """Expect a person's contact to be what the newest identify says."""
        self.tale.about = person
        known = [event for one, event in self.accepted if one == person and event["type"] == "identify"]
        newest_counts(self.history.witness, person, known)


def router_machine(history: History) -> type[RouterMachine]:
    """Return the machine for a router."""
    return type("Router", (RouterMachine,), {"history": history})


def run(history: History, chosen: object = None) -> None:
    """Run some histories: one for each twenty of ``--contract-examples``. Raises what the first bad one raises.

    Args:
        history: What they happen to; its ``failed`` has that one.
        chosen: The seed of what happens; one by chance where there is none.
    """
    machine = router_machine(history)
    # Where Hypothesis is told to do the same each time, it is.
    found = chosen if chosen is not None else 0 if settings().derandomize else getrandbits(32)

    @seed(found)
    def begin() -> RouterMachine:
        # Hypothesis does again what failed, to show it. Something that lives may end otherwise, and would hide how it did.
        if history.failed:
            raise HistoryEnded
        return machine()

    few = settings(
        max_examples=max(1, settings().max_examples // _EXAMPLES_EACH),
        stateful_step_count=_STEPS,
        phases=(Phase.generate,),
        deadline=None,
        database=None,
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(cast("type[RouterMachine]", begin), settings=few)
    except Exception as error:  # noqa: BLE001  # Raised below; Hypothesis may call it something else by now.
        ended = [tale.error for tale in history.failed if tale.error] or [error]
    else:
        return
    ended[0].add_note(f"{_AGAIN} --hypothesis-seed={found}")
    raise ended[0]


def _event(person: Person, kind: str, ago: int) -> Event:
    made = {"identify": person.identify, "track": person.track, "order": person.order}[kind](ago=ago)
    if kind == "identify":
        made["traits"] = {**made["traits"], "firstName": f"Kate {made['messageId']}"}
    return made
