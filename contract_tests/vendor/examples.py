"""The cases of a server: each a test of the requirement that it is an example of."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import pytest

from contract_tests.cases import Case, cases
from contract_tests.cases.comparing import difference
from contract_tests.contract import requirement
from contract_tests.findings import expect, shown
from contract_tests.vendor.api import SEGMENT, Api, value_of
from contract_tests.vendor.base import VendorTests
from contract_tests.wire import basic

#: What stands in cases where the key belongs.
_PLACEHOLDER = "PROMOTER_API_KEY"


def _parameter(case: Case) -> Any:
    needs = "segment" if case.given["path"] == SEGMENT else None
    return pytest.param(case, id=case.id, marks=requirement(case.requirement, needs=needs))


class Examples(VendorTests):
    """Requests, and what they are answered."""

    @pytest.mark.parametrize("case", [_parameter(case) for case in cases("vendor")])
    def test_case(self, case: Case, api: Api) -> None:
        """A request is answered with a status, and at least the headers and members, that the case says."""
        given, expected = case.given, case.expected
        headers = _headers(given["headers"], api)
        answer = api.call(given["method"], given["path"], authorization="", headers=headers, content=_content(given))
        statuses = " or ".join(map(str, expected["statuses"]))
        expect(answer.status_code in expected["statuses"], f"{case.title}: HTTP {statuses}", api.shown(answer))
        for name, value in expected.get("headers", ()):
            expect(answer.headers.get(name) == value, f"{case.title}: the header {name}: {value}", api.shown(answer))
        if "body" in expected:
            found = difference(expected["body"], value_of(answer), at_least=True)
            wanted = found and f"{case.title}: {found.path} of the answer is {shown(found.expected)}"
            expect(found is None, str(wanted), api.shown(answer))


def _headers(given: list[list[str]], api: Api) -> dict[str, str]:
    """Return a case's headers with a key that the server knows, in clear or as Basic user."""
    return {
        name.lower(): value.replace(_PLACEHOLDER, api.key).replace(basic(_PLACEHOLDER), api.basic)
        for name, value in given
    }


def _content(given: Mapping[str, Any]) -> bytes | None:
    """Return a case's body as bytes."""
    if "body_base64" in given:
        return b64decode(given["body_base64"])
    return json.dumps(given["body"]).encode() if "body" in given else None
