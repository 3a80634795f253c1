"""The page of a customer: its facts and its links."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from portal.conftest import CustomerMaker
from portal.organizers import services
from portal.organizers.models import Organizer

LIST = "/organizers/bigevents/customers/"
IN_PRETIX = "https://pretix.example/control/organizer/big/"


def test_a_name_with_one_part_is_shown_in_the_heading_only(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    made = make_customer(name_parts={"_scheme": "full", "full_name": "Ada Lovelace"})

    page = member_client.get(f"{LIST}{made.identifier}/")

    main = page.text.partition("<h1>")[2]
    assert main.count("Ada Lovelace") == 1


def test_the_parts_of_a_name_are_shown_if_it_has_several(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    parts = {"_scheme": "given_family", "given_name": "Ada", "family_name": "Lovelace"}
    made = make_customer(name_parts=parts)

    page = member_client.get(f"{LIST}{made.identifier}/")

    assertContains(page, "<dt>Given name</dt><dd><bdi>Ada</bdi></dd>", html=True)


@pytest.mark.parametrize(
    ("phone", "href"),
    [
        ("+49 30 (231) 25-0", "tel:+4930231250"),
        ("030/23125 ext. 12", "tel:03023125"),
        ("ask at the desk", None),
        ("javascript:1", None),
    ],
)
def test_a_phone_number_is_dialled_by_a_click(
    member_client: Client, make_customer: CustomerMaker, phone: str, href: str | None
) -> None:
    made = make_customer(phone=phone)

    page = member_client.get(f"{LIST}{made.identifier}/")

    assertContains(page, phone)
    assert re.findall(r'href="(tel:[^"]*)"', page.text) == ([href] if href else [])


def test_an_email_address_cannot_add_fields_to_a_mail_message(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    made = make_customer(email="a?bcc=b&c@example.org")

    page = member_client.get(f"{LIST}{made.identifier}/")

    assertContains(page, 'href="mailto:a%3Fbcc%3Db%26c@example.org"')


def test_a_customer_opens_in_pretix(
    member_client: Client, make_customer: CustomerMaker, organizer: Organizer
) -> None:
    made = make_customer()
    page = member_client.get(f"{LIST}{made.identifier}/")
    assertNotContains(page, "Open in pretix")

    services.set_pretix_url(organizer, url=IN_PRETIX)
    page = member_client.get(f"{LIST}{made.identifier}/")

    url = f"{IN_PRETIX}customer/{made.identifier}/"
    assertContains(page, f'<a class="button" href="{url}" rel="noopener noreferrer">')
