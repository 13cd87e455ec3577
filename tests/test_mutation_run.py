"""Mutation testing: what mutmut prints is read, survivors are matched by what they change, and the table adds up."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mutation.mutants import Mutant, change, results
from mutation.quickest import TIMES, pytest_collection_modifyitems
from mutation.run import left_to_do
from mutation.survivors import Explanation, explanations, judge
from mutation.table import table
from mutation.tree import applied_by_name, build, copies, settings

RESULTS = """\
    promoter_destination.settings.xǁSettingsǁload__mutmut_7: survived
    promoter_destination.settings.x__age__mutmut_16: killed
    event_router.settings.xǁSettingsErrorǁ__init____mutmut_1: timeout
    event_router.dispatch.x_decide__mutmut_2: no tests
"""
SHOWN = """\
# promoter_destination.settings.x__age__mutmut_16: survived
--- src/promoter_destination/settings.py
+++ src/promoter_destination/settings.py
@@ -7,4 +7,4 @@
     if value is None:
         return None
-    return timedelta(
-        seconds=1)
+    return timedelta(seconds=2)
"""
EXPLAINED = """\
[[left]]
in = "a.b.f"
was = '''
return (
    1
)
'''
now = ["return 2", "return 3"]
why = "Equivalent."

[[left]]
in = "a.b.f"
was = 'raise ValueError("no")'
like = '"(XX|NO)'
why = "Only words of a message."
"""


def mutant(number: int, status: str, was: str = "", now: str = "") -> Mutant:
    """Return a mutant of one function."""
    return Mutant(f"a.b.x_f__mutmut_{number}", status, was, now)


def test_results_are_read() -> None:
    """Each mutant has a status, and its mangled name says where it is."""
    found = list(results(f"{RESULTS}\nnonsense"))
    assert [(one.place, one.status) for one in found] == [
        ("promoter_destination.settings.Settings.load", "survived"),
        ("promoter_destination.settings._age", "killed"),
        ("event_router.settings.SettingsError.__init__", "timeout"),
        ("event_router.dispatch.decide", "no tests"),
    ]
    assert [one.noticed for one in found] == [False, True, True, False]
    assert {one.module for one in found} == {
        "promoter_destination.settings",
        "event_router.settings",
        "event_router.dispatch",
    }


def test_changes_are_read_as_one_line() -> None:
    """Neither indentation nor line breaks count, and the diff's head is none of it."""
    assert change(SHOWN) == ("return timedelta( seconds=1)", "return timedelta(seconds=2)")


def test_explanations_are_found_by_what_is_changed() -> None:
    """By the function, the line and what it became, whatever the mutant's number; alternatives are one each."""
    known = list(explanations(EXPLAINED))
    assert [one.now for one in known] == ["return 2", "return 3", ""]
    fitting = [
        mutant(7, "survived", "return ( 1 )", "return 2"),
        mutant(8, "survived", "return ( 1 )", "return 3"),
        mutant(9, "survived", 'raise ValueError("no")', 'raise ValueError("XXnoXX")'),
    ]
    others = [
        mutant(1, "survived", "return ( 1 )", "return 4"),
        mutant(2, "no tests", 'raise ValueError("no")', "raise ValueError(None)"),
        Mutant("a.b.x_g__mutmut_1", "survived", "return ( 1 )", "return 2"),
    ]
    judgement = judge([*fitting, *others, mutant(3, "killed")], known)
    assert judgement.explained == tuple(fitting)
    assert judgement.unexplained == tuple(others)
    assert judgement.stale == ()
    assert not judgement.good


def test_explanations_go_stale() -> None:
    """One that fits no mutant has to go; one whose mutant timed out this time stays."""
    known = [Explanation("a.b.f", "x", now, "", "Equivalent.") for now in ("y", "z")]
    judgement = judge([mutant(1, "timeout", "x", "y"), mutant(2, "killed")], known)
    assert judgement.stale == (known[1],)
    assert not judgement.good
    assert judge([mutant(1, "survived", "x", "y")], known[:1]).good


@pytest.mark.parametrize(
    "entry",
    [
        'in = "f"\nwas = "x"\nnow = "y"',
        'in = "f"\nwas = "x"\nwhy = "w"',
        'in = "f"\nwas = "x"\nwhy = "w"\nnow = "y"\nlike = "y"',
        'in = "f"\nwas = "x"\nwhy = "w"\nnow = "y"\nnote = "n"',
    ],
)
def test_bad_explanations_are_refused(entry: str) -> None:
    """An entry says where, what, to what, and why, and nothing else."""
    with pytest.raises(ValueError, match=r"^survivors\.toml: "):
        list(explanations(f"[[left]]\n{entry}"))


