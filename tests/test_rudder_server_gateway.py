"""The stand-in before the transformer: its gateway, filters, workspaces and bodies."""

from __future__ import annotations

import uuid
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rudder_server import Refused, RudderServer
from rudder_server.clock import read, text
from rudder_server.example import track, workspace
from rudder_server.fake_transformer import Fake
from rudder_server.filters import refusal, takes_part
from rudder_server.gateway import Event, accept
from rudder_server.panics import Unsupported
from rudder_server.payloads import processor_metadata, router_body, run_of
from rudder_server.scripts import NOW
from rudder_server.workspace import Destination, has_templates
from rudder_server.workspace import read as read_workspace


def destination(**changes: Any) -> Destination:
    """Return the one destination of a workspace."""
    (source,) = read_workspace(workspace(**changes), {})
    (found,) = source.destinations
    return found


def kept(header: str = "", **event: Any) -> Event:
    """Return an event as the gateway keeps it."""
    (source,) = read_workspace(workspace(), {})
    return accept(1, source, event, NOW.timestamp(), header)


def test_fills_in() -> None:
    """Ids and times that a client leaves out are filled in (§2)."""
    message = kept(userId="u", anonymousId="a", type="track", properties={"n": 1}).message
    uuid.UUID(message["messageId"])
    uuid.UUID(message["rudderId"])
    times = {message[name] for name in ("receivedAt", "originalTimestamp", "sentAt", "timestamp")}
    assert times == {"2026-11-23T15:02:00.000Z"}
    assert message["request_ip"] == "127.0.0.1"
    assert isinstance(message["properties"]["n"], float)


def test_corrects_the_clients_clock() -> None:
    """Without a timestamp it is receivedAt minus what lay between event and sending (§2)."""
    times = {"originalTimestamp": "2020-01-01T00:00:00Z", "sentAt": "2020-01-01T00:01:00+00:00"}
    assert kept(userId="u", **times).message["timestamp"] == "2026-11-23T15:01:00.000Z"
    own = kept(userId="u", **times, timestamp="2021-05-05T05:05:05.123456+02:00")
    assert own.message["timestamp"] == "2021-05-05T03:05:05.123Z"
    assert kept(userId="u", timestamp="nonsense").message["timestamp"] == "2026-11-23T15:02:00.000Z"


def test_order_keys() -> None:
    """A user's key changes with the first identify, and with the header (§5)."""
    assert kept(anonymousId="a").user == "<<>>a<<>>"
    assert kept(anonymousId="a", userId="u").user == "<<>>a<<>>u"
    assert kept("h", userId="u").user == "h<<>>u<<>>u"


def test_refuses() -> None:
    """An event needs an id and is not too long (§6)."""
    with pytest.raises(Refused, match="userId"):
        kept(type="track")
    with pytest.raises(Refused, match="4000 KB"):
        kept(userId="u", properties={"a": "x" * 4_200_000})


def test_refuses_unknown_keys(fake: Fake) -> None:
    """A write key that no enabled source has is refused (§6)."""
    with closing(RudderServer(fake.url, workspace())) as server:
        server.start()
        server.ingest(track(), write_key="wk-1", anonymous_id="h")
        with pytest.raises(Refused, match="write key"):
            server.ingest(track(), write_key="other")
        server.run(timedelta(0))
    assert server.jobs[0].user == "h<<>>u-1<<>>u-1"


