"""The list of API tokens."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains

from portal.organizers import tokens
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission

PAGE = "/organizers/bigevents/tokens/"
READ_CUSTOMERS = Permission.READ_CUSTOMERS
pytestmark = pytest.mark.usefixtures("organizer")


def test_a_page_without_tokens_has_a_message(member_client: Client) -> None:
    assertContains(member_client.get(PAGE), "No API tokens yet.")


@pytest.mark.parametrize("number", [1, 30])
def test_the_token_page_takes_four_queries(
    organizer: Organizer,
    member_client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    number: int,
) -> None:
    for name in range(number):
        tokens.create_token(organizer, name=str(name), permissions=[READ_CUSTOMERS])

    with django_assert_num_queries(4):
        member_client.get(PAGE)
