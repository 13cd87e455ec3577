"""Configs: destinations as rudder-server describes them, judged once."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from rudder_cases import CONFIG, destination, promoter_plugin, small_plugin
from support import KEY, info

from event_router.destination import Destination
from event_router.outcomes import Misconfigured, Rejected
from event_router.rudder.configs import Configs, Configured, account


def configured(config: Any = None, **changes: Any) -> Configured:
    """Return a destination of the real plugin."""
    return Configs(promoter_plugin()).get(orjson.dumps(destination(config, **changes)))


def test_good() -> None:
    """Names, settings in RudderStack's style, and the account."""
    found = configured()
    assert isinstance(found.destination, Destination)
    assert (found.scope, found.destination.name) == ("dest-1", "dest-1")
    assert found.names == {"destinationId": "dest-1", "workspaceId": "ws-1"}
    assert found.destination.values["campaign_id"] == 1
    assert found.template is None


def test_judged_once() -> None:
    """The same bytes are the same destination; other bytes, such as a new revision, another."""
    configs = Configs(promoter_plugin())
    one, two = orjson.dumps(destination()), orjson.dumps(destination(RevisionID="2"))
    assert configs.get(one) is configs.get(one)
    assert configs.get(one) is not configs.get(two)


@pytest.mark.parametrize("raw", [b"null", b"7", b"{", b'{"Config":null}', b'{"Config":"x"}', b"{}"])
def test_none(raw: bytes) -> None:
    """Without a Config there is nothing to send with, and the reason says so."""
    found = Configs(promoter_plugin()).get(raw)
    assert isinstance(found.destination, Misconfigured)
    assert found.destination.reason.code == "rudder.config"
    assert found.scope == "promoter"


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"campaignId": "1"}, "Config.apiKey is missing"),
        ({**CONFIG, "campaignId": "first"}, "Config.campaignId is"),
        ({**CONFIG, "baseUrl": "ftp://x"}, "Config.baseUrl is"),
        ({**CONFIG, "apiKey": f"{KEY} {KEY}"}, "Config.apiKey is ***"),
    ],
)
def test_bad(config: dict[str, Any], said: str) -> None:
    """What is wrong is named, without the key."""
    found = configured(config)
    assert isinstance(found.destination, Misconfigured)
    assert said in found.destination.reason.message
    assert KEY not in found.destination.reason.message
    assert found.account == ""


def test_a_key_in_what_a_plugin_raises() -> None:
    """A plugin that says the key in its error has it hidden."""

    def load_settings(settings: Any) -> Any:
        raise ValueError(f"no account for {settings['token'].reveal()}")

    schema = {"type": "object", "properties": {"token": {"type": "string", "writeOnly": True}}}
    plugin = small_plugin(load_settings=load_settings, destination_info=lambda: info(settings_schema=schema))
    found = Configs(plugin).get(orjson.dumps(destination({"token": "very-secret"})))
    assert isinstance(found.destination, Misconfigured)
    assert found.destination.reason.message == "The destination cannot be used. no account for ***"


def test_a_rule_of_the_whole() -> None:
    """A rule that no single setting breaks is said of the Config; nothing else in the sentence is touched."""
    schema = {"type": "object", "minProperties": 2, "properties": {"a": {"enum": ["x"], "x-advice": "Pay $5 for $.a."}}}
    plugin = small_plugin(destination_info=lambda: info(settings_schema=schema))
    said = [
        found.destination.reason.message
        for config in ({"a": "x"}, {"a": "see $.a now", "A ": 1})
        if isinstance((found := Configs(plugin).get(orjson.dumps(destination(config)))).destination, Misconfigured)
    ]
    assert said[0].startswith("The destination cannot be used. Config is an object")
    assert 'Config.a is "see $.a now", but must be one of x. Pay $5 for $.a.' in said[1]


def test_a_bad_config_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever runs it hears which destination takes no event, and why: once for each revision, without the key."""
    configs = Configs(promoter_plugin())
    raw = orjson.dumps(destination({"apiKey": f"{KEY} {KEY}"}))
    for _ in range(2):
        configs.get(raw)
    (told,) = [record.getMessage() for record in caplog.records]
    assert told.startswith("Destination dest-1 takes no event. [rudder.config] ")
    assert KEY not in told


def test_a_password_in_an_address() -> None:
    """An address with credentials is refused, and they are not repeated."""
    found = configured({**CONFIG, "baseUrl": "https://user:pass-word@x"})
    assert isinstance(found.destination, Misconfigured)
    assert "//***@x" in found.destination.reason.message


def test_typos(caplog: pytest.LogCaptureFixture) -> None:
    """A name that is nearly a setting's is told, once; RudderStack's own are not."""
    configs = Configs(promoter_plugin())
    raw = orjson.dumps(destination({**CONFIG, "campainId": "2", "connectionMode": "cloud"}))
    for _ in range(2):
        configs.get(raw)
    assert [record.getMessage() for record in caplog.records] == [
        "Destination dest-1: Config.campainId is no setting; did you mean Config.campaignId?"
    ]


def test_long_ones_are_not_kept() -> None:
    """A description that is very long is judged each time, so that no memory fills with them."""
    configs = Configs(promoter_plugin())
    raw = orjson.dumps(destination({**CONFIG, "note": "x" * 300_000}))
    assert configs.get(raw) is not configs.get(raw)


def test_template_without_an_event() -> None:
    """What delivers and deletes needs none of what events fill in, so it is left out for it, default and all."""
    found = configured({**CONFIG, "campaignId": "{{ event.c || none }}"}, hasDynamicConfig=True)
    assert isinstance(found.destination, Destination)
    assert "campaign_id" not in found.destination.values


def test_what_is_left_without_an_event() -> None:
    """What events cannot set keeps its default, and what is no template stays what it is."""
    config = {**CONFIG, "contactLists": ["{{ event.list || 5 }}"], "baseUrl": "{{ event.url || http://127.0.0.1:9 }}"}
    found = configured(config, hasDynamicConfig=True)
    assert isinstance(found.destination, Destination)
    assert found.destination.values["base_url"] == "http://127.0.0.1:9"
    assert found.destination.values["campaign_id"] == 1
    assert "5" not in str(found.destination.values.get("contact_lists"))


@pytest.mark.parametrize(("identity", "workspace"), [("", 5), (None, ""), (7, None), ({}, [])])
def test_names_that_are_none(identity: Any, workspace: Any) -> None:
    """What is no text, or an empty one, is no name in statTags; the plugin's own stands for the id."""
    found = configured(ID=identity, WorkspaceID=workspace)
    assert (found.names, found.scope) == ({}, "promoter")


