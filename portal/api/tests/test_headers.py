"""The headers of every response below /api/, successful or not."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver, resolve, reverse

from portal.conftest import CustomerMaker

pytestmark = pytest.mark.any_database

URL_ARGUMENTS = {"organizer": "bigevents", "identifier": "C000001"}
API: Any = get_resolver().namespace_dict["api"][1]
ROUTES = sorted({name for name in API.reverse_dict if isinstance(name, str)} - {"unknown_path"})
PUBLIC_ROUTES = {"openapi"}
POST_ONLY = "/anonymize/"
# Requests that cause an error, which Django, Django REST framework or Portal raises.
ERRORS: dict[str, tuple[str, dict[str, Any], int]] = {
    "an unreadable content type": ("GET", {"portal.bad_content_type": True}, 400),
    "a large body": ("GET", {"CONTENT_LENGTH": str(2**20 + 1)}, 413),
    "a long query string": ("GET", {"QUERY_STRING": f"x={'y' * 4000}"}, 414),
    "an unknown host": ("GET", {"HTTP_HOST": "evil.example"}, 400),
    "a null character": ("GET", {"QUERY_STRING": "x=%00"}, 400),
    "too many parameters": ("GET", {"QUERY_STRING": "a=1&" * 1001}, 400),
    "an unknown format": ("GET", {"QUERY_STRING": "format=xml"}, 404),
    "an unacceptable format": ("GET", {"HTTP_ACCEPT": "text/html"}, 406),
    "a method that is not allowed": ("DELETE", {}, 405),
    "an unknown method": ("PROPFIND", {}, 405),
}
# Methods that are forbidden to every caller: no permission allows changing an organizer.
FORBIDDEN_METHODS = [("organizer_detail", "DELETE"), ("organizer_detail", "PROPFIND")]


def _check_headers(response: HttpResponseBase, vary: str = "Accept") -> None:
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Vary"] == vary
    assert response["X-Request-ID"]
    if response.status_code not in (301, 302):
        assert response["Content-Type"] == "application/json"


@pytest.fixture(params=ROUTES)
def path(request: pytest.FixtureRequest, make_customer: CustomerMaker) -> str:
    make_customer()
    return _path(request.param)


@pytest.fixture(params=sorted({*ROUTES} - PUBLIC_ROUTES))
def guarded_path(request: pytest.FixtureRequest, make_customer: CustomerMaker) -> str:
    make_customer()
    return _path(request.param)


def _path(route: str) -> str:
    _possibilities, _pattern, _defaults, converters = API.reverse_dict[route]
    return reverse(f"api:{route}", kwargs={name: URL_ARGUMENTS[name] for name in converters})


def test_all_routes_are_found() -> None:
    assert {"root", "organizer_list", "customer_list", "customer_detail"} <= set(ROUTES)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_successful_response_has_the_headers(api_client: Client, path: str, method: str) -> None:
    response = api_client.generic(method, path)

    is_not_allowed = path.endswith(POST_ONLY) and method != "OPTIONS"
    assert response.status_code == (405 if is_not_allowed else 200)
    _check_headers(response)


def test_a_response_to_a_session_has_vary_cookie(member_client: Client, guarded_path: str) -> None:
    _check_headers(member_client.get(guarded_path), "Accept, Cookie")


@pytest.mark.parametrize("authorization", ["", "Token wrong"])
def test_an_unauthorized_response_has_the_headers(guarded_path: str, authorization: str) -> None:
    response = Client().get(guarded_path, headers={"Authorization": authorization})

    assert response.status_code == 401
    _check_headers(response)


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_has_the_headers(writer_client: Client, path: str, kind: str) -> None:
    method, environment, status = ERRORS[kind]

    response = writer_client.generic(method, path, **environment)

    is_forbidden = (resolve(path).url_name, method) in FORBIDDEN_METHODS
    assert response.status_code == (403 if is_forbidden else status)
    _check_headers(response)


def test_a_forbidden_response_has_the_headers(stranger_client: Client, guarded_path: str) -> None:
    _check_headers(stranger_client.get(guarded_path), "Accept, Cookie")


def test_a_server_error_has_the_headers(
    api_client: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.api.endpoints.Endpoint.initial", _fail)
    api_client.raise_request_exception = False

    response = api_client.get(path)

    assert response.status_code == 500
    _check_headers(response)


def _fail(*_arguments: object, **_options: object) -> None:
    raise RuntimeError


@pytest.mark.parametrize(
    "path", ["/api/", "/api/unknown/", "/api/v1/organizers/bigevents/customers"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_path_without_an_endpoint_has_the_headers(path: str, method: str) -> None:
    _check_headers(Client().generic(method, path))
