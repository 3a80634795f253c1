"""Errors below /api/ are JSON, and no input causes a server error."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from portal import urls
from portal.conftest import CustomerMaker

LIST = "/api/v1/organizers/bigevents/customers/"


def broken_view(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret")


broken_view.login_required = False  # type: ignore[attr-defined]
urlpatterns = [path("api/v1/broken/", broken_view)]
handler500 = urls.handler500


@pytest.mark.parametrize(
    ("query", "status", "detail"),
    [
        ("email=%00", 400, "detail"),
        ("page=1%00", 400, "detail"),
        ("%00=1", 400, "detail"),
        ("unknown=%00", 400, "detail"),
        ("is_active=maybe", 400, "is_active"),
        ("is_verified=1", 400, "is_verified"),
        ("date_joined_since=yesterday", 400, "date_joined_since"),
        ("date_joined_since=2024-02-30", 400, "date_joined_since"),
        ("last_login_until=9999-12-31", 400, "last_login_until"),
        (
            "date_joined_since=2024-01-02&date_joined_until=2024-01-01",
            400,
            "date_joined_until",
        ),
        ("ordering=password", 400, "ordering"),
        ("locale=klingon", 400, "locale"),
        (f"search={'x' * 3000}", 400, "search"),
        (f"email={'x' * 3000}", 400, "email"),
        (f"search={'x' * 5000}", 414, "detail"),
        ("&".join(f"a{n}=1" for n in range(1001)), 400, "detail"),
        ("page=junk", 404, "detail"),
        (f"page={'9' * 3900}", 404, "detail"),
        ("format=xml", 404, "detail"),
    ],
)
def test_invalid_input_is_rejected_with_a_reason(
    api_client: Client, make_customer: CustomerMaker, query: str, status: int, detail: str
) -> None:
    make_customer()

    response = api_client.get(f"{LIST}?{query}")

    assert (response.status_code, list(response.json())) == (status, [detail])


@pytest.mark.parametrize(
    "query",
    ["page_size=0", "page_size=-1", "page_size=x", f"x={'y' * 3900}", "%ZZ", "email=%FF", "&&="],
)
def test_unusual_input_is_accepted(
    api_client: Client, make_customer: CustomerMaker, query: str
) -> None:
    make_customer()

    assert api_client.get(f"{LIST}?{query}").status_code == 200


def test_an_invalid_value_is_explained(api_client: Client) -> None:
    response = api_client.get(f"{LIST}?is_active=maybe")

    assert response.json() == {"is_active": ["Choose true or false, not “maybe”."]}


@pytest.mark.parametrize("charset", ["rot13", "utf-16", "nonsense", "idna"])
def test_an_unusual_charset_causes_no_server_error(api_client: Client, charset: str) -> None:
    content_type = f"application/json; charset={charset}"

    response = api_client.generic("GET", f"{LIST}?email=%C3%A9", content_type=content_type)

    assert response.status_code < 500


@pytest.mark.parametrize("method", ["get", "head", "options", "delete"])
def test_a_path_without_a_slash_at_the_end_is_redirected(method: str) -> None:
    response = getattr(Client(), method)("/api/v1/organizers/bigevents/customers?page=2")

    assert (response.status_code, response["Location"]) == (301, f"{LIST}?page=2")


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_the_path_api_is_redirected_to_the_root_of_the_api(method: str) -> None:
    for url in ("/api/", "/api/?x=1"):
        response = getattr(Client(), method)(url)

        assert (response.status_code, response["Location"]) == (302, "/api/v1/")


@pytest.mark.usefixtures("organizer")
def test_errors_are_english_in_every_language() -> None:
    response = Client().get(LIST, headers={"Accept-Language": "de"})

    assert response.json() == {"detail": "Authentication credentials were not provided."}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/v1/organizers/bigevents/customers"),
        ("get", "/api/v1/unknown"),
        ("get", "/api/v1/unknown/"),
        ("get", "/api//evil.example"),
        ("get", "/api/v1/organizers//customers/"),
        ("post", "/api/"),
        ("post", "/api/v1/unknown/"),
        ("get", "/api/v1/version/"),
        ("get", "/api/v1/me"),
        ("get", "/api/v1/organizers.json"),
        ("get", "/api/v1/organizers/bigevents/customers.json"),
        ("get", "/api/v1/organizers/bigevents/events/"),
        ("post", "/api/v1/organizers/bigevents/customers/C000001/anonymize"),
    ],
)
def test_an_unknown_path_is_not_found(method: str, path: str) -> None:
    response = getattr(Client(enforce_csrf_checks=True), method)(path)

    assert response.status_code == 404
    assert response.json() == {"detail": "Not found."}


def test_a_path_never_redirects_to_another_host() -> None:
    response = Client().get("/", PATH_INFO="//evil.example/api/v1/organizers")

    assert response.status_code == 404
    assert "Location" not in response


@pytest.mark.django_db
def test_the_error_for_an_unknown_host_is_json() -> None:
    response = Client().get(LIST, headers={"Host": "evil.example"})

    assert response.status_code == 400
    assert list(response.json()) == ["detail"]


@pytest.mark.urls(__name__)
def test_a_server_error_is_json_without_the_cause() -> None:
    response = Client(raise_request_exception=False).get("/api/v1/broken/")

    assert response.status_code == 500
    assert list(response.json()) == ["detail", "request_id"]
    assert b"secret" not in response.content


@pytest.mark.parametrize("path", ["/theme/", "/sign-in/", LIST])
@pytest.mark.parametrize("charset", ["hex", "bz2", "idna", "utf-7", "unicode_escape"])
def test_a_multipart_form_is_utf_8(charset: str, path: str, writer_client: Client) -> None:
    writer_client.raise_request_exception = False
    head = b'--x\r\nContent-Disposition: form-data; name="theme"\r\n\r\n'
    content = head + b"+2AA-\\ud800\r\n--x--\r\n"
    content_type = f"multipart/form-data; boundary=x; charset={charset}"

    response = writer_client.generic("POST", path, content, content_type)

    assert response.status_code == 400


def test_a_multipart_form_may_have_the_charset_utf_8() -> None:
    content = b'--x\r\nContent-Disposition: form-data; name="theme"\r\n\r\ndark\r\n--x--\r\n'
    content_type = "multipart/form-data; boundary=x; charset=UTF8"

    response = Client().generic("POST", "/theme/", content, content_type)

    assert response.status_code == 302
