"""Error pages."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.mark.parametrize("path", ["/nothing/", "/organizers/bigevents/nothing/", "/%00/"])
def test_an_unknown_path_has_a_page(member_client: Client, path: str) -> None:
    assertContains(member_client.get(path), "<h1>Page not found</h1>", status_code=404)


def test_a_form_without_a_csrf_token_gets_an_error_page() -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post("/sign-in/", {"username": "x", "password": "y"})

    assertContains(response, "<h1>The form has expired</h1>", status_code=403)
    assertContains(response, "This form was open for too long.", status_code=403)


def test_a_server_error_has_a_page_without_details(
    member_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.customers.services.parse_query", _raise_error)
    member_client.raise_request_exception = False

    response = member_client.get("/organizers/bigevents/customers/")

    assertContains(response, "Something went wrong on our side", status_code=500)
    assert b"secret detail" not in response.content


def _raise_error(*_arguments: object, **_options: object) -> None:
    raise RuntimeError("secret detail")


def test_too_many_fields_are_a_bad_request(member_client: Client) -> None:
    response = member_client.post("/sign-in/", {f"field{n}": "" for n in range(1001)})

    assertContains(response, "The request is not valid", status_code=400)


@pytest.mark.parametrize("length", ["1048577", "-1", "nonsense"])
def test_a_body_with_an_invalid_or_large_length_is_rejected(length: str) -> None:
    page = Client().post("/sign-in/", CONTENT_LENGTH=length)
    api = Client().get("/api/v1/", CONTENT_LENGTH=length)

    assertContains(page, "The request is too large", status_code=413)
    assert (api.status_code, api.json()) == (413, {"detail": "Request body too large."})
    assert page["Cache-Control"] == api["Cache-Control"] == "private, no-store"
