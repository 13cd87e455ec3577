"""What is wrong with the options, which is to be told before anything is tested."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from contract_tests.options import TARGETS, homeless, misaddressed

_HERE = Path(__file__).parent
_NEEDED = ("hypothesis", "httpx")


def complaints(config: pytest.Config) -> Iterator[str]:
    """Yield what is wrong with the options."""
    named = [option for option, _ in TARGETS.values() if config.getoption(option)]
    if config.getoption("--router-command") and "--router-url" not in named:
        yield "[contract_tests.no_router] --router-command starts a router; say with --router-url where it answers then."
    if asked(config) and not named:
        options = ", ".join(option for option, _ in TARGETS.values())
        yield f"[contract_tests.no_target] Say what to test: {options}; see docs/contract-tests.md."
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if named and missing:
        needed = f"[contract_tests.not_installed] The contract tests need {' and '.join(missing)}"
        yield f"{needed}: pip install 'promoter-destination[contract-tests]'."
    for option, code in (("--promoter-url", "no_server"), ("--router-url", "no_router")):
        yield from filter(None, [misaddressed(option, code, config.getoption(option))])
    if "--router-url" in named and "--promoter-url" not in named:
        yield "[contract_tests.no_promoter] Say with --promoter-url which Promoter the router sends to: it is asked what came."
    yield from filter(None, [homeless(config.getoption("--contract-report"))])
    given = [option for option in ("--canonicaliser", "--opt-out", "--supports") if config.getoption(option)]
    if given:
        from contract_tests.contract import ContractError

        try:
            _check(config)
        except ContractError as error:
            yield str(error)


def asked(config: pytest.Config) -> bool:
    """Return whether pytest is pointed at the kit's own tests: at its modules' names, or at their files."""
    names = [arg.partition("::")[0] for arg in config.args]
    paths = [path for name in names for path in (Path(name).absolute(), *Path(name).absolute().parents)]
    return _HERE in paths or any(name.partition(".")[0] == _HERE.name for name in names)


def _check(config: pytest.Config) -> None:
    """Raise ``ContractError`` where an option names what there is not."""
    from contract_tests.contract import CAPABILITIES, check_supports, named_in
    from contract_tests.reporting import opt_outs

    if config.getoption("--canonicaliser"):
        from contract_tests.events.loading import load

        load(config.getoption("--canonicaliser"))
    opt_outs(config.getoption("--opt-out"))
    known = [name for names in CAPABILITIES.values() for name in names]
    check_supports(named_in(config.getoption("--supports") or ""), known, "--supports")
