"""The sentences and the changed fields that describe events."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from portal.conftest import CustomerMaker
from portal.history.actors import Actor, ActorKind
from portal.history.html.entries import SHOWN_CHARACTERS, HistoryEntry, describe_event
from portal.history.models import EventKind
from portal.history.tests.conftest import EventMaker

pytestmark = pytest.mark.any_database

FULL = {"_scheme": "full", "full_name": "Ada King"}
PARTS = {"_scheme": "given_family", "given_name": "Ada", "family_name": "King"}


@pytest.fixture
def entry_of(make_customer: CustomerMaker, make_event: EventMaker) -> Any:
    def make(
        kind: EventKind, changes: Any, *, reads_notes: bool = False, **actor: Any
    ) -> HistoryEntry:
        event = make_event(make_customer(), kind, changes, **actor)
        return describe_event(event, reads_notes=reads_notes)

    return make


@pytest.mark.parametrize(
    ("kind", "changes", "sentence"),
    [
        (EventKind.CREATED, {"locale": (None, "de")}, "anna@example.org created the customer"),
        (EventKind.CHANGED, {"locale": ("de", "en")}, "anna@example.org changed language"),
        (EventKind.CHANGED, {"locale": ("", "en"), "email": ("", "x")}, "anna… changed 2 fields"),
        (EventKind.CHANGED, None, "anna@example.org changed the customer"),
        (EventKind.ERASED, None, "anna@example.org erased the personal data"),
        (EventKind.UNDONE, {"locale": ("de", "en")}, "anna@example.org undid a change"),
        (EventKind.NOTED, {}, "anna@example.org added a note"),
    ],
)
def test_a_sentence_says_who_did_what(
    entry_of: Any, kind: EventKind, changes: Any, sentence: str
) -> None:
    entry = entry_of(kind, changes)

    assert strip_tags(entry.sentence) == sentence.replace("anna…", "anna@example.org")


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_has_a_sentence(entry_of: Any, kind: EventKind) -> None:
    assert "<bdi" in entry_of(kind, None).sentence


def test_a_name_of_an_actor_is_escaped(entry_of: Any) -> None:
    entry = entry_of(EventKind.CREATED, {}, actor=Actor.from_command("<script>"))

    assert "<script>" not in entry.sentence


def test_an_actor_without_a_name_is_described_by_its_kind(entry_of: Any) -> None:
    entry = entry_of(EventKind.CREATED, {}, actor=Actor(ActorKind.IMPORT, 1, ""))

    assert strip_tags(entry.sentence) == "Import created the customer"


@pytest.mark.parametrize(
    ("field", "values", "expected"),
    [
        ("email", (None, "a@b.example"), ("Email", "", "a@b.example")),
        ("phone", ("+4930231250", None), ("Phone", "+49 30 231250", "")),
        ("phone", ("030 23125", 5), ("Phone", "030 23125", "5")),
        ("is_active", (True, False), ("Active", "Yes", "No")),
        ("locale", ("de", "fr"), ("Language", "German", "French")),
        ("name_parts", ({}, FULL), ("Name", "", "Ada King")),
        ("name_parts", (FULL, {"_scheme": "x"}), ("Name", "Ada King", "")),
        (
            "name_parts",
            (FULL, PARTS),
            ("Name", "Full name: Ada King", "Given name: Ada, Family name: King"),
        ),
        (
            "last_login",
            (None, "2026-01-31T10:00:00Z"),
            ("Last sign-in", "", "31 Jan 2026, 10:00 UTC"),
        ),
        ("last_login", ("?", 5), ("Last sign-in", "?", "5")),
        ("colour", (1, None), ("colour", "1", "")),
    ],
)
def test_values_in_the_history_are_formatted_as_on_the_page(
    entry_of: Any, field: str, values: Any, expected: tuple[str, str, str]
) -> None:
    [difference] = entry_of(EventKind.CHANGED, {field: values}).differences

    assert (difference.label, difference.before, difference.after) == expected


def test_differences_are_in_the_order_of_the_page(entry_of: Any) -> None:
    changes = {"zebra": (1, 2), "locale": (1, 2), "email": (1, 2)}

    differences = entry_of(EventKind.CHANGED, changes).differences

    assert [difference.label for difference in differences] == ["Email", "Language", "zebra"]


def test_values_of_notes_need_the_permission_to_read_notes(entry_of: Any) -> None:
    changes = {"notes": ("secret", "secrets")}

    [hidden] = entry_of(EventKind.CHANGED, changes).differences
    [shown] = entry_of(EventKind.CHANGED, changes, reads_notes=True).differences

    assert (hidden.is_hidden, hidden.before, hidden.after) == (True, "", "")
    assert (shown.before, shown.after) == ("secret", "secrets")


@pytest.mark.parametrize(
    ("kind", "changes", "is_emptied"),
    [
        (EventKind.CHANGED, None, True),
        (EventKind.CHANGED, {}, False),
        (EventKind.ERASED, None, False),
        (EventKind.NOTED, None, False),
    ],
)
def test_an_event_with_deleted_values_is_marked(
    entry_of: Any, kind: EventKind, changes: Any, is_emptied: bool
) -> None:
    assert entry_of(kind, changes).is_emptied is is_emptied


def test_of_a_long_value_only_the_beginning_is_shown_until_it_is_expanded(entry_of: Any) -> None:
    long = "word " * 100

    entry = entry_of(EventKind.CHANGED, {"notes": ("short", long)}, reads_notes=True)

    [difference] = entry.differences
    assert entry.only_difference is None
    assert difference.start_before == ""
    assert difference.start_after == long[: SHOWN_CHARACTERS - 1] + "…"
    page = render_to_string("history/_difference.html", {"difference": difference})
    assert f"<summary><bdi>{difference.start_after}</bdi>" in page
    assert f"</summary><bdi>{long}</bdi></details>" in page


def test_a_short_value_is_not_shortened(entry_of: Any) -> None:
    entry = entry_of(EventKind.CHANGED, {"notes": ("", "x" * SHOWN_CHARACTERS)}, reads_notes=True)

    assert entry.only_difference is not None
