"""Imports write an event for each customer that they create or change."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django_scopes import scope
from pytest_django.asserts import assertContains

from portal.customers import services
from portal.customers.importing.load import LoadReport, load_customers
from portal.customers.importing.rows import StagedRow
from portal.customers.models import SEARCH_INDEX_ON_SQLITE, Customer, Import, Note
from portal.customers.tests.changing.replay import untrue_fields
from portal.customers.tests.changing.test_erase import BLOCK
from portal.customers.tests.rows import GIVEN, make_row
from portal.history.actors import Actor
from portal.history.models import Event
from portal.organizers.models import Organizer

IMPORT: Final = Actor.from_import("files")
MEMBER: Final = Actor.from_command("test")
LATER: Final = "2022-01-01T00:00:00Z"
NAME: Final = GIVEN["name_parts"]
QZX: Final = {"_scheme": "full", "full_name": "Qzx"}
OTHER_NAME: Final = {"_scheme": "given_family", "given_name": 'Jo "J" ü\\', "family_name": None}


def _load(organizer: Organizer, *rows: StagedRow, **options: Any) -> LoadReport:
    return load_customers(organizer, rows, actor=IMPORT, **options)


def _later_row(**fields: Any) -> StagedRow:
    return make_row("ANN", **{"email": "ann@x.org", "last_modified": LATER, **fields})


def _events(organizer: Organizer, identifier: str = "ANN") -> list[Event]:
    with scope(organizer=organizer):
        return [*Event.objects.filter(customer__identifier=identifier).order_by("pk")]


def _stored(organizer: Organizer) -> Customer:
    with scope(organizer=organizer):
        return Customer.objects.get(identifier="ANN")


@pytest.fixture
def ann(organizer: Organizer) -> Customer:
    _load(organizer, make_row("ANN", "ann@x.org"))
    return _stored(organizer)


def test_a_created_customer_has_an_event_with_its_values(
    organizer: Organizer, ann: Customer
) -> None:
    [event] = _events(organizer)

    assert (event.kind, event.version, event.organizer_id) == ("created", 1, organizer.pk)
    assert (event.actor_kind, event.actor_name) == ("import", "Import from files")
    assert event.changes == {
        "email": [None, "ann@x.org"],
        "name_parts": [None, NAME],
        "is_active": [None, True],
        "is_verified": [None, False],
        "locale": [None, "de"],
    }


def test_a_changed_customer_has_an_event_with_the_fields_that_differ(
    organizer: Organizer, ann: Customer
) -> None:
    _load(
        organizer, _later_row(name_parts=OTHER_NAME, is_verified=True, notes="a\n\"b'\\", phone="")
    )

    _created, event = _events(organizer)
    assert (event.kind, event.version) == ("changed", _stored(organizer).version)
    assert event.changes == {
        "name_parts": [NAME, OTHER_NAME],
        "is_verified": [False, True],
        "notes": [None, "a\n\"b'\\"],
        "phone": [None, ""],
    }


def test_times_are_recorded_as_texts_with_their_zone(organizer: Organizer, ann: Customer) -> None:
    _load(organizer, _later_row(last_login="2021-12-31T23:00:00.25Z"))

    changes = _events(organizer)[-1].changes or {}
    before, after = changes["last_login"]
    assert (before, after[:22], after[-6:]) == (None, "2021-12-31T23:00:00.25", "+00:00")


@pytest.mark.parametrize("rebuild_from", [1, 1_000])
def test_each_customer_of_a_load_has_its_own_event(
    organizer: Organizer, ann: Customer, rebuild_from: int
) -> None:
    same = make_row("SAME", None)
    _load(organizer, same)

    report = _load(
        organizer, make_row("BOB", None), _later_row(locale="fr"), same, rebuild_from=rebuild_from
    )

    assert report == LoadReport(created=1, updated=1, unchanged=1)
    kinds = {each: [event.kind for event in _events(organizer, each)] for each in ("BOB", "SAME")}
    assert kinds == {"BOB": ["created"], "SAME": ["created"]}
    assert [event.changes for event in _events(organizer)[1:]] == [{"locale": ["de", "fr"]}]


def test_a_row_that_changes_no_field_writes_no_event(organizer: Organizer, ann: Customer) -> None:
    report = _load(organizer, _later_row())

    assert (report.updated, len(_events(organizer))) == (1, 1)


def test_the_first_event_of_an_older_customer_has_its_values_before(organizer: Organizer) -> None:
    load_customers(organizer, [make_row("ANN", "ann@x.org")])

    _load(organizer, _later_row(email=None))

    [event] = _events(organizer)
    assert (event.version, event.changes) == (2, {"email": ["ann@x.org", None]})


def test_a_dry_run_and_a_load_without_an_actor_write_no_events(organizer: Organizer) -> None:
    _load(organizer, make_row("ANN", None), dry_run=True)
    load_customers(organizer, [make_row("ANN", None)])

    assert _events(organizer) == []


def test_an_anonymised_row_deletes_the_values_of_earlier_events(
    organizer: Organizer, ann: Customer
) -> None:
    _load(organizer, make_row("BOB", "bob@x.org"))

    anonymised = _later_row(
        email=None, name_parts={}, is_active=False, is_verified=True, locale="fr"
    )
    _load(organizer, anonymised)

    created, erased = _events(organizer)
    assert (created.changes, erased.kind) == (None, "erased")
    assert erased.changes == {
        "is_active": [True, False],
        "is_verified": [False, True],
        "locale": ["de", "fr"],
    }
    assert untrue_fields(_stored(organizer), [created, erased]) == []
    assert _events(organizer, "BOB")[0].changes


def test_an_anonymised_row_deletes_the_notes_and_stored_responses_of_its_customer(
    organizer: Organizer, ann: Customer, writer_client: Client
) -> None:
    _load(organizer, make_row("BOB", "bob@x.org"))
    path = "/api/v1/organizers/bigevents/customers/ANN/"
    with scope(organizer=organizer):
        for identifier in ("ANN", "BOB"):
            services.add_note(organizer, identifier, f"Called {identifier}.", actor=MEMBER)
    key = {"X-Idempotency-Key": "k"}
    writer_client.patch(path, {}, content_type="application/json", headers=key)

    _load(organizer, _later_row(email=None, name_parts={}, is_active=False))

    with scope(organizer=organizer):
        assert [note.text for note in Note.objects.all()] == ["Called BOB."]
    repeated = writer_client.patch(path, {}, content_type="application/json", headers=key)
    assert repeated.json() == {"identifier": "ANN"}


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="FTS5 is SQLite's")
def test_the_search_index_has_no_trigram_of_a_customer_who_is_anonymised_at_the_source(
    organizer: Organizer, ann: Customer
) -> None:
    _load(organizer, _later_row(last_modified="2021-12-31T00:00:00Z", name_parts=QZX))
    with connection.cursor() as cursor:
        assert cursor.execute(BLOCK.format(SEARCH_INDEX_ON_SQLITE)).fetchone() != (0,)

        _load(organizer, _later_row(email=None, name_parts={}, is_active=False))

        assert cursor.execute(BLOCK.format(SEARCH_INDEX_ON_SQLITE)).fetchone() == (0,)


def test_a_later_row_of_an_anonymised_customer_is_a_change(
    organizer: Organizer, ann: Customer
) -> None:
    anonymised: dict[str, Any] = {"email": None, "name_parts": {}, "is_active": False}
    _load(organizer, _later_row(**anonymised))

    _load(organizer, _later_row(**anonymised, locale="fr", last_modified="2023-01-01T00:00:00Z"))

    assert _events(organizer)[-1].changes == {"locale": ["de", "fr"]}


def test_undoing_later_personal_data_of_an_anonymised_customer_is_no_erasure_of_portal(
    organizer: Organizer, ann: Customer
) -> None:
    _load(organizer, _later_row(email=None, name_parts={}, is_active=False))
    with scope(organizer=organizer):
        services.change_customer(organizer, "ANN", {"email": "new@x.org"}, actor=MEMBER)
        event = Event.objects.order_by("-pk")[0]

        services.undo_event(organizer, "ANN", event.pk, actor=MEMBER)

    assert (_stored(organizer).email, _stored(organizer).erased) == (None, None)


def test_an_edit_from_before_an_erasure_at_the_source_is_a_conflict(
    organizer: Organizer, ann: Customer
) -> None:
    _load(organizer, _later_row(email=None, name_parts={}, is_active=False))

    with scope(organizer=organizer), pytest.raises(services.EditConflict):
        services.change_customer(
            organizer, "ANN", {"email": "new@x.org"}, actor=MEMBER, since=ann.version
        )


def test_a_change_of_an_import_can_be_undone(organizer: Organizer, ann: Customer) -> None:
    _load(organizer, _later_row(name_parts=OTHER_NAME, is_active=False, last_login=LATER))
    event = _events(organizer)[-1]

    with scope(organizer=organizer):
        services.undo_event(organizer, "ANN", event.pk, actor=MEMBER)

    stored = _stored(organizer)
    assert (stored.name_parts, stored.is_active, stored.last_login) == (NAME, True, None)
    last = _events(organizer)[-1]
    assert (last.kind, last.undoes) == ("undone", event)


def test_a_creation_of_an_import_can_be_undone(organizer: Organizer, ann: Customer) -> None:
    [event] = _events(organizer)

    with scope(organizer=organizer):
        services.undo_event(organizer, "ANN", event.pk, actor=MEMBER)

    assert _stored(organizer).erased


def test_a_field_that_changed_since_an_import_is_a_conflict(
    organizer: Organizer, ann: Customer
) -> None:
    _load(organizer, _later_row(locale="fr"))
    event = _events(organizer)[-1]

    with scope(organizer=organizer):
        services.change_customer(organizer, "ANN", {"locale": "it"}, actor=MEMBER)
        with pytest.raises(services.UndoConflict):
            services.undo_event(organizer, "ANN", event.pk, actor=MEMBER)


@pytest.mark.usefixtures("ann")
def test_the_page_of_a_customer_shows_the_import_in_words(
    organizer: Organizer, member_client: Client, tmp_path: Path
) -> None:
    file = tmp_path / "customers.json"
    row = {**GIVEN, "identifier": "ANN", "email": "ann@y.org", "last_modified": LATER}
    file.write_bytes(orjson.dumps([row]))

    call_command("import_customers", "bigevents", str(file), verbosity=0)

    page = member_client.get("/organizers/bigevents/customers/ANN/")
    assertContains(page, '<bdi class="actor">Import from files</bdi> changed email:')
    assertContains(page, "<ins><bdi>ann@y.org</bdi></ins>", html=True)
    with scope(organizer=organizer):
        assert Import.objects.get().updated == 1
