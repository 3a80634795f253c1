"""Edited fields keep their values until the source has the same values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from portal.customers.source_values import (
    MergedValues,
    SourceValue,
    merge_edited,
    read_source_values,
    source_values_after_edit,
)

MAY: Final = "2026-05-01T10:00:00Z"
EDITED: Final = {"email": SourceValue("old@x.org")}


def _merge(
    ours: dict[str, Any],
    row: dict[str, Any],
    *,
    before: dict[str, SourceValue] = EDITED,
    row_fields: tuple[str, ...] = ("email", "phone"),
    overwrites_edits: bool = False,
) -> MergedValues:
    timed = {**row, "last_modified": MAY}
    merged = merge_edited(
        before, ours, timed, row_fields=row_fields, overwrites_edits=overwrites_edits
    )
    del merged.values["last_modified"]
    return merged


def test_the_first_edit_of_a_field_stores_the_last_imported_value() -> None:
    assert source_values_after_edit({}, {"email": ("old@x.org", "new@x.org")}) == EDITED


def test_a_second_edit_stores_nothing_else() -> None:
    assert source_values_after_edit(EDITED, {"email": ("new@x.org", "newer@x.org")}) == EDITED


def test_an_edit_back_to_the_value_of_the_source_stores_nothing() -> None:
    assert source_values_after_edit(EDITED, {"email": ("new@x.org", "old@x.org")}) == {}


def test_an_edit_resolves_a_conflict() -> None:
    conflict = {"email": SourceValue("other@x.org", MAY)}

    assert source_values_after_edit(conflict, {"email": ("new@x.org", "newest@x.org")}) == {
        "email": SourceValue("other@x.org")
    }


def test_a_time_is_stored_as_in_the_json_of_the_api() -> None:
    times = (datetime(2026, 5, 1, 10, tzinfo=UTC), None)

    assert source_values_after_edit({}, {"last_login": times}) == {"last_login": SourceValue(MAY)}


def test_a_stored_value_is_read_back() -> None:
    stored = {"email": ["old@x.org", None], "phone": [None, MAY]}

    assert read_source_values(stored) == {**EDITED, "phone": SourceValue(None, MAY)}
    assert read_source_values(None) == {}


def test_a_field_that_the_source_did_not_change_keeps_the_value_of_portal() -> None:
    ours = {"email": "new@x.org", "phone": "1"}

    merged = _merge(ours, {"email": "old@x.org", "phone": "2"})

    assert merged == MergedValues({"email": "new@x.org", "phone": "2"}, EDITED, [])


def test_a_field_that_both_changed_keeps_the_value_of_portal() -> None:
    merged = _merge({"email": "new@x.org"}, {"email": "other@x.org"})

    changed = {"email": SourceValue("other@x.org", MAY)}
    assert merged == MergedValues({"email": "new@x.org"}, changed, ["email"])


def test_a_conflict_is_reported_only_once() -> None:
    changed = {"email": SourceValue("other@x.org", "2026-04-01T10:00:00Z")}

    merged = _merge({"email": "new@x.org"}, {"email": "other@x.org"}, before=changed)

    assert merged == MergedValues({"email": "new@x.org"}, changed, [])


def test_values_that_agree_again_are_forgotten() -> None:
    merged = _merge({"email": "new@x.org"}, {"email": "New@x.org"})

    assert merged == MergedValues({"email": "New@x.org"}, {}, [])


def test_the_other_case_of_an_email_is_no_change_of_the_source() -> None:
    merged = _merge({"email": "new@x.org"}, {"email": "OLD@x.org"})

    assert merged == MergedValues({"email": "new@x.org"}, {"email": SourceValue("OLD@x.org")}, [])


@pytest.mark.parametrize(("before", "now"), [("", None), (None, ""), ({}, None)])
def test_an_empty_value_is_no_value(before: Any, now: Any) -> None:
    merged = _merge(
        {"phone": "1"}, {"phone": now}, before={"phone": SourceValue(before)}, row_fields=("phone",)
    )

    assert (merged.values, merged.conflicts) == ({"phone": "1"}, [])


def test_false_is_a_value_and_not_empty() -> None:
    merged = _merge(
        {"is_active": True},
        {"is_active": False},
        before={"is_active": SourceValue(False)},
        row_fields=("is_active",),
    )

    assert merged == MergedValues({"is_active": True}, {"is_active": SourceValue(False)}, [])


@pytest.mark.parametrize("overwrites_edits", [False, True])
def test_a_field_that_the_row_does_not_have_does_not_change(overwrites_edits: bool) -> None:
    merged = _merge(
        {"email": "new@x.org"},
        {"email": "old@x.org"},
        row_fields=(),
        overwrites_edits=overwrites_edits,
    )

    assert merged == MergedValues({"email": "new@x.org"}, EDITED, [])


@pytest.mark.parametrize("email", ["old@x.org", "other@x.org", "new@x.org", None])
def test_a_row_may_restore_the_value_before_an_edit(email: str | None) -> None:
    merged = _merge({"email": "new@x.org"}, {"email": email}, overwrites_edits=True)

    assert merged == MergedValues({"email": email}, {}, [])


def test_an_edit_of_case_ends_when_the_source_has_the_same_case() -> None:
    before = {"email": SourceValue("Ann@x.org")}

    merged = _merge({"email": "ann@x.org"}, {"email": "ann@x.org"}, before=before)

    assert merged == MergedValues({"email": "ann@x.org"}, {}, [])
