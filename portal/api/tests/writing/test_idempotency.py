"""`X-Idempotency-Key`: a repeated write gets the response to the first write."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any, Final

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from portal.api.models import IdempotentRequest
from portal.api.writing import idempotency
from portal.api.writing.idempotency import (
    MAX_REQUEST_TIME,
    RESPONSE_LIFETIME,
    RequestInProgress,
    WriteResult,
)
from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.organizers import tokens
from portal.organizers.models import ApiToken, Organizer
from portal.organizers.permissions import Permission

LIST: Final = "/api/v1/organizers/bigevents/customers/"
JSON: Final = "application/json"
NEW: Final = '{"email": "ann@example.org"}'
KEY_REUSED: Final = {
    "detail": "This key was used for another request body, or with other permissions."
}


def send(
    client: Client, path: str = LIST, body: str = NEW, key: str = "k", method: str = "POST"
) -> Any:
    headers = {"X-Idempotency-Key": key}
    return client.generic(method, path, body, JSON, headers=headers)


def number_of_customers(organizer: Organizer) -> int:
    with scope(organizer=organizer):
        return Customer.objects.count()


def move_start_into_past(organizer: Organizer, by: timedelta, **values: Any) -> None:
    """Moves the start of the only stored request into the past, and sets `values`."""
    with scope(organizer=organizer):
        first = IdempotentRequest.objects.get()
        IdempotentRequest.objects.update(started=first.started - by, **values)


def test_a_repeated_request_gets_the_first_response(
    writer_client: Client, organizer: Organizer
) -> None:
    first, second = send(writer_client), send(writer_client)

    assert (first.status_code, second.status_code) == (201, 201)
    assert (second.content, second["ETag"]) == (first.content, first["ETag"])
    assert number_of_customers(organizer) == 1


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_repeated_change_changes_nothing(
    writer_client: Client, make_customer: CustomerMaker, method: str
) -> None:
    make_customer()
    path = f"{LIST}C000001/"

    first, second = (send(writer_client, path, method=method) for _time in range(2))

    assert first.content == second.content
    assert writer_client.get(path)["ETag"] == first["ETag"]


def test_a_repeated_request_gets_the_error_of_the_first(
    writer_client: Client, organizer: Organizer
) -> None:
    first, second = (send(writer_client, body='{"email": "x"}') for _time in range(2))

    assert (first.status_code, second.status_code, second.content) == (400, 400, first.content)
    assert number_of_customers(organizer) == 0


def test_another_body_with_the_same_key_is_an_error(
    writer_client: Client, organizer: Organizer
) -> None:
    send(writer_client)

    response = send(writer_client, body="{}")

    assert response.status_code == 422
    assert response.json() == KEY_REUSED
    assert number_of_customers(organizer) == 1


@pytest.mark.parametrize(
    "left", [[Permission.WRITE_CUSTOMERS], [Permission.WRITE_CUSTOMERS, Permission.READ_CUSTOMERS]]
)
def test_a_response_is_not_repeated_with_other_permissions(
    organizer: Organizer, make_customer: CustomerMaker, left: list[Permission]
) -> None:
    make_customer(notes="Prefers an aisle seat.")
    permissions = [*Permission.values]
    key = tokens.create_token(organizer, name="all", permissions=permissions, has_all_fields=True)
    client, path = Client(headers={"Authorization": f"Token {key}"}), f"{LIST}C000001/"
    assert "aisle" in send(client, path, "{}", method="PATCH").text
    with scope(organizer=organizer):
        ApiToken.objects.update(permissions=left)

    response = send(client, path, "{}", method="PATCH")

    assert (response.status_code, response.json()) == (422, KEY_REUSED)


def test_a_request_with_another_path_method_or_key_is_a_new_request(
    writer_client: Client, make_customer: CustomerMaker, organizer: Organizer
) -> None:
    make_customer()
    for method, path, key in (
        *(("POST", LIST, "k"), ("POST", LIST, "l"), ("POST", LIST, "")),
        *(("PUT", f"{LIST}C000001/", "k"), ("PATCH", f"{LIST}C000001/", "k")),
    ):
        assert send(writer_client, path, "{}", key, method).status_code in (200, 201)

    assert number_of_customers(organizer) == 4


def test_a_request_of_another_caller_is_a_new_request(
    writer_client: Client, member_client: Client, organizer: Organizer
) -> None:
    key = tokens.create_token(organizer, name="other", permissions=[Permission.WRITE_CUSTOMERS])
    other = Client(headers={"Authorization": f"Token {key}"})

    for client in (writer_client, other, member_client):
        assert send(client, body="{}").status_code == 201

    assert number_of_customers(organizer) == 3


def test_a_request_in_progress_is_not_written_again(
    writer_client: Client, organizer: Organizer
) -> None:
    send(writer_client)
    move_start_into_past(organizer, timedelta(), status=None)

    response = send(writer_client)

    assert (response.status_code, response["Retry-After"]) == (409, "5")
    assert response.json() == {"detail": "Concurrent request with idempotency key."}


def test_the_stored_request_of_a_dead_process_expires(
    writer_client: Client, organizer: Organizer
) -> None:
    send(writer_client, body="{}")
    move_start_into_past(organizer, MAX_REQUEST_TIME + timedelta(seconds=1), status=None)

    assert send(writer_client).status_code == 201
    assert send(writer_client).status_code == 201
    assert number_of_customers(organizer) == 2


def test_a_request_that_was_replaced_writes_nothing(
    writer_client: Client, organizer: Organizer
) -> None:
    """The first request took longer than a minute, so that the repeated request replaced it."""
    send(writer_client, body="{}")
    with scope(organizer=organizer):
        first = IdempotentRequest.objects.get()
        customer = Customer.objects.get()
        response = HttpResponse("{}", headers={"ETag": '"1-00000000"'})

        def write() -> WriteResult:
            Customer.objects.create(organizer=organizer, identifier="LATE")
            return WriteResult(customer, response)

        with pytest.raises(RequestInProgress):
            idempotency._write_and_store(first, write)
    assert number_of_customers(organizer) == 1


@pytest.mark.parametrize("error", [RequestInProgress(), OperationalError(), ValueError()])
def test_temporary_errors_are_not_stored(
    writer_client: Client, organizer: Organizer, error: Exception
) -> None:
    send(writer_client)

    def fail() -> WriteResult:
        raise error

    with scope(organizer=organizer):
        IdempotentRequest.objects.update(status=None)
        with pytest.raises(type(error)):
            idempotency._write_and_store(IdempotentRequest.objects.get(), fail)
        assert not IdempotentRequest.objects.exists()


def test_a_key_may_be_used_again_after_a_day(writer_client: Client, organizer: Organizer) -> None:
    send(writer_client)
    move_start_into_past(organizer, RESPONSE_LIFETIME + timedelta(seconds=1))

    assert send(writer_client, body="{}").status_code == 201
    assert send(writer_client, body="{}").status_code == 201
    assert number_of_customers(organizer) == 2


def test_the_stored_response_of_an_erased_customer_is_emptied(
    writer_client: Client, organizer: Organizer
) -> None:
    identifier = send(writer_client).json()["identifier"]
    send(writer_client, f"{LIST}{identifier}/anonymize/", key="a")

    response = send(writer_client, body="{}")

    assert (response.status_code, response.json()) == (201, {"identifier": identifier})
    with scope(organizer=organizer):
        stored = IdempotentRequest.objects.order_by("pk")
        assert "ann@example.org" not in "".join(each.response for each in stored)
        assert [bool(each.body_hash) for each in stored] == [False, True]


@pytest.mark.usefixtures("rival")
def test_old_responses_of_all_organizers_are_deleted(
    writer_client: Client, organizer: Organizer, rival: Organizer
) -> None:
    send(writer_client)
    old = timezone.now() - RESPONSE_LIFETIME - timedelta(seconds=1)
    with scopes_disabled():
        IdempotentRequest.objects.create(organizer=rival, fingerprint="x", started=old)
        IdempotentRequest.objects.create(organizer=organizer, fingerprint="y", started=old)

    call_command("forget_responses", stdout=(printed := StringIO()))

    assert printed.getvalue() == "Deleted 2 responses.\n"
    with scopes_disabled():
        assert IdempotentRequest.objects.count() == 1
