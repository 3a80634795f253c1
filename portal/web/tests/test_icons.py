"""Every page contains the SVG of the icons that it shows."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from portal.conftest import CustomerMaker

pytestmark = pytest.mark.any_database

ORGANIZER = "/organizers/bigevents/"


@pytest.mark.parametrize(
    "path", ["customers/", "customers/ANN2345/", "tokens/", "api/", "views/", "history/"]
)
def test_a_page_has_the_icons_that_it_shows(
    member_client: Client, make_customer: CustomerMaker, path: str
) -> None:
    make_customer(identifier="ANN2345", email="ann@example.org")

    page = member_client.get(f"{ORGANIZER}{path}").text

    shown = re.findall(r'href="#icon-(\w+)"', page)
    assert shown
    assert {*shown} <= {*re.findall(r'<symbol id="icon-(\w+)"', page)}
