"""The number of queries of the pages that change customers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.test import Client
from django_scopes import scope
from pytest_django import DjangoAssertNumQueries as MaxQueries

from portal.conftest import CustomerMaker
from portal.customers import services
from portal.history.actors import Actor
from portal.history.models import Event
from portal.organizers.models import Organizer

ANN = "/organizers/bigevents/customers/ANN2345/"
CREATE = "/organizers/bigevents/new-customer/"
FIELD = f"{ANN}edit/email/"
ERASE = f"{ANN}erase/"
NOTE = f"{ANN}notes/"
PHONE = f"{ANN}edit/phone/"
SEEN = {"since": "1", "initial-email": "ann@example.org"}


@pytest.fixture(autouse=True)
def undo_urls(organizer: Organizer, make_customer: CustomerMaker) -> Mapping[str, str]:
    """The URLs that undo the last change of Ann, and an earlier change that is in conflict."""
    make_customer(identifier="BEN2345", email="taken@example.org")
    make_customer(identifier="ANN2345", email="ann@example.org")
    actor = Actor.from_command("clara")
    with scope(organizer=organizer):
        for phone in ("+4930231250", "+4930231251"):
            services.change_customer(organizer, "ANN2345", {"phone": phone}, actor=actor)
        services.add_note(organizer, "ANN2345", "A note", actor=actor)
        first, last, _noted = Event.objects.order_by("pk").values_list("pk", flat=True)
    return {"undo": f"{ANN}undo/{last}/", "conflict": f"{ANN}undo/{first}/"}


@pytest.mark.parametrize(
    ("path", "most"),
    [
        (CREATE, 3),  # session, member, organizers
        (f"{ANN}edit/", 4),  # and the customer
        (FIELD, 4),
        (ERASE, 4),
        (NOTE, 4),
        (f"{ANN}?saved=3", 7),  # and the notes, the history and the last change
    ],
)
def test_a_form_takes_few_queries(
    member_client: Client, django_assert_max_num_queries: MaxQueries, path: str, most: int
) -> None:
    with django_assert_max_num_queries(most):
        response = member_client.get(path)

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("path", "sent", "status", "most"),
    [
        # One of the queries looks for an earlier submission of the form.
        (CREATE, {"email": "eve@example.org", "locale": "en"}, 302, 11),
        (CREATE, {"email": "nope", "locale": "en"}, 422, 6),
        (CREATE, {"email": "taken@example.org", "locale": "en"}, 422, 7),
        (FIELD, {**SEEN, "email": "new@example.org"}, 302, 14),
        (FIELD, {**SEEN, "email": "nope"}, 422, 8),
        (FIELD, {**SEEN, "email": "taken@example.org"}, 422, 9),
        (PHONE, {"since": "1", "initial-phone": "", "phone": "030 1234567"}, 409, 9),
        (ERASE, {"confirmation": "nope"}, 422, 4),
        (ERASE, {"confirmation": "ann@example.org"}, 302, 15),
        (NOTE, {"text": ""}, 422, 8),
        (NOTE, {"text": "Another note"}, 302, 10),
    ],
)
def test_a_change_takes_few_queries(
    member_client: Client,
    django_assert_max_num_queries: MaxQueries,
    path: str,
    sent: Mapping[str, str],
    status: int,
    most: int,
) -> None:
    with django_assert_max_num_queries(most):
        response = member_client.post(path, sent)

    assert response.status_code == status


@pytest.mark.parametrize(("name", "status", "most"), [("undo", 302, 14), ("conflict", 409, 10)])
def test_undoing_takes_few_queries(
    member_client: Client,
    undo_urls: Mapping[str, str],
    django_assert_max_num_queries: MaxQueries,
    name: str,
    status: int,
    most: int,
) -> None:
    with django_assert_max_num_queries(5):  # session, member, organizers, customer, change
        member_client.get(undo_urls[name])
    with django_assert_max_num_queries(most):
        response = member_client.post(undo_urls[name])

    assert response.status_code == status
