"""The list and the detail page, over HTTP."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

import pytest
from django.http import HttpResponseBase
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.customers.query.filters import AS_OF, FILTERS, GROUPS, PARAMETERS, PRESETS
from portal.organizers.models import Organizer

LIST = "/organizers/bigevents/customers/"
SWAP = {"HX-Request": "true", "HX-Target": "div#results", "HX-Source": "a#order-name"}
pytestmark = pytest.mark.usefixtures("organizer", "rival")


@pytest.mark.parametrize("path", [LIST, f"{LIST}C000001/"])
def test_a_visitor_is_redirected_to_sign_in(client: Client, path: str) -> None:
    response = client.get(path, {"search": "jo"})

    assert response.status_code == 302
    assert unescape(response["Location"]) == f"/sign-in/?next={path}%3Fsearch%3Djo"


@pytest.mark.parametrize("path", ["customers/", "customers/C000001/", "customers/NOPE/"])
def test_for_a_stranger_an_organizer_does_not_exist(
    stranger_client: Client, make_customer: CustomerMaker, path: str
) -> None:
    make_customer(identifier="C000001")

    foreign = stranger_client.get(f"/organizers/bigevents/{path}")
    missing = stranger_client.get(f"/organizers/nowhere/{path}")

    assert foreign.status_code == missing.status_code == 404
    assert _without_csrf_token(foreign) == _without_csrf_token(missing)


def _without_csrf_token(response: HttpResponseBase) -> bytes:
    return re.sub(rb'csrfmiddlewaretoken" value="\w+"', b"", response.getvalue())


def test_a_member_without_the_permission_gets_403(
    organizer: Organizer, member: User, member_client: Client, without_permissions: None
) -> None:
    response = member_client.get(LIST)

    assertContains(response, "Your team does not have the permission", status_code=403)
    for text in ('id="search"', 'aria-label="Main"><a', LIST):
        assertNotContains(response, text, status_code=403)


def test_the_list_shows_every_column(member_client: Client, make_customer: CustomerMaker) -> None:
    make_customer(
        identifier="8WSAJCJ", email="jane@example.org", locale="de", is_verified=True,
        name_parts={"_scheme": "full", "full_name": "Jane Doe"},
        date_joined="2021-04-06T13:44:22Z", last_login="2021-05-06T22:00:00Z",
    )  # fmt: skip

    response = member_client.get(LIST)

    for words in ("Jane Doe", "jane<wbr>@example.org", "8WSAJCJ", "Active", "German"):
        assertContains(response, words)
    assertContains(response, "6 Apr 2021, 15:44 CEST")
    assertContains(response, "7 May 2021, 00:00 CEST")


def test_hostile_text_is_escaped(member_client: Client, make_customer: CustomerMaker) -> None:
    hostile = "<script>alert(1)</script>"
    made = make_customer(name_parts={"_scheme": "full", "full_name": hostile}, notes=hostile)

    for path in (LIST, f"{LIST}?search=%3Cscript%3E", f"{LIST}{made.identifier}/"):
        assertNotContains(member_client.get(path), hostile)


def test_a_swap_gets_only_the_results_and_the_canonical_url(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer()

    response = member_client.get(LIST, {"search": " cust ", "ordering": "email"}, headers=SWAP)

    assertNotContains(response, "<html")
    assertContains(response, "customer1<wbr>@example.org")
    assert response["HX-Push-Url"] == f"{LIST}?search=cust"


@pytest.mark.parametrize("number", [9, 10**30])
@pytest.mark.parametrize(
    ("query", "last"),
    [
        ("?page_size=25", "?page_size=25&page=2"),
        ("?search=customer&page_size=25", "?search=customer&page_size=25&page=2"),
        ("?search=nobody&page_size=25", "?search=nobody&page_size=25"),
        ("?never_logged_in=true", "?never_logged_in=true"),
    ],
)
def test_a_page_past_the_end_redirects_to_the_last_one(
    member_client: Client, make_customer: CustomerMaker, query: str, last: str, number: int
) -> None:
    for _ in range(26):
        make_customer()

    response = member_client.get(f"{LIST}{query}&page={number}")

    assertRedirects(response, f"{LIST}{last}")


def test_a_swap_past_the_end_gets_the_last_page_and_its_url(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    for _ in range(26):
        make_customer()

    response = member_client.get(LIST, {"page": "9", "page_size": "25"}, headers=SWAP)

    assertContains(response, "Page 2 of 2")
    assert response["HX-Push-Url"] == f"{LIST}?page_size=25&page=2"


def test_the_form_for_a_page_keeps_the_parameters_of_the_list(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    for _ in range(26):
        make_customer(locale="de")

    query = "locale=de&locale=fr&date_joined_until=today&page_size=25"
    content = member_client.get(f"{LIST}?{query}").content.decode()

    jump = content[content.index('class="jump"') :].partition("</form>")[0]
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', jump)
    names = ["locale", "locale", "date_joined_until", "as_of", "page_size"]
    assert [name for name, _value in hidden] == names
    assert 'min="1" max="2"' in jump


def test_one_page_has_no_form_for_a_page(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer()

    assertNotContains(member_client.get(LIST), 'class="jump"')


def test_a_filter_without_an_input_is_shown_and_stays_in_the_form(member_client: Client) -> None:
    response = member_client.get(LIST, {"external_identifier": "CRM-7", "modified_since": ""})

    assertContains(response, "External identifier")
    assertContains(
        response,
        '<input id="id_external_identifier" name="external_identifier" value="CRM-7">',
        html=True,
    )


@pytest.mark.parametrize("header", ["HX-History-Restore-Request", "HX-Boosted"])
def test_going_back_gets_the_whole_page(member_client: Client, header: str) -> None:
    response = member_client.get(LIST, headers={**SWAP, header: "true"})

    assertContains(response, "<html")


def test_page_and_fragment_vary_and_are_not_cached(member_client: Client) -> None:
    for headers in ({}, SWAP):
        response = member_client.get(LIST, headers=headers)

        assert {"HX-Request", "HX-Target"} <= set(response["Vary"].split(", "))
        assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("current", "header"),
    [
        ("", "HX-Push-Url"),
        ("?search=j", "HX-Push-Url"),
        ("?search=jo", "HX-Replace-Url"),
    ],
)
def test_a_new_url_is_a_history_entry(member_client: Client, current: str, header: str) -> None:
    # The scheme and the host are those of a proxy that is not configured.
    here = {"HX-Current-URL": f"https://portal.example{LIST}{current}"}

    response = member_client.get(LIST, {"search": "jo"}, headers={**SWAP, **here})

    assert response[header] == f"{LIST}?search=jo"


def test_an_expired_session_redirects_the_page_instead_of_swapping(client: Client) -> None:
    here = f"http://testserver{LIST}?search=jo"

    response = client.get(LIST, headers={**SWAP, "HX-Current-URL": here})

    assert response["HX-Redirect"] == f"/sign-in/?next={LIST}%3Fsearch%3Djo"


@pytest.mark.django_db(transaction=True)  # as in production, where facets need no savepoint
@pytest.mark.parametrize("query", ["", "search=o", "locale=de&ordering=-last_login", "page=2"])
def test_the_list_runs_seven_queries_at_most(
    member_client: Client,
    make_customer: CustomerMaker,
    query: str,
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    for _ in range(60):
        make_customer(locale="de")

    with django_assert_max_num_queries(7):  # type: ignore[operator]  # a context manager
        assert member_client.get(f"{LIST}?{query}").status_code == 200


def test_the_detail_runs_six_queries(
    member_client: Client,
    make_customer: CustomerMaker,
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    made = make_customer()

    with django_assert_num_queries(6):  # type: ignore[operator]  # a context manager
        assert member_client.get(f"{LIST}{made.identifier}/").status_code == 200


VALUES: Final = {
    "search": "anna",
    "email": "anna@example.org",
    "external_identifier": "CRM-7",
    "state": "inactive",
    "state_not": "anonymised",
    "is_active": "true",
    "is_verified": "false",
    "locale": "de",
    "locale_not": "fr",
    "empty": "phone",
    "never_logged_in": "true",
    "ordering": "-name",
}


@pytest.mark.parametrize("name", [name for name in PARAMETERS if name != AS_OF])
def test_the_form_keeps_every_parameter(member_client: Client, name: str) -> None:
    value = VALUES.get(name, "2026-01-01")

    response = member_client.get(LIST, {name: value})

    assert response.status_code == 200
    controls = [
        tag
        for tag in re.findall(r"<input\b[^>]*>", response.content.decode())
        if f'name="{name}"' in tag and f'value="{value}"' in tag
    ]
    assert len(controls) == 1
    is_box = 'type="radio"' in controls[0] or 'type="checkbox"' in controls[0]
    assert "checked" in controls[0] or not is_box


@pytest.mark.parametrize(("end", "value", "label"), PRESETS)
def test_a_chosen_preset_has_its_label_on_the_chip(
    member_client: Client, end: str, value: str, label: str
) -> None:
    response = member_client.get(LIST, {f"last_login_{end}": value})

    text = str(label)
    assertContains(response, f"<bdi>{text[0].lower()}{text[1:]}</bdi>")
    chosen = re.findall(r'id="(preset-[^"]+)"[^>]* aria-current="true"', response.text)
    assert chosen == [f"preset-last_login_{end}-{value}"]


def test_a_preset_replaces_both_ends_of_its_range_and_keeps_other_filters(
    member_client: Client,
) -> None:
    query = "locale=de&date_joined_since=2026-01-01&date_joined_until=2026-02-01&ordering=name"

    page = member_client.get(f"{LIST}?{query}").content.decode()

    assert f'href="{LIST}?locale=de&amp;date_joined_since=-7d&amp;ordering=name"' in page
    assert f'href="{LIST}?locale=de&amp;date_joined_until=-1y&amp;ordering=name"' in page


def test_every_group_of_filters_has_a_filter_and_every_filter_a_known_group() -> None:
    assert {each.group for each in FILTERS.values()} == {"", *GROUPS}


def test_a_text_filter_with_a_group_has_an_input(
    member_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FILTERS["external_identifier"], "group", "state")

    response = member_client.get(LIST, {"external_identifier": "CRM-7"})

    control = '<input id="id_external_identifier" name="external_identifier" value="CRM-7">'
    assertContains(response, control, count=1, html=True)
    assertContains(response, '<label for="id_external_identifier">', count=1)
