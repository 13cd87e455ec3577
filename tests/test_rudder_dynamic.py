"""Templates in a Config: what is one, what an event fills in, and what it can never reach."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rudder_values import nested

from event_router.rudder.dynamic import is_dynamic, resolve

STEPS = st.sampled_from(("a", "b", "c", "_1"))
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(0, 99), st.sampled_from(("", "x", "{{ a || y }}")))
PATHS = st.lists(STEPS, min_size=1, max_size=3).map(".".join)
TEMPLATES = st.builds(
    "{}{{{{ {}{} ||{}}}}}".format, st.sampled_from(("", " ")), st.just("event."), PATHS, st.text("d ", max_size=3)
)
MESSAGES = st.dictionaries(STEPS, nested(LEAVES, STEPS), max_size=4)
CONFIGS = st.dictionaries(STEPS, nested(TEMPLATES | LEAVES | st.text("{}| a", max_size=9), STEPS, leaves=6), max_size=4)


def everything(_key: str) -> bool:
    """Let events set every key."""
    return True


def nothing(_key: str) -> bool:
    """Let events set no key."""
    return False


def filled(text: str, message: dict[str, Any]) -> Any:
    """Return what a text in a Config becomes for an event."""
    return resolve({"key": text}, message, only=everything)[0]["key"]


def wrapped(value: Any, levels: int) -> Any:
    """Return a value deep inside lists and objects."""
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


@pytest.mark.parametrize(
    "text",
    ["{{ event.traits.plan || free }}", "{{a||}}", ' {{ event.a_1.B2 || "x y" }}\n', "{{ message.a || }} }}"],
)
def test_what_is_a_template(text: str) -> None:
    """A path and a default in double braces, and nothing around them but blanks; anywhere in a Config."""
    assert is_dynamic(text)
    assert is_dynamic({"a": 1, "b": [None, {"c": text}]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{{ event.a }}",
        "x {{ a || b }}",
        "{{ a || b }} x",
        "{{ a || b }} and {{ c || d }}",
        "{{ || b }}",
        "{{}}",
        "{{}",
        "a.b || c}}",
        "{{a.b || c",
        "{{ a..b || c }}",
        "{{ .a || c }}",
        "{{ a. || c }}",
        "{{ a-b || c }}",
        "{{ a b || c }}",
        "{{ ä || c }}",
        "{{ a[0] || c }}",
    ],
)
def test_what_is_none(text: str) -> None:
    """A text that is a template in part, or has no default, or no such path, stays a text."""
    assert not is_dynamic(text)
    assert not is_dynamic({text: text})
    assert resolve({"key": [text]}, {"a": 1}, only=everything) == ({"key": [text]}, {"a": 1})


@pytest.mark.parametrize("other", [None, True, 7, 1.5, [], {}])
def test_other_values_are_none(other: Any) -> None:
    """Only texts are templates."""
    assert not is_dynamic(other)


@pytest.mark.parametrize("value", [7, 1.5, False, 0, "", "33", [1], {"a": 1}])
def test_a_value_of_the_event(value: Any) -> None:
    """What the event has is used with its type, and taken out of the event."""
    message = {"userId": "u", "traits": {"plan": value, "age": 3}}
    config = {"campaignId": "{{ event.traits.plan || 9 }}", "mode": "rest"}
    found, rest = resolve(config, message, only=everything)
    assert found == {"campaignId": value, "mode": "rest"}
    assert type(found["campaignId"]) is type(value)
    assert rest == {"userId": "u", "traits": {"age": 3}}


@pytest.mark.parametrize(
    "message", [{}, {"traits": None}, {"traits": {"plan": None}}, {"traits": [7]}, {"traits": "plan"}]
)
def test_no_value_in_the_event(message: dict[str, Any]) -> None:
    """The default stands where the event has nothing there, and the event stays as it is."""
    found, rest = resolve({"campaignId": "{{ event.traits.plan || 9 }}"}, message, only=everything)
    assert found == {"campaignId": "9"}
    assert rest is message


@pytest.mark.parametrize(
    ("default", "value"),
    [(' "a b" ', "a b"), ("", ""), (' "" ', ""), ("a || b", "a || b"), ("}} }", "}} }"), (' "a" "b"', "a b")],
)
def test_defaults(default: str, value: str) -> None:
    """A default is all up to the last braces, without blanks around it and without double quotes."""
    assert filled(f"{{{{ x ||{default}}}}}", {}) == value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("event.a", 1),
        ("message.a", 1),
        ("a", 1),
        ("event", "Closed"),
        ("event.event", "Closed"),
        ("event.message.a", "none"),
    ],
)
def test_paths_start_in_the_event(path: str, value: Any) -> None:
    """A path starts in the event, whether it says so or not; the event's own field of that name can be reached."""
    assert filled(f"{{{{ {path} || none }}}}", {"a": 1, "event": "Closed"}) == value


