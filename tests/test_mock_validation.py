"""The mock's errors: word for word what Django REST framework says, whatever is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import promoter_schemas
from contract_tests.strategies import hostile_json, json_values
from mock_promoter.choices import Choices
from mock_promoter.validation import attributes_kept, strict_errors, validate
from mock_promoter.wording import python_2, words

Ask = Callable[..., httpx.Response]


@pytest.mark.fidelity("F-13")
@pytest.mark.fidelity("F-14")
@pytest.mark.fidelity("F-49")
@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        ("contacts/", [1], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
        ("contacts/", {"email": None}, {"email": ["This field may not be null."]}),
        ("contacts/", {"email": ""}, {"email": ["This field may not be blank."]}),
        ("contacts/", {"email": "no"}, {"email": ["Enter a valid email address."]}),
        (
            "contacts/",
            {"email": "a" * 250 + "@b.co"},
            {"email": ["Ensure this field has no more than 254 characters."]},
        ),
        ("contacts/", {"email": "a@b.co", "first_name": {}}, {"first_name": ["Not a valid string."]}),
        (
            "contacts/",
            {"email": "a@b.co", "attributes": []},
            {"attributes": ['Expected a dictionary of items but got type "list".']},
        ),
        (
            "contacts/",
            {"email": "a@b.co", "contact_list": "x"},
            {"contact_list": ['Expected a list of items but got type "unicode".']},
        ),
        (
            "contacts/",
            {"email": "a@b.co", "contact_list": ["x"]},
            {"contact_list": ["Incorrect type. Expected pk value, received unicode."]},
        ),
        (
            "contacts/",
            {"email": "a@b.co", "contact_list": [1, 9]},
            {"contact_list": ['Invalid pk "9" - object does not exist.']},
        ),
        (
            "contacts/",
            {"email": "a@b.co", "contact_list": [0]},
            {"contact_list": ['Invalid pk "0" - object does not exist.']},
        ),
        ("contacts/", {"email": "a@b.co", "campaign": 9}, {"campaign": ['Invalid pk "9" - object does not exist.']}),
        ("contacts/", {"email": "a@b.co", "send": "perhaps"}, {"send": ['"perhaps" is not a valid boolean.']}),
        ("contacts/remove/", {}, {"email": ["This field is required."]}),
        (
            "contacts/survey/",
            {"campaign": 9, "email": "a@b.co"},
            {"campaign": ['Invalid pk "9" - object does not exist.']},
        ),
        ("contacts/survey/", {"campaign": 1}, {"email": ["This field is required."]}),
        ("contacts/survey/", {}, {"email": ["This field is required."], "campaign": ["This field is required."]}),
        (
            "contacts/survey/",
            [],
            {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]},
        ),
        ("lists/", {}, {"name": ["This field is required."]}),
        ("lists/", {"name": ""}, {"name": ["This field may not be blank."]}),
        ("lists/1/remove/", {}, {"email": ["This field is required."]}),
        ("lists/remove/", {}, {"email": ["This field is required."]}),
        (
            "v2/survey/",
            {"campaign_id": 9, "contact": {"email": "a@b.co"}},
            {"campaign_id": ['Invalid pk "9" - object does not exist.']},
        ),
        (
            "v2/survey/",
            {"campaign_id": "abc", "contact": {"email": ""}},
            {
                "campaign_id": ["Incorrect type. Expected pk value, received unicode."],
                "contact": {"email": ["This field may not be blank."]},
            },
        ),
        (
            "v2/survey/",
            {"campaign_id": None, "contact": 5},
            {
                "campaign_id": ["This field may not be null."],
                "contact": {"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]},
            },
        ),
        (
            "v2/survey/",
            {"contact": {}},
            {"campaign_id": ["This field is required."], "contact": {"email": ["This field is required."]}},
        ),
    ],
)
def test_error_bodies(ask: Ask, path: str, body: Any, errors: Any) -> None:
    """All failing fields in one dict, nested where the body is, word for word; each is an error body of the schema."""
    answer = ask("POST", f"/api/{path}", body)
    assert (answer.status_code, answer.json()) == (400, errors)
    assert jsonschema_rs.is_valid(promoter_schemas.load("promoter/error"), answer.json())


NAMES = [name.removeprefix("promoter/") for name in promoter_schemas.names() if name.startswith("promoter/")]
BODIES = sorted(set(NAMES) - {"answers", "error"})


@given(
    st.sampled_from(BODIES),
    hostile_json
    | st.dictionaries(
        st.sampled_from(("email", "contact", "campaign_id", "attributes", "first_name", "type", "logo", "status")),
        hostile_json,
    ),
)
def test_validation_never_raises(name: str, body: Any) -> None:
    """Whatever is sent is clean, or there are errors in the published shape; what is clean stays as it is."""
    clean, errors = validate(name, body, Choices())
    if errors:
        assert jsonschema_rs.is_valid(promoter_schemas.load("promoter/error"), errors)
    else:
        assert validate(name, clean, Choices()) == (clean, {})


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=6))
def test_which_attributes_are_kept(attributes: dict[str, Any]) -> None:
    """Scalars are; objects and lists never; blank ones by the switch."""
    stored = attributes_kept(attributes, Choices(blank_attributes="stored"))
    dropped = attributes_kept(attributes, Choices())
    assert stored == {key: value for key, value in attributes.items() if not isinstance(value, dict | list)}
    assert dropped == {key: value for key, value in stored.items() if value is not None and value != ""}


def test_strict_errors_name_what_the_vendor_overlooks() -> None:
    """The journal holds a body to the schema to the letter; of a long value it shows the ends."""
    body = {"email": "x" * 400, "colour": "red", "attributes": {"n": 1}}
    errors = {error["path"]: error for error in strict_errors("contact", body)}
    assert errors.keys() == {"$", "$.email", "$.attributes.n"}
    assert len(errors["$.email"]["message"]) < 200
    assert next(strict_errors("contact", {"email": "a@b.co", "contact_list": [1, "x"]}))["path"] == "$.contact_list[1]"


@pytest.mark.parametrize(
    ("rule", "schema", "value", "said"),
    [
        ("enum", {"enum": ["y"]}, "x", ['"x" is not a valid choice.']),
        ("anyOf", {}, {}, ["This is not a valid value."]),
        ("pattern", {}, "x", ["Enter a valid email address."]),
        ("maxLength", {"maxLength": 3}, "long", ["Ensure this field has no more than 3 characters."]),
        ("type", {"type": "string"}, [], ["Not a valid string."]),
        ("type", {"type": "array"}, None, ["This field may not be null."]),
    ],
)
def test_words(rule: str, schema: Any, value: Any, said: Any) -> None:
    """Each rule has the framework's words."""
    assert words(rule, schema, value) == said


def test_hostile_values_are_refused_without_a_crash() -> None:
    """What no parser lets through, but a program may give, is not valid, and no error."""
    deep: object = "bottom"
    for _ in range(2000):
        deep = {"a": deep}
    hostile: list[Any] = [{"\ud800": 1}, deep]
    for value in hostile:
        clean, errors = validate("contact", {"email": "a@b.co", "first_name": value}, Choices())
        assert (clean, errors) == ({}, {"non_field_errors": ["This is not a valid value."]})
    assert [one["rule"] for one in strict_errors("contact_list", None)] == ["type"]
    kinds: dict[str, Any] = {
        "unicode": "",
        "int": 1,
        "float": 1.0,
        "bool": True,
        "list": [],
        "dict": {},
        "NoneType": None,
    }
    assert all(python_2(value) == name for name, value in kinds.items())
