"""The history of an organizer as a CSV file has all events of the filtered list, in its order."""

from __future__ import annotations

import csv
import re
import tracemalloc
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_scopes import scope
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_django.asserts import assertContains, assertNotContains

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.exporting.events import COLUMNS
from portal.customers.exporting.limits import STREAMS_OF_A_PROCESS
from portal.customers.models import Customer
from portal.history.actors import Actor, ActorKind
from portal.history.html.page import PAGE_SIZE
from portal.history.models import Event, EventKind
from portal.history.queries import EventQuery
from portal.history.tests.conftest import ANNA, EventMaker
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

PAGE = "/organizers/bigevents/history/"
PATH = f"{PAGE}export/"


@pytest.fixture
def customer(make_customer: CustomerMaker) -> Customer:
    return make_customer(identifier="C000001")


def _rows(client: Client, query: str = "", delimiter: str = ",") -> list[dict[str, str]]:
    response = client.get(f"{PATH}{query}")
    assert response.status_code == 200
    text = response.getvalue().decode("utf-8-sig")
    return [*csv.DictReader(StringIO(text, newline=""), delimiter=delimiter)]


def _set_permissions(member: User, organizer: Organizer, *permissions: Permission) -> None:
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=permissions)


def test_each_field_of_a_change_is_a_row(
    member_client: Client, customer: Customer, make_event: EventMaker
) -> None:
    parts = {"_scheme": "full", "full_name": "Ann"}
    actor = Actor(ActorKind.TOKEN, 1, "sync", "request-1")
    changes = {"is_active": (True, False), "name_parts": ({}, parts), "email": (None, "a@x.org")}
    event = make_event(customer, changes=changes, actor=actor)

    rows = _rows(member_client)

    assert [*rows[0]] == [*COLUMNS]
    assert [(row["field"], row["before"], row["after"]) for row in rows] == [
        ("email", "", "a@x.org"),
        ("name_parts", "{}", '{"_scheme": "full", "full_name": "Ann"}'),
        ("is_active", "true", "false"),
    ]
    of_event = {(row["event"], row["kind"], row["customer"], row["actor_kind"]) for row in rows}
    assert of_event == {(str(event.pk), "changed", "C000001", "token")}
    assert {(row["actor"], row["request_id"], row["undoes"]) for row in rows} == {
        ("sync", "request-1", "")
    }
    assert {row["time"] for row in rows} == {event.time.isoformat().replace("+00:00", "Z")}


def test_the_file_has_the_events_of_all_pages_in_their_order(
    member_client: Client, customer: Customer, make_event: EventMaker
) -> None:
    made = [make_event(customer, EventKind.NOTED, {}).pk for _ in range(PAGE_SIZE + 3)][::-1]

    rows = _rows(member_client, f"?before={made[5]}")

    assert [int(row["event"]) for row in rows] == made
    assert {row["field"] for row in rows} == {""}


@pytest.mark.parametrize(
    "query",
    ["?kind=created", "?actor=sync", "?actor_kind=token", "?customer=C000001", "?since=2020-01-01"],
)
def test_the_export_applies_the_filters_of_the_page(
    member_client: Client,
    customer: Customer,
    make_customer: CustomerMaker,
    make_event: EventMaker,
    query: str,
) -> None:
    make_event(customer, EventKind.CREATED)
    make_event(customer)
    make_event(make_customer(), actor=Actor(ActorKind.TOKEN, 1, "sync"))
    shown = re.findall(r'<li id="event-(\d+)"', member_client.get(f"{PAGE}{query}").text)

    assert [row["event"] for row in _rows(member_client, query)] == shown
    assert shown


def test_the_page_links_to_the_export_with_its_filters(
    member_client: Client, customer: Customer, make_event: EventMaker
) -> None:
    event = make_event(customer)
    page = member_client.get(f"{PAGE}?kind=changed&before={event.pk + 1}")
    assert page.status_code == 422
    page = member_client.get(f"{PAGE}?kind=changed")

    links = [unescape(link) for link in re.findall(rf'href="({PATH}[^"]*)"', page.text)]

    assert links == [f"{PATH}?kind=changed", f"{PATH}?kind=changed&separator=semicolon"]
    assert len(_rows(member_client, links[1].removeprefix(PATH), ";")) == 1


def test_a_formula_is_exported_as_text(
    member_client: Client, customer: Customer, make_event: EventMaker
) -> None:
    make_event(customer, changes={"email": ("=1+1", "@SUM(A1)")}, actor=Actor.from_command("+1"))

    [row] = _rows(member_client)

    assert (row["before"], row["after"], row["actor"]) == ("'=1+1", "'@SUM(A1)", "'+1")


