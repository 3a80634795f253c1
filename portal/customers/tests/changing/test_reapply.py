"""Customers that were erased after a backup are erased again when the backup is restored."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_scopes import scope
from pytest_django import Settings

from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.changing.journal import Erasure, append_erasure, read_erasures
from portal.customers.models import Customer, State
from portal.history.actors import Actor
from portal.history.models import Event
from portal.organizers.models import Organizer

pytestmark = pytest.mark.django_db

ACTOR: Final = Actor.from_command("test")


@pytest.fixture(autouse=True)
def _in_scope(organizer: Organizer) -> Iterator[None]:
    with scope(organizer=organizer):
        yield


@pytest.fixture
def journal(settings: Settings, tmp_path: Path) -> Path:
    settings.ERASURE_JOURNAL = tmp_path / "erasures.ndjson"
    return tmp_path / "erasures.ndjson"


def _erased(identifier: str, organizer: str = "bigevents", time: datetime | None = None) -> None:
    append_erasure(Erasure(organizer, identifier, time or timezone.now()))


def _reapply() -> list[str]:
    output = io.StringIO()
    call_command("reapply_erasures", stdout=output)
    return [line for line in output.getvalue().splitlines() if not line.startswith("0 ")]


def test_a_customer_of_a_restored_backup_is_erased_again(
    make_customer: CustomerMaker, journal: Path
) -> None:
    make_customer(identifier="ANN")
    bob = make_customer(identifier="BOB")
    _erased("ANN")

    assert _reapply() == ["1 erased again."]

    ann = Customer.objects.get(identifier="ANN")
    assert (ann.state, ann.email) == (State.ANONYMISED, None)
    assert ann.erased
    assert Customer.objects.get(identifier="BOB").email == bob.email
    assert Event.objects.get().actor_name == "reapply_erasures"


def test_a_second_run_changes_nothing(make_customer: CustomerMaker, journal: Path) -> None:
    make_customer(identifier="ANN")
    _erased("ANN")
    _reapply()

    assert _reapply() == ["1 erased already."]

    assert Event.objects.count() == 1
    assert len([*read_erasures(journal)]) == 1


def test_a_customer_who_got_new_personal_data_after_the_erasure_is_not_erased_again(
    organizer: Organizer, make_customer: CustomerMaker, journal: Path
) -> None:
    make_customer(identifier="ANN")
    services.erase_customer(organizer, "ANN", actor=ACTOR)
    services.change_customer(organizer, "ANN", {"email": "new@example.org"}, actor=ACTOR)

    assert _reapply() == ["1 erased already."]

    assert Customer.objects.get().email == "new@example.org"


def test_personal_data_that_was_added_between_two_erasures_is_erased(
    organizer: Organizer, make_customer: CustomerMaker, journal: Path
) -> None:
    make_customer(identifier="ANN")
    services.erase_customer(organizer, "ANN", actor=ACTOR)
    services.change_customer(organizer, "ANN", {"email": "new@example.org"}, actor=ACTOR)
    _erased("ANN", time=timezone.now() + timedelta(seconds=1))

    assert _reapply() == ["1 erased already.", "1 erased again."][::-1]

    assert Customer.objects.get().email is None


def test_a_customer_who_is_not_in_the_backup_is_added_without_personal_data(
    organizer: Organizer, journal: Path
) -> None:
    _erased("ANN")

    [line] = _reapply()

    ann = Customer.objects.get()
    assert line.startswith("1 not in this database: added")
    assert (ann.identifier, ann.state) == ("ANN", State.ANONYMISED)
    assert ann.erased
    assert _reapply() == ["1 erased already."]


def test_an_unknown_organizer_is_counted(journal: Path) -> None:
    _erased("ANN", organizer="gone")

    assert _reapply() == ["1 of organizers that are not in this database."]


def test_a_line_that_a_full_disk_cut_off_is_left_out(
    make_customer: CustomerMaker, journal: Path
) -> None:
    make_customer(identifier="ANN")
    journal.write_text('{"organizer": "bigevents", "identi')
    _erased("ANN")

    assert _reapply() == ["1 erased again."]


def test_a_missing_journal_is_an_error(journal: Path) -> None:
    with pytest.raises(CommandError, match=r"erasures\.ndjson"):
        _reapply()
