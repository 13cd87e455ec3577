"""What every Promoter-compatible server promises, over HTTP, as tests to inherit.

    class TestMine(VendorContract):
        @pytest.fixture
        def promoter_url(self): return "http://127.0.0.1:8080"

        @pytest.fixture
        def promoter_key(self): return "a key that it knows"

The server may hold anything already: every test makes people of its own. It has to have a campaign that may survey;
which one, the fixture ``campaign_id`` says. What a server may lack is in ``CAPABILITIES``; ``supports`` declares what it has.
"""

from contract_tests.vendor.api import Api, somebody
from contract_tests.vendor.base import CAPABILITIES, VendorTests
from contract_tests.vendor.campaigns import Campaigns
from contract_tests.vendor.contacts import Attributes, Contacts
from contract_tests.vendor.credentials import Credentials
from contract_tests.vendor.eligibility import Eligibility
from contract_tests.vendor.examples import Examples
from contract_tests.vendor.feedback import Feedback
from contract_tests.vendor.filters import Filters
from contract_tests.vendor.histories import Histories
from contract_tests.vendor.limits import Limits
from contract_tests.vendor.lists import Lists
from contract_tests.vendor.pages import Pages
from contract_tests.vendor.paths import Paths
from contract_tests.vendor.refusals import Refusals
from contract_tests.vendor.repeats import Races, Repeats
from contract_tests.vendor.segment import Segment
from contract_tests.vendor.sending import Sending
from contract_tests.vendor.surveys import Surveys
from contract_tests.vendor.tenants import Tenants

__all__ = ["CAPABILITIES", "Api", "VendorContract", "VendorTests", "somebody"]


class VendorContract(
    Credentials,
    Tenants,
    Refusals,
    Paths,
    Contacts,
    Attributes,
    Surveys,
    Eligibility,
    Feedback,
    Filters,
    Pages,
    Lists,
    Campaigns,
    Sending,
    Segment,
    Limits,
    Repeats,
    Races,
    Examples,
    Histories,
):
    """All requirements of a Promoter-compatible server."""
