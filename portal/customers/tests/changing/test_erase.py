"""Erasing a customer leaves only the identifier, the language and the times."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django_scopes import scope, scopes_disabled
from pytest_django import Settings

from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.changing.journal import read_erasures
from portal.customers.models import (
    NOTES_INDEX_ON_SQLITE,
    SEARCH_INDEXES_ON_SQLITE,
    Customer,
    State,
)
from portal.customers.tests.changing.planting import MARK, Planter, models_of_customers
from portal.history.actors import Actor
from portal.history.models import Event
from portal.organizers.models import Organizer

pytestmark = pytest.mark.django_db

ROWS: Final = 'SELECT * FROM "{}"'
TRIGRAMS: Final = "CREATE VIRTUAL TABLE temp.trigrams_{0} USING fts5vocab(main, {0}, row)"
TERM: Final = "SELECT term FROM temp.trigrams_{0} WHERE term = 'qzx'"
BLOCK: Final = "SELECT COUNT(*) FROM {0}_data WHERE INSTR(block, CAST('qzx' AS BLOB)) > 0"
ACTOR: Final = Actor.from_command("test")
# Models without a foreign key to a customer. They have no texts of customers, except identifiers,
# which an erasure leaves.
NOT_OF_CUSTOMERS: Final = {
    "SubmittedForm",
    *("User", "Session", "Organizer", "Team", "ApiToken", "SavedView", "Import", "CustomerCount"),
    "DefaultLayout",
}


@pytest.fixture(autouse=True)
def _in_scope(organizer: Organizer) -> Iterator[None]:
    with scope(organizer=organizer):
        yield


@pytest.fixture
def journal(settings: Settings, tmp_path: Path) -> Path:
    settings.ERASURE_JOURNAL = tmp_path / "erasures.ndjson"
    return tmp_path / "erasures.ndjson"


@pytest.fixture
def ann(make_customer: CustomerMaker) -> Customer:
    return make_customer(
        identifier="ANN2345",
        email="ann@example.org",
        phone="+493023125",
        external_identifier="E-7",
        notes="called",
        locale="de",
        is_verified=True,
    )


def erase(customer: Customer) -> Customer:
    return services.erase_customer(customer.organizer, customer.identifier, actor=ACTOR)


def change(customer: Customer, **values: object) -> Customer:
    return services.change_customer(customer.organizer, customer.identifier, values, actor=ACTOR)


def test_an_erased_customer_keeps_its_identifier_language_and_dates(ann: Customer) -> None:
    erase(ann)

    stored = Customer.objects.get()

    assert (stored.identifier, stored.locale) == ("ANN2345", "de")
    assert (stored.date_joined, stored.last_login) == (ann.date_joined, ann.last_login)
    assert stored.state == State.ANONYMISED
    assert stored.name_parts == {}
    assert {stored.email, stored.phone, stored.external_identifier, stored.notes} == {None}


def test_an_erasure_raises_the_version_and_records_an_event(ann: Customer) -> None:
    erased = erase(ann)

    [event] = Event.objects.all()

    assert erased.erased == erased.last_modified > ann.last_modified
    assert erased.version == ann.version + 1
    assert (event.kind, event.changes, event.time) == ("erased", None, erased.erased)
    assert (event.actor_kind, event.actor_name) == ("command", "test")


def test_the_values_of_earlier_events_are_emptied(ann: Customer) -> None:
    change(ann, email="lee@example.org")

    erase(ann)

    changed, _erased = Event.objects.order_by("pk")
    assert (changed.kind, changed.changes) == ("changed", None)


def test_erasing_does_not_change_events_of_other_customers(
    ann: Customer, make_customer: CustomerMaker
) -> None:
    other = make_customer(locale="de")
    change(other, locale="fr")

    erase(ann)

    assert Event.objects.get(customer=other).changes == {"locale": ["de", "fr"]}


def test_a_second_erasure_changes_nothing(ann: Customer, journal: Path) -> None:
    first = erase(ann)

    second = erase(ann)

    assert (second.version, second.erased) == (first.version, first.erased)
    assert Event.objects.count() == 1
    assert len([*read_erasures(journal)]) == 1


def test_a_customer_of_another_organizer_is_not_found(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    foreign = make_customer(of=rival)

    with pytest.raises(services.CustomerNotFound):
        services.erase_customer(organizer, foreign.identifier, actor=ACTOR)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "new@example.org"),
        ("phone", "+493023125000"),
        ("name_parts", {"full_name": "New"}),
        ("external_identifier", "E-8"),
        ("notes", "back"),
    ],
)
def test_a_customer_that_gets_personal_data_is_no_longer_erased(
    ann: Customer, field: str, value: object
) -> None:
    erase(ann)

    assert change(ann, **{field: value}).erased is None


@pytest.mark.parametrize("values", [{"locale": "fr"}, {"is_active": True}, {"notes": ""}])
def test_a_change_without_personal_data_leaves_the_customer_erased(
    ann: Customer, values: dict[str, object]
) -> None:
    erased = erase(ann)

    assert change(ann, **values).erased == erased.erased


def test_an_erased_customer_is_not_verified(ann: Customer) -> None:
    erase(ann)

    with pytest.raises(services.InvalidValues) as error:
        change(ann, is_verified=True)

    assert [*error.value.errors] == ["is_verified"]


def test_a_verified_email_can_be_given_to_an_erased_customer(ann: Customer) -> None:
    erase(ann)

    assert change(ann, email="new@example.org", is_verified=True).is_verified


def test_an_erased_customer_that_was_activated_is_erased_again(ann: Customer) -> None:
    erase(ann)
    change(ann, is_active=True)

    assert not erase(ann).is_active


def test_the_journal_has_only_the_identifier_the_organizer_and_the_time(
    ann: Customer, journal: Path
) -> None:
    erased = erase(ann)

    assert erased.erased
    assert journal.read_text() == (
        '{"organizer": "bigevents", "identifier": "ANN2345", '
        f'"time": "{erased.erased.isoformat()}"}}\n'
    )
    assert journal.stat().st_mode & 0o777 == 0o600


def test_the_folder_of_the_journal_is_created(
    ann: Customer, settings: Settings, tmp_path: Path
) -> None:
    settings.ERASURE_JOURNAL = tmp_path / "var" / "erasures.ndjson"

    erase(ann)

    assert len([*read_erasures(settings.ERASURE_JOURNAL)]) == 1


def test_nothing_is_erased_if_the_journal_cannot_be_written(
    ann: Customer, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    settings.ERASURE_JOURNAL = tmp_path / "file" / "erasures.ndjson"

    with pytest.raises(services.JournalUnavailable):
        erase(ann)

    assert Customer.objects.get().email == "ann@example.org"
    assert not Event.objects.exists()


def _dump() -> str:
    """All rows of all tables: from dumpdata, and read by SQL."""
    output = io.StringIO()
    with scopes_disabled():
        call_command("dumpdata", stdout=output)
    with connection.cursor() as cursor:
        tables = {*connection.introspection.table_names(cursor)}
        # The index of notes stores no texts, and cannot be read. Its internal tables are read
        # instead.
        for table in sorted(tables - {NOTES_INDEX_ON_SQLITE}):
            cursor.execute(ROWS.format(table))
            output.write(repr(cursor.fetchall()))
    return output.getvalue().lower()


def test_no_column_of_any_table_and_no_log_has_a_text_of_the_person(
    ann: Customer, caplog: pytest.LogCaptureFixture, journal: Path
) -> None:
    planter = Planter(ann)
    planter.plant()
    before = _dump()
    caplog.set_level(logging.INFO)

    erase(ann)

    assert [text for text in planter.texts if text not in before] == []
    remains = _dump() + caplog.text + journal.read_text()
    assert [text for text in [*planter.texts, MARK] if text in remains] == []


def test_the_check_covers_all_models_with_personal_data() -> None:
    names = {
        model.__name__
        for model in apps.get_models()
        if model._meta.app_config.name.startswith("portal.")
    }

    assert "Event" in {model.__name__ for model in models_of_customers()}
    assert names - {model.__name__ for model in models_of_customers()} - {"Customer"} <= (
        NOT_OF_CUSTOMERS
    )


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="FTS5 is SQLite's")
@pytest.mark.parametrize("index", SEARCH_INDEXES_ON_SQLITE)
def test_a_search_index_has_no_trigram_of_the_person(ann: Customer, index: str) -> None:
    change(ann, name_parts={"full_name": "Qzx"})
    with connection.cursor() as cursor:
        cursor.execute(TRIGRAMS.format(index))
        assert cursor.execute(TERM.format(index)).fetchall() == [("qzx",)]

        erase(ann)

        assert cursor.execute(TERM.format(index)).fetchall() == []
        assert cursor.execute(BLOCK.format(index)).fetchone() == (0,)
