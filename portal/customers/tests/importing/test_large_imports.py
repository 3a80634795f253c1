"""manage.py import_customers with a file that several processes read."""

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
    # Newer versions of Python warn of a fork beside threads; the threads of the pool have ended.
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]
# The file has several groups of blocks.
COUNT = 5_000
CUSTOMERS: list[dict[str, Any]] = [
    {**GIVEN, "identifier": f"C{number}", "email": f"{number}@x.org"} for number in range(COUNT)
]


class Output(NamedTuple):
    report: str
    errors: str


def _import(path: str | Path) -> Output:
    out, err = io.StringIO(), io.StringIO()
    with suppress(CommandError):
        call_command("import_customers", "bigevents", str(path), stdout=out, stderr=err)
    return Output(out.getvalue(), err.getvalue())


def _write(path: Path, customers: Iterable[dict[str, Any]]) -> Path:
    path.write_text("\n".join(map(json.dumps, customers)))
    return path


def test_many_customers_are_created_and_a_second_import_changes_nothing(
    organizer: Organizer, tmp_path: Path
) -> None:
    file = _write(tmp_path / "file", CUSTOMERS)

    first, second = _import(file), _import(file)

    assert first == (
        f"{COUNT} customers: {COUNT} created, 0 updated, 0 unchanged, 0 rejected.\n",
        "",
    )
    assert (
        second.report
        == f"{COUNT} customers: 0 created, 0 updated, {COUNT} unchanged, 0 rejected.\n"
    )
    assert emails_of(organizer) == {each["identifier"]: each["email"] for each in CUSTOMERS}


def test_many_customers_are_created_from_a_spreadsheet(
    organizer: Organizer, tmp_path: Path
) -> None:
    file = tmp_path / "file.csv"
    lines = [f"{each['identifier']},{each['email']},31.12.2025" for each in CUSTOMERS]
    file.write_text("\n".join(["Customer ID,Email,Registration date", *lines, "BAD,x,soon"]))

    first, second = _import(file), _import(file)

    assert first.report.endswith(f" {COUNT} created, 0 updated, 0 unchanged, 1 rejected.\n")
    assert first.errors.startswith(f"{file}, line {COUNT + 2} (BAD): date_joined: must be a date")
    assert second.report.endswith(f" 0 created, 0 updated, {COUNT} unchanged, 1 rejected.\n")
    assert emails_of(organizer) == {each["identifier"]: each["email"] for each in CUSTOMERS}


def test_invalid_rows_are_reported_with_their_positions(
    organizer: Organizer, tmp_path: Path
) -> None:
    invalid = {**CUSTOMERS[0], "email": "nobody"}

    output = _import(_write(tmp_path / "file", [*CUSTOMERS[1:], invalid]))

    assert output.errors == f"{tmp_path}/file, line {COUNT} (C0): email: is not an email address\n"
    assert output.report.endswith(f" {COUNT - 1} created, 0 updated, 0 unchanged, 1 rejected.\n")
    assert len(emails_of(organizer)) == COUNT - 1


@pytest.mark.parametrize("number", [0, COUNT - 1])
def test_the_last_row_of_a_repeated_customer_is_imported(
    organizer: Organizer, tmp_path: Path, number: int
) -> None:
    again = {**CUSTOMERS[number], "email": "again@x.org"}

    output = _import(_write(tmp_path / "file", [*CUSTOMERS, again]))

    assert output.report.endswith(
        f" {COUNT} created, 0 updated, 0 unchanged, 0 rejected, 1 repeated.\n"
    )
    assert emails_of(organizer)[f"C{number}"] == "again@x.org"


def test_the_second_of_two_customers_with_one_email_is_rejected(
    organizer: Organizer, tmp_path: Path
) -> None:
    other = {**CUSTOMERS[0], "identifier": "OTHER"}

    output = _import(_write(tmp_path / "file", [*CUSTOMERS, other]))

    position = f"{tmp_path}/file, line {COUNT + 1}"
    assert output.errors == f"{position} (OTHER): email: 0@x.org belongs to customer C0\n"
    assert emails_of(organizer).keys() == {each["identifier"] for each in CUSTOMERS}


def test_many_customers_are_created_beside_those_of_another_organizer(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker, tmp_path: Path
) -> None:
    make_customer(of=rival)

    output = _import(_write(tmp_path / "file", CUSTOMERS))

    assert output.report.startswith(f"{COUNT} customers: {COUNT} created, 0 updated,")
    assert len(emails_of(organizer)) == COUNT
    assert len(emails_of(rival)) == 1


def test_many_customers_are_created_beside_an_existing_one(
    organizer: Organizer, make_customer: CustomerMaker, tmp_path: Path
) -> None:
    make_customer(identifier="BEFORE")

    output = _import(_write(tmp_path / "file", CUSTOMERS))

    assert output.report.startswith(f"{COUNT} customers: {COUNT} created, 0 updated,")
    assert len(emails_of(organizer)) == COUNT + 1


def test_many_customers_are_read_from_standard_input(
    organizer: Organizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-` is standard input even if there is a file with the name `-`."""
    monkeypatch.chdir(tmp_path)
    content = _write(tmp_path / "-", [*CUSTOMERS, CUSTOMERS[0]]).read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))

    output = _import("-")

    assert output.report.endswith(
        f" {COUNT} created, 0 updated, 0 unchanged, 0 rejected, 1 repeated.\n"
    )
