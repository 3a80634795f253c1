"""Query plans of searches with the permission to read notes: the index of notes is used, too."""

from __future__ import annotations

import pytest

from portal.customers import services
from portal.customers.models import Customer
from portal.customers.tests.large.scans import FIELDS, MAX_ROWS, SIZE, assert_ordered_scan
from portal.customers.tests.large.test_plans import FIRST_CUSTOMER_INDEXES
from portal.customers.tests.lists import list_of
from portal.customers.tests.plans import NOTES_SEARCH, SEARCH, Plan, explained
from portal.history.actors import Actor
from portal.organizers.models import Organizer

ACTOR = Actor.from_command("test")


@pytest.fixture
def noted(in_large: Organizer) -> list[Customer]:
    """Two customers with a word in the field `notes` and in a note of the team."""
    first, second = Customer.objects.order_by("email_key")[:2]
    services.change_customer(in_large, first.identifier, {"notes": "Gluten-free"}, actor=ACTOR)
    services.add_note(in_large, second.identifier, "No gluten", actor=ACTOR)
    return [first, second]


@pytest.mark.parametrize("search", ["gluten", "gluten example", "free gluten 23125"])
def test_a_selective_search_in_notes_is_a_scan_of_both_trigram_indexes(
    in_large: Organizer, noted: list[Customer], plans: list[Plan], search: str
) -> None:
    found = list_of(in_large, f"search={search}", reads_notes=True)

    with explained(plans):
        page = found.read_page(FIELDS, 1, SIZE)

    assert page.count == len([*found.customers]) <= len(noted)
    matches, *_rows = plans
    assert matches.indexes - {SEARCH, *FIRST_CUSTOMER_INDEXES} <= {NOTES_SEARCH}
    assert not {name for plan in plans for name in plan.tables}
    assert sum(plan.rows for plan in plans) <= 2 * MAX_ROWS


@pytest.mark.usefixtures("noted")
def test_both_indexes_are_used(in_large: Organizer, plans: list[Plan]) -> None:
    with explained(plans):
        found = list_of(in_large, "search=gluten", reads_notes=True).page(1, SIZE)

    assert found.count.number == 2
    assert {SEARCH, NOTES_SEARCH} <= plans[0].indexes


def test_an_unselective_search_in_notes_is_an_ordered_scan(
    in_large: Organizer, plans: list[Plan]
) -> None:
    with explained(plans):
        page = list_of(in_large, "search=example.org", reads_notes=True).page(1, SIZE)

    assert not page.count.is_exact
    _found, scanned, _exact = plans
    assert_ordered_scan([scanned], "email")


@pytest.mark.usefixtures("noted")
def test_members_without_the_permission_do_not_search_notes(
    in_large: Organizer, plans: list[Plan]
) -> None:
    with explained(plans):
        assert list_of(in_large, "search=gluten").page(1, SIZE).count.number == 0

    assert not any(NOTES_SEARCH in plan.indexes for plan in plans)
