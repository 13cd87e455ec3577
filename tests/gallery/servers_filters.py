"""Servers that find too much feedback."""

from __future__ import annotations

from gallery.servers import Wrong
from gallery.servers_wrong import FEEDBACK_V1, asking, broken


@broken("VND-165")
def _filters_by_no_campaign() -> Wrong:
    return _overlooking("survey__campaign=")


@broken("VND-165")
def _filters_by_no_status_of_campaigns() -> Wrong:
    return _overlooking("survey__campaign__status=")


@broken("VND-165")
def _filters_by_no_first_day() -> Wrong:
    return _overlooking("posted_date_0=")


@broken("VND-165")
def _filters_by_no_last_day() -> Wrong:
    return _overlooking("posted_date_1=")


@broken("VND-165")
def _filters_by_no_campaign_in_v1() -> Wrong:
    return _overlooking("survey__campaign=", FEEDBACK_V1)


def _overlooking(parameter: str, path: str = "") -> Wrong:
    """Return what does not heed a parameter; at one path only, where one is named."""
    return asking(
        lambda ask: ask._replace(query=ask.query.replace(parameter, "unknown=")) if path in {"", ask.path} else ask
    )
