"""Plugins that misread answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from event_router.api import Delivered, Outcome, Reason, Rejected, Request, Response, Retry, Skipped
from gallery.breaking import breaks
from gallery.plugins_good import Good

_WRONG = Reason("board.wrong", "The board was misread.")


class _Misreads(Good):
    """Has an outcome of its own for some statuses."""

    statuses: frozenset[int] = frozenset()
    outcome: Callable[[Reason], Any] = Rejected

    def meaning(self, request: Request, response: Response) -> Any:
        """Return it for them."""
        own = response.status in self.statuses
        return type(self).outcome(_WRONG) if own else super().meaning(request, response)


@breaks("DST-050")
class ReadsEveryBody(Good):
    """Takes every body for JSON."""

    def meaning(self, request: Request, response: Response) -> Outcome:
        """Read it."""
        json.loads(response.body or b"{}")
        return super().meaning(request, response)


@breaks("DST-051")
class NoOutcome(_Misreads):
    """Returns nothing where nothing is said."""

    statuses = frozenset({204})

    @staticmethod
    def outcome(reason: Reason) -> None:
        """Return nothing."""


@breaks("DST-051")
class Excuse(_Misreads):
    """Returns a reason for an outcome."""

    statuses = frozenset({408})
    outcome = str


@breaks("DST-032")
class Speechless(_Misreads):
    """Refuses without a word."""

    statuses = frozenset({403})

    @staticmethod
    def outcome(reason: Reason) -> Outcome:
        """Return a reason that says nothing."""
        return Rejected(Reason("board.forbidden", ""))


@breaks("DST-052")
class GivesUpWhenThrottled(_Misreads):
    """Takes 429 for a refusal."""

    statuses = frozenset({429})


@breaks("DST-053")
class WaitsForEver(Good):
    """Takes every number for a time."""

    def after(self, response: Response) -> Any:
        """Return what Python makes of it."""
        try:
            return float(response.headers["retry-after"])
        except (KeyError, ValueError):
            return None


@breaks("DST-054")
class Milliseconds(Good):
    """Mistakes the unit."""

    def after(self, response: Response) -> Any:
        """Return thousandths."""
        seconds = super().after(response)
        return seconds and seconds / 1000


@breaks("DST-054")
class Impatient(Good):
    """Does not listen."""

    def after(self, response: Response) -> Any:
        """Return nothing."""
        return None


@breaks("DST-055")
class GivesUpOnGateways(_Misreads):
    """Loses an event for a gateway in trouble."""

    statuses = frozenset({502, 504})


@breaks("DST-055")
class GivesUpOnTimeouts(_Misreads):
    """Loses an event for a slow connection."""

    statuses = frozenset({408})


@breaks("DST-055")
class CallsTroubleDelivered(_Misreads):
    """Hopes for the best."""

    statuses = frozenset({500})

    @staticmethod
    def outcome(reason: Reason) -> Outcome:
        """Return that it is delivered."""
        return Delivered()


@breaks("DST-056")
class TriesTheKeyAgain(_Misreads):
    """Expects that a key becomes right by itself."""

    statuses = frozenset({401})
    outcome = Retry


@breaks("DST-057")
class CallsConflictsDelivered(_Misreads):
    """Takes a refusal for a receipt."""

    statuses = frozenset({409})

    @staticmethod
    def outcome(reason: Reason) -> Outcome:
        """Return that it is delivered."""
        return Delivered()


@breaks("DST-057")
class FollowsNowhere(_Misreads):
    """Takes a redirect for a receipt."""

    statuses = frozenset({302})

    @staticmethod
    def outcome(reason: Reason) -> Outcome:
        """Return that it is delivered."""
        return Delivered()


@breaks("DST-058")
class Doubtful(_Misreads):
    """Does not believe that something was made."""

    statuses = frozenset({201})
    outcome = Skipped
