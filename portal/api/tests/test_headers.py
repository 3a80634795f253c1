"""The headers of every answer below /api/, whatever is asked and however it ends."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver, reverse

from portal.conftest import CustomerMaker

VALUES = {"organizer": "bigevents", "identifier": "C000001"}
API: Any = get_resolver().namespace_dict["api"][1]
ROUTES = sorted({name for name in API.reverse_dict if isinstance(name, str)} - {"unknown_path"})
PUBLIC = {"openapi"}
# From the outside in: Django, the framework, our own rules.
ERRORS: dict[str, tuple[str, dict[str, Any], int]] = {
    "an unreadable content type": ("GET", {"portal.bad_content_type": True}, 400),
    "a large body": ("GET", {"CONTENT_LENGTH": str(2**20 + 1)}, 413),
    "an unknown host": ("GET", {"HTTP_HOST": "evil.example"}, 400),
    "a NUL": ("GET", {"QUERY_STRING": "x=%00"}, 400),
    "too many parameters": ("GET", {"QUERY_STRING": "a=1&" * 1001}, 400),
    "an unknown format": ("GET", {"QUERY_STRING": "format=xml"}, 404),
    "an unacceptable form": ("GET", {"HTTP_ACCEPT": "text/html"}, 406),
    "a method that is not offered": ("DELETE", {}, 405),
    "a method that nobody knows": ("PROPFIND", {}, 405),
}


def _check(response: HttpResponseBase, vary: str = "Accept") -> None:
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Vary"] == vary
    assert response["X-Request-ID"]
    if response.status_code != 301:
        assert response["Content-Type"] == "application/json"


@pytest.fixture(params=ROUTES)
def path(request: pytest.FixtureRequest, make_customer: CustomerMaker) -> str:
    make_customer()
    return _path(request.param)


@pytest.fixture(params=sorted({*ROUTES} - PUBLIC))
def guarded_path(request: pytest.FixtureRequest, make_customer: CustomerMaker) -> str:
    make_customer()
    return _path(request.param)


def _path(name: str) -> str:
    _possibilities, _pattern, _defaults, converters = API.reverse_dict[name]
    return reverse(f"api:{name}", kwargs={word: VALUES[word] for word in converters})


def test_the_walk_finds_the_routes() -> None:
    assert {"root", "organizer_list", "customer_list", "customer_detail"} <= set(ROUTES)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_an_answer_is_kept_by_no_cache_and_guessed_at_by_nobody(
    api_client: Client, path: str, method: str
) -> None:
    response = api_client.generic(method, path)

    assert response.status_code == 200
    _check(response)


def test_an_answer_to_a_session_varies_by_it_as_well(
    member_client: Client, guarded_path: str
) -> None:
    _check(member_client.get(guarded_path), "Accept, Cookie")


@pytest.mark.parametrize("claim", ["", "Token wrong"])
def test_a_caller_whom_nobody_knows_gets_the_same_headers(guarded_path: str, claim: str) -> None:
    response = Client().get(guarded_path, headers={"Authorization": claim})

    assert response.status_code == 401
    _check(response)


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_has_the_same_headers(api_client: Client, path: str, kind: str) -> None:
    method, environment, status = ERRORS[kind]

    response = api_client.generic(method, path, **environment)

    assert response.status_code == status
    _check(response)


def test_a_stranger_is_refused_with_the_same_headers(
    stranger_client: Client, guarded_path: str
) -> None:
    _check(stranger_client.get(guarded_path), "Accept, Cookie")


def test_a_failure_has_the_same_headers(
    api_client: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.api.endpoints.Endpoint.initial", _fail)
    api_client.raise_request_exception = False

    response = api_client.get(path)

    assert response.status_code == 500
    _check(response)


def _fail(*_arguments: object, **_options: object) -> None:
    raise RuntimeError


@pytest.mark.parametrize(
    "path", ["/api/", "/api/nothing/", "/api/v1/organizers/bigevents/customers"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_not_there_has_the_same_headers(path: str, method: str) -> None:
    _check(Client().generic(method, path))
