"""The notations of cells that people and programs use."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.customers.importing.formats.cells import Cell, InvalidCell, read_cell, read_source_time

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2025-12-31", "2025-12-31"),
        ("31.12.2025", "2025-12-31"),
        ("1.2.2025", "2025-02-01"),
        ("31.12.2025 14:05", "2025-12-31T13:05:00Z"),
        ("31.12.2025, 14:05:09 Uhr", "2025-12-31T13:05:09Z"),
        ("2025-12-31T14:05:09", "2025-12-31T13:05:09Z"),
        ("2025-12-31 14:05", "2025-12-31T13:05:00Z"),
        ("2025-12-31T14:05:09.25", "2025-12-31T13:05:09.250000Z"),
        ("2025-12-31T14:05:09.000001Z", "2025-12-31T14:05:09.000001Z"),
        ("2025-12-31 14:05:09 +0530", "2025-12-31T08:35:09Z"),
        (date(2025, 12, 31), "2025-12-31"),
        (datetime(2025, 12, 31, 14, 5), "2025-12-31T13:05:00Z"),  # noqa: DTZ001
        # The clocks skip 02:30 on 29 March, and show 02:30 twice on 25 October.
        ("2026-03-29 02:30", "2026-03-29T01:00:00Z"),
        ("2026-10-25 02:30", "2026-10-25T00:30:00Z"),
    ],
)
def test_a_time_without_a_zone_is_in_the_organizers_time_zone(cell: Cell, expected: str) -> None:
    assert read_cell("last_login", cell, BERLIN) == expected


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("12/31/2025", "must be a date like 2026-12-31 or 31.12.2026"),
        ("31.12.25", "must be a date like"),
        ("yesterday", "must be a date like"),
        (46022.0, "must be a date like"),
        (True, "must be a date like"),
        ("2025-02-30", "is not a time of the calendar"),
        ("31.02.2025 14:05", "is not a time of the calendar"),
        ("2025-12-31 25:05", "is not a time of the calendar"),
        ("0001-01-01 00:00", "is not a time of the calendar"),
        ("0001-01-01", "is not a time of the calendar"),
        ("01.01.0001", "is not a time of the calendar"),
    ],
)
def test_an_ambiguous_or_wrong_time_is_rejected(cell: Cell, reason: str) -> None:
    with pytest.raises(InvalidCell, match=reason):
        read_cell("date_joined", cell, BERLIN)


@pytest.mark.parametrize("cell", ["Yes", "ja", "TRUE", "wahr", "1", 1.0, True])
def test_yes_is_recognized_in_both_languages(cell: Cell) -> None:
    assert read_cell("is_active", cell, UTC) is True


@pytest.mark.parametrize("cell", ["No", "nein", "FALSE", "falsch", "0", 0.0, False])
def test_no_is_recognized_in_both_languages(cell: Cell) -> None:
    assert read_cell("is_verified", cell, UTC) is False


@pytest.mark.parametrize("cell", ["maybe", "2", 2.0])
def test_neither_yes_nor_no_is_rejected(cell: Cell) -> None:
    with pytest.raises(InvalidCell, match="must be yes or no"):
        read_cell("is_active", cell, UTC)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("0049301", "0049301"), (493012345670.0, "493012345670"), (0.5, "0.5"), (7.0, "7")],
)
def test_a_number_is_text_without_a_decimal_point(cell: Cell, expected: str) -> None:
    assert read_cell("phone", cell, UTC) == expected


@pytest.mark.parametrize("cell", ["4,93012E+11", "4.93012E+11", "5E+12", 1e15])
def test_a_number_that_lost_digits_is_rejected(cell: Cell) -> None:
    with pytest.raises(InvalidCell, match="is a rounded number: format the column as text"):
        read_cell("phone", cell, UTC)


def test_an_identifier_may_look_like_a_number() -> None:
    assert read_cell("identifier", "3E12345", UTC) == "3E12345"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("German", "de"),
        ("Deutsch", "de"),
        ("Deutsch (Du)", "de-informal"),
        ("German (informal)", "de-informal"),
        ("Französisch", "fr"),
        ("français", "fr"),
        ("Chinesisch (vereinfacht)", "zh-hans"),
        ("Norwegian Bokmål", "nb-no"),
        ("Spanisch (Lateinamerika)", "es-419"),
        ("de", "de"),
        ("DE", "de"),
        ("pt_BR", "pt-br"),
    ],
)
def test_a_language_is_known_by_its_names_and_its_code(cell: str, code: str) -> None:
    assert read_cell("locale", cell, UTC) == code


def test_an_unknown_language_is_rejected() -> None:
    with pytest.raises(InvalidCell, match="is not a language"):
        read_cell("locale", "Klingonisch", UTC)


@pytest.mark.parametrize("text", ["31.12.2025", "2025-12-31", " 2025-12-30T23:00:00Z"])
def test_a_day_without_a_time_is_its_start(text: str) -> None:
    assert read_source_time(text, BERLIN) == datetime(2025, 12, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2199-01-01", "1812-01-01", "soon"])
def test_a_time_of_the_source_is_in_the_past(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be|future"):
        read_source_time(text, BERLIN)
