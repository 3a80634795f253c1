"""Imports with several groups of blocks, which other processes read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portal.customers.importing.formats.files import read_blocks
from portal.customers.importing.load import LoadReport, import_blocks
from portal.customers.tests.rows import GIVEN, emails_of
from portal.organizers.models import Organizer

pytestmark = [
    # Other processes have other connections, which only see committed rows.
    pytest.mark.django_db(transaction=True),
    # Newer versions of Python warn of a fork beside threads; the threads of the pool have ended.
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


@pytest.fixture(params=WRITERS)
def write(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Path]:
    """A function that writes customers to a file, for each layout."""

    def _write(customers: list[dict[str, Any]]) -> Path:
        path = tmp_path / "file"
        path.write_text(WRITERS[request.param](customers))
        return path

    return _write


def _import(organizer: Organizer, file: Path) -> LoadReport:
    with file.open("rb") as content:
        blocks = read_blocks(content, name="file", chunk_bytes=1_000)
        return import_blocks(organizer, blocks, group_bytes=1_000)


def test_all_customers_are_imported_and_a_second_import_changes_nothing(
    organizer: Organizer, write: Callable[..., Path]
) -> None:
    file = write(CUSTOMERS)

    first, second = _import(organizer, file), _import(organizer, file)

    assert (first, second) == (LoadReport(created=40), LoadReport(unchanged=40))
    assert emails_of(organizer) == {each["identifier"]: each["email"] for each in CUSTOMERS}


def test_the_last_of_repeated_rows_is_imported_across_blocks(
    organizer: Organizer, write: Callable[..., Path]
) -> None:
    _import(organizer, write(CUSTOMERS))
    first, second, third, *others = CUSTOMERS
    changed = [{**each, "email": f"new-{each['email']}"} for each in (first, second)]

    report = _import(organizer, write([*changed, third, *others, first, {**third, "email": None}]))

    assert report == LoadReport(updated=2, unchanged=38, repeated=2)
    emails = emails_of(organizer)
    assert [emails[each] for each in ("C0", "C1", "C2")] == ["0@x.org", "new-1@x.org", None]


def test_emails_are_swapped_across_blocks(organizer: Organizer, write: Callable[..., Path]) -> None:
    _import(organizer, write(CUSTOMERS))
    first, *between, last = CUSTOMERS
    swapped = {**first, "email": last["email"]}, {**last, "email": first["email"]}

    report = _import(organizer, write([swapped[0], *between, swapped[1]]))

    assert report == LoadReport(updated=2, unchanged=38)
    assert (emails_of(organizer)["C0"], emails_of(organizer)["C39"]) == ("39@x.org", "0@x.org")


def test_invalid_rows_are_reported_with_their_positions(
    organizer: Organizer, write: Callable[..., Path]
) -> None:
    customers = [*CUSTOMERS]
    customers[30] = {**customers[30], "email": "nobody"}

    report = _import(organizer, write(customers))

    [rejection] = map(str, report.rejections)
    assert rejection.endswith(" 31 (C30): email: is not an email address")
    assert (report.created, report.rejected) == (39, 1)
    assert emails_of(organizer).keys() == {f"C{n}" for n in range(40) if n != 30}
