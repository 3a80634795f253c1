"""A request for a list passes few modules, and queries the database in services only."""

from __future__ import annotations

import pytest
from django.test import Client

from benchmarks.journey import JSON, LIST, record_journey
from portal.conftest import CustomerMaker


@pytest.fixture
def customers(make_customer: CustomerMaker) -> None:
    for _number in range(60):
        make_customer()


@pytest.mark.usefixtures("customers")
@pytest.mark.parametrize(
    ("name", "address", "limit"), [("member_client", LIST, 17), ("api_client", JSON, 10)]
)
@pytest.mark.parametrize("cut", ["", "search=example&", "search=example&is_active=true&"])
def test_a_list_passes_few_modules_and_queries_in_services(
    request: pytest.FixtureRequest, name: str, address: str, limit: int, cut: str
) -> None:
    client: Client = request.getfixturevalue(name)
    client.get(address)

    with record_journey() as journey:
        response = client.get(address.replace(cut, ""))

    assert response.status_code == 200
    assert 0 < len(journey.modules) <= limit, journey.modules
    assert journey.queries
    assert (journey.properties, journey.templates) == (set(), set())
