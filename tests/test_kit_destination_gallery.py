"""The destination tests can fail: each plugin of the gallery fails just what it breaks."""

from __future__ import annotations

import pytest
from gallery.plugins import BROKEN, good
from kit_runs import exhibits, failed, judged, ran

from contract_tests.destination.subject import subject_of
from contract_tests.masking import revealed
from contract_tests.requirements import requirements
from contract_tests.results import Subject

#: What is tried first catches what is broken; more examples would only take longer.
EXAMPLES = "--contract-examples=2"
#: Where these are broken, others may be "not shown".
FIRST = frozenset({"DST-030", "DST-031", "DST-038"})
#: A class for each of some plugins, so that one run of pytest judges them all.
SOURCE = """
    from contract_tests.destination import DestinationContract
    from gallery.plugins import BROKEN

    for name in {names!r}:
        broken = BROKEN[name]
        values = {{"subject": name, "plugin": broken.plugin, "supports": broken.supports, "__module__": __name__}}
        title = f"Test{{name.partition(':')[2]}}"
        globals()[title] = type(title, (DestinationContract,), values)
"""
SEEN = {
    f"gallery.plugins_{name}"
    for name in (
        *("answers:Excuse", "hooks:Deaf", "impure:HashedKey", "indiscreet:TokenInUrl"),
        *("results:BodyWithSet", "results:UnquotedUrl"),
    )
}


@pytest.mark.parametrize("share", exhibits(["seen", *sorted({name.partition(":")[0] for name in BROKEN})], {"seen"}))
def test_broken_plugins_fail_what_they_break(share: str, pytester: pytest.Pytester) -> None:
    """Each fails exactly the ids that it names."""
    names = [name for name in BROKEN if (name in SEEN if share == "seen" else name.startswith(f"{share}:"))]
    _, report = ran(pytester, SOURCE.format(names=names), EXAMPLES)
    found = {one.name: _wrong(one, BROKEN[one.name].ids) for one in report.subjects}
    assert found == {name: BROKEN[name].ids for name in names}


def _wrong(subject: Subject, ids: frozenset[str]) -> set[str]:
    """Return what does not hold; where nothing is to be seen, what nothing is shown of is not meant."""
    found = {row.id: row.result for row in subject.rows if not (ids & FIRST and row.result == "not shown")}
    return set(failed(found))


def test_every_must_is_broken_somewhere() -> None:
    """For each MUST there is a plugin that breaks it, and nothing else."""
    alone = {name for broken in BROKEN.values() if len(broken.ids) == 1 for name in broken.ids}
    family = {name: one.level for name, one in requirements().items() if one.family == "DST"}
    assert {name for name, level in family.items() if level == "MUST"} <= alone
    # Of an entry point, which the gallery has not: test_kit_destination has it.
    assert {name for name, level in family.items() if level == "SHOULD"} - alone == {"DST-009"}


def test_the_good_plugin_keeps_the_contract(pytester: pytest.Pytester) -> None:
    """The plugin that all others are made of fails nothing, by the door without code."""
    found = judged(pytester, "--destination=gallery.plugins:good", EXAMPLES)
    assert failed(found) == set()
    assert {name for name, result in found.items() if result == "unsupported"} == {"DST-006", "DST-009"}


def test_a_failure_says_what_to_do(pytester: pytest.Pytester) -> None:
    """What was expected, what came, with which event, what was called before, why and what to do; no secret."""
    options = ("--destination=gallery.plugins_indiscreet:TokenInUrl", EXAMPLES, "-k", "secrets_do_not_show_in_results")
    found = pytester.runpytest_inprocess("--pyargs", "contract_tests", *options).stdout
    found.fnmatch_lines(
        [
            "DST-060 MUST: A secret of the settings is in `authorization` only*",
            "expected: no secret of the settings is in what transform_identify returns",
            "came: there is one in the url of the request 'notice'",
            "with: transform_identify(event={'type': 'identify', *",
            "journal:",
            "*transform_identify(event={*) -> Transformed(requests=(Request(kind='notice', *",
            "why: *",
            "do: Use `Authorization(scheme, Secret(…))`*",
        ]
    )
    secrets = [*revealed(subject_of(good, {}).settings), *revealed(subject_of(good, {}).other().settings)]
    assert len(secrets) == 2
    assert not [secret for secret in secrets if secret in str(found)]
