"""The state of a customer: one of four values, the same on all pages and in the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django_scopes import scope
from pytest_django.asserts import assertContains, assertNotContains

from portal.conftest import CustomerMaker
from portal.customers.importing.load import load_customers
from portal.customers.models import Customer, State
from portal.customers.tests.rows import make_row
from portal.organizers.models import Organizer

LIST: Final = "/organizers/bigevents/customers/"
API: Final = "/api/v1/organizers/bigevents/customers/"
# The values of a customer that pretix has anonymised.
NOTHING: Final[Mapping[str, Any]] = {
    "email": None,
    "name_parts": {},
    "is_active": False,
    "is_verified": False,
}
NAMED: Final = {"_scheme": "full", "full_name": "Ann"}
CASES: Final[list[tuple[dict[str, Any], State]]] = [
    ({"is_active": True, "is_verified": True}, State.ACTIVE),
    ({"is_active": True, "is_verified": False}, State.UNVERIFIED),
    ({**NOTHING, "is_active": True}, State.UNVERIFIED),
    ({**NOTHING, "is_active": True, "is_verified": True}, State.ACTIVE),
    ({"is_active": False, "is_verified": True}, State.INACTIVE),
    ({"is_active": False, "is_verified": False}, State.INACTIVE),
    ({**NOTHING}, State.ANONYMISED),
    ({**NOTHING, "is_verified": True}, State.ANONYMISED),
    ({**NOTHING, "phone": "", "external_identifier": "", "notes": ""}, State.ANONYMISED),
    ({**NOTHING, "name_parts": {"_scheme": "full", "full_name": ""}}, State.ANONYMISED),
    ({**NOTHING, "email": "ann@example.org"}, State.INACTIVE),
    ({**NOTHING, "name_parts": NAMED}, State.INACTIVE),
    ({**NOTHING, "phone": "+49301"}, State.INACTIVE),
    ({**NOTHING, "external_identifier": "CRM-7"}, State.INACTIVE),
    ({**NOTHING, "notes": "VIP"}, State.INACTIVE),
]


def stored(organizer: Organizer) -> dict[str, int]:
    with scope(organizer=organizer):
        return dict(Customer.objects.values_list("identifier", "state"))


@pytest.mark.parametrize(("fields", "state"), CASES)
def test_exactly_one_state_applies(
    organizer: Organizer, make_customer: CustomerMaker, fields: dict[str, Any], state: State
) -> None:
    made = make_customer(**fields)

    assert made.state == state
    assert stored(organizer) == {made.identifier: state}


def test_an_import_gives_the_states_of_saved_customers(organizer: Organizer) -> None:
    rows = [
        make_row(f"C{number}", fields.get("email"), **{"name_parts": NAMED, **fields})
        for number, (fields, _state) in enumerate(
            ({name: value for name, value in fields.items() if name != "email"}, state)
            for fields, state in CASES
        )
    ]

    load_customers(organizer, rows)

    made = stored(organizer)
    assert made["C0"] == State.ACTIVE
    assert made["C4"] == State.INACTIVE
    assert made["C6"] == State.ANONYMISED


def test_a_saved_change_gives_another_state(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    made = make_customer(is_verified=True)
    with scope(organizer=organizer):
        made.is_active = False
        made.save()
        assert made.state == State.INACTIVE

        made.email, made.name_parts = None, {}
        made.save()
        assert made.state == State.ANONYMISED


def test_a_bulk_update_of_columns_of_the_state_is_rejected(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer()

    with scope(organizer=organizer), pytest.raises(TypeError, match="derived from"):
        Customer.objects.update(is_verified=True)


@pytest.mark.parametrize(("fields", "state"), CASES)
def test_the_database_rejects_every_other_state(
    organizer: Organizer, make_customer: CustomerMaker, fields: dict[str, Any], state: State
) -> None:
    made = make_customer(**fields)

    for other in State:
        if other != state:
            with scope(organizer=organizer), pytest.raises(IntegrityError), transaction.atomic():
                Customer.objects.filter(pk=made.pk).update(state=other)


def test_a_list_of_active_customers_has_only_active_customers(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(email="active@example.org", is_verified=True)
    make_customer(email="unverified@example.org")

    response = member_client.get(f"{LIST}?state=active")

    assertContains(response, "active<wbr>@example.org")
    assertNotContains(response, "unverified<wbr>@example.org")
    assertNotContains(response, "state-mark unverified")


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [2, 3, 1, 1]),
        ("state=active", [2, 3, 1, 1]),
        ("state_not=active", [0, 3, 1, 1]),
        ("is_active=true", [2, 3, 0, 0]),
        ("is_verified=true", [2, 0, 0, 0]),
        ("search=customer", [2, 3, 1, 0]),
    ],
)
def test_the_filter_shows_the_count_of_each_choice(
    member_client: Client, make_customer: CustomerMaker, query: str, numbers: list[int]
) -> None:
    for _number in range(2):
        make_customer(is_verified=True)
    for _number in range(3):
        make_customer()
    make_customer(is_active=False)
    make_customer(**NOTHING)

    listing = member_client.get(f"{LIST}?{query}").context["listing"]

    [choices] = listing.filter_groups[0].parts
    assert [box.value for box in choices.boxes] == [each.code for each in State]
    assert [box.number for box in choices.boxes] == numbers


def test_the_page_and_the_customer_have_equal_labels_of_the_state(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    made = make_customer(**NOTHING)

    for path in (LIST, f"{LIST}{made.identifier}/"):
        assertContains(member_client.get(path), "Anonymised</span>", count=1)


@pytest.mark.parametrize("query", ["state=inactive", "state_not=inactive", "ordering=-state"])
def test_the_api_returns_the_customers_that_the_page_shows(
    member_client: Client, api_client: Client, make_customer: CustomerMaker, query: str
) -> None:
    for fields, _state in CASES:
        make_customer(**fields) if "email" not in fields else make_customer(
            **{**fields, "email": None}
        )

    rows = member_client.get(f"{LIST}?{query}").context["listing"].page.rows
    results = api_client.get(f"{API}?{query}").json()["results"]

    assert [each["identifier"] for each in results] == [each.identifier for each in rows] != []


@pytest.mark.parametrize("query", ["state=gone", "state_not=gone"])
def test_an_unknown_state_is_an_error(
    member_client: Client, api_client: Client, organizer: Organizer, query: str
) -> None:
    name = query.partition("=")[0]

    assert member_client.get(f"{LIST}?{query}").status_code == 422
    response = api_client.get(f"{API}?{query}")
    assert response.status_code == 400
    assert [*response.json()] == [name]
