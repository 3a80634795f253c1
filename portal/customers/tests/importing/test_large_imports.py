"""The first import of many customers: the same outcome as that of few."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.management import CommandError, call_command

from portal.conftest import CustomerMaker
from portal.customers.tests.rows import GIVEN, emails_of
from portal.organizers.models import Organizer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # Newer versions of Python warn of a fork beside threads; those of the pool have ended.
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]
MANY = 15_000
CUSTOMERS: list[dict[str, Any]] = [
    {**GIVEN, "identifier": f"C{number}", "email": f"{number}@x.org"} for number in range(MANY)
]


class Imported(NamedTuple):
    said: str
    refused: str


def _import(path: str | Path) -> Imported:
    out, err = io.StringIO(), io.StringIO()
    with suppress(CommandError):
        call_command("import_customers", "bigevents", str(path), stdout=out, stderr=err)
    return Imported(out.getvalue(), err.getvalue())


def _write(path: Path, customers: Iterable[dict[str, Any]]) -> Path:
    path.write_text("\n".join(map(json.dumps, customers)))
    return path


def test_many_are_created_and_change_nothing_a_second_time(
    organizer: Organizer, tmp_path: Path
) -> None:
    file = _write(tmp_path / "file", CUSTOMERS)

    first, second = _import(file), _import(file)

    assert first == (
        f"{MANY} customers: {MANY} created, 0 updated, 0 unchanged, 0 rejected.\n",
        "",
    )
    assert second.said == f"{MANY} customers: 0 created, 0 updated, {MANY} unchanged, 0 rejected.\n"
    assert emails_of(organizer) == {each["identifier"]: each["email"] for each in CUSTOMERS}


def test_bad_rows_are_reported_with_their_places(organizer: Organizer, tmp_path: Path) -> None:
    bad = {**CUSTOMERS[0], "email": "nobody"}

    found = _import(_write(tmp_path / "file", [*CUSTOMERS[1:], bad]))

    assert found.refused == f"{tmp_path}/file, line {MANY}: email: is not an email address\n"
    assert found.said.endswith(f" {MANY - 1} created, 0 updated, 0 unchanged, 1 rejected.\n")
    assert len(emails_of(organizer)) == MANY - 1


@pytest.mark.parametrize("number", [0, MANY - 1])
def test_of_a_customer_who_comes_twice_the_last_row_counts(
    organizer: Organizer, tmp_path: Path, number: int
) -> None:
    again = {**CUSTOMERS[number], "email": "again@x.org"}

    found = _import(_write(tmp_path / "file", [*CUSTOMERS, again]))

    assert found.said.endswith(
        f" {MANY} created, 0 updated, 0 unchanged, 0 rejected, 1 repeated.\n"
    )
    assert emails_of(organizer)[f"C{number}"] == "again@x.org"


def test_of_two_with_one_email_the_second_is_refused(organizer: Organizer, tmp_path: Path) -> None:
    other = {**CUSTOMERS[0], "identifier": "OTHER"}

    found = _import(_write(tmp_path / "file", [*CUSTOMERS, other]))

    place = f"{tmp_path}/file, line {MANY + 1}"
    assert found.refused == f"{place}: email: 0@x.org belongs to another customer\n"
    assert emails_of(organizer).keys() == {each["identifier"] for each in CUSTOMERS}


def test_many_are_created_beside_customers_of_others(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker, tmp_path: Path
) -> None:
    make_customer(of=rival)

    found = _import(_write(tmp_path / "file", CUSTOMERS))

    assert found.said.startswith(f"{MANY} customers: {MANY} created, 0 updated,")
    assert len(emails_of(organizer)) == MANY
    assert len(emails_of(rival)) == 1


def test_many_are_created_beside_a_customer_of_the_same_organizer(
    organizer: Organizer, make_customer: CustomerMaker, tmp_path: Path
) -> None:
    make_customer(identifier="BEFORE")

    found = _import(_write(tmp_path / "file", CUSTOMERS))

    assert found.said.startswith(f"{MANY} customers: {MANY} created, 0 updated,")
    assert len(emails_of(organizer)) == MANY + 1


def test_many_are_read_from_standard_input(
    organizer: Organizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a file has the name that stands for it."""
    monkeypatch.chdir(tmp_path)
    content = _write(tmp_path / "-", [*CUSTOMERS, CUSTOMERS[0]]).read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))

    found = _import("-")

    assert found.said.endswith(
        f" {MANY} created, 0 updated, 0 unchanged, 0 rejected, 1 repeated.\n"
    )
