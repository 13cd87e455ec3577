"""Values for plugins to be tested with: they meet the schemas that they are made of, and are always the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

import promoter_schemas
from contract_tests.destination import settings
from contract_tests.destination.loading import SubjectError
from contract_tests.destination.sampling import UnmetError, sample
from contract_tests.destination.schemas import broken, lenient, meets, problem, resolved
from contract_tests.destination.texts import is_address
from event_router.api import Secret

TEXT = {"type": "string"}
PARTS = {
    "$defs": {"size": {"type": "integer", "minimum": 3}, "list": {"type": "array", "items": {"$ref": "#/$defs/size"}}}
}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        TEXT,
        {"const": 7},
        {"enum": ["a", "b"]},
        {"type": "boolean"},
        {"type": ["null", "integer"]},
        {"type": "null"},
        {"type": "integer", "minimum": 3, "multipleOf": 5},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5},
        {"type": "integer", "maximum": -7},
        {"minimum": 12},
        {"type": "integer", "minimum": 3, "maximum": 3},
        {"type": "string", "minLength": 40, "maxLength": 41},
        {"type": "string", "maxLength": 3},
        {"type": "string", "pattern": "^sk_[a-z0-9]{8}$"},
        {"type": "string", "pattern": "^[A-Z]+$", "minLength": 20},
        {"type": "string", "format": "uuid"},
        {"type": "array", "items": TEXT, "minItems": 2, "uniqueItems": True},
        {"type": "array", "items": {"const": 1}, "minItems": 3},
        {"type": "array", "items": False},
        {"properties": {"a": {"properties": {"b": {"type": "boolean"}}, "required": ["b"]}}, "required": ["a", "c"]},
        {"required": ["a"], "dependentRequired": {"a": ["b"]}, "properties": {"b": TEXT}},
        {"type": "object", "minProperties": 2, "properties": {"a": TEXT, "b": {"not": {}}, "c": TEXT}},
        {"type": "object", "minProperties": 7, "examples": [dict.fromkeys("abcdefg")]},
        {"allOf": [{"required": ["a"], "properties": {"a": {"type": "integer"}}}, {"required": ["b"]}, True]},
        {"anyOf": [{"type": "string", "not": {}}, {"type": "integer", "minimum": 9}]},
        {"oneOf": [{"type": "object", "required": ["a"]}, {"type": "object", "required": ["b"], "not": {}}]},
        {**PARTS, "type": "object", "required": ["x"], "properties": {"x": {"$ref": "#/$defs/list"}}},
        {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/size"}, **PARTS},
    ],
    ids=json.dumps,
)
def test_samples_meet_their_schema(schema: dict[str, Any]) -> None:
    """For schemas of every kind a value is found, always the same; and another one where there is."""
    assert meets(schema, sample(schema))
    assert meets(schema, sample(schema, variant=1))
    assert sample(schema) == sample(dict(schema))


@pytest.mark.parametrize(
    "schema",
    [
        {"not": {}},
        {"type": "string", "pattern": "^(?=a)b"},
        {"enum": []},
        {"type": "integer", "minimum": 5, "maximum": 1},
    ],
)
def test_what_cannot_be_met_is_said(schema: dict[str, Any]) -> None:
    """Where no value is found, that is said, and not made up."""
    with pytest.raises(UnmetError, match="add examples"):
        sample(schema)


def test_what_refers_to_itself_ends() -> None:
    """A schema whose parts are the whole again is left at some depth."""
    schema = {"type": "object", "properties": {"next": {"$ref": "#/$defs/a"}}, "required": ["next"]}
    assert sample({"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [schema, {"type": "null"}]}}}) == {"next": None}
    with pytest.raises(UnmetError):
        sample({"$ref": "#/$defs/a", "$defs": {"a": schema}})


def test_samples_take_hints() -> None:
    """Names and formats say what is meant; secrets are of a kind that occurs nowhere else."""
    assert sample(TEXT, name="base_url") == sample(TEXT, name="apiEndpoint") == "http://127.0.0.1:9/contract"
    assert sample({**TEXT, "pattern": "^https://"}, name="url").startswith("https://")
    assert sample(TEXT, name="email") == "kate@contract.example"
    assert sample({**TEXT, "default": "d"}) == "d"
    secrets = {sample({**TEXT, "default": "d"}, variant=variant, secret=True) for variant in (0, 1)}
    assert len(secrets) == 2
    assert all("ecret" in one for one in secrets)
    assert len(sample({**TEXT, "pattern": "^[0-9a-z]{4,}-$"}, secret=True)) >= 8
    assert sample({**TEXT, "pattern": "^[0-9a-z]{3}-$"}, secret=True) == "000-"
    assert is_address("url", {})
    assert is_address("server", {"pattern": "^https?://"})
    assert not is_address("name", TEXT)


def test_schemas_are_judged() -> None:
    """What is no schema, or refers to something that is not in it, has a problem; the words say which."""
    assert problem({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {}}}) == ""
    assert "objekt" in problem({"type": "objekt"})
    assert "outside" in problem({"anyOf": [{"$ref": "https://x.example/a"}]})
    assert "where nothing is" in problem({"$ref": "#/$defs/a"})
    assert "regex" in problem({"properties": {"a": {"pattern": "("}}})
    assert "no JSON" in problem({"const": object()})
    assert problem(True) == ""
    assert problem(MappingProxyType({"type": "object"})) == ""
    assert resolved({"a": 1}, "#/a/b") is None
    assert resolved({"a": 1}, "#") == {"a": 1}


def test_bad_settings_schemas_are_used_as_far_as_they_go() -> None:
    """What is good in a bad settings schema is used, so that other tests can go on."""
    assert lenient([]) == {}
    assert lenient({"properties": {}}) == {"properties": {}, "type": "object"}
    bad = {"properties": {"a": TEXT, "b": {"type": "txt"}}, "required": ["a"]}
    assert lenient(bad) == {"type": "object", "properties": {"a": TEXT, "b": {}}, "required": ["a"]}
    assert lenient({"properties": 5, "required": "a"}) == {"type": "object", "properties": {}, "required": []}


def test_broken_rules_do_not_show_values() -> None:
    """What is wrong is said by path and rule: the value may be a secret."""
    assert broken({"properties": {"key": {"pattern": "^a"}}}, {"key": "s3cret"}) == ("$.key breaks pattern",)


def test_settings_are_made_of_the_schema() -> None:
    """All that may be given, defaults, secrets as Secret; then one less, then what is required."""
    schema = promoter_schemas.load("settings")
    made = settings.settings_of(schema, {})
    assert isinstance(made["api_key"], Secret)
    assert (made["mode"], made["surveys"], made["campaign_id"]) == ("rest", {}, 1)
    assert set(made) == set(schema["properties"])
    found = [set(schema["properties"]) - set(one) for one in settings.sampled(schema)]
    assert {"campaign_id"} in found
    assert {"campaign_id", "survey_max_age"} in found


def test_settings_may_need_more_than_what_is_required() -> None:
    """Where what can be made is not enough, the examples are tried."""
    schema: dict[str, Any] = {"type": "object", "properties": {"a": TEXT, "b": {"not": {}}}, "minProperties": 1}
    assert [*settings.sampled(schema)] == [{"a": "contract-text-Qx7"}]
    assert [*settings.sampled({**schema, "minProperties": 3, "examples": [dict.fromkeys("acd", "x")]})] == [
        dict.fromkeys("acd", "x")
    ]
    with pytest.raises(SubjectError, match=r"contract_tests.no_settings.*--destination-settings"):
        next(settings.sampled({**schema, "minProperties": 3}))


def test_given_settings_are_judged_without_being_shown() -> None:
    """Settings that miss the schema are refused by path and rule."""
    schema = promoter_schemas.load("settings")
    with pytest.raises(SubjectError, match=r"\$\.api_key breaks pattern") as raised:
        settings.settings_of(schema, {"api_key": Secret("a s3cret")})
    assert "s3cret" not in str(raised.value)


def test_variants_meet_the_schema() -> None:
    """One with each setting that may be given, and one with all of them."""
    made = list(settings.variants(promoter_schemas.load("settings")))
    assert {name for one in made for name in one} == set(promoter_schemas.load("settings")["properties"])
    assert [*settings.variants({"type": "object", "minProperties": 1})] == []


def _others(schema: Mapping[str, Any], given: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(settings.others(schema, settings.completed(schema, given)))


def test_other_settings_differ_in_secrets_and_addresses() -> None:
    """First in both, then in secrets only; the rest stays."""
    schema = {"properties": {"key": {**TEXT, "writeOnly": True}, "home": TEXT, "url": {**TEXT, "default": "http://a"}}}
    both, secrets = _others(schema, {"key": "s3cret-key", "home": "https://b.example", "size": 5})
    assert (both["url"], both["home"]) == ("http://127.0.0.1:9/contract", "http://127.0.0.1:9/contract")
    assert (secrets["url"], secrets["home"], secrets["size"]) == ("http://a", "https://b.example", 5)
    assert both["key"] == secrets["key"] != Secret("s3cret-key")


def test_other_settings_are_the_same_where_nothing_else_is_allowed() -> None:
    """A secret that can be one thing only stays, and so does an address."""
    rules: dict[str, Any] = {"key": {"enum": ["only-this-one"], "writeOnly": True}}
    assert {one["key"] for one in _others({"properties": rules}, {"key": "only-this-one"})} == {Secret("only-this-one")}
    whole = {"properties": {"url": {**TEXT, "pattern": "^http://a$"}}}
    assert _others(whole, {"url": "http://a"}) == [{"url": "http://a"}] * 2
    assert _others({"properties": {"key": {"not": {}, "writeOnly": True}}}, {"key": "nothing-is-allowed"}) == []


def test_settings_are_read(tmp_path: Path) -> None:
    """As JSON, or from a file."""
    (tmp_path / "s.json").write_text('{"a": 2}')
    assert settings.parsed('{"a": 1}') == {"a": 1}
    assert settings.parsed(f"@{tmp_path / 's.json'}") == {"a": 2}
