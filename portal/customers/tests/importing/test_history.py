"""The history of imports: one row for each import that succeeded or failed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_scopes import scope

from portal.customers import services
from portal.customers.importing.formats.files import FileBlock
from portal.customers.importing.load import import_blocks, load_customers
from portal.customers.importing.rows import StagedRow
from portal.customers.models import Customer, Import
from portal.history.actors import Actor
from portal.organizers.models import Organizer

PAGE = Path(__file__).parent / "capture" / "page-1.json"


def _history(organizer: Organizer) -> list[Import]:
    with scope(organizer=organizer):
        return list(Import.objects.order_by("pk"))


def _import(*options: str) -> None:
    call_command("import_customers", "bigevents", str(PAGE), *options, verbosity=0)


def test_an_import_is_recorded_with_its_numbers_of_rows(organizer: Organizer) -> None:
    before = timezone.now()

    _import()
    _import()

    first, second = _history(organizer)
    assert (first.result, first.source) == (Import.Result.SUCCEEDED, Import.Source.FILES)
    assert (first.created, first.unchanged) == (50, 0)
    assert (second.created, second.unchanged) == (0, 50)
    assert before <= first.started <= first.finished <= second.started <= timezone.now()


def test_an_import_with_a_rejected_row_is_recorded(organizer: Organizer, tmp_path: Path) -> None:
    file = tmp_path / "customers.json"
    file.write_text('{"identifier": "A"}')

    with pytest.raises(CommandError):
        call_command("import_customers", "bigevents", str(file), verbosity=0)

    [entry] = _history(organizer)
    assert (entry.result, entry.created, entry.rejected) == (Import.Result.SUCCEEDED, 0, 1)


def test_an_import_is_recorded_with_its_number_of_conflicts(
    organizer: Organizer, tmp_path: Path
) -> None:
    file = tmp_path / "customers.json"
    row = json.loads(PAGE.read_text())["results"][0]
    file.write_text(json.dumps([row]))
    call_command("import_customers", "bigevents", str(file), verbosity=0)
    with scope(organizer=organizer):
        ours = {"email": "ours@example.org"}
        services.change_customer(
            organizer, row["identifier"], ours, actor=Actor.from_command("test")
        )

    row |= {"email": "theirs@example.org", "last_modified": timezone.now().isoformat()}
    file.write_text(json.dumps([row]))
    call_command("import_customers", "bigevents", str(file), verbosity=0)

    assert [entry.conflicting for entry in _history(organizer)] == [0, 1]


def test_a_failed_import_is_recorded_and_changes_no_customer(organizer: Organizer) -> None:
    def blocks() -> Iterator[FileBlock]:
        raise OSError("The file is gone")
        yield

    with pytest.raises(OSError, match="gone"):
        import_blocks(organizer, blocks(), source=Import.Source.SERVICE)

    [entry] = _history(organizer)
    assert (entry.result, entry.source) == (Import.Result.FAILED, Import.Source.SERVICE)
    assert entry.started <= entry.finished
    with scope(organizer=organizer):
        assert not Customer.objects.exists()


def test_dry_runs_and_loads_that_are_no_imports_are_not_recorded(organizer: Organizer) -> None:
    rows: list[StagedRow] = []

    _import("--dry-run")
    load_customers(organizer, rows)

    assert _history(organizer) == []