def test_values_of_notes_need_the_permission_to_read_notes(
    member_client: Client,
    member: User,
    organizer: Organizer,
    customer: Customer,
    make_event: EventMaker,
) -> None:
    make_event(customer, changes={"notes": ("gluten", "wheat"), "locale": ("de", "en")})
    values = [(row["field"], row["before"], row["after"]) for row in _rows(member_client)]
    assert values == [("locale", "de", "en"), ("notes", "gluten", "wheat")]
    _set_permissions(member, organizer, Permission.READ_CUSTOMERS, Permission.EXPORT_CUSTOMERS)

    others = [(row["field"], row["before"], row["after"]) for row in _rows(member_client)]

    assert others == [("locale", "de", "en"), ("notes", "", "")]


def test_expired_values_are_left_out(
    member_client: Client, organizer: Organizer, customer: Customer
) -> None:
    days = organizer.history_days or 0
    with scope(organizer=organizer):
        for age in (days - 1, days + 1):
            Event.objects.create(
                organizer=organizer,
                customer=customer,
                version=1,
                time=timezone.now() - timedelta(days=age),
                kind=EventKind.CHANGED,
                actor_kind=ANNA.kind,
                changes={"locale": ["de", "en"]},
            )

    assert [row["field"] for row in _rows(member_client)] == ["locale", ""]


@pytest.mark.parametrize("name", ["separator=tab", "kind=unknown", "customer=NOBODY", "since=x"])
def test_an_invalid_parameter_is_422_on_the_page(member_client: Client, name: str) -> None:
    response = member_client.get(f"{PATH}?{name}")

    assert response.status_code == 422
    assertContains(response, 'role="alert"', status_code=422)
    assert "Content-Disposition" not in response


def test_a_file_has_a_name_and_is_not_cached(member_client: Client) -> None:
    response = member_client.get(PATH)

    assert response.getvalue().startswith(b"\xef\xbb\xbftime,")
    pattern = r'attachment; filename="bigevents-history-\d{4}-\d\d-\d\d\.csv"'
    assert re.fullmatch(pattern, response["Content-Disposition"])
    assert response["Cache-Control"] == "private, no-store"
    assert member_client.head(PATH).getvalue() == b""


def test_a_stream_beyond_the_limit_is_429(member_client: Client, settings: Settings) -> None:
    running = [member_client.get(PATH) for _ in range(STREAMS_OF_A_PROCESS)]

    response = member_client.get(PATH)

    assert response.status_code == 429
    assert response["Retry-After"] == "10"
    for each in running:
        each.close()


@pytest.mark.parametrize(
    "permissions",
    [[], [Permission.READ_CUSTOMERS], [Permission.EXPORT_CUSTOMERS]],
)
def test_the_export_and_its_link_need_both_permissions(
    member_client: Client,
    member: User,
    organizer: Organizer,
    customer: Customer,
    make_event: EventMaker,
    permissions: list[Permission],
) -> None:
    make_event(customer)
    _set_permissions(member, organizer, *permissions)

    assert member_client.get(PATH).status_code == 403
    if permissions == [Permission.READ_CUSTOMERS]:
        assertNotContains(member_client.get(PAGE), "Export as CSV")


def test_a_stranger_gets_404(stranger_client: Client, member: User) -> None:
    assert stranger_client.get(PATH).status_code == 404


def test_the_export_takes_one_query_for_all_events(
    member_client: Client,
    customer: Customer,
    make_event: EventMaker,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(PAGE_SIZE):
        make_event(customer, changes={"locale": ("de", "en")})

    # Session, member, organizers, events; a cursor of PostgreSQL needs a transaction.
    with django_assert_num_queries({"sqlite": 4, "postgresql": 6}[connection.vendor]):
        assert len(_rows(member_client)) == PAGE_SIZE


def _count_peak(organizer: Organizer) -> int:
    tracemalloc.start()
    try:
        with scope(organizer=organizer):
            for _row in services.stream_events(organizer, query=EventQuery(), reads_notes=True):
                pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_events(
    organizer: Organizer, customer: Customer
) -> None:
    events = [
        Event(
            organizer=organizer,
            customer=customer,
            version=1,
            kind=EventKind.CHANGED,
            actor_kind=ANNA.kind,
            changes={"notes": ["x" * 200, "y" * 200]},
        )
        for _ in range(2_000)
    ]
    with scope(organizer=organizer):
        Event.objects.bulk_create(events)
        _count_peak(organizer)
        peak = _count_peak(organizer)
        for _ in range(3):
            Event.objects.bulk_create([_copy(event) for event in events])

    assert _count_peak(organizer) < 1.5 * peak


def _copy(event: Event) -> Event:
    event.pk = None
    return event
