"""Pages of a search whose matches are known beforehand, in the order of the list."""

from __future__ import annotations

import pytest
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.customers.tests.asking import asked
from portal.customers.tests.walks import KEYS
from portal.organizers.models import Organizer

SIZE = 3


@pytest.fixture
def found(make_customer: CustomerMaker) -> None:
    """Ten of several kinds, in no order, and somebody who is not found."""
    for number in (4, 1, 8, 6, 0, 9, 2, 7, 5, 3):
        make_customer(
            identifier=f"{'xX'[number % 2]}{number % 7}-{number}",
            email=f"e{number % 5}.{number}@example.org" if number % 3 else None,
            external_identifier=f"found{number}",
            name_parts={"_scheme": "full", "full_name": f"Ñ{number % 4}"} if number % 4 else {},
            last_login=f"2026-02-01T12:00:0{number % 4}Z" if number % 5 else None,
            is_verified=number > 4,
            locale=["de", "fr", "en"][number % 3],
        )
    make_customer(email="elsewhere@example.org")


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize("query", ["search=found", "search=found&is_verified=true&locale=de"])
@pytest.mark.parametrize("ordering", [*KEYS, "name,-email", "-is_verified,last_login,-identifier"])
def test_every_page_is_its_part_of_the_list(
    organizer: Organizer, query: str, ordering: str
) -> None:
    with scope(organizer=organizer):
        search = asked(organizer, f"{query}&ordering={ordering}")
        everybody = list(search.customers.values_list("identifier"))

        for start in range(0, 12, SIZE):
            page = search.read_page(["identifier"], start // SIZE + 1, SIZE)

            assert page.rows == everybody[start : start + SIZE]
            assert page.count == (len(everybody) if page.rows else 0)
            assert bool(page.before) == (0 < start < len(everybody))
            assert bool(page.after) == (start + SIZE < len(everybody))


@pytest.mark.usefixtures("found")
def test_the_list_goes_on_where_somebody_is_gone_meanwhile(organizer: Organizer) -> None:
    with scope(organizer=organizer):
        search = asked(organizer, "search=found&ordering=identifier")
        everybody = list(search.customers)
        assert search.numbers.exact() == 10
        Customer.objects.filter(pk=everybody[0].pk).delete()

        page = search.read_page(["identifier"], 1, SIZE)

        assert page.rows == [(each.identifier,) for each in everybody[1 : 1 + SIZE]]
        assert page.after
        further = search.read_beyond(["identifier"], page.after, 10)
        assert further.rows == [(each.identifier,) for each in everybody[1 + SIZE :]]
