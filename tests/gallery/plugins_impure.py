"""Plugins that change what they are given, remember, or ask around."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from event_router.api import (
    Authorization,
    Context,
    DestinationInfo,
    Event,
    Reason,
    Request,
    Response,
    Skipped,
    hookimpl,
)
from gallery.breaking import breaks
from gallery.plugins_contracts import with_settings
from gallery.plugins_good import Board, Good

_STARTED = uuid4().hex


@breaks("DST-010")
class Pops(Good):
    """Takes what it needs out of the event."""

    def request(self, event: Event, *args: Any) -> Request:
        """Take the context away."""
        event.pop("context", None)
        return super().request(event, *args)


@breaks("DST-010")
class ChangesDeep(Good):
    """Adds to a part of the event."""

    def request(self, event: Event, *args: Any) -> Request:
        """Leave a note in the traits."""
        event.get("traits", {})["seen"] = True
        return super().request(event, *args)


@breaks("DST-010")
class ChangesSettings(Good):
    """Adds to the settings."""

    def load(self, settings: Mapping[str, Any]) -> Board:
        """Leave a note in them."""
        board = super().load(settings)
        settings["loaded"] = True  # type: ignore[index]
        return board


@breaks("DST-010")
class ChangesContact(Good):
    """Adds to what the host remembers."""

    @hookimpl
    def transform_track(self, event: Event, settings: Board, contact: Any, context: Context) -> Any:
        """Leave a note in the contact's traits."""
        if contact:
            contact.traits["seen"] = True
        return super().transform_track(event, settings, contact, context)


@breaks("DST-010")
class ChangesRequest(Good):
    """Adds to a request that is sent already, and may be sent again."""

    def meaning(self, request: Request, response: Response) -> Any:
        """Leave the status in its body."""
        if isinstance(request.body, dict):
            request.body["answered"] = response.status
        return super().meaning(request, response)


@breaks("DST-011")
class Counts(Good):
    """Numbers its notices."""

    number = 0

    def request(self, event: Event, settings: Board, context: Context, method: str, body: Any) -> Request:
        """Add the next number."""
        self.number += 1
        return super().request(event, settings, context, method, {**body, "number": self.number})


@breaks("DST-011")
class RemembersIds(Good):
    """Deduplicates by itself."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def sent(self, event: Event, *args: Any, **body: Any) -> Any:
        """Skip what it has seen."""
        if event["messageId"] in self.seen:
            return Skipped(Reason("board.seen", "This notice is up already."))
        self.seen.add(event["messageId"])
        return super().sent(event, *args, **body)


@breaks("DST-011")
class RemembersMails(Good):
    """Has a memory of its own beside the host's."""

    def __init__(self) -> None:
        self.mails: dict[str, str] = {}

    def sent(self, event: Event, *args: Any, **body: Any) -> Any:
        """Add the e-mail that the person had before."""
        mail = event.get("traits", {}).get("email")
        if event["type"] == "identify" and isinstance(mail, str):
            self.mails[event["userId"]] = mail
        own = {"email": body.get("email") or self.mails.get(event["userId"])} if event["type"] == "track" else {}
        return super().sent(event, *args, **{**body, **own})


@breaks("DST-011")
class LastMail(Good):
    """Knows people by the browser that they share."""

    def __init__(self) -> None:
        self.mails: dict[str, Any] = {}

    def sent(self, event: Event, *args: Any, **body: Any) -> Any:
        """Add the e-mail that was last seen with this anonymousId."""
        browser = event.get("anonymousId", "")
        if event["type"] == "identify" and browser:
            self.mails[browser] = event.get("traits", {}).get("email")
        own = {"email": body.get("email") or self.mails.get(browser)} if event["type"] == "track" else {}
        return super().sent(event, *args, **{**body, **own})


@breaks("DST-011")
class HashedKey(Good):
    """Has keys that the next process does not know."""

    def headers(self, event: Event, context: Context) -> dict[str, str]:
        """Take Python's hash, which is another one in each process."""
        return {"idempotency-key": f"{context.destination}:{hash(event['messageId'])}"}


@breaks("DST-011")
class KeyOfTheProcess(Good):
    """Has keys that are other ones when the host starts again."""

    def headers(self, event: Event, context: Context) -> dict[str, str]:
        """Add what was drawn when the module was imported."""
        return {"idempotency-key": f"{context.destination}:{_STARTED}:{quote(event['messageId'], safe='')}"}


@breaks("DST-012")
class ReadsAFile(Good):
    """Looks something up in a file."""

    def headers(self, event: Event, context: Context) -> dict[str, str]:
        """Read nothing, from a file."""
        Path(os.devnull).read_text("utf-8")
        return super().headers(event, context)


@breaks("DST-012")
class StartsAThread(Good):
    """Does something in the background while it reads an answer."""

    def meaning(self, request: Request, response: Response) -> Any:
        """Start a thread, and wait for it."""
        if response.status == 429:
            thread = threading.Thread(target=int)
            thread.start()
            thread.join()
        return super().meaning(request, response)


@breaks("DST-012")
class Prints(Good):
    """Was debugged."""

    def request(self, event: Event, *args: Any) -> Request:
        """Print something."""
        print(event["type"])
        return super().request(event, *args)


@breaks("DST-013")
class AsksTheTime(Good):
    """Compares an event's time with that of the machine."""

    def request(self, event: Event, *args: Any) -> Request:
        """Look at the clock."""
        assert datetime.now(UTC).year > 2000
        return super().request(event, *args)


@breaks("DST-013")
class AsksTheEnvironment(Good):
    """Has a setting beside the settings."""

    def request(self, event: Event, *args: Any) -> Request:
        """Look into the environment."""
        os.environ.get("BOARD_DEBUG")
        return super().request(event, *args)


@breaks("DST-013")
class TakesAChance(Good):
    """Samples, and throws the sample away."""

    def request(self, event: Event, *args: Any) -> Request:
        """Draw a number."""
        random.random()
        return super().request(event, *args)


@breaks("DST-014")
class LastAccount(Good):
    """Sends everything for the account that was configured last."""

    board: Board

    def load(self, settings: Mapping[str, Any]) -> Board:
        """Remember the settings."""
        self.board = super().load(settings)
        return self.board

    def request(self, event: Event, settings: Board, context: Context, method: str, body: Any) -> Request:
        """Use what is remembered."""
        return super().request(event, self.board, context, method, body)


@breaks("DST-014")
class FirstAccount(Good):
    """Sends everything for the account that was configured first."""

    board: Board | None = None

    def load(self, settings: Mapping[str, Any]) -> Board:
        """Load settings once."""
        self.board = self.board or super().load(settings)
        return self.board


@breaks("DST-014")
class OneKeyForAnAddress(Good):
    """Sends everything to an address with the key that was the first there."""

    def __init__(self) -> None:
        self.known: dict[str, Authorization] = {}

    def load(self, settings: Mapping[str, Any]) -> Board:
        """Remember credentials by address."""
        board = super().load(settings)
        return replace(board, authorization=self.known.setdefault(board.url, board.authorization))


@breaks("DST-015")
class RaisesKeyError(Good):
    """Knows only some of the colours that its schema allows."""

    def info(self, **changes: Any) -> DestinationInfo:
        """Return a schema with two colours."""
        return super().info(settings_schema=with_settings(colour={"enum": ["red", "blue"]}))

    def load(self, settings: Mapping[str, Any]) -> Board:
        """Look the colour up."""
        _ = {"red": 1}[settings.get("colour", "red")]
        return super().load(settings)
