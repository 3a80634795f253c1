"""Imports of created, updated, unchanged and rejected rows in one transaction."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from portal.customers.importing.load import LoadReport, load_customers
from portal.customers.importing.rows import Rejection, StagedRow
from portal.customers.models import Customer
from portal.customers.tests.rows import emails_of, make_row
from portal.organizers.models import Organizer

HOSTILE = ["'; DROP TABLE staged; --", "%s %(organizer)s {table}", "\\N", "a\tb\nc\\.", "😀\u202e"]


def _load(organizer: Organizer, **emails: str | None) -> LoadReport:
    return load_customers(organizer, [make_row(*each) for each in emails.items()])


def test_a_row_becomes_a_customer_with_derived_columns(organizer: Organizer) -> None:
    row = make_row("ANN", "Ann@Example.org", external_identifier="CRM-1", notes="a\nb").row

    load_customers(organizer, [StagedRow("row 1", row)])

    with scope(organizer=organizer):
        customer = Customer.objects.get()
    assert {name: getattr(customer, name) for name in row.__dict__} == row.__dict__
    assert (customer.name, customer.name_key) == ("John Doe", "john doe")
    assert customer.email_key == "ann@example.org"
    assert customer.search_text == "john doe\nann@example.org\nann\ncrm-1"


def test_saving_a_loaded_customer_changes_nothing(organizer: Organizer) -> None:
    parts = {"_scheme": "full", "full_name": "Zoë"}
    row = make_row("ANN", "Ann@x.org", name_parts=parts, last_login="2026-01-01T00:00:00Z")
    load_customers(organizer, [row])
    with scope(organizer=organizer):
        Customer.objects.get().save()

    assert load_customers(organizer, [row]) == LoadReport(unchanged=1)


def test_a_second_load_writes_nothing(organizer: Organizer) -> None:
    first = _load(organizer, ANN="ann@x.org", BOB=None)

    with CaptureQueriesContext(connection) as queries:
        second = _load(organizer, ANN="ann@x.org", BOB=None)

    assert (first, second) == (LoadReport(created=2), LoadReport(unchanged=2))
    statements = " ".join(query["sql"] for query in queries)
    assert not re.search(rf"(INSERT INTO|UPDATE) {Customer._meta.db_table}", statements)


def test_a_load_raises_the_versions_of_the_customers_that_it_changes(organizer: Organizer) -> None:
    _load(organizer, ANN="ann@x.org", BOB="bob@x.org")

    _load(organizer, ANN="ann@y.org", BOB="bob@x.org", COY=None)

    with scope(organizer=organizer):
        versions = dict(Customer.objects.values_list("identifier", "version"))
    assert versions == {"ANN": 2, "BOB": 1, "COY": 1}


def test_parts_in_another_order_are_no_change(organizer: Organizer) -> None:
    parts = {"_scheme": "given_family", "given_name": "Ann", "family_name": None}
    backwards = dict(reversed(parts.items()))

    load_customers(organizer, [make_row("ANN", None, name_parts=parts)])

    report = load_customers(organizer, [make_row("ANN", None, name_parts=backwards)])
    assert report == LoadReport(unchanged=1)
    with scope(organizer=organizer):
        assert Customer.objects.get().name_parts == parts


def test_a_changed_row_updates_its_customer(organizer: Organizer) -> None:
    _load(organizer, ANN="ann@x.org", BOB="bob@x.org")

    report = _load(organizer, ANN="ann@y.org", BOB="bob@x.org", COY=None)

    assert report == LoadReport(created=1, updated=1, unchanged=1)
    assert emails_of(organizer) == {"ANN": "ann@y.org", "BOB": "bob@x.org", "COY": None}


def test_the_last_row_of_a_customer_is_loaded(organizer: Organizer) -> None:
    rows = [make_row("ANN", f"{number}@x.org") for number in range(3)]

    report = load_customers(organizer, rows)

    assert report == LoadReport(created=1, repeated=2)
    assert emails_of(organizer) == {"ANN": "2@x.org"}


def test_another_organizer_may_have_equal_customers(organizer: Organizer, rival: Organizer) -> None:
    _load(organizer, ANN="ann@x.org")

    report = _load(rival, ANN="ann@x.org", BOB="bob@x.org")

    assert report == LoadReport(created=2)
    assert emails_of(organizer) == {"ANN": "ann@x.org"}


def test_an_interrupted_load_changes_nothing(organizer: Organizer) -> None:
    def rows() -> Iterator[StagedRow]:
        for number in range(2_500):
            yield make_row(f"C{number}", None)
        raise KeyboardInterrupt

    _load(organizer, ANN="ann@x.org")
    with pytest.raises(KeyboardInterrupt):
        load_customers(organizer, rows())

    assert _load(organizer, BOB=None) == LoadReport(created=1)
    assert emails_of(organizer).keys() == {"ANN", "BOB"}


def test_all_rejections_are_counted_and_the_first_are_reported(organizer: Organizer) -> None:
    rejections = [Rejection(f"customer {number}", "bad") for number in range(55)]

    report = load_customers(organizer, [*rejections, make_row("ANN", None)])

    assert report.rejections == rejections[:50]
    assert (report.created, report.rejected, report.total) == (1, 55, 56)


@pytest.mark.parametrize("text", HOSTILE)
def test_special_characters_are_loaded_unchanged(organizer: Organizer, text: str) -> None:
    parts = {"_scheme": "full", "full_name": text, text: text}

    load_customers(organizer, [make_row("ANN", None, name_parts=parts, notes=text, phone=text)])

    with scope(organizer=organizer):
        customer = Customer.objects.get()
    assert (customer.name_parts, customer.notes, customer.phone) == (parts, text, text)
    assert customer.name == text.strip()


def test_identifiers_with_dots_and_of_full_length_are_loaded(organizer: Organizer) -> None:
    identifiers = ["has.dot-and_us", "x" * 190, "10", "1e1"]

    load_customers(organizer, [make_row(identifier, None) for identifier in identifiers])

    assert set(emails_of(organizer)) == set(identifiers)


def test_more_customers_than_a_batch_has_are_loaded(organizer: Organizer) -> None:
    report = load_customers(organizer, (make_row(f"C{number}", None) for number in range(2_100)))

    assert report == LoadReport(created=2_100)
