"""A Promoter-compatible server with a control plane, held to a model of it over whole histories.

    TestMine = promoter_machine("http://127.0.0.1:8080").TestCase

or, where the address is a fixture's:

    def test_histories(my_server: str) -> None:
        run_state_machine_as_test(promoter_machine(my_server))

Each history has an account of its own. Where the server and the model differ, Hypothesis shows the shortest history it
finds. ``settings`` are Hypothesis' (``TestMine.settings = settings(max_examples=500, stateful_step_count=50)``).
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contract_tests.control import Control
from contract_tests.findings import expect
from contract_tests.masking import masked
from contract_tests.models import promoter_world as worlds
from contract_tests.models.promoter_template import template
from contract_tests.models.promoter_world import WINDOW, Person, Rules, World
from contract_tests.wire import client

#: Few people, so that much happens to each.
EMAILS = st.sampled_from(("kate@example.com", "chris@example.com"))
_NAMES = st.sampled_from((None, "Kate", "Chris", "Zoë"))
_ATTRIBUTES = st.sampled_from(
    ({"plan": "gold"}, {"plan": "free"}, {"city": "Oslo"}, {"plan": "gold", "city": "Rome"}, {})
)
#: Whether a request has an ``Idempotency-Key``.
_KEYED = st.booleans()
#: Which of the lists of a history.
_LISTS = st.integers(0, 1)
_LIMITS = st.sampled_from((None, None, 1, 4))
_STEPS = st.sampled_from((60, WINDOW, 23 * 3600, 24 * 3600, 90 * 24 * 3600))


@dataclass(frozen=True, slots=True)
class Write:
    """A write with an ``Idempotency-Key`` that was done, and its answer."""

    path: str
    body: Any
    key: str
    headers: Mapping[str, str]
    answer: tuple[int, Any]


class PromoterMachine(RuleBasedStateMachine):
    """Steps that change a server, and what it has to hold after each.

    Attributes:
        url: Where it answers.
        shared: An account that all histories use, one after the other; ``None`` for one of its own for each.
        idempotent: Whether the server heeds ``Idempotency-Key``, if its switches say so too.
        campaigns: Whether campaigns can be made through the API.
    """

    url: ClassVar[str] = ""
    shared: ClassVar[Control | None] = None
    idempotent: ClassVar[bool] = True
    campaigns: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.account = self.shared or _own_account(self.url)
        self.account.reset()
        self.account.limit(None, WINDOW)
        self.account.freeze("2026-03-01T09:00:00Z")
        self.held = self.account.snapshot()
        self.choices = Rules.of(self.held["settings"])
        self.campaign = self.held["campaigns"][0]["id"]
        self.http = client(self.url, {"authorization": f"Token {self.account.api_key}"})
        self.done, self.names, self.senders = list[Write](), 0, dict[int, int]()
        self.world = World(lists=self.new_lists())

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.http.close()
        if self.shared is None:
            self.account.remove_account()
            self.account.close()

    @rule(email=EMAILS, name=_NAMES, attributes=_ATTRIBUTES, join=st.sets(_LISTS), keyed=_KEYED)
    def upsert(self, email: str, name: str | None, attributes: Mapping[str, str], join: set[int], keyed: bool) -> None:
        """Make or update a contact."""
        lists = frozenset(sorted(self.world.lists)[which] for which in join)
        body = {"email": email, "attributes": attributes, "contact_list": sorted(lists)}
        answer = self.write("/api/contacts/", body if name is None else {**body, "first_name": name}, keyed=keyed)
        if answer is not None:
            self.succeeds(answer)
            self.world = worlds.upserted(self.world, email, name, attributes, lists)

    @rule(email=EMAILS, attributes=_ATTRIBUTES, keyed=_KEYED)
    def survey(self, email: str, attributes: Mapping[str, str], keyed: bool) -> None:
        """Survey somebody, who may be surveyed now or not."""
        body = {"campaign_id": self.campaign, "contact": {"email": email, "attributes": attributes}}
        answer = self.write("/api/v2/survey/", body, keyed=keyed)
        if answer is not None:
            wanted = 200 if worlds.may_be_surveyed(self.world, self.choices, email) else 400
            expect(answer.status_code == wanted, f"HTTP {wanted} for a survey of {email}", self.shown(answer))
            self.world = worlds.surveyed(self.world, self.choices, email, attributes)

    @precondition(lambda self: self.campaigns)
    @rule(which=_LISTS)
    def send_surveys(self, which: int) -> None:
        """Let the campaign of a list survey everybody in it."""
        listed = sorted(self.world.lists)[which]
        # Without a key: what it answers need not be JSON.
        answer = self.write(f"/api/campaigns/{self.senders[listed]}/send-surveys/", {"all_contacts": True}, keyed=False)
        if answer is not None:
            self.succeeds(answer)
            self.world = worlds.sent(self.world, self.choices, listed)

    @rule(email=EMAILS, keyed=_KEYED)
    def remove(self, email: str, keyed: bool) -> None:
        """Remove a contact."""
        answer = self.write("/api/contacts/remove/", {"email": email}, keyed=keyed)
        if answer is not None:
            if email in self.world.people:
                self.succeeds(answer)
            self.world = worlds.removed(self.world, self.choices, email)

    @rule(email=EMAILS, which=_LISTS, keyed=_KEYED)
    def leave_list(self, email: str, which: int, keyed: bool) -> None:
        """Take a contact from a list."""
        listed = sorted(self.world.lists)[which]
        answer = self.write(f"/api/lists/{listed}/remove/", {"email": email}, keyed=keyed)
        if answer is not None:
            if listed in self.world.people.get(email, Person()).lists:
                self.succeeds(answer)
            self.world = worlds.left(self.world, email, listed)

    @rule(keyed=_KEYED)
    def event(self, keyed: bool) -> None:
        """Send a custom event."""
        basic = f"Basic {b64encode(f'{self.account.api_key}:'.encode()).decode()}"
        body = {"type": "track", "event": "Order Completed", "userId": "1", "messageId": self.new_name()}
        answer = self.write("/api/segment/", body, {"authorization": basic}, keyed=keyed)
        if answer is not None:
            self.succeeds(answer)
            self.world = replace(self.world, events=self.world.events + 1)

    @precondition(lambda self: self.done)
    @rule(which=st.integers(0, 9))
    def repeat(self, which: int) -> None:
        """Send a write again with its Idempotency-Key: the same answer, and nothing new."""
        before = self.done[which % len(self.done)]
        answer = self.ask(before.path, before.body, {**before.headers, "idempotency-key": before.key})
        if answer is not None:
            came = (answer.status_code, answer.json())
            expect(came == before.answer, f"the same answer again: {before.answer}", self.shown(answer))

    @rule(email=EMAILS)
    def unsubscribe(self, email: str) -> None:
        """Let a contact unsubscribe."""
        for row in self.held["contacts"]:
            if row["email"] == email:
                self.account.unsubscribe(row["id"])
        self.world = worlds.unsubscribed(self.world, email)

    @rule(seconds=_STEPS)
    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self.account.advance(seconds=seconds)
        self.world = worlds.later(self.world, seconds)

    @rule(limit=_LIMITS)
    def limit(self, limit: int | None) -> None:
        """Set a limit on requests, or lift it."""
        self.account.limit(limit, WINDOW)
        self.world = worlds.limited(self.world, limit)

    @precondition(lambda self: len(self.world.people) > 1)
    @rule()
    def reset(self) -> None:
        """Go back to the beginning; the clock goes on."""
        self.account.reset("state")
        self.done = []
        self.world = World(now=self.world.now, lists=self.new_lists())

    @invariant()
    def holds_the_same(self) -> None:
        """The contacts are the model's, as many surveys were sent to each, and as many events are kept."""
        self.held = self.account.snapshot()
        people = {row["email"]: _person(row, self.world.lists) for row in self.held["contacts"]}
        wanted = {
            email: (person.first_name, person.attributes, sorted(person.lists), person.unsubscribed)
            for email, person in self.world.people.items()
        }
        expect(people == wanted, f"the contacts (first name, attributes, lists, unsubscribed) {wanted}", people)
        surveys = dict(Counter(_surveyed(row["contact"]) for row in self.held["surveys"]))
        expect(surveys == self.world.surveys, f"the surveys by e-mail {self.world.surveys}", surveys)
        events = len(self.held["custom_events"])
        expect(events == self.world.events, f"{self.world.events} custom events", f"{events} custom events")

    def new_lists(self) -> frozenset[int]:
        """Make the lists of a history, and a campaign for each; return the ids of the lists."""
        lists = [self.made("/api/lists/", {"name": self.new_name()}) for _ in range(2)]
        if self.campaigns:
            fields = {"email": self.made("/api/email/", template(self.new_name()))}
            self.senders = {
                listed: self.made("/api/campaigns/", {**fields, "name": self.new_name(), "contact_list": listed})
                for listed in lists
            }
        return frozenset(lists)

    def made(self, path: str, body: Mapping[str, Any]) -> int:
        """Make something; return its id."""
        answer = self.http.post(path, json=body)
        self.succeeds(answer)
        return int(answer.json()["id"])

    def new_name(self) -> str:
        """Return a name that this history has not used."""
        self.names += 1
        return f"history-{self.names}"

    def write(
        self, path: str, body: Any, headers: Mapping[str, str] | None = None, *, keyed: bool
    ) -> httpx.Response | None:
        """Send a write, and keep one that was done with a key; return the answer, ``None`` for the limit's."""
        key, more = self.new_name(), headers or {}
        answer = self.ask(path, body, {**more, "idempotency-key": key} if keyed else more)
        if keyed and answer is not None and answer.is_success and self.idempotent and self.choices.idempotent:
            self.done.append(Write(path, body, key, more, (answer.status_code, answer.json())))
        return answer

    def ask(self, path: str, body: Any, headers: Mapping[str, str]) -> httpx.Response | None:
        """Send a request; return the answer, ``None`` where it is the limit's, as it has to be."""
        self.world, lets_in = worlds.asked(self.world)
        answer = self.http.post(path, json=body, headers=headers)
        limit = f"{self.world.limit} requests in {WINDOW} seconds"
        expect((answer.status_code == 429) != lets_in, f"429 beyond {limit}, and only then", self.shown(answer))
        return answer if lets_in else None

    def succeeds(self, answer: httpx.Response) -> None:
        """Expect that something was done."""
        expect(answer.is_success, f"{answer.request.url.path} is done", self.shown(answer))

    def shown(self, answer: httpx.Response) -> str:
        """Return an answer for people, without the key."""
        return masked(f"HTTP {answer.status_code} {answer.text}", (self.account.api_key,))


def promoter_machine(
    url: str, shared: Control | None = None, *, idempotent: bool = True, campaigns: bool = True
) -> type[PromoterMachine]:
    """Return the machine for a server.

    Args:
        url: Where it answers; it has mock-promoter's control plane.
        shared: An account that all histories use; unless it is given, each has its own.
        idempotent: Whether the server heeds ``Idempotency-Key``.
        campaigns: Whether campaigns can be made through its API.
    """
    chosen = {"url": url, "shared": shared, "idempotent": idempotent, "campaigns": campaigns}
    return type("Promoter", (PromoterMachine,), chosen)


def _own_account(url: str) -> Control:
    with Control(url) as server:
        return server.new_account()


def _surveyed(contact: str | Mapping[str, Any]) -> str:
    """Return whom a survey went to: by their e-mail, or whole where the contact is removed."""
    return contact if isinstance(contact, str) else contact["email"]


def _person(row: Mapping[str, Any], ours: frozenset[int]) -> tuple[Any, ...]:
    return (row["first_name"], row["attributes"], sorted(set(row["lists"]) & ours), row["unsubscribed"])
