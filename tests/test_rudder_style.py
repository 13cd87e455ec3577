"""A Config in RudderStack's style becomes settings: any spelling, forms' rows and texts, whatever it holds."""

from __future__ import annotations

import copy
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rudder_values import nested

import promoter_schemas
from event_router.rudder.style import name_of, settings
from event_router.settings import SettingsError, validate_settings

SCHEMA = promoter_schemas.load("settings")
# What Promoter's settings do not have; a rule of every kind.
WIDE: dict[str, Any] = {
    "properties": {
        "ratio": {"type": "number"},
        "enabled": {"type": "boolean"},
        "note": {"type": "string"},
        "matrix": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
        "rows": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "integer"}}},
        "anything": {"type": "array"},
        "labels": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "free": {"type": "object"},
        "limit": {"type": ["integer", "boolean"]},
        "lists": {"oneOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "integer"}]},
        "elsewhere": {"anyOf": [{"$ref": "#/$defs/x"}, {"type": "integer"}]},
        "future": {"type": "tensor"},
        "whatever": True,
    }
}

WORDS = st.from_regex(r"[A-Za-z][A-Za-z ]{0,10}[a-z]", fullmatch=True)
IDS = st.integers(1, 10**9)
VALID = st.fixed_dictionaries(
    {"api_key": st.from_regex(r"[!-9;-~]{1,40}", fullmatch=True)},
    optional={
        "mode": st.sampled_from(("rest", "segment")),
        "base_url": st.sampled_from(("https://app.promoter.io", "http://127.0.0.1:80")),
        "segment_url": st.just("https://segment.promoter.io/api/segment/"),
        "contact_lists": st.lists(IDS, unique=True, max_size=3),
        "campaign_id": IDS,
        "surveys": st.dictionaries(st.one_of(WORDS, st.just(" ")), IDS, max_size=3),
        "survey_events": st.lists(WORDS, max_size=3),
        "survey_max_age": st.one_of(IDS, st.from_regex(r"[1-9][0-9]{0,3}[smhd]", fullmatch=True)),
        "attributes": st.fixed_dictionaries(
            {}, optional={"include": st.lists(WORDS, max_size=2), "exclude": st.lists(WORDS, max_size=2)}
        ),
    },
)
TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ("7", " 7 ", "7.5", "true", "1e99", "7, 8", ", ,", "36h", "[1, 2]", '{"a": "7"}', "{", "[", '["1"]')
    ),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.just(10**30), st.floats(allow_nan=False), TEXTS)
NAMES = st.one_of(st.sampled_from(("from", "to", "x", "include", "exclude")), st.text(max_size=4))
ROWS = st.lists(st.fixed_dictionaries({}, optional={"from": SCALARS, "to": SCALARS, "x": SCALARS}))
JSON = nested(SCALARS | ROWS, NAMES)
SCHEMAS = st.sampled_from((SCHEMA, WIDE))