def test_a_plugin_that_refuses() -> None:
    """Settings that a plugin does not like are its words; so is whatever it raises."""

    def load_settings(settings: Any) -> Any:
        raise KeyError("no such thing")

    found = Configs(small_plugin(load_settings=load_settings)).get(orjson.dumps(destination({})))
    assert isinstance(found.destination, Misconfigured)
    assert "no such thing" in found.destination.reason.message


@pytest.mark.parametrize("identity", ["", "a b", "ä", "x" * 99, "a.b", "\ud800", 7, None])
def test_scope(identity: Any) -> None:
    """Whatever its id is, its scope fits into a header and a subject."""
    raw = orjson.dumps(destination(ID="?")).replace(b'"?"', _json(identity))
    scope = Configs(promoter_plugin()).get(raw).scope
    assert scope.replace("-", "").replace("_", "").isalnum()
    assert scope.isascii()
    assert len(scope) <= 64


def _json(value: Any) -> bytes:
    return b'"\\ud83d"' if value == "\ud800" else orjson.dumps(value)


def test_account() -> None:
    """Destinations with one key have one account, and the key cannot be read from it."""
    first, second = configured(), configured({**CONFIG, "campaignId": "2"}, ID="dest-2")
    assert first.account == second.account != configured({**CONFIG, "apiKey": "another-key"}).account
    assert KEY not in first.account
    assert account(first.destination) == first.account
    # Kept in JetStream: another hash for the same key would hide from deletions what was remembered before.
    assert first.account == "e31ee18b908c1f1be2066ebc4192ff"


def test_template() -> None:
    """An event fills in what events may set, and loses what went into it; its neighbour gets the default."""
    found = configured({**CONFIG, "campaignId": "{{ event.properties.campaign || 7 }}"}, hasDynamicConfig=True)
    event = {"properties": {"campaign": 9, "plan": "x"}}
    filled, rest = found.resolve(event)
    assert isinstance(filled, Destination)
    assert filled.values["campaign_id"] == 9
    assert rest == {"properties": {"plan": "x"}}
    other, same = found.resolve({"properties": {}})
    assert isinstance(other, Destination)
    assert (other.values["campaign_id"], same) == (7, {"properties": {}})
    assert found.resolve({"properties": {"campaign": 9}})[0] is filled


def test_template_with_nonsense() -> None:
    """What an event fills in wrongly is that event's trouble."""
    found = configured({**CONFIG, "campaignId": "{{ properties.campaign || 7 }}"}, hasDynamicConfig=True)
    filled, _ = found.resolve({"properties": {"campaign": "none"}})
    assert isinstance(filled, Rejected)
    assert filled.reason.code == "rudder.filled_in"
    assert 'Config.campaignId is "none"' in filled.reason.message
    huge, _ = found.resolve({"properties": {"campaign": 2**70}})
    assert isinstance(huge, Rejected)
    assert isinstance(found.destination, Destination)
    assert found.resolve(7) == (found.destination, 7)


@pytest.mark.parametrize("key", ["apiKey", "baseUrl", "segmentUrl"])
def test_events_move_neither_key_nor_address(key: str) -> None:
    """A template where requests go, or in the key, is its default, whatever the event says."""
    default = {"apiKey": KEY}.get(key, "https://app.promoter.io")
    found = configured({**CONFIG, key: f"{{{{ event.evil || {default} }}}}"}, hasDynamicConfig=True)
    filled, rest = found.resolve({"evil": "https://evil.example"})
    assert isinstance(filled, Destination)
    assert "evil" not in str({name: str(value) for name, value in filled.values.items()})
    assert filled.secrets() == (KEY,)
    assert rest == {"evil": "https://evil.example"}


def test_no_template_where_the_server_says_so() -> None:
    """With hasDynamicConfig false a template is a text as any other."""
    found = configured({**CONFIG, "campaignId": "{{ a || 7 }}"})
    assert isinstance(found.destination, Misconfigured)
    assert found.template is None


def test_another_plugin() -> None:
    """Any plugin's settings are read in RudderStack's style."""
    schema = {"type": "object", "properties": {"server_url": {"type": "string"}}, "additionalProperties": False}
    plugin = small_plugin(destination_info=lambda: info(settings_schema=schema))
    found = Configs(plugin).get(orjson.dumps(destination({"serverURL": "http://y", "connectionMode": "cloud"})))
    assert isinstance(found.destination, Destination)
    assert found.destination.values == {"server_url": "http://y"}
