"""Servers that keep the account's survey throttle badly."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from gallery.servers import Ask, Wrong
from gallery.servers_wrong import POST_SURVEY, before, broken, known
from mock_promoter.account import Account


@broken("VND-088")
def _knows_no_throttle_but_24_hours() -> Wrong:
    return _throttling(None)


@broken("VND-088")
def _takes_60_days_for_30() -> Wrong:
    return _throttling(60)


@broken("VND-088")
def _has_a_throttle_for_each_campaign() -> Wrong:
    last: dict[tuple[str, str], int] = {}

    def do(ask: Ask, account: Account) -> None:
        contact = known(ask, account) if ask.call == POST_SURVEY and account.choices.survey_throttle_days else None
        if contact is not None and last.setdefault((account.name, contact.email), 1) != ask.json["campaign_id"]:
            day_ago = account.clock.now() - timedelta(days=1)
            contact.surveyed = {name: at for name, at in contact.surveyed.items() if at > day_ago}

    return before(do)


def _throttling(days: Literal[60] | None) -> Wrong:
    """Return what has another throttle than the one that was set."""

    def do(_: Ask, account: Account) -> None:
        if account.choices.survey_throttle_days is not None:
            account.choices = replace(account.choices, survey_throttle_days=days)

    return before(do)
