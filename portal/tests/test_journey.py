"""A request passes few modules in one direction, and reads where a reader expects it."""

from __future__ import annotations

import pytest
from django.test import Client

from benchmarks.journey import JSON, LIST, traced
from portal.conftest import CustomerMaker


@pytest.fixture
def crowd(make_customer: CustomerMaker) -> None:
    for _number in range(60):
        make_customer()


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    ("name", "address", "most"), [("member_client", LIST, 17), ("api_client", JSON, 10)]
)
@pytest.mark.parametrize("cut", ["", "search=example&", "search=example&is_active=true&"])
def test_a_list_passes_few_modules_and_reads_in_services(
    request: pytest.FixtureRequest, name: str, address: str, most: int, cut: str
) -> None:
    client: Client = request.getfixturevalue(name)
    client.get(address)

    with traced() as journey:
        response = client.get(address.replace(cut, ""))

    assert response.status_code == 200
    assert 0 < len(journey.modules) <= most, journey.modules
    assert journey.queries
    assert (journey.properties, journey.templates) == (set(), set())
