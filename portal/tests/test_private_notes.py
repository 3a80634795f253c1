"""Without the permission to read notes, no response reveals whether a note contains a word."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django_scopes import scope, scopes_disabled
from pytest_django import Settings

from portal.accounts.models import User
from portal.conftest import PASSWORD, CustomerMaker
from portal.customers import services
from portal.history.actors import Actor
from portal.organizers import services as organizers
from portal.organizers import tokens
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission
from portal.saved_views.models import SavedView

# A word in the notes of three customers, a word in no notes, and a word in all of their emails.
NOTED, UNKNOWN, KNOWN = "gluten", "wheaty", "example"
PAGE = "/organizers/bigevents"
API = "/api/v1/organizers/bigevents/customers/"
FRAGMENTS = ("results", "count", "views")
PAGES = [
    f"{PAGE}/customers/?search=WORD",
    f"{PAGE}/customers/?search=WORD+{KNOWN}",
    f"{PAGE}/customers/?search=WORD&overview=on",
    f"{PAGE}/customers/?search=WORD&page=last",
    f"{PAGE}/customers/?search=WORD&state=anonymised",
    f"{PAGE}/customers/?view=shared",
    f"{PAGE}/customers/?search=&within=search%3DWORD",
    f"{PAGE}/customers/C000001/?back=search%3DWORD",
    f"{PAGE}/views/",
    f"{PAGE}/views/?view=shared",
    f"{PAGE}/export/?search=WORD",
    *(f"{PAGE}/export/?search=WORD&format={name}" for name in ("csv", "ndjson", "json")),
    f"{PAGE}/export/?view=shared&format=csv&all_columns=true",
    f"{PAGE}/history/?kind=noted",
]
RESOURCES = [
    f"{API}?search=WORD",
    f"{API}?search=WORD&page=2&page_size=1",
    f"{API}?search=WORD&page=last",
    f"{API}?view=shared",
    f"{API}?search=WORD&format=csv",
    f"{API}?search=WORD&stream",
]
# Matches values that differ from response to response, such as CSRF tokens.
CHANGING = re.compile(
    r'(csrfmiddlewaretoken|form_key)" value="\w+"|"X-CSRFToken": "\w+"|request-id\S+'
    r"|<time.*?</time>"
)

Ask = Callable[[str], str]


@pytest.fixture(autouse=True)
def noted(
    organizer: Organizer, member: User, make_customer: CustomerMaker, settings: Settings
) -> None:
    """Creates three customers whose notes contain NOTED, and a view that searches for NOTED."""
    settings.FACET_MILLISECONDS = settings.OVERVIEW_MILLISECONDS = 60_000
    first, *_others = [
        make_customer(identifier=f"C00000{number}", notes=None if number == 1 else f"{NOTED} free")
        for number in (1, 2, 3)
    ]
    with scope(organizer=organizer):
        services.add_note(organizer, first.identifier, NOTED, actor=Actor.from_command("test"))
        SavedView.objects.create(
            organizer=organizer, owner=member, slug="shared", name="shared", is_shared=True
        )


@pytest.fixture
def other_client(organizer: Organizer) -> Client:
    """The browser of a member with all permissions except reading notes."""
    user = organizers.create_staff(organizer, email="other@example.org", password=PASSWORD)
    permissions = [each for each in Permission if each != Permission.READ_NOTES]
    with scope(organizer=organizer):
        Team.objects.get(members=user).members.remove(user)
        Team.objects.create(
            organizer=organizer, name="others", permissions=permissions
        ).members.add(user)
    client = Client()
    client.force_login(user)
    return client


def _token_client(organizer: Organizer, *permissions: Permission) -> Client:
    needed = [Permission.READ_CUSTOMERS, Permission.EXPORT_CUSTOMERS, *permissions]
    key = tokens.create_token(organizer, name=f"{len(needed)} permissions", permissions=needed)
    return Client(headers={"Authorization": f"Token {key}"})


def _read(client: Client, address: str, word: str, fragment: str = "") -> tuple[int, str]:
    """Searches for `word`. Returns the status and the body, with WORD in place of the word.

    The shared view searches for the word, too.
    """
    with scopes_disabled():
        SavedView.objects.update(query_string=f"search={word}")
    headers = {"HX-Request": "true", "HX-Target": f"div#{fragment}"} if fragment else {}
    if address.endswith("&stream"):
        headers = {"Accept": "application/x-ndjson"}
    response = client.get(address.replace("WORD", word), headers=headers)
    body = b"".join(response) if response.streaming else response.content
    text = CHANGING.sub("", body.decode() + str(response.headers.get("Location", "")))
    # On a busy machine, the time limit of counting a view may be over.
    return response.status_code, text.replace(word, "WORD").replace(">–<", ">0<").replace(
        '"></span>', '">0</span>'
    )


@pytest.mark.parametrize("fragment", ["", *FRAGMENTS])
@pytest.mark.parametrize("address", PAGES)
def test_a_member_without_the_permission_gets_one_response_for_both_words(
    other_client: Client, address: str, fragment: str
) -> None:
    known = _read(other_client, address, NOTED, fragment)

    assert known == _read(other_client, address, UNKNOWN, fragment)
    assert known[0] in (200, 302)


@pytest.mark.parametrize("address", RESOURCES)
def test_a_token_without_the_permission_gets_one_response_for_both_words(
    organizer: Organizer, address: str
) -> None:
    client = _token_client(organizer)

    assert _read(client, address, NOTED) == _read(client, address, UNKNOWN)


@pytest.mark.parametrize("address", [*PAGES, *RESOURCES])
def test_a_stranger_gets_one_response_for_both_words(stranger_client: Client, address: str) -> None:
    assert _read(stranger_client, address, NOTED) == _read(stranger_client, address, UNKNOWN)


SHOWING = [each for each in PAGES if "search=WORD" in each or "view=" in each]


@pytest.mark.parametrize("address", [*SHOWING[:4], SHOWING[5], *SHOWING[7:]])
def test_a_member_who_may_read_notes_finds_them(member_client: Client, address: str) -> None:
    assert _read(member_client, address, NOTED) != _read(member_client, address, UNKNOWN)


@pytest.mark.parametrize("address", RESOURCES[:1] + RESOURCES[3:])
def test_a_token_that_reads_notes_finds_them(organizer: Organizer, address: str) -> None:
    client = _token_client(organizer, Permission.READ_NOTES)

    assert _read(client, address, NOTED) != _read(client, address, UNKNOWN)


def test_a_cursor_of_a_token_that_reads_notes_is_invalid_for_other_tokens(
    organizer: Organizer,
) -> None:
    reader = _token_client(organizer, Permission.READ_NOTES)
    page = reader.get(f"{API}?search={NOTED}&page_size=1").json()
    assert page["count"] == 3

    response = _token_client(organizer).get(page["next"])

    assert response.status_code == 400
    assert response.json() == {"cursor": ["Invalid cursor for this list."]}


def test_a_position_in_a_list_of_a_member_who_reads_notes_shows_no_number_to_other_members(
    member_client: Client, other_client: Client
) -> None:
    page = member_client.get(f"{PAGE}/customers/?search={NOTED}").content.decode()
    address = re.findall(r'id="customer-C000002"[^>]* href="([^"]+)"', page)[0]
    address = address.replace("&amp;", "&")

    read, other = (client.get(address).content.decode() for client in (member_client, other_client))

    assert "2 of 3" in read
    assert "2 of 3" not in other
    assert "C000003" not in other


def test_each_member_gets_a_separate_count_of_a_shared_view(
    member_client: Client, other_client: Client
) -> None:
    _read(member_client, f"{PAGE}/views/", NOTED)
    rows = [
        re.findall(r"<td[^>]*>(\d+)<", client.get(f"{PAGE}/views/").content.decode())
        for client in (member_client, other_client)
    ]

    assert [row[-1] for row in rows] == ["3", "0"]


def test_the_search_box_mentions_notes_only_with_the_permission_to_read_notes(
    member_client: Client, other_client: Client
) -> None:
    read, other = (
        re.findall(r'placeholder="([^"]+)"', client.get(f"{PAGE}/customers/").content.decode())
        for client in (member_client, other_client)
    )

    assert read == ["Name, email, phone or note"]
    assert other == ["Name, email, phone or identifier"]
