"""What ``rudder.py`` found, for people and for the last line."""

from __future__ import annotations

from rudder_bodies import PLAIN
from rudder_identifies import IDENTIFY
from rudder_rounds import Figures, Found

#: Events per second of RudderStack's own transformer and of a bare prototype of ours beside it, by batch (issue 5).
_ELSEWHERE = {1: (4500, 9000), 20: (29_000, 58_000), 200: (36_000, 79_000)}
_COMPARED = ((IDENTIFY, "identifies alone"), (PLAIN, "the mix"))
HEAD = (
    f"{'':18}{'events/s':>9}{'empty':>9}{'':>6}{'CPU s/100k':>12}{'empty':>7}{'':>6}"
    f"{'p50 ms':>9}{'p99':>7}{'empty p50':>11}{'p99':>7}{'busy':>6}{'empty':>7}"
)


def line(name: str, ours: Figures, empty: Figures) -> str:
    """Return a row for people."""
    return (
        f"{name:18}{ours.rate:9,.0f}{empty.rate:9,.0f}{ours.rate / empty.rate:6.0%}"
        f"{ours.cpu:12.2f}{empty.cpu:7.2f}{ours.cpu / empty.cpu:5.1f}×"
        f"{ours.p50:9.2f}{ours.p99:7.2f}{empty.p50:11.2f}{empty.p99:7.2f}{ours.busy:6.0%}{empty.busy:7.0%}"
    )


def orientation(found: Found) -> str:
    """Return how our events per second look beside those of RudderStack's own, and how far the machines are comparable."""
    first = "RudderStack's own transformer, events/s, measured elsewhere, not in this run; only for orientation:"
    asked = [(f"{form.name}_{batch}", what, batch) for form, what in _COMPARED for batch in _ELSEWHERE]
    return "\n".join([first, *(_beside(what, batch, *found[name]) for name, what, batch in asked if name in found)])


def _beside(what: str, batch: int, ours: Figures, empty: Figures) -> str:
    stock, prototype = _ELSEWHERE[batch]
    there = f"a bare prototype of ours {prototype:,} there, the empty handler {empty.rate:,.0f} here"
    return f"  {what}, batches of {batch}: {stock:,} (ours {ours.rate / stock:.1f}×); {there}"


def ratios(found: Found) -> dict[str, float]:
    """Return events per second and CPU as parts and multiples of the empty handler's."""
    rates = {f"{name}_rate_over_empty": ours.rate / empty.rate for name, (ours, empty) in found.items()}
    return rates | {f"{name}_cpu_over_empty": ours.cpu / empty.cpu for name, (ours, empty) in found.items()}


def absolute(found: Found) -> dict[str, float]:
    """Return our own figures."""
    return {f"{name}_{figure}": value for name, (ours, _) in found.items() for figure, value in ours._asdict().items()}
