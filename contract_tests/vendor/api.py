"""The server that is tested, as a client with a good key sees it; what it was sent is kept for the journal."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from contract_tests.control import Control, Row, excerpt
from contract_tests.findings import BrokenRequirement
from contract_tests.masking import masked
from contract_tests.unready import no_server
from contract_tests.wire import basic, object_of

CONTACTS = "/api/contacts/"
CONTACT_REMOVAL = "/api/contacts/remove/"
SURVEY_V1 = "/api/contacts/survey/"
LISTS = "/api/lists/"
CAMPAIGNS = "/api/campaigns/"
TEMPLATES = "/api/email/"
SURVEY = "/api/v2/survey/"
SEGMENT = "/api/segment/"
METRICS = "/api/metrics/"
FEEDBACK = "/api/v2/feedback/"
FEEDBACK_V1 = "/api/feedback/"
#: What a server says of everybody that it may not survey now.
NOT_ELIGIBLE: Mapping[str, Any] = {"non_field_errors": ["Contact is not eligible for survey."]}
#: Headers that a requirement speaks of.
_TOLD = ("content-type", "location", "www-authenticate", "retry-after", "allow")


def somebody() -> str:
    """Return an address that nobody has used."""
    return f"{uuid4().hex}@example.com"


@dataclass(frozen=True, slots=True)
class Api:
    """A server and a key that it knows.

    Attributes:
        url: Where it answers.
        key: The key.
        http: A client of it, without a key of its own.
        control: The control plane of the key's account; ``None`` where there is none, and ``lacking`` says why.
        lacking: Why there is no control plane.
        patience: The seconds that a call may wait where it is answered with 429; those of the limit take it as it is.
        sent: All answers so far, with their requests.
    """

    url: str
    key: str
    http: httpx.Client
    control: Control | None = None
    lacking: str = ""
    patience: float = 0
    sent: list[httpx.Response] = field(default_factory=list)

    @property
    def plane(self) -> Control:
        """Return the control plane. Raises ``BrokenRequirement`` where there is none, though it is declared."""
        if self.control is None:
            raise BrokenRequirement("a control plane, which is among what the server supports", self.lacking)
        return self.control

    @property
    def token(self) -> str:
        """Return the key as the API wants it."""
        return f"Token {self.key}"

    @property
    def basic(self) -> str:
        """Return the key as the Segment endpoint wants it."""
        return basic(self.key)

    def call(
        self, method: str, path: str, body: Any = None, /, authorization: str | None = None, **options: Any
    ) -> httpx.Response:
        """Send a request; return what came, whatever it is. Raises ``ContractError`` where nobody answers.

        A server may limit requests whenever it likes, so 429 is waited for: as long as ``Retry-After`` says, in all no
        longer than ``patience``.

        Args:
            method: In capitals.
            path: With its slashes.
            body: A JSON value; ``None`` for no body.
            authorization: In place of the good key.
            options: ``headers``, ``params``, ``content`` of httpx.
        """
        named = {"authorization": self.token if authorization is None else authorization, **options.pop("headers", {})}
        headers = {name: value for name, value in named.items() if value}
        left = self.patience
        while True:
            try:
                answer = self.http.request(method, path, json=body, headers=headers, **options)
            except httpx.ConnectError as error:
                raise no_server(self.url, error) from None
            self.sent.append(answer)
            wait = retry_after(answer) or 0
            if answer.status_code != 429 or not 0 < wait <= left:
                return answer
            time.sleep(wait)
            left -= wait

    def get(self, path: str, **params: Any) -> httpx.Response:
        """Ask for something."""
        # httpx takes no parameters for a wish to have none, and the path's own would be lost.
        return self.call("GET", path, params=params or None)

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        """Write something; an underscore in a header's name stands for a hyphen."""
        return self.call("POST", path, body, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def contact(self, email: str | None = None, /, **fields: Any) -> httpx.Response:
        """Make or update a contact; of an address that nobody has used where none is given."""
        return self.post(CONTACTS, {"email": email or somebody(), **fields})

    def survey(self, campaign: int, email: str, **fields: Any) -> httpx.Response:
        """Survey somebody; ``fields`` are the contact's."""
        return self.post(SURVEY, {"campaign_id": campaign, "contact": {"email": email, **fields}})

    def event(self, body: Row, authorization: str | None = None) -> httpx.Response:
        """Send an event to the Segment endpoint."""
        return self.call("POST", SEGMENT, body, authorization=self.basic if authorization is None else authorization)

    def found(self, email: str) -> list[Any]:
        """Return the contacts that are found by an e-mail."""
        return rows(self.get(CONTACTS, email=email))

    def shown(self, answer: httpx.Response) -> str:
        """Return an answer for people, without the key: status, headers that matter, body."""
        headers = [f"{name}: {answer.headers[name]}" for name in _TOLD if name in answer.headers]
        return self.masked(f"HTTP {answer.status_code} {answer.text} ({'; '.join(headers)})")

    def masked(self, text: Any) -> str:
        """Return a text, or what a value looks like, without the key."""
        return masked(text if isinstance(text, str) else repr(text), self.secrets)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return the key in the forms in which it is sent."""
        return (self.key, self.basic.removeprefix("Basic "))

    def journal(self) -> Sequence[str]:
        """Return what was sent and answered: as the control plane has it, else as this client saw it."""
        if self.control is not None:
            return self.control.journal()
        return [excerpt(_entry(number, one), self.secrets) for number, one in enumerate(self.sent, 1)]


def retry_after(answer: httpx.Response) -> int | None:
    """Return the seconds after which the server wants to be asked again; ``None`` where it does not say so in digits."""
    given = answer.headers.get("retry-after", "")
    return int(given) if re.fullmatch(r"[0-9]{1,6}", given) else None


def value_of(answer: httpx.Response) -> Any:
    """Return the JSON value of an answer; ``None`` where it is no JSON."""
    try:
        return answer.json()
    except ValueError:
        return None


def member(answer: httpx.Response, name: str) -> Any:
    """Return a member of an answer that is a JSON object; ``None`` where it has none."""
    return object_of(answer).get(name)


def rows(answer: httpx.Response) -> list[Any]:
    """Return the rows of a page; none where the answer is no page."""
    found = member(answer, "results")
    return found if isinstance(found, list) else []


def _entry(number: int, answer: httpx.Response) -> Row:
    request = answer.request
    return {
        "id": number,
        "method": request.method,
        "path": request.url.path,
        "query": request.url.query.decode(),
        "body": request.content.decode("utf-8", "replace") or None,
        "status": answer.status_code,
        "response": answer.text,
    }
