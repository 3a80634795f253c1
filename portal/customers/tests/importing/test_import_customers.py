"""manage.py import_customers with pages of pretix, and with all kinds of errors."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_scopes import scope

from portal.customers.models import Customer
from portal.customers.tests.rows import GIVEN
from portal.organizers.models import Organizer

PAGES = sorted((Path(__file__).parent / "capture").glob("page-*.json"))
CAPTURED = [each for page in PAGES for each in json.loads(page.read_text())["results"]]


def _import(*files: Path | str) -> str:
    out = io.StringIO()
    call_command("import_customers", "bigevents", *map(str, files), stdout=out)
    return out.getvalue()


def _write(path: Path, *customers: dict[str, Any]) -> Path:
    path.write_text("\n".join(map(json.dumps, customers)))
    return path


def _as_json(customer: Customer) -> dict[str, object]:
    values = {name: getattr(customer, name) for name in CAPTURED[0]}
    for name in ("last_login", "date_joined", "last_modified"):
        moment = values[name]
        values[name] = moment and moment.isoformat().replace("+00:00", "Z")
    return values


def _error_output(capsys: pytest.CaptureFixture[str], *files: Path | str) -> str:
    """The output of a failing import on standard error."""
    with pytest.raises(CommandError):
        _import(*files)
    return capsys.readouterr().err


def test_every_captured_customer_is_imported_field_by_field(organizer: Organizer) -> None:
    output = _import(*PAGES)

    with scope(organizer=organizer):
        imported = {each.identifier: _as_json(each) for each in Customer.objects.all()}
    assert output == "127 customers: 127 created, 0 updated, 0 unchanged, 0 rejected.\n"
    assert imported == {each["identifier"]: each for each in CAPTURED}


def test_a_second_import_changes_nothing(organizer: Organizer) -> None:
    _import(*PAGES)

    output = _import(*PAGES)

    assert output == "127 customers: 0 created, 0 updated, 127 unchanged, 0 rejected.\n"


def test_emails_that_differ_by_more_than_case_belong_to_different_customers(
    organizer: Organizer, tmp_path: Path
) -> None:
    domains = ["straße.example", "strasse.example", "βόλος.example", "βόλοσ.example"]
    rows = [
        {**GIVEN, "identifier": f"SS{number}", "email": f"info@{domain}"}
        for number, domain in enumerate(domains)
    ]

    output = _import(_write(tmp_path / "domains.ndjson", *rows))

    assert output == "4 customers: 4 created, 0 updated, 0 unchanged, 0 rejected.\n"


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_standard_input_is_read(
    organizer: Organizer, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    content = b"".join(page.read_bytes() for page in PAGES)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))

    assert _import(*arguments).startswith("127 customers: 127 created")


def test_an_error_of_the_api_among_pages_is_reported_and_the_pages_are_loaded(
    organizer: Organizer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *others = [page.read_bytes() for page in PAGES]
    content = b"".join([first, b'{"detail":"Request was throttled."}', *others])
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    length = len(json.loads(first)["results"])

    output = _error_output(capsys)

    position = f"standard input, after customer {length}"
    assert output == f"{position}: is not a page of customers: 'Request was throttled.'\n"
    with scope(organizer=organizer):
        assert Customer.objects.count() == 127


def test_an_invalid_customer_is_reported_with_its_position_and_the_others_are_loaded(
    organizer: Organizer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page-2.json"
    page.write_text(json.dumps([GIVEN, {**GIVEN, "email": "nobody"}]))

    output = _error_output(capsys, page)

    assert f"{page}, customer 2 (8WSAJCJ): email: is not an email address\n" in output
    with scope(organizer=organizer):
        assert Customer.objects.get().identifier == GIVEN["identifier"]


def test_an_invalid_line_is_reported_with_its_number(
    organizer: Organizer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = _write(tmp_path / "lines", GIVEN, {}, {**GIVEN, "identifier": "ANN"})

    output = _error_output(capsys, lines)

    assert f"{lines}, line 2: identifier: Field required" in output
    assert (
        f"{lines}, line 3 (ANN): email: customer@example.org belongs to customer 8WSAJCJ" in output
    )


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has text as file names")
@pytest.mark.parametrize("name", [b"caf\xe9", "café\t\\n".encode()])
def test_a_file_may_have_any_name(
    organizer: Organizer, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: bytes
) -> None:
    lines = _write(tmp_path / os.fsdecode(name), GIVEN, {**GIVEN, "identifier": "ANN"})

    output = _error_output(capsys, lines)

    shown = name.decode(errors="replace")
    assert (
        f"{shown}, line 2 (ANN): email: customer@example.org belongs to customer 8WSAJCJ" in output
    )


def test_the_first_of_many_rejections_are_printed(
    organizer: Organizer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = _write(tmp_path / "lines", *[{"identifier": "ANN"}] * 60)

    output = _error_output(capsys, lines)

    assert output.count("Field required; ") > 50
    assert "line 51" not in output
    assert output.endswith("and 10 more\n")


def test_a_file_that_breaks_off_is_loaded_up_to_the_break(
    organizer: Organizer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_bytes(PAGES[0].read_bytes()[:-50])

    output = _error_output(capsys, broken)

    assert output == f"{broken}, after customer 49: breaks off in the middle\n"
    with scope(organizer=organizer):
        assert Customer.objects.count() == 49


@pytest.mark.parametrize(
    ("content", "reason"), [("hello", "looks like text without columns"), ("[]", "contains no")]
)
def test_a_file_without_json_or_customers_is_rejected(
    organizer: Organizer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: str,
    reason: str,
) -> None:
    file = tmp_path / "file"
    file.write_text(content)

    assert _error_output(capsys, file).startswith(f"{file}: {reason}")


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_nothing_is_loaded_when_a_file_cannot_be_read(
    organizer: Organizer, tmp_path: Path, name: str
) -> None:
    with pytest.raises(CommandError, match="Nothing was loaded"):
        _import(PAGES[0], tmp_path / name)

    with scope(organizer=organizer):
        assert not Customer.objects.exists()


@pytest.mark.django_db
def test_an_unknown_organizer_is_rejected_before_anything_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unread = io.BytesIO(b"[]")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(unread))

    with pytest.raises(CommandError, match="There is no organizer 'bigevents'"):
        _import("-")

    assert unread.tell() == 0
