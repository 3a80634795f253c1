"""The cookies of the theme and of single-key shortcuts."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from pytest_django.asserts import assertContains, assertRedirects

from portal.accounts.models import User
from portal.errors import server_error

THEME = "/theme/"
HERE = "http://testserver/organizers/bigevents/customers/?search=jo&page=2"


@pytest.mark.parametrize("theme", ["system", "light", "dark"])
def test_the_cookie_stores_the_theme_for_a_year(client: Client, theme: str) -> None:
    response = client.post(THEME, {"theme": theme})

    cookie = response.cookies["theme"]
    assert (cookie.value, cookie["samesite"], cookie["max-age"]) == (theme, "Lax", 365 * 24 * 3600)


@pytest.mark.parametrize(
    ("theme", "scheme"), [("system", "light dark"), ("light", "light"), ("dark", "dark")]
)
@pytest.mark.parametrize("path", ["/organizers/?all", "/organizers/nowhere/customers/"])
def test_a_page_has_the_theme_of_the_cookie(
    member_client: Client, theme: str, scheme: str, path: str
) -> None:
    member_client.cookies["theme"] = theme

    text = member_client.get(path).content.decode()

    assert f'data-theme="{theme}"' in text
    assert f'<meta name="color-scheme" content="{scheme}">' in text
    assert f'value="{theme}" aria-pressed="true"' in text
    assert text.count('aria-pressed="true"') == 1


@pytest.mark.parametrize("path", ["/sign-in/", "/no-such-page/"])
def test_visitors_have_the_theme_too(client: Client, db: None, path: str) -> None:
    client.cookies["theme"] = "dark"

    assert 'data-theme="dark"' in client.get(path).content.decode()


def test_the_page_of_a_server_error_has_the_theme(rf: RequestFactory) -> None:
    rf.cookies["theme"] = "dark"

    response = server_error(rf.get("/"))

    assertContains(response, 'data-theme="dark"', status_code=500)
    assertContains(response, '<meta name="color-scheme" content="dark">', status_code=500)


@pytest.mark.parametrize("value", ["", "pink", 'dark" onload="', "x" * 4000])
def test_an_invalid_cookie_means_the_theme_of_the_system(
    client: Client, db: None, value: str
) -> None:
    client.cookies["theme"] = value

    assertContains(client.get("/sign-in/"), 'data-theme="system"')


@pytest.mark.parametrize("form", [{}, {"theme": "pink"}, {"theme": "light dark"}])
def test_an_unknown_theme_is_a_bad_request(client: Client, form: dict[str, str]) -> None:
    response = client.post(THEME, form)

    assert response.status_code == 400
    assert "theme" not in response.cookies


def test_choosing_a_theme_redirects_to_the_page_with_the_form(client: Client) -> None:
    response = client.post(THEME, {"theme": "dark"}, headers={"Referer": HERE})

    assertRedirects(response, HERE.removeprefix("http://testserver"), fetch_redirect_response=False)


@pytest.mark.parametrize(
    ("referer", "target"),
    [
        ("", "/"),
        ("https://portal.example.org", "/"),
        ("https://portal.example.org//evil.example/x", "/"),
        ("https://portal.example.org/\\evil.example", "/"),
        ("https://[", "/"),
        ("javascript:alert(1)", "/"),
        ("https://evil.example/organizers/", "/organizers/"),
    ],
)
def test_choosing_a_theme_never_redirects_to_another_site(
    client: Client, referer: str, target: str
) -> None:
    response = client.post(THEME, {"theme": "dark"}, headers={"Referer": referer})

    assertRedirects(response, target, fetch_redirect_response=False)


def test_a_get_request_stores_no_theme(member_client: Client) -> None:
    response = member_client.get(f"{THEME}?theme=dark")

    assertRedirects(response, "/", fetch_redirect_response=False)
    assert "theme" not in response.cookies


def test_a_form_of_another_site_cannot_choose_a_theme(member: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)

    response = client.post(THEME, {"theme": "dark"})

    assert response.status_code == 403
    assert "theme" not in response.cookies


@pytest.mark.parametrize("keys", ["on", "off"])
def test_the_cookie_stores_whether_single_key_shortcuts_work(
    member_client: Client, keys: str
) -> None:
    response = member_client.post("/keys/", {"keys": keys}, headers={"Referer": HERE})

    assertRedirects(response, HERE.removeprefix("http://testserver"), fetch_redirect_response=False)
    assert response.cookies["keys"].value == keys
    assertContains(member_client.get("/organizers/?all"), f'data-keys="{keys}"')


def test_the_page_of_shortcuts_stores_no_choice(member_client: Client) -> None:
    response = member_client.get("/keys/?keys=off")

    assertContains(response, "Turn off single-key shortcuts")
    assert "keys" not in response.cookies


@pytest.mark.parametrize("keys", ["", "none"])
def test_an_unknown_choice_of_shortcuts_is_a_bad_request(member_client: Client, keys: str) -> None:
    response = member_client.post("/keys/", {"keys": keys})

    assert response.status_code == 400
    assert "keys" not in response.cookies


@pytest.mark.parametrize("method", ["get", "post"])
def test_visitors_cannot_open_the_page_of_shortcuts(client: Client, db: None, method: str) -> None:
    response = getattr(client, method)("/keys/", {"keys": "off"})

    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")
    assert "keys" not in response.cookies
