"""No import restores the personal data of an erased customer."""

from __future__ import annotations

import pytest
from django_scopes import scope

from portal.customers import services
from portal.customers.importing.load import LoadReport, load_customers
from portal.customers.importing.rows import Rejection
from portal.customers.models import Customer, State
from portal.customers.tests.rows import make_row
from portal.history.actors import Actor
from portal.organizers.models import Organizer

LATER = "2022-01-01T00:00:00Z"
REJECTION = Rejection("row ANN", "is erased here, not at the source", "ANN")


@pytest.fixture
def ann(organizer: Organizer) -> Customer:
    load_customers(organizer, [make_row("ANN", "ann@x.org")])
    with scope(organizer=organizer):
        return services.erase_customer(organizer, "ANN", actor=Actor.from_command("test"))


def _stored(organizer: Organizer) -> Customer:
    with scope(organizer=organizer):
        return Customer.objects.get()


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("last_modified", ["2021-04-06T13:44:22.809377Z", LATER])
def test_a_row_with_the_person_is_rejected(
    organizer: Organizer, ann: Customer, last_modified: str, overwrite: bool
) -> None:
    row = make_row("ANN", "ann@x.org", last_modified=last_modified)

    report = load_customers(organizer, [row], overwrite=overwrite)

    assert report == LoadReport(rejected=1, rejections=[REJECTION])
    stored = _stored(organizer)
    assert (stored.state, stored.erased, stored.email) == (State.ANONYMISED, ann.erased, None)


def test_an_older_row_is_outdated(organizer: Organizer, ann: Customer) -> None:
    row = make_row("ANN", "ann@x.org", last_modified="2020-01-01T00:00:00Z")

    assert load_customers(organizer, [row]) == LoadReport(outdated=1)
    assert load_customers(organizer, [row], overwrite=True).rejected == 1
    assert _stored(organizer).email is None


def test_an_anonymised_row_is_imported_and_the_customer_remains_erased(
    organizer: Organizer, ann: Customer
) -> None:
    row = make_row("ANN", None, name_parts={}, is_active=False, locale="fr", last_modified=LATER)

    assert load_customers(organizer, [row]) == LoadReport(updated=1)
    assert (_stored(organizer).erased, _stored(organizer).locale) == (ann.erased, "fr")


def test_the_email_of_an_erased_person_is_free_for_another_row(
    organizer: Organizer, ann: Customer
) -> None:
    rows = [make_row("ANN", "ann@x.org"), make_row("BOB", "ann@x.org")]

    report = load_customers(organizer, rows)

    assert report == LoadReport(created=1, rejected=1, rejections=[REJECTION])


def test_an_erased_customer_that_was_edited_in_portal_is_updated_except_for_the_edit(
    organizer: Organizer, ann: Customer
) -> None:
    with scope(organizer=organizer):
        services.change_customer(
            organizer, "ANN", {"email": "new@x.org"}, actor=Actor.from_command("test")
        )

    row = make_row("ANN", "ann@x.org", locale="fr", last_modified=LATER)
    report = load_customers(organizer, [row])

    assert (report.updated, report.conflicting) == (1, 1)
    assert (_stored(organizer).email, _stored(organizer).locale) == ("new@x.org", "fr")