def test_ours_are_in_order() -> None:
    """The explanations of this project can be read, and each says why in a sentence."""
    text = (Path(__file__).parent / "mutation" / "survivors.toml").read_text("utf-8")
    known = list(explanations(text))
    assert all(one.why.endswith(".") for one in known)
    assert len({(one.place, one.was, one.now, one.like) for one in known}) == len(known)


def test_what_is_left_to_do() -> None:
    """A survivor without explanation and an explanation without survivor are shown, with what to do."""
    known = Explanation("a.b.f", "x", "", "Y+", "Equivalent.")
    unexplained, stale = left_to_do(judge([mutant(1, "survived", "was this", "is that")], [known]))
    assert unexplained == (
        "No test notices this. Strengthen a test, or say in survivors.toml why it is left.\n"
        "a.b.f: survived (a.b.x_f__mutmut_1)\n  was: was this\n  now: is that\n"
    )
    assert stale == (
        "No mutant is like this any more. Remove it from survivors.toml.\na.b.f\n  was: x\n  now: like Y+\n"
    )


def test_the_table_adds_up() -> None:
    """A row for each module and one for all; the score counts what was killed and what timed out."""
    left = mutant(3, "survived", "x", "y")
    mutants = [mutant(1, "killed"), mutant(2, "timeout"), left, Mutant("a.a.x_f__mutmut_1", "no tests")]
    assert list(table(mutants, {left})) == [
        "| module | mutants | killed | timed out | survived | explained | score |",
        "|---|---:|---:|---:|---:|---:|---:|",
        "| `a.a` | 1 | 0 | 0 | 1 | 0 | 0.0 % |",
        "| `a.b` | 3 | 1 | 1 | 1 | 1 | 66.7 % |",
        "| all | 4 | 1 | 1 | 2 | 1 | 50.0 % |",
    ]


def test_decorators_are_applied_by_name() -> None:
    """The decorator of each function becomes a call below it; other decorators stay."""
    source = "@hook\ndef f(a):\n    return a\n\n\n@hook\n@other\ndef g(): ...\n\n\n@hook()\ndef h(): ...\n"
    assert applied_by_name(source, "hook") == (
        "def f(a):\n    return a\n\n\nf = hook(f)\n\n\n@other\ndef g(): ...\n\n\ng = hook(g)\n\n\n@hook()\ndef h(): ...\n"
    )


def test_what_is_copied() -> None:
    """The wheel's packages go below the sources with what is put into them; the tests stay where they are."""
    wheel = {"packages": ["a", "plugin/b"], "force-include": {"schemas": "a/files"}}
    found = list(copies({"tool": {"hatch": {"build": {"targets": {"wheel": wheel}}}}}))
    assert found[:4] == [("a", "src/a"), ("plugin/b", "src/b"), ("schemas", "src/a/files"), ("tests", "tests")]
    assert ("docs", "docs") in found


def test_the_settings_are_toml() -> None:
    """What mutmut reads is in pyproject.toml, in its own table."""
    read = tomllib.loads(settings(["tests/test_a.py"]))["tool"]["mutmut"]
    assert read["source_paths"] == ["src"]
    assert "src/promoter_destination/*.py" in read["only_mutate"]
    assert read["pytest_add_cli_args_test_selection"] == ["tests/test_a.py"]


def test_the_quickest_tests_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the times that mutmut took; unknown ones are new and come before all, and without times nothing moves."""
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in ("slow", "quick", "new")]
    monkeypatch.chdir(tmp_path)
    pytest_collection_modifyitems(items)
    assert [item.nodeid for item in items] == ["slow", "quick", "new"]
    TIMES.write_text('{"duration_by_test": {"slow": 2, "quick": 0.1}}', "utf-8")
    pytest_collection_modifyitems(items)
    assert [item.nodeid for item in items] == ["new", "quick", "slow"]


def test_the_tree_is_built_of_this_checkout(tmp_path: Path) -> None:
    """Every module to mutate is there, hooks without decorator, and so are the tests that have to notice."""
    build(Path(__file__).parent.parent, tmp_path)
    plugin = (tmp_path / "src/promoter_destination/plugin.py").read_text("utf-8")
    assert "@hookimpl" not in plugin
    assert "\nload_settings = hookimpl(load_settings)\n" in plugin
    assert (tmp_path / "src/event_router/data/events.ndjson").is_file()
    tests = tomllib.loads((tmp_path / "pyproject.toml").read_text("utf-8"))["tool"]["mutmut"][
        "pytest_add_cli_args_test_selection"
    ]
    assert "tests/test_dispatch.py" in tests
    assert all((tmp_path / test).is_file() for test in tests)
