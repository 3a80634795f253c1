"""An import does not overwrite fields that were edited in Portal, and reports conflicts."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.core.management import call_command
from django_scopes import scope

from portal.customers import services
from portal.customers.importing.comparison import compare_with_customers
from portal.customers.importing.edited import ImportConflict
from portal.customers.importing.load import LoadReport, load_customers
from portal.customers.importing.merging import FIELDS
from portal.customers.importing.rows import ParsedRow, check_rows
from portal.customers.models import Customer, State
from portal.customers.tests.rows import GIVEN
from portal.history.actors import Actor
from portal.history.models import Event
from portal.organizers.models import Organizer

MEMBER: Final = Actor.from_command("test")
IMPORT: Final = Actor.from_import("files")
MAY, JUNE, JULY = (f"2026-0{month}-01T10:00:00Z" for month in (5, 6, 7))
ANN: Final = {**GIVEN, "identifier": "ANN", "email": "ann@x.org", "phone": "1", "notes": None}
NAME: Final = {"_scheme": "full", "full_name": "Ann Lee"}
GONE: Final[dict[str, Any]] = {"email": None, "phone": None, "name_parts": {}, "is_active": False}


@pytest.fixture(autouse=True)
def _in_scope(organizer: Organizer) -> Iterator[None]:
    with scope(organizer=organizer):
        yield


@pytest.fixture
def ann(organizer: Organizer) -> Customer:
    _import(organizer, last_modified=MAY)
    return Customer.objects.get()


def _import(
    organizer: Organizer, *, without: tuple[str, ...] = (), partial: Any = None, **options: Any
) -> LoadReport:
    """Import the row of Ann, with other values of some fields."""
    fields = {name: options.pop(name) for name in [*options] if name in FIELDS}
    content = partial or {
        name: value for name, value in {**ANN, **fields}.items() if name not in without
    }
    rows = [ParsedRow("row 1", content, is_partial=bool(partial))]
    compared = compare_with_customers(organizer, rows, overwrite=options.get("overwrite", False))
    return load_customers(organizer, check_rows(compared), actor=IMPORT, **options)


def _edit(organizer: Organizer, **values: Any) -> Customer:
    return services.change_customer(organizer, "ANN", values, actor=MEMBER)


def _conflicts(*fields: str) -> list[ImportConflict]:
    return [ImportConflict("row 1", "ANN", field) for field in fields]


EDITS: Final[dict[str, tuple[Any, Any]]] = {
    # field: (the value in Portal, the new value of the source)
    "email": ("ours@x.org", "theirs@x.org"),
    "phone": ("+493023125", "2"),
    "name_parts": (NAME, {"_scheme": "full", "full_name": "Ann Theirs"}),
    "is_active": (False, None),
    "is_verified": (True, None),
    "locale": ("fr", "it"),
    "external_identifier": ("E-1", "E-2"),
    "notes": ("called", "wrote"),
}


@pytest.mark.parametrize("field", EDITS)
def test_an_edit_stays_while_the_source_does_not_change_the_field(
    organizer: Organizer, ann: Customer, field: str
) -> None:
    ours = EDITS[field][0]
    _edit(organizer, **{field: ours})

    report = _import(organizer, last_modified=JUNE, last_login=MAY)

    assert report == LoadReport(updated=1)
    stored = Customer.objects.get()
    assert getattr(stored, field) == ours
    assert stored.last_login is not None
    stored.set_derived_columns()
    assert Customer.objects.get().search_text == stored.search_text


@pytest.mark.parametrize("field", [name for name, (_ours, new) in EDITS.items() if new])
def test_a_field_that_both_changed_keeps_the_value_of_portal_and_is_reported(
    organizer: Organizer, ann: Customer, field: str
) -> None:
    ours, theirs = EDITS[field]
    _edit(organizer, **{field: ours})

    report = _import(organizer, last_modified=JUNE, **{field: theirs})

    assert report == LoadReport(updated=1, conflicting=1, conflicts=_conflicts(field))
    stored = Customer.objects.get()
    assert getattr(stored, field) == ours
    assert stored.source_values == {field: [theirs, JUNE]}


def test_a_conflict_is_reported_once(organizer: Organizer, ann: Customer) -> None:
    _edit(organizer, email="ours@x.org")
    _import(organizer, email="theirs@x.org", last_modified=JUNE)

    again = _import(organizer, email="theirs@x.org", last_modified=JUNE)
    later = _import(organizer, email="theirs@x.org", last_modified=JULY)

    assert again == LoadReport(unchanged=1)
    assert later == LoadReport(updated=1)
    assert Customer.objects.get().source_values == {"email": ["theirs@x.org", JUNE]}


def test_the_same_file_again_changes_nothing(organizer: Organizer, ann: Customer) -> None:
    edited = _edit(organizer, email="ours@x.org", name_parts=NAME, is_active=False)

    assert _import(organizer, last_modified=MAY) == LoadReport(unchanged=1)
    # A row with another notation of times is compared in the staging table.
    offset = MAY.replace("Z", "+00:00")
    assert _import(organizer, last_modified=offset) == LoadReport(unchanged=1)
    stored = Customer.objects.get()
    assert (stored.version, stored.email) == (edited.version, "ours@x.org")


def test_a_source_that_follows_an_edit_agrees_again(organizer: Organizer, ann: Customer) -> None:
    _edit(organizer, email="ours@x.org")

    assert _import(organizer, email="ours@x.org", last_modified=JUNE) == LoadReport(updated=1)
    assert Customer.objects.get().source_values is None
    assert _import(organizer, email="new@x.org", last_modified=JULY) == LoadReport(updated=1)
    assert Customer.objects.get().email == "new@x.org"


def test_an_edit_that_was_reverted_agrees_with_the_source(
    organizer: Organizer, ann: Customer
) -> None:
    _edit(organizer, email="ours@x.org")
    event = Event.objects.order_by("-pk")[0]

    undone = services.undo_event(organizer, "ANN", event.pk, actor=MEMBER)

    assert undone.source_values is None
    assert _import(organizer, email="new@x.org", last_modified=JUNE) == LoadReport(updated=1)


def test_an_import_that_is_undone_is_not_repeated(organizer: Organizer, ann: Customer) -> None:
    change: dict[str, Any] = {"email": "new@x.org", "last_login": JUNE, "last_modified": JUNE}
    _import(organizer, **change)
    event = Event.objects.order_by("-pk")[0]
    services.undo_event(organizer, "ANN", event.pk, actor=MEMBER)

    assert _import(organizer, **change) == LoadReport(unchanged=1)
    assert _import(organizer, **{**change, "last_modified": JULY}) == LoadReport(updated=1)
    stored = Customer.objects.get()
    assert (stored.email, stored.last_login) == ("ann@x.org", None)


def test_an_older_row_changes_nothing(organizer: Organizer, ann: Customer) -> None:
    _edit(organizer, email="ours@x.org")

    report = _import(organizer, email="older@x.org", last_modified="2026-04-01T10:00:00Z")

    assert report == LoadReport(outdated=1)
    assert Customer.objects.get().source_values == {"email": ["ann@x.org", None]}


def test_an_edited_field_that_the_row_lacks_keeps_its_value(
    organizer: Organizer, ann: Customer
) -> None:
    _edit(organizer, phone="+493023125")

    report = _import(organizer, without=("phone",), last_modified=JUNE)

    assert report == LoadReport(updated=1)
    stored = Customer.objects.get()
    assert (stored.phone, stored.source_values) == ("+493023125", {"phone": ["1", None]})


def test_overwrite_restores_the_values_of_the_row(organizer: Organizer, ann: Customer) -> None:
    _edit(organizer, email="ours@x.org", phone="+493023125")

    report = _import(organizer, without=("phone",), last_modified=MAY, overwrite=True)

    assert report == LoadReport(updated=1)
    stored = Customer.objects.get()
    assert (stored.email, stored.phone) == ("ann@x.org", "+493023125")
    assert stored.source_values == {"phone": ["1", None]}


def test_an_edited_field_without_a_column_keeps_its_value(
    organizer: Organizer, ann: Customer
) -> None:
    _edit(organizer, email="ours@x.org", name_parts=NAME)
    row = {"identifier": "ANN", "name": "John Doe", "locale": "it", "last_modified": JUNE}

    assert _import(organizer, partial=row) == LoadReport(updated=1)
    stored = Customer.objects.get()
    assert (stored.email, stored.name, stored.locale) == ("ours@x.org", "Ann Lee", "it")


def test_a_customer_of_a_spreadsheet_without_times_has_a_source(organizer: Organizer) -> None:
    row = {"identifier": "ANN", "name": "Ann", "email": "ann@x.org"}
    _import(organizer, partial=row)
    _edit(organizer, email="ours@x.org")

    assert _import(organizer, partial=row) == LoadReport(unchanged=1)
    assert _import(organizer, partial={**row, "email": "b@x.org"}) == LoadReport(undated=1)
    dated = {**row, "locale": "it", "last_modified": JUNE}
    assert _import(organizer, partial=dated) == LoadReport(updated=1)
    assert Customer.objects.get().email == "ours@x.org"


def test_a_customer_without_a_source_stores_no_source_values(organizer: Organizer) -> None:
    created = services.create_customer(organizer, {"email": "a@x.org"}, actor=MEMBER)

    edited = services.change_customer(
        organizer, created.identifier, {"email": "b@x.org"}, actor=MEMBER
    )

    assert edited.source_values is None


def test_rows_of_one_customer_in_a_load_are_one_change_of_the_source(
    organizer: Organizer, ann: Customer
) -> None:
    _edit(organizer, email="ours@x.org", phone="+493023125")
    first = {**ANN, "email": "theirs@x.org", "last_modified": JUNE}
    second = {name: ANN[name] for name in ANN if name != "phone"} | {"last_modified": JULY}
    rows = [ParsedRow("row 1", first), ParsedRow("row 2", second)]

    compared = compare_with_customers(organizer, rows)
    report = load_customers(organizer, check_rows(compared), actor=IMPORT)

    # The last row has the values of the source from before the edits.
    assert report == LoadReport(updated=1, repeated=1)
    assert Customer.objects.get().email == "ours@x.org"


def test_an_anonymised_row_erases_the_personal_data_here(
    organizer: Organizer, ann: Customer
) -> None:
    _edit(organizer, email="ours@x.org", is_active=False, notes="called")

    report = _import(organizer, **GONE, last_modified=JUNE)

    assert report == LoadReport(updated=1)
    stored = Customer.objects.get()
    assert (stored.state, stored.email, stored.notes) == (State.ANONYMISED, None, None)
    assert stored.source_values is None


def test_personal_data_that_was_added_in_portal_to_an_anonymised_customer_remains(
    organizer: Organizer, ann: Customer
) -> None:
    _import(organizer, **GONE, last_modified=JUNE)
    _edit(organizer, email="ours@x.org")

    assert _import(organizer, **GONE, locale="it", last_modified=JULY) == LoadReport(updated=1)
    stored = Customer.objects.get()
    assert (stored.email, stored.locale) == ("ours@x.org", "it")


def test_an_erased_customer_stores_nothing_of_its_source(
    organizer: Organizer, ann: Customer
) -> None:
    _edit(organizer, email="ours@x.org")
    _import(organizer, email="theirs@x.org", last_modified=JUNE)

    services.erase_customer(organizer, "ANN", actor=MEMBER)

    assert Customer.objects.get().source_values is None
    assert _edit(organizer, locale="fr").source_values is None


def test_an_email_of_an_unchanged_customer_is_taken(organizer: Organizer, ann: Customer) -> None:
    _edit(organizer, email="ours@x.org")
    rows = [
        ParsedRow("row 1", {**ANN, "email": "theirs@x.org", "last_modified": JUNE}),
        ParsedRow("row 2", {**ANN, "identifier": "BOB", "email": "OURS@x.org"}),
    ]

    compared = compare_with_customers(organizer, rows)
    report = load_customers(organizer, check_rows(compared), actor=IMPORT)

    reasons = [each.reason for each in report.rejections]
    assert reasons == ["email: OURS@x.org belongs to customer ANN"]
    assert (report.updated, report.conflicting) == (1, 1)


def test_a_rejected_row_is_no_conflict(organizer: Organizer, ann: Customer) -> None:
    _edit(organizer, phone="+493023125")
    bob = {**ANN, "identifier": "BOB", "email": "b@x.org"}
    load_customers(organizer, check_rows([ParsedRow("", bob)]))

    report = _import(organizer, phone="2", email="b@x.org", last_modified=JUNE)

    assert (report.rejected, report.conflicting) == (1, 0)
    assert Customer.objects.get(identifier="ANN").source_values == {"phone": ["1", None]}


def test_a_dry_run_prints_the_report_of_an_import(organizer: Organizer, ann: Customer) -> None:
    edited = _edit(organizer, email="ours@x.org")
    change: dict[str, Any] = {"email": "theirs@x.org", "last_modified": JUNE}

    dry = _import(organizer, dry_run=True, **change)

    assert Customer.objects.get().source_values == edited.source_values
    assert dry == _import(organizer, **change)


def test_the_last_change_is_the_later_one(organizer: Organizer, ann: Customer) -> None:
    edited = _edit(organizer, email="ours@x.org")

    _import(organizer, locale="it", last_modified=JUNE)

    assert Customer.objects.get().last_modified == edited.last_modified


def test_an_event_of_an_import_has_only_fields_that_changed(
    organizer: Organizer, ann: Customer
) -> None:
    _edit(organizer, email="ours@x.org")

    _import(organizer, email="theirs@x.org", locale="it", last_modified=JUNE)

    assert Event.objects.order_by("-pk")[0].changes == {"locale": ["de", "it"]}


def test_the_command_lists_conflicts_without_values(
    organizer: Organizer, ann: Customer, tmp_path: Path
) -> None:
    _edit(organizer, email="ours@x.org")
    file = tmp_path / "file.json"
    file.write_text(json.dumps([{**ANN, "email": "theirs@x.org", "last_modified": JUNE}]))
    out = io.StringIO()

    call_command("import_customers", "bigevents", str(file), stdout=out)

    first, last = out.getvalue().splitlines()
    assert first.endswith("(ANN): email was changed here and at the source: ours stays")
    assert "x.org" not in first
    assert last == "1 customers: 0 created, 1 updated, 0 unchanged, 0 rejected, 1 conflict."