def configs(schema: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return Configs that name a schema's settings, with any JSON value."""
    known = st.sampled_from([*schema["properties"], "apiKey", "list", "Campaign", "eventFilteringOption"])
    return st.dictionaries(known | st.text(max_size=4), JSON, max_size=5)


def camel(name: str) -> str:
    """Return a name as RudderStack writes it."""
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


SPELLINGS = (
    camel,
    str.upper,
    str.title,
    lambda name: name.replace("_", "-"),
    lambda name: name.replace("_", " "),
    lambda name: name.replace("_", ""),
    lambda name: camel(name).replace("Id", "ID").replace("Url", "URL"),
)


def promoter(**config: Any) -> dict[str, Any]:
    """Return the settings that a Config for Promoter becomes."""
    return settings(SCHEMA, config)[0]


def wide(**config: Any) -> dict[str, Any]:
    """Return the settings that a Config for the wide schema becomes."""
    return settings(WIDE, config)[0]


def test_a_config_of_a_form() -> None:
    """A Config as RudderStack's forms write it becomes valid settings, without what is RudderStack's own."""
    config = {
        "apiKey": "k",
        "baseURL": "",
        "campaignId": "7",
        "contactLists": [{"contactLists": "12"}, {"contactLists": " 13 "}, {"contactLists": ""}],
        "surveys": [{"from": "Support Ticket Closed", "to": "8"}, {"from": "", "to": ""}],
        "surveyEvents": [{"surveyEvents": "Friend Invited"}],
        "surveyMaxAge": "36h",
        "attributes": {"Include": "plan, seats", "exclude": [{"exclude": "ssn"}]},
        "eventFilteringOption": "disable",
        "connectionMode": {"web": "cloud"},
    }
    values, others = settings(SCHEMA, config)
    assert values == {
        "api_key": "k",
        "campaign_id": 7,
        "contact_lists": [12, 13],
        "surveys": {"Support Ticket Closed": 8},
        "survey_events": ["Friend Invited"],
        "survey_max_age": "36h",
        "attributes": {"include": ["plan", "seats"], "exclude": ["ssn"]},
    }
    assert others == ("eventFilteringOption", "connectionMode")
    assert validate_settings(SCHEMA, values)["base_url"] == "https://app.promoter.io"


@given(VALID)
def test_valid_settings_come_through(values: dict[str, Any]) -> None:
    """Settings that are valid already stay as they are."""
    validate_settings(SCHEMA, values)
    assert settings(SCHEMA, values) == (values, ())


@given(VALID, st.sampled_from(SPELLINGS))
def test_any_spelling(values: dict[str, Any], spelled: Any) -> None:
    """Letter case, underscores, dashes and spaces in names do not matter."""
    assert settings(SCHEMA, {spelled(name): value for name, value in values.items()}) == (values, ())


@given(st.data(), SCHEMAS)
def test_any_json(data: st.DataObject, schema: dict[str, Any]) -> None:
    """No Config raises or is changed, what it becomes stays so when read again, and each of its keys is accounted for."""
    config = data.draw(configs(schema))
    before = copy.deepcopy(config)
    values, others = settings(schema, config)
    assert config == before
    assert settings(schema, values) == (values, ())
    assert all((name_of(schema, key) is None) == (key in others) for key in config)


@pytest.mark.parametrize("key", ["lists", "Contact Lists", "CONTACTLISTS", "contactLists", "contact-lists", "List"])
def test_names(key: str) -> None:
    """A key means a setting by its name or an alias, in any spelling."""
    assert name_of(SCHEMA, key) == "contact_lists"


@pytest.mark.parametrize("key", ["listOfConversions", "connectionMode", "useNativeSDK", ""])
def test_other_names(key: str) -> None:
    """A key that is only like a name means nothing."""
    assert name_of(SCHEMA, key) is None
    assert settings({}, {key: "k"}) == ({}, (key,))


def test_an_alias_takes_no_name() -> None:
    """A setting's own name is that setting, whichever other one has it as alias, in any spelling."""
    text = {"type": "string"}
    schema = {"properties": {"list": text, "many": text | {"x-aliases": ["list", "all"]}}}
    assert [name_of(schema, key) for key in ("list", "List", "all")] == ["list", "list", "many"]


@pytest.mark.parametrize("blank", [None, "", " \n"])
def test_blank_is_absent(blank: Any) -> None:
    """A setting that says nothing is not there."""
    assert promoter(apiKey=blank, campaignId=blank, surveys=blank, surveyMaxAge=blank, mode=blank) == {}
    assert promoter(attributes={"include": blank}, surveys={}) == {"attributes": {}, "surveys": {}}


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_spellings_the_exact_one_counts(order: int) -> None:
    """The exact name goes before other spellings, wherever it stands, then the first; blank ones are not there."""
    assert settings(SCHEMA, dict([("apiKey", "camel"), ("api_key", "exact")][::order]))[0] == {"api_key": "exact"}
    assert settings(SCHEMA, dict([("apiKey", "camel"), ("api_key", "")][::order]))[0] == {"api_key": "camel"}
    assert promoter(campaign="", campaignId="1", CAMPAIGN_ID="2") == {"campaign_id": 1}


def test_two_settings_that_are_nearly_alike() -> None:
    """A setting's own name means that setting, though another one is the same without its separators."""
    for names in (("a_b", "ab"), ("ab", "a_b")):
        schema = {"properties": {name: {"type": "string"} for name in names}}
        assert [name_of(schema, name) for name in names] == list(names)
        assert settings(schema, {"ab": "1", "a_b": "2"})[0] == {"ab": "1", "a_b": "2"}


@pytest.mark.parametrize(
    ("written", "value"), [("7", 7), (" 7 ", 7), ("-7", -7), (7.0, 7), (7, 7), (float(2**53), 2**53)]
)
def test_integers(written: Any, value: int) -> None:
    """Decimal text becomes a whole number, and so does a float that is one."""
    found = promoter(campaignId=written)["campaign_id"]
    assert (found, type(found)) == (value, int)


@pytest.mark.parametrize("written", ["7.0", "+7", "٧", "7" * 19, 7.5, 2.0**54, 1e300, True, {}, [7]])
def test_what_is_no_integer(written: Any) -> None:
    """What is no whole number stays, to be explained."""
    found = promoter(campaignId=written)["campaign_id"]
    assert (found, type(found)) == (written, type(written))


@pytest.mark.parametrize(
    ("written", "value"),
    [("7", 7), (" 7.5 ", 7.5), ("-1e2", -100.0), (7.5, 7.5), ("1e400", "1e400"), ("nan", "nan"), (False, False)],
)
def test_numbers(written: Any, value: Any) -> None:
    """Text becomes a number where it is a finite one."""
    found = wide(ratio=written)["ratio"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("written", "value"), [("true", True), (" FALSE ", False), (True, True), ("yes", "yes"), (1, 1)]
)
def test_booleans(written: Any, value: Any) -> None:
    """The texts true and false become what they say."""
    found = wide(enabled=written)["enabled"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("written", [True, 1.5, pytest.param(10**5000, id="huge"), ["a"], {"env": "KEY"}])
def test_text_is_made_of_whole_numbers_only(written: Any) -> None:
    """A whole number becomes text where text is wanted; nothing else does."""
    assert promoter(apiKey=12)["api_key"] == "12"
    assert promoter(apiKey=written)["api_key"] == written


def test_text_keeps_its_blanks_where_it_may() -> None:
    """Blanks around a text go only where the text is not valid with them, and is without."""
    assert promoter(baseUrl=" https://x.io\n") == {"base_url": "https://x.io"}
    assert promoter(baseUrl=" x.io ") == {"base_url": " x.io "}
    assert wide(note=" a ") == {"note": " a "}


@pytest.mark.parametrize(
    "written", ["12, 13,", "[12, 13]", [12, "", None, "13"], [{"list": "12"}, {"list": ""}, {}, 13]]
)
def test_lists(written: Any) -> None:
    """A list is made of text with commas, JSON text, or a form's rows; what is blank in it is not there."""
    assert promoter(contactLists=written) == {"contact_lists": [12, 13]}


@pytest.mark.parametrize(("written", "value"), [("12", [12]), (12, [12]), ("x", ["x"]), ("[x", ["[x"]), ([], [])])
def test_lists_of_one(written: Any, value: list[Any]) -> None:
    """A single scalar is a list of one, whether it is of the right type or not."""
    assert promoter(contactLists=written) == {"contact_lists": value}


@pytest.mark.parametrize("rows", [[{"contactLists": ""}], [{}], [None, ""], ", ,"])
def test_a_list_of_blanks_is_absent(rows: Any) -> None:
    """A form that was left empty says nothing."""
    assert promoter(contactLists=rows) == {}


def test_lists_of_other_things() -> None:
    """Elements go by the rule for elements: lists in lists, objects as they are, anything where there is no rule."""
    assert wide(matrix=["1, 2", [["x"], "3"], ["", ""]]) == {"matrix": [[1, 2], [["x"], 3]]}
    assert wide(rows=[{"a": "1"}, '{"b": "2"}']) == {"rows": [{"a": 1}, {"b": 2}]}
    assert wide(anything=[{"a": "1"}, 2]) == {"anything": [{"a": "1"}, 2]}


@pytest.mark.parametrize(
    "written",
    [
        [{"from": " Closed ", "to": "6"}, {"from": "", "to": None}, {}, {"from": "Closed", "to": 7}],
        ' [{"from": "Closed", "to": "7"}]',
        {"Closed": "7", "Open": None},
    ],
)
def test_maps(written: Any) -> None:
    """A map is made of from/to rows, the last of a name counting, of JSON text, or of an object."""
    assert promoter(surveys=written) == {"surveys": {"Closed": 7}}


@pytest.mark.parametrize("rows", [[], [{"from": "", "to": " "}], [{}], "[]"])
def test_a_map_of_blanks_is_absent(rows: Any) -> None:
    """A mapping that was left empty says nothing."""
    assert promoter(surveys=rows) == {}


NO_LISTS: Any = ([{"a": [1]}], [{"a": 1, "b": 2}], {"a": "12"})
NO_MAPS: Any = ([{"from": True, "to": "7"}], [{"event": "Closed", "to": "7"}], ["Closed"], '{"Closed": 7', "Closed", 7)


@pytest.mark.parametrize("written", [{"contact_lists": it} for it in NO_LISTS] + [{"surveys": it} for it in NO_MAPS])
def test_what_is_neither_list_nor_map(written: dict[str, Any]) -> None:
    """Objects that are no rows of a form, and what is no object, stay, to be explained."""
    assert promoter(**written) == written


@pytest.mark.parametrize("row", [{"from": "Closed", "to": ""}, {"from": "Closed"}, {"from": None, "to": "7"}])
def test_a_row_half_filled_in_is_told(row: dict[str, Any]) -> None:
    """A row that lacks its event or its campaign is explained: without it the event would get another survey."""
    with pytest.raises(SettingsError, match="surveys"):
        validate_settings(SCHEMA, promoter(apiKey="k", surveys=[row]))


def test_maps_of_other_things() -> None:
    """The values of a map go by the rule for them; without a rule they stay. A whole number may be a name."""
    assert promoter(surveys=[{"from": 404, "to": 7}]) == {"surveys": {"404": 7}}
    assert wide(labels={"a": "x, y", "b": [{"b": ""}], "c": ""}) == {"labels": {"a": ["x", "y"], "c": ""}}
    assert wide(free={"a": "7"}) == {"free": {"a": "7"}}
    assert promoter(attributes='{"includes": "a"}') == {"attributes": {"includes": "a"}}


@pytest.mark.parametrize(
    ("written", "value"), [("36h", "36h"), (" 36h ", "36h"), ("60", 60), (60, 60), ("soon", "soon"), ([], [])]
)
def test_an_age(written: Any, value: Any) -> None:
    """Where a value may be one of several things, it stays if it is one of them, and else becomes the first it can."""
    assert promoter(surveyMaxAge=written) == {"survey_max_age": value}


def test_other_choices() -> None:
    """Lists of types and oneOf are choices as well, and one that says nothing is absent."""
    assert wide(limit="true", lists="1, 2") == {"limit": True, "lists": [1, 2]}
    assert wide(lists=[{"lists": ""}]) == {}


def test_rules_that_say_nothing() -> None:
    """Where the rule is of no known type, or cannot be judged by itself, the value stays."""
    assert wide(elsewhere="7", future="7", whatever="7") == {"elsewhere": "7", "future": "7", "whatever": "7"}
    assert promoter(mode="rest") == {"mode": "rest"}


def test_a_schema_nobody_can_change() -> None:
    """A schema of read-only mappings is as good as one of dicts."""
    rule = MappingProxyType({"anyOf": (MappingProxyType({"type": "integer"}),)})
    schema = MappingProxyType({"properties": MappingProxyType({"limit": rule})})
    assert settings(schema, MappingProxyType({"Limit": "7"})) == ({"limit": 7}, ())


def test_what_no_json_holds() -> None:
    """Half a surrogate pair, which Python's own JSON reader lets through, is left for validation."""
    assert promoter(surveyMaxAge="\ud800", surveys="{\ud800") == {"survey_max_age": "\ud800", "surveys": "{\ud800"}


def test_deep_nesting() -> None:
    """Thousands of levels in a value are no deeper than the schema."""
    deep: Any = "7"
    for _ in range(5000):
        deep = [deep]
    assert settings(SCHEMA, {"contactLists": deep})[0]["contact_lists"][0] is deep[0]
    assert promoter(surveys="[" * 5000) == {"surveys": "[" * 5000}
