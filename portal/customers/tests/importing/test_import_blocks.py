"""Imports of any length, by several processes: the same as by one."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.customers.importing import files as sources
from portal.customers.management.commands import import_customers
from portal.customers.tests.rows import GIVEN, emails_of
from portal.organizers.models import Organizer

pytestmark = [
    # The other processes have connections of their own, that see what is committed.
    pytest.mark.django_db(transaction=True),
    # Newer versions of Python warn of a fork beside threads; those of the pool have ended.
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]
CUSTOMERS: list[dict[str, Any]] = [
    {**GIVEN, "identifier": f"C{number}", "email": f"{number}@x.org"} for number in range(40)
]
WRITERS: dict[str, Callable[[list[dict[str, Any]]], str]] = {
    "lines": lambda customers: "\n".join(map(json.dumps, customers)),
    "array": json.dumps,
    "page": lambda customers: json.dumps({"results": customers}, indent=2),
    "pages": lambda customers: "\n".join(
        json.dumps({"next": f"{{{n}[", "results": customers[n : n + 4], "x": "]}"})
        for n in range(0, len(customers), 4)
    ),
}


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "CHUNK", 1_000)


@pytest.fixture(params=WRITERS)
def write(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Path]:
    """Makes a file of customers, in each of the layouts."""

    def _write(customers: list[dict[str, Any]]) -> Path:
        path = tmp_path / "file"
        path.write_text(WRITERS[request.param](customers))
        return path

    return _write


def _import(file: Path) -> str:
    out = io.StringIO()
    call_command("import_customers", "bigevents", str(file), stdout=out)
    return out.getvalue()


def test_everybody_is_imported_and_a_second_time_nothing_changes(
    organizer: Organizer, write: Callable[..., Path]
) -> None:
    file = write(CUSTOMERS)

    first, second = _import(file), _import(file)

    assert first == "40 customers: 40 created, 0 updated, 0 unchanged, 0 rejected.\n"
    assert second == "40 customers: 0 created, 0 updated, 40 unchanged, 0 rejected.\n"
    assert emails_of(organizer) == {each["identifier"]: each["email"] for each in CUSTOMERS}


def test_the_last_of_repeated_rows_counts_across_blocks(
    organizer: Organizer, write: Callable[..., Path]
) -> None:
    _import(write(CUSTOMERS))
    first, second, third, *others = CUSTOMERS
    changed = [{**each, "email": f"new-{each['email']}"} for each in (first, second)]

    said = _import(write([*changed, third, *others, first, {**third, "email": None}]))

    assert said == "42 customers: 0 created, 2 updated, 38 unchanged, 0 rejected, 2 repeated.\n"
    emails = emails_of(organizer)
    assert [emails[each] for each in ("C0", "C1", "C2")] == ["0@x.org", "new-1@x.org", None]


def test_emails_are_swapped_across_blocks(organizer: Organizer, write: Callable[..., Path]) -> None:
    _import(write(CUSTOMERS))
    first, *between, last = CUSTOMERS
    swapped = {**first, "email": last["email"]}, {**last, "email": first["email"]}

    said = _import(write([swapped[0], *between, swapped[1]]))

    assert said == "40 customers: 0 created, 2 updated, 38 unchanged, 0 rejected.\n"
    assert (emails_of(organizer)["C0"], emails_of(organizer)["C39"]) == ("39@x.org", "0@x.org")


def test_bad_rows_are_reported_with_their_places(
    organizer: Organizer, write: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    customers = [*CUSTOMERS]
    customers[30] = {**customers[30], "email": "nobody"}
    file = write(customers)

    with pytest.raises(CommandError, match="Not everything was loaded"):
        _import(file)

    [first] = capsys.readouterr().err.splitlines()
    assert first.endswith("31: email: is not an email address")
    assert emails_of(organizer).keys() == {f"C{n}" for n in range(40) if n != 30}


def test_an_unknown_organizer_is_refused_before_anything_is_read(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_customers, "read_blocks", None)

    with pytest.raises(CommandError, match="There is no organizer 'bigevents'"):
        _import(write(CUSTOMERS))