@given(st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001  # UTC is given.
def test_times_come_back(moment: datetime) -> None:
    """A time is kept to the millisecond."""
    back = read(text(moment.replace(tzinfo=UTC)))
    assert back is not None
    assert abs(back - moment.replace(tzinfo=UTC)) <= timedelta(microseconds=500)


def test_naive_times() -> None:
    """A time without a zone is UTC; what is no text is none."""
    assert read("2020-01-01T00:00:00") == datetime(2020, 1, 1, tzinfo=UTC)
    assert read(5) is None


@pytest.mark.parametrize(
    ("integrations", "takes"),
    [
        (None, True),
        ({}, True),
        ({"All": False}, False),
        ({"All": False, "Promoter": True}, True),
        ({"All": False, "Promoter": {"a": 1}}, True),
        ({"Promoter": False}, False),
        ({"PROMOTER": False}, True),
        ({"All": "yes"}, False),
        ("all", False),
    ],
)
def test_integrations(integrations: Any, takes: bool) -> None:
    """The exact display name decides, then All (§5)."""
    assert takes_part({"integrations": integrations}, destination()) is takes


@pytest.mark.parametrize(
    ("kind", "code"), [("track", None), (" Track ", None), ("page", 298), (None, 400), (5, 400)], ids=str
)
def test_supported_types(kind: Any, code: int | None) -> None:
    """Other types than the definition lists are filtered, a missing one fails (§5)."""
    found = refusal({"type": kind}, destination(definition={"supportedMessageTypes": ["identify", "track"]}))
    assert (found and found[0]) == code
    assert refusal({"type": kind}, destination()) is None


def test_filters_are_recorded(fake: Fake) -> None:
    """What goes no further is recorded; what takes no part is not (§5)."""
    given = workspace(definition={"supportedMessageTypes": ["track"]})
    with closing(RudderServer(fake.url, given)) as server:
        server.start()
        for event in (track(1, type="page"), track(2, type=None), track(3, integrations={"All": False})):
            server.ingest(event)
        server.run()
    assert [failure.code for failure in server.filtered_at_processor] == [298]
    assert [failure.code for failure in server.failed_at_processor] == [400]
    assert server.jobs == []


def _upper(value: Any) -> Any:
    """Return the same with keys in upper case, but for those of configs."""
    if isinstance(value, dict):
        return {k.upper(): v if k == "config" else _upper(v) for k, v in value.items()}
    return [_upper(item) for item in value] if isinstance(value, list) else value


def test_keys_in_any_case() -> None:
    """A workspace file's keys are matched case-insensitively (§6)."""
    assert read_workspace(_upper(workspace()), {}) == read_workspace(workspace(), {})


def test_what_the_transformer_gets() -> None:
    """A destination has Go's names and null where Go has nil; config keys stay as they are (§2)."""
    wire = destination().wire
    assert wire["Transformations"] is None
    assert wire["DestinationDefinition"]["DisplayName"] == "Promoter"
    assert wire["Config"] == {"apiKey": "k", "campaignId": 9007199254740992.0}
    assert wire["hasDynamicConfig"] is False


def test_templates_are_looked_for_once() -> None:
    """Whether there are templates is remembered for each revision (§6)."""
    templates = {"a": [{"b": "{{ traits.x || 1 }}"}]}
    assert has_templates(templates)
    known: dict[tuple[str, str], bool] = {}
    read_workspace(workspace(), known)
    (source,) = read_workspace(workspace(config=templates), known)
    assert source.destinations[0].wire["hasDynamicConfig"] is False
    (source,) = read_workspace(workspace(config=templates, revisionId="2"), known)
    assert source.destinations[0].wire["hasDynamicConfig"] is True


@pytest.mark.parametrize(
    "changes",
    [
        {"transformations": [{}]},
        {"destinationDefinition": {"name": "PROMOTER"}},
        {"definition": {"auth": {"type": "OAuth"}}},
        {"source": {"sourceDefinition": {"category": "warehouse"}}},
    ],
    ids=str,
)
def test_unsupported(changes: dict[str, Any]) -> None:
    """A workspace that needs more than §6's minimum is refused."""
    with pytest.raises(Unsupported):
        read_workspace(workspace(**changes), {})


def test_what_the_processor_does_not_see() -> None:
    """Disabled sources and destinations get nothing (§6)."""
    assert read_workspace(workspace(source={"enabled": False}), {}) == ()
    (source,) = read_workspace(workspace(isProcessorEnabled=False), {})
    assert source.destinations == ()
    assert read_workspace({}, {}) == ()


def test_processor_metadata() -> None:
    """Empty values are left out; the rest is what §2 lists."""
    metadata = processor_metadata(kept(userId="u", messageId="m", type="track", event="Seen"), destination())
    assert metadata["destinationType"] == "PROMOTER"
    assert metadata["eventName"] == "Seen"
    assert metadata["rudderId"] == "<<>>u<<>>u"
    assert "recordId" not in metadata


def test_an_empty_body() -> None:
    """Even without items there is input (§3)."""
    assert router_body([], "promoter", compacted=True)["input"] == []


@pytest.mark.parametrize("context", [None, {}, {"sources": []}, {"sources": {"job_run_id": 1}}], ids=str)
def test_no_run(context: Any) -> None:
    """An event without a run of reverse ETL has none."""
    assert run_of({"context": context}) == ""
