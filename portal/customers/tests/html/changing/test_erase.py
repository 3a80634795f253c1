"""The page that erases a customer."""

from __future__ import annotations

import pytest
from django.test import Client
from django_scopes import scope
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.models import Customer
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

ANN = "/organizers/bigevents/customers/ANN2345/"
ERASE = f"{ANN}erase/"


@pytest.fixture
def ann(make_customer: CustomerMaker) -> Customer:
    return make_customer(identifier="ANN2345", email="ann@example.org")


def stored(organizer: Organizer) -> Customer:
    with scope(organizer=organizer):
        return services.get_customer(organizer, "ANN2345")


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize("typed", ["ann@example.org", " ANN@example.org "])
def test_a_customer_is_erased_after_its_email_was_typed(
    organizer: Organizer, member_client: Client, typed: str
) -> None:
    assertContains(member_client.get(ANN), f'href="{ERASE}"')

    response = member_client.post(ERASE, {"confirmation": typed})

    assertRedirects(response, f"{ANN}?saved=2")
    page = member_client.get(response["Location"])
    assertContains(page, "The personal data was erased.")
    assertNotContains(page, "/undo/")
    assertNotContains(page, "ann@example.org")
    customer = stored(organizer)
    assert (customer.email, customer.name, customer.is_active) == (None, "", False)
    assert customer.erased


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize("typed", ["", "ben@example.org", "ANN2345"])
def test_a_wrong_confirmation_erases_nothing(
    organizer: Organizer, member_client: Client, typed: str
) -> None:
    response = member_client.post(ERASE, {"confirmation": typed})

    assertContains(response, "Nothing was erased.", status_code=422)
    assertContains(response, "autofocus", status_code=422)
    assert stored(organizer).email == "ann@example.org"


def test_the_identifier_confirms_the_erasure_of_a_customer_without_an_email(
    organizer: Organizer, member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(identifier="ANN2345", email=None)

    assertRedirects(member_client.post(ERASE, {"confirmation": "ann2345"}), f"{ANN}?saved=2")
    assert stored(organizer).erased


@pytest.mark.usefixtures("ann")
def test_the_page_says_what_is_erased_and_what_remains(member_client: Client) -> None:
    page = member_client.get(ERASE)

    for text in (
        "Erased permanently",
        "All values in the history",
        "Remains",
        "This cannot be undone.",
    ):
        assertContains(page, text)


@pytest.mark.usefixtures("ann")
def test_the_permission_to_change_customers_does_not_include_erasing(
    organizer: Organizer, member: User, member_client: Client
) -> None:
    with scope(organizer=organizer):
        permissions = [each for each in Permission.values if each != Permission.ERASE_CUSTOMERS]
        Team.objects.filter(members=member).update(permissions=permissions)

    assert member_client.post(ERASE, {"confirmation": "ann@example.org"}).status_code == 403
    assertNotContains(member_client.get(ANN), ERASE)
    assert stored(organizer).erased is None


@pytest.mark.usefixtures("ann")
def test_a_stranger_gets_404(organizer: Organizer, stranger_client: Client) -> None:
    assert stranger_client.post(ERASE, {"confirmation": "ann@example.org"}).status_code == 404
    assert stored(organizer).erased is None


@pytest.mark.usefixtures("ann")
def test_an_erased_customer_is_not_offered_to_be_erased_again(member_client: Client) -> None:
    member_client.post(ERASE, {"confirmation": "ann@example.org"})

    assertNotContains(member_client.get(ANN), f'href="{ERASE}')

    member_client.post(f"{ANN}edit/email/", {"since": 2, "email": "again@example.org"})

    assertContains(member_client.get(ANN), f'href="{ERASE}"')


@pytest.mark.usefixtures("ann")
def test_an_erased_customer_is_offered_to_be_neither_verified_nor_activated(
    organizer: Organizer, member_client: Client
) -> None:
    assertContains(member_client.get(ANN), "Mark as")
    member_client.post(ERASE, {"confirmation": "ann@example.org"})

    page = member_client.get(ANN)

    assertNotContains(page, "Mark as")
    assertNotContains(page, "Activate")
    verified = {"since": 2, "initial-is_verified": "False", "is_verified": "on"}
    response = member_client.post(f"{ANN}edit/is_verified/", verified)
    assertContains(response, "no email that could be verified", status_code=422)
    assert not stored(organizer).is_verified