def test_several_templates() -> None:
    """Several may use one value, or a value and what it is in; neighbours stay in the event."""
    config = {
        "one": ["{{ event.t.a.b || 0 }}", {"two": "{{ event.t.a.b || 0 }}"}],
        "three": "{{ event.t.a || 0 }}",
        "four": "{{ event.t.a.c || 0 }}",
        "five": "{{ event.t.d || 0 }}",
    }
    message = {"t": {"a": {"b": 1, "c": 2, "x": 3}, "d": 4, "y": 5}, "z": {"kept": 6}}
    found, rest = resolve(config, message, only=everything)
    inner = {"b": 1, "c": 2, "x": 3}
    assert found == {"one": [1, {"two": 1}], "three": inner, "four": 2, "five": 4}
    assert rest == {"t": {"y": 5}, "z": {"kept": 6}}
    assert rest["z"] is message["z"]


def test_events_set_only_what_they_may() -> None:
    """Under any other key a template becomes its default, however deep, and the event keeps what it has."""
    config = {"baseUrl": ["{{ event.a || https://x.io }}"], "campaignId": "{{ event.b || 1 }}", "apiKey": "k"}
    found, rest = resolve(config, {"a": "http://evil", "b": 2}, only=lambda key: key == "campaignId")
    assert found == {"baseUrl": ["https://x.io"], "campaignId": 2, "apiKey": "k"}
    assert rest == {"a": "http://evil"}


def test_an_event_brings_no_template() -> None:
    """A text of the event that looks like a template is a text."""
    assert filled("{{ event.a || 1 }}", {"a": "{{ event.b || 2 }}", "b": 3}) == "{{ event.b || 2 }}"


@given(CONFIGS, MESSAGES)
def test_nothing_is_changed_in_place(config: dict[str, Any], message: dict[str, Any]) -> None:
    """Config and event stay as they were; keys and lengths stay the same, whatever is filled in."""
    before = copy.deepcopy((config, message))
    found, rest = resolve(config, message, only=everything)
    assert (config, message) == before
    assert list(found) == list(config)
    assert rest.keys() <= message.keys()


@given(CONFIGS, MESSAGES)
def test_without_templates_nothing_happens(config: dict[str, Any], message: dict[str, Any]) -> None:
    """A Config that is not dynamic stays, and so does its event; one filled in with defaults is not dynamic any more."""
    found, rest = resolve(config, message, only=nothing)
    assert rest is message
    assert not is_dynamic(found)
    if not is_dynamic(config):
        assert resolve(config, message, only=everything) == (config, message)


@given(st.lists(PATHS, max_size=4), MESSAGES)
def test_what_went_in_is_gone(paths: list[str], message: dict[str, Any]) -> None:
    """What a template used is not in the rest: for that, each template stands at its default."""
    config = {str(at): f"{{{{ event.{path} || none }}}}" for at, path in enumerate(paths)}
    _, rest = resolve(config, message, only=everything)
    assert set(resolve(config, rest, only=everything)[0].values()) <= {"none"}


@pytest.mark.parametrize(("levels", "dynamic"), [(32, True), (33, False), (20_000, False)])
def test_deep_nesting(levels: int, dynamic: bool) -> None:
    """Templates are looked for as deep as anybody nests a Config; thousands of levels harm nobody."""
    config = {"key": wrapped("{{ event.a || 1 }}", levels - 1)}
    assert is_dynamic(config) is dynamic
    found, rest = resolve(config, {"a": 2}, only=everything)
    assert rest == ({} if dynamic else {"a": 2})
    assert (found["key"] is config["key"]) is not dynamic


def test_long_paths() -> None:
    """A path of thousands of steps finds what is there, and takes it out."""
    message: dict[str, Any] = {"a": 1, "b": 2}
    for _ in range(5000):
        message = {"a": message}
    found, rest = resolve({"key": f"{{{{ {'a.' * 5000}a || 1 }}}}"}, message, only=everything)
    for _ in range(5000):
        rest = rest["a"]
    assert (found, rest) == ({"key": 1}, {"b": 2})
