"""Times of any zone, told in one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from contract_tests.contract import requirement
from contract_tests.events.plain import PLAIN
from contract_tests.events.subject import EventTests
from contract_tests.findings import expect
from contract_tests.trying import for_all

_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_TIMES = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=_ZONES)  # noqa: DTZ001  # Zones are drawn.


class TimeTests(EventTests):
    """The event's time."""

    @requirement("EVT-320")
    def test_times_are_told_in_utc(self) -> None:
        """The same moment, to the millisecond below, whatever zone it is told in."""
        for_all(lambda case: self._told(case), _TIMES)

    def _told(self, time: datetime) -> None:
        event = self.event_of({**PLAIN, "timestamp": time.isoformat()})
        if event is not None:
            utc = f"{time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
            expect(event.get("timestamp") == utc, f"{time.isoformat()} is told as {utc}", event.get("timestamp"))
