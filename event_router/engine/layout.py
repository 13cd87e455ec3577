"""What the engine keeps on JetStream, declared in one place: streams, consumers, buckets, and their subjects.

Subjects carry hashes of ids, never ids, and a person's hash is always a token of its own: so one person's traces can be
found, and erased, by subject.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeAlias

from event_router.engine.settings import EngineSettings

Config: TypeAlias = dict[str, Any]

#: A dead letter that no destination has seen: an item of a batch that is no event.
INTAKE = "-"
#: The stream of these. Public write keys fill it, so it has room of its own, and closes no door when it is full.
REFUSED = "refused"
#: Seconds after which an event that a worker holds without a sign of life goes to another.
ACK_WAIT = 30.0
#: Events that workers hold, or that wait to be tried again, for each destination.
_MOST_UNSETTLED = 20_000
_NANOSECONDS = 1_000_000_000
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
_STATE_BYTES = 64 * 1024**2
# Long enough for a worker and its replacement to say the same thing of one event.
_SHORT_WINDOW = 120.0


def token(text: str) -> str:
    """Return a name or a reason code as one token of a subject; ``*`` stays what it is.

    A plugin makes its codes of whatever characters it likes, and subjects bear few.

    >>> token("promoter.not_eligible"), token("any thing")
    ('promoter~not_eligible', 'any=20=thing')
    """
    return text if text == "*" else _UNSAFE.sub(_escaped, text) or "="


def _escaped(found: re.Match[str]) -> str:
    return "~" if found[0] == "." else f"={ord(found[0]):x}="


@dataclass(frozen=True, slots=True)
class Layout:
    """Names and configurations. Destinations are given by name, persons and messages as hashes, ``*`` for any."""

    settings: EngineSettings

    def stream(self, kind: str) -> str:
        """Return the name of a stream: ``events``, ``outcomes``, ``parked``, ``retries``, ``dead``, ``refused``."""
        return f"{self.settings.namespace}-{kind}"

    def bucket(self, kind: str) -> str:
        """Return the name of a key-value bucket's stream: ``contacts``, ``state``."""
        return f"KV_{self.settings.namespace}-{kind}"

    def event(self, person: str) -> str:
        """Return the subject of accepted events, which go to every destination."""
        return f"{self.settings.namespace}.event.{person}"

    def again(self, destination: str, person: str) -> str:
        """Return the subject of events for one destination: released, replayed, retried, or sent to it alone."""
        return f"{self.settings.namespace}.again.{token(destination)}.{person}"

    def outcome(self, destination: str, outcome: str, code: str, person: str, message: str) -> str:
        """Return the subject of an outcome."""
        return f"{self.settings.namespace}.outcome.{token(destination)}.{outcome}.{token(code)}.{person}.{message}"

    def parked(self, destination: str, person: str, message: str) -> str:
        """Return the subject of an event that waits for its contact."""
        return f"{self.settings.namespace}.parked.{token(destination)}.{person}.{message}"

    def retry(self, destination: str, person: str, message: str) -> str:
        """Return the subject of what is known of an event that will be tried again."""
        return f"{self.settings.namespace}.retry.{token(destination)}.{person}.{message}"

    def dead(self, destination: str, person: str, message: str) -> str:
        """Return the subject of a dead letter."""
        return f"{self.settings.namespace}.dead.{token(destination)}.{person}.{message}"

    def refused(self, person: str, message: str) -> str:
        """Return the subject of an item of a batch that is no event."""
        return f"{self.settings.namespace}.refused.{person}.{message}"

    def contact(self, destination: str, person: str) -> str:
        """Return the subject of a remembered contact."""
        return f"$KV.{self.settings.namespace}-contacts.{token(destination)}.{person}"

    def state(self, key: str) -> str:
        """Return the subject of a value that all workers share."""
        return f"$KV.{self.settings.namespace}-state.{key}"

    def forgotten(self, destination: str, person: str) -> str:
        """Return the subject on which workers hear that a contact is forgotten; nothing is kept of it."""
        return f"{self.settings.namespace}.forgotten.{token(destination)}.{person}"

    def result(self, run: str) -> str:
        """Return the subject on which a door that waits for results hears of them; nothing is kept of it."""
        return f"{self.settings.namespace}.result.{run}"

    def consumer(self, destination: str) -> str:
        """Return the name of a destination's durable consumer."""
        return token(destination)

    def streams(self) -> tuple[Config, ...]:
        """Return the configuration of every stream and bucket."""
        space, limits = self.settings.namespace, self.settings
        return (
            self._stream("events", ("event.>", "again.>"), limits.event_bytes, window=limits.dedupe_window),
            self._stream("outcomes", ("outcome.>",), limits.outcome_bytes, age=limits.keep, latest=True),
            self._stream("parked", ("parked.>",), limits.parked_bytes, latest=True),
            self._stream("retries", ("retry.>",), limits.parked_bytes, latest=True),
            self._stream("dead", ("dead.>",), limits.dead_letter_bytes, latest=True),
            self._stream(REFUSED, ("refused.>",), limits.refused_bytes, latest=True),
            self._bucket("contacts", f"$KV.{space}-contacts.>", limits.contact_bytes),
            self._bucket("state", f"$KV.{space}-state.>", _STATE_BYTES),
        )

    def consumers(self, destinations: tuple[str, ...]) -> tuple[Config, ...]:
        """Return the configuration of each destination's durable consumer.

        It gets what is accepted after it was made; ``replay`` brings older events.
        """
        return tuple(self._consumer(name) for name in destinations)

    def _consumer(self, destination: str) -> Config:
        return {
            "durable_name": self.consumer(destination),
            "filter_subjects": [self.event(">"), self.again(destination, ">")],
            "deliver_policy": "new",
            "ack_policy": "explicit",
            "ack_wait": int(ACK_WAIT * _NANOSECONDS),
            "max_deliver": -1,  # The worker bounds deliveries, since only it knows which of them were crashes.
            "max_ack_pending": _MOST_UNSETTLED,
            "max_waiting": 512,
            "replay_policy": "instant",
        }

    def _stream(
        self,
        kind: str,
        subjects: tuple[str, ...],
        most: int,
        *,
        age: float = 0.0,
        window: float = _SHORT_WINDOW,
        latest: bool = False,
    ) -> Config:
        """Return a stream that refuses what is over its limit. Only outcomes end by age: events end by upkeep."""
        names = [f"{self.settings.namespace}.{subject}" for subject in subjects]
        return {
            **self._common(self.stream(kind), names, most, age, window),
            "max_msgs_per_subject": 1 if latest else -1,
        }

    def _bucket(self, kind: str, subject: str, most: int) -> Config:
        """Return a key-value bucket whose values can be erased for good, which ``deny_delete`` would forbid."""
        common = self._common(self.bucket(kind), [subject], most, 0.0, _SHORT_WINDOW)
        return {**common, "max_msgs_per_subject": 1, "allow_rollup_hdrs": True}

    def _common(self, name: str, subjects: list[str], most: int, age: float, window: float) -> Config:
        return {
            "name": name,
            "subjects": subjects,
            "retention": "limits",
            "storage": "file",
            "discard": "new",
            "num_replicas": self.settings.replicas,
            "max_bytes": most,
            "max_msgs": -1,
            "max_consumers": -1,
            "max_msg_size": -1,
            "max_age": int(age * _NANOSECONDS),
            "duplicate_window": int((min(window, age) if age else window) * _NANOSECONDS),
            "allow_direct": True,
        }
