"""Slots: SQL is kept without the values that belong to one request, and with no others."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection, models
from django.db.models import F, Q, Value
from django.db.models.lookups import Exact, GreaterThan

from portal import slots
from portal.organizers.models import Organizer
from portal.slots import KeptByShape, Slot, fill, require_slots, slots_left_open

AT_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def parameters_of(*conditions: Exact | GreaterThan) -> list[object]:
    """Of SQL that names an organizer under these conditions."""
    query = Organizer.objects.order_by("pk").filter(*map(Q, conditions)).values("pk").query
    return [*query.sql_with_params()[1]]


def test_a_query_that_is_asked_has_the_values_of_its_slots() -> None:
    assert parameters_of(Exact(F("slug"), Slot("slug", "bigevents"))) == ["bigevents"]


def test_a_query_that_is_kept_is_filled_with_others() -> None:
    since = Slot("since", AT_NOON, models.DateTimeField())
    with slots_left_open():
        kept = parameters_of(Exact(F("slug"), Slot("slug", "x")), GreaterThan(since, Value("")))
    require_slots(kept[:2])

    later = AT_NOON.replace(hour=13)
    filled = fill(kept[:2], {"slug": "rival", "since": later}, connection)

    prepared = models.DateTimeField().get_db_prep_value(later, connection)
    assert filled == ["rival", prepared]


def test_a_value_that_was_not_given_is_never_that_of_somebody_else() -> None:
    with slots_left_open():
        kept = parameters_of(Exact(F("slug"), Slot("slug", "bigevents")))

    with pytest.raises(KeyError, match="slug"):
        fill(kept, {}, connection)


def test_whose_value_it_was_first_is_forgotten() -> None:
    with slots_left_open():
        [kept] = parameters_of(Exact(F("slug"), Slot("slug", "bigevents")))

    assert isinstance(kept, Slot)
    assert kept.value is None


def test_a_value_in_no_slot_is_not_kept() -> None:
    with slots_left_open():
        kept = parameters_of(Exact(F("slug"), Value("bigevents")))

    with pytest.raises(TypeError, match="bigevents"):
        require_slots(kept)


def test_what_was_asked_for_last_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "MOST_KEPT", 2)
    kept, made = KeptByShape[str](), []

    def make(shape: str) -> str:
        made.append(shape)
        return shape.upper()

    for shape in ("a", "b", "a", "c", "a", "b"):
        assert kept.get(shape, lambda: make(shape)) == shape.upper()  # noqa: B023  called at once

    assert made == ["a", "b", "c", "b"]
