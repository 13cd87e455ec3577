"""What all tests of a Promoter-compatible server share: the server, its key, and what it is able to."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from contract_tests.contract import Contract
from contract_tests.control import Control, ControlError
from contract_tests.reporting import JOURNAL
from contract_tests.unready import no_server
from contract_tests.vendor.api import (
    CAMPAIGNS,
    CONTACTS,
    LISTS,
    SEGMENT,
    TEMPLATES,
    Api,
    rows,
    somebody,
)
from contract_tests.wire import client

#: What a server may lack, and why that can be.
CAPABILITIES = {
    "campaigns": "e-mail templates and campaigns that are made through the API, and told there to send surveys",
    "control": "a control plane at /__mock__/, as mock-promoter has it: an account for each test, time, limits, switches",
    "idempotency": "a repeated Idempotency-Key is done once; Promoter is not known to heed it",
    "lists": "contact lists",
    "segment": "the endpoint for Segment's events, which Promoter had on a host of its own",
}


class VendorTests(Contract):
    """The server that is tested, by the fixture ``api``.

    With a control plane each test has an account of its own, so that tests run in parallel. Without one they use
    ``promoter_key``, and people whom nobody has used; whatever the server holds already does not matter.
    """

    family = "VND"

    @pytest.fixture
    def promoter_url(self, request: pytest.FixtureRequest) -> str:
        """Return where the server answers: the option's, unless it is overridden."""
        url = request.config.getoption("--promoter-url")
        if not url:
            raise pytest.UsageError("[contract_tests.no_target] Give --promoter-url, or override promoter_url.")
        return str(url)

    @pytest.fixture
    def promoter_key(self, request: pytest.FixtureRequest) -> str:
        """Return a key that the server knows: the option's, unless it is overridden."""
        return str(request.config.getoption("--promoter-key"))

    @pytest.fixture
    def campaign_id(self, api: Api) -> int:
        """Return a campaign that may survey: the first one, unless it is overridden."""
        answer = api.get(CAMPAIGNS)
        if not rows(answer):
            pytest.fail(f"There is no campaign; make one, or override campaign_id. {api.shown(answer)}")
        return int(rows(answer)[0]["id"])

    @pytest.fixture
    def api(self, promoter_url: str, promoter_key: str, request: pytest.FixtureRequest) -> Iterator[Api]:
        """Return the server as a client sees it."""
        declared = self.declared(request.config)
        with client(promoter_url) as http:
            wanted = declared is None or "control" in declared
            account, lacking = _account(promoter_url, http) if wanted else (None, "it is not among what it supports")
            if not wanted:
                _expect_answers(promoter_url, http)
            key = account.api_key if account else promoter_key
            patience = float(request.config.getoption("--contract-patience"))
            found = Api(promoter_url, key, http, account, lacking, patience)
            request.node.stash[JOURNAL] = found.journal
            yield found
            # The report asks for the journal before fixtures end.
            if account is not None:
                account.remove_account()

    @pytest.fixture(autouse=True)
    def _asked_server(self, api: Api) -> None:
        """Keep the server for ``lacking``: pytest runs this before what asks it, by the order of their names."""
        self._api = api

    def supported(self, capability: str, config: pytest.Config) -> bool:
        """Return whether the server has a capability: as it is declared, else as it is found out."""
        declared = self.declared(config)
        return self.lacking(capability) is None if declared is None else capability in declared

    def lacking(self, capability: str) -> str | None:
        """Return why the server lacks a capability; ``None`` where it has it."""
        if capability == "control":
            return self._api.lacking or None
        if capability == "idempotency":
            return _repeats(self._api)
        authorization = self._api.basic if capability == "segment" else None
        for method, path in _PROBES[capability]:
            status = self._api.call(method, path, authorization=authorization).status_code
            if status in {404, 405, 501}:
                return f"{method} {path} is {status}"
        return None


#: What a server with a capability serves. Nothing is made: the writes have no body.
_PROBES = {
    "campaigns": (("POST", TEMPLATES), ("POST", CAMPAIGNS), ("GET", LISTS)),
    "lists": (("GET", LISTS),),
    "segment": (("POST", SEGMENT),),
}


def _repeats(api: Api) -> str | None:
    """Return why a server does not heed ``Idempotency-Key``: a repeated write undoes a later one."""
    email, key = somebody(), uuid4().hex
    for name, headers in (("Kate", {"idempotency_key": key}), ("Katherine", {}), ("Kate", {"idempotency_key": key})):
        api.post(CONTACTS, {"email": email, "first_name": name}, **headers)
    undone = [row.get("first_name") for row in api.found(email)] == ["Kate"]
    return f"POST {CONTACTS} with the same Idempotency-Key is done again" if undone else None


def _expect_answers(url: str, http: httpx.Client) -> None:
    """Raise ``ContractError`` where nobody answers, whatever is said."""
    try:
        http.get(LISTS)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise no_server(url, error) from None


def _account(url: str, http: httpx.Client) -> tuple[Control | None, str]:
    server = Control(url, http=http)
    try:
        return server.new_account(), ""
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise no_server(url, error) from None
    except (ControlError, ValueError, LookupError, TypeError) as error:
        return None, server.lacking() or str(error)
