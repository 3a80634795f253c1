"""manage.py set_name_scheme: forms have inputs for other name parts."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from portal.conftest import CustomerMaker
from portal.customers.names import SCHEMES
from portal.organizers.models import Organizer


def test_the_form_has_inputs_for_the_parts_of_the_scheme(
    organizer: Organizer, rival: Organizer, member_client: Client
) -> None:
    out = io.StringIO()

    call_command("set_name_scheme", organizer.slug, "given_family", stdout=out)

    assert out.getvalue() == "Names consist of: given_name, family_name.\n"
    form = member_client.get("/organizers/bigevents/new-customer/")
    assertContains(form, 'name="name_given_name"')
    assertNotContains(form, 'name="name_full_name"')
    rival.refresh_from_db()
    assert rival.name_scheme == "full"


def test_stored_names_stay(organizer: Organizer, make_customer: CustomerMaker) -> None:
    customer = make_customer()

    call_command("set_name_scheme", organizer.slug, "family_given", stdout=io.StringIO())

    name, version = customer.name, customer.version
    customer.refresh_from_db()
    assert (customer.name, customer.version) == (name, version)


@pytest.mark.parametrize("scheme", ["", "Full", "bogus"])
def test_an_unknown_scheme_is_rejected(organizer: Organizer, scheme: str) -> None:
    with pytest.raises(CommandError, match="given_family"):
        call_command("set_name_scheme", organizer.slug, scheme)

    organizer.refresh_from_db()
    assert organizer.name_scheme == "full"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_scheme_is_accepted(organizer: Organizer, scheme: str) -> None:
    call_command("set_name_scheme", organizer.slug, scheme, stdout=io.StringIO())

    organizer.refresh_from_db()
    assert organizer.name_scheme == scheme


def test_an_unknown_organizer_is_an_error(organizer: Organizer) -> None:
    with pytest.raises(CommandError):
        call_command("set_name_scheme", "nowhere", "full")
