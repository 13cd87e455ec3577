"""The mock's errors: word for word what Django REST framework says, whatever is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import promoter_schemas
from contract_tests.strategies import hostile_json
from mock_promoter.validation import validate

Ask = Callable[..., httpx.Response]


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
        ("contacts/", {"email": "a@b.co", "send": "yes"}, {"send": ['"yes" is not a valid boolean.']}),
        ("contacts/remove/", {}, {"email": ["This field is required."]}),
        (
            "contacts/survey/",
            {"campaign": 9, "email": "a@b.co"},
            {"campaign": ['Invalid pk "9" - object does not exist.']},
        ),
        ("contacts/survey/", {"campaign": 1}, {"email": ["This field is required."]}),
        ("contacts/survey/", [], {"email": ["This field is required."], "campaign": ["This field is required."]}),
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


@given(
    st.sampled_from(("contact", "contact_remove", "survey", "segment_event")),
    hostile_json
    | st.dictionaries(
        st.sampled_from(("email", "contact", "campaign_id", "attributes", "first_name", "type")), hostile_json
    ),
)
def test_validation_never_raises(name: str, body: Any) -> None:
    """Whatever is sent is clean, or there are errors in the published shape."""
    try:
        clean, errors = validate(name, body)
    except ValueError:
        return  # NaN and half a surrogate pair never come out of a JSON parser.
    assert isinstance(clean, dict)
    if errors:
        promoter_schemas.load("promoter/error")
        assert all(isinstance(value, list | dict) for value in errors.values())
