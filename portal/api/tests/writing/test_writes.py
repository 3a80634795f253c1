"""Creating, changing and anonymizing customers: permissions, responses, and stored values."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
from django.test import Client
from django_scopes import scope
from pytest_django import Settings

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.customers.query.page import FIELDS
from portal.history.models import Event
from portal.organizers import tokens
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

LIST: Final = "/api/v1/organizers/bigevents/customers/"
DETAIL: Final = f"{LIST}C000001/"
JSON: Final = "application/json"
ANONYMIZE: Final = f"{DETAIL}anonymize/"
# The method and the path of each kind of write.
WRITES: Final = [("post", LIST), ("patch", DETAIL), ("put", DETAIL), ("post", ANONYMIZE)]
NOT_PERMITTED: Final = {"detail": "You do not have permission to perform this action."}


@pytest.fixture(autouse=True)
def customer(make_customer: CustomerMaker) -> Customer:
    return make_customer(email="ann@example.org", locale="de", notes="Prefers an aisle seat.")


def client_of(organizer: Organizer, *permissions: Permission) -> Client:
    key = tokens.create_token(organizer, name="client", permissions=permissions)
    return Client(headers={"Authorization": f"Token {key}"})


@pytest.fixture
def write_only_client(organizer: Organizer) -> Client:
    return client_of(organizer, Permission.WRITE_CUSTOMERS)


def write(client: Client, method: str, path: str, **values: Any) -> Any:
    return getattr(client, method)(path, values, content_type=JSON)


def stored(organizer: Organizer) -> list[Any]:
    """The stored customers and their versions, to see whether a write changed a customer."""
    with scope(organizer=organizer):
        return [*Customer.objects.order_by("pk").values_list("email", "locale", "version")]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_visitor_is_unauthorized(organizer: Organizer, method: str, path: str) -> None:
    before = stored(organizer)

    response = write(Client(), method, path, locale="fr")

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Token")
    assert stored(organizer) == before


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_malformed_body_of_a_visitor_is_not_read(method: str, path: str) -> None:
    response = getattr(Client(), method)(path, "{", content_type=JSON)

    assert response.status_code == 401


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("caller", ["stranger_client", "api_client", "export_client", "rival"])
def test_a_caller_without_the_permission_is_forbidden(
    request: pytest.FixtureRequest,
    organizer: Organizer,
    rival: Organizer,
    method: str,
    path: str,
    caller: str,
) -> None:
    before = stored(organizer)
    if caller == "rival":
        client = client_of(rival, Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS)
    else:
        client = request.getfixturevalue(caller)

    for each in (path, f"{LIST}UNKNOWN/", "/api/v1/organizers/unknown/customers/"):
        response = write(client, method, each, locale="fr")
        assert (response.status_code, response.json()) == (403, NOT_PERMITTED)

    assert stored(organizer) == before


@pytest.mark.parametrize(("method", "end"), [("patch", ""), ("put", ""), ("post", "anonymize/")])
def test_a_customer_of_another_organizer_is_not_found(
    writer_client: Client, rival: Organizer, make_customer: CustomerMaker, method: str, end: str
) -> None:
    make_customer(of=rival, identifier="RIVAL22")
    before = stored(rival)

    response = write(writer_client, method, f"{LIST}RIVAL22/{end}", locale="fr")

    assert (response.status_code, stored(rival)) == (404, before)


def test_a_member_writes_with_a_session(member_client: Client, organizer: Organizer) -> None:
    assert write(member_client, "post", LIST, email="new@example.org").status_code == 201
    assert write(member_client, "patch", DETAIL, locale="fr").status_code == 200
    assert [row[:2] for row in stored(organizer)] == [
        ("ann@example.org", "fr"),
        ("new@example.org", "en"),
    ]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_session_needs_a_csrf_token(
    member: User, organizer: Organizer, method: str, path: str
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    before = stored(organizer)

    for content_type in (JSON, "application/x-www-form-urlencoded"):
        response = getattr(client, method)(path, "{}", content_type=content_type)
        assert response.status_code == 403
        assert response.json()["detail"].startswith("CSRF Failed")

    assert stored(organizer) == before


def test_a_form_with_a_csrf_token_is_accepted(member: User, organizer: Organizer) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    client.get("/organizers/bigevents/api/")
    token = client.cookies["csrftoken"].value

    response = client.post(LIST, {"email": "new@example.org", "csrfmiddlewaretoken": token})

    assert response.status_code == 201
    assert len(stored(organizer)) == 2


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_member_without_the_permission_is_forbidden(
    member_client: Client, member: User, organizer: Organizer, method: str, path: str
) -> None:
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=[Permission.READ_CUSTOMERS])

    assert write(member_client, method, path).status_code == 403


def test_a_new_customer_has_the_documented_fields_and_send_email(writer_client: Client) -> None:
    response = write(writer_client, "post", LIST, email="New@example.org", is_verified=False)

    assert list(response.json()) == [*FIELDS, "send_email"]
    assert response.json()["email"] == "new@example.org"
    assert response.json() == {
        **writer_client.get(f"{LIST}{response.json()['identifier']}/").json(),
        "send_email": False,
    }


@pytest.mark.parametrize(("method", "path"), WRITES[:3])
def test_the_query_string_selects_fields(writer_client: Client, method: str, path: str) -> None:
    response = write(
        writer_client, method, f"{path}?fields=identifier,phone", phone="+496221321770"
    )

    assert response.json()["phone"] == "+496221321770"
    assert set(response.json()) - {"send_email"} == {"identifier", "phone"}


def test_a_token_that_may_not_read_gets_the_identifier_and_the_sent_fields(
    write_only_client: Client,
) -> None:
    response = write(write_only_client, "patch", DETAIL, locale="FR".lower(), colour="blue")

    assert write_only_client.get(DETAIL).status_code == 403
    assert response.json() == {"identifier": "C000001", "locale": "fr"}
    created = write(write_only_client, "post", f"{LIST}?fields=notes", email="New@example.org")
    assert list(created.json()) == ["identifier", "email", "send_email"]


def test_notes_are_in_no_response_to_a_caller_who_may_not_read_them(writer_client: Client) -> None:
    response = write(writer_client, "patch", DETAIL, locale="fr")

    assert "notes" not in response.json()
    assert write(writer_client, "patch", f"{DETAIL}?include=notes").status_code == 403


@pytest.mark.parametrize("method", ["patch", "put"])
def test_absent_fields_do_not_change(
    writer_client: Client, organizer: Organizer, method: str
) -> None:
    response = write(writer_client, method, DETAIL, email="lee@example.org")

    assert (response.json()["locale"], response.json()["name"]) == ("de", "Customer 1")
    assert stored(organizer) == [("lee@example.org", "de", 2)]


def test_the_response_of_get_can_be_sent_back_by_put(
    writer_client: Client, make_customer: CustomerMaker
) -> None:
    """Imported customers may have emails and languages that the API rejects for new customers."""
    make_customer(identifier="ODD", email="no address", locale="tlh", phone="ask Ann")
    path = f"{LIST}ODD/?include=phone"
    before = writer_client.get(path).json()

    response = write(writer_client, "put", path, **before)

    assert response.status_code == 200
    assert {**response.json(), "last_modified": before["last_modified"]} == before


def test_several_customers_may_have_no_email(writer_client: Client, organizer: Organizer) -> None:
    for values in ({}, {"email": None}, {"email": None}):
        assert write(writer_client, "post", LIST, **values).status_code == 201

    assert write(writer_client, "patch", DETAIL, email=None).status_code == 200
    assert [email for email, *_ in stored(organizer)] == [None] * 4


def test_one_response_has_the_errors_of_all_fields(
    writer_client: Client, organizer: Organizer
) -> None:
    before = stored(organizer)

    response = write(
        writer_client, "post", LIST, email="nobody", locale="xx", is_active="maybe", password=""
    )

    assert (response.status_code, stored(organizer)) == (400, before)
    assert response.json() == {
        "email": ["Enter a valid email address."],
        "is_active": ["Must be a valid boolean."],
        "locale": ['"xx" is not a valid choice.'],
        "password": ["This field may not be blank."],
    }


@pytest.mark.parametrize("email", ["ann@example.org", "ANN@EXAMPLE.ORG"])
def test_an_email_is_unique(
    writer_client: Client, make_customer: CustomerMaker, email: str
) -> None:
    make_customer(identifier="LEE2345")
    taken = {"email": ["An account with this email address is already registered."]}

    for method, path in (("post", LIST), ("patch", f"{LIST}LEE2345/"), ("put", f"{LIST}LEE2345/")):
        response = write(writer_client, method, path, email=email)
        assert (response.status_code, response.json()) == (400, taken)
    assert write(writer_client, "patch", DETAIL, email=email).status_code == 200


def test_send_email_and_password_are_not_stored(writer_client: Client) -> None:
    values = {"send_email": True, "password": "correct horse"}

    response = write(writer_client, "post", LIST, **values)

    assert (response.status_code, response.json()["send_email"]) == (201, False)
    assert "password" not in response.json()
    assert write(writer_client, "patch", DETAIL, password=[], send_email="x").status_code == 200


def test_a_change_is_in_the_history_with_its_token(
    writer_client: Client, organizer: Organizer
) -> None:
    response = write(writer_client, "patch", DETAIL, locale="fr")

    with scope(organizer=organizer):
        event = Event.objects.get()
    assert (event.kind, event.actor_kind, event.actor_name) == ("changed", "token", "writer")
    assert (event.changes, event.request_id) == (
        {"locale": ["de", "fr"]},
        response["X-Request-ID"],
    )


def test_a_change_of_a_member_is_in_the_history_with_their_email(
    member_client: Client, member: User, organizer: Organizer
) -> None:
    write(member_client, "post", LIST)

    with scope(organizer=organizer):
        event = Event.objects.get()
    assert (event.kind, event.actor_kind) == ("created", "member")
    assert (event.actor_id, event.actor_name) == (member.pk, member.email)


def test_a_patch_without_values_updates_last_modified(writer_client: Client) -> None:
    before = writer_client.get(DETAIL).json()

    after = writer_client.patch(DETAIL).json()

    assert after["last_modified"] > before["last_modified"]
    assert {**after, "last_modified": before["last_modified"]} == before


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_write_to_a_path_without_the_last_slash_changes_nothing(
    writer_client: Client, organizer: Organizer, method: str, path: str
) -> None:
    before = stored(organizer)

    response = write(writer_client, method, path.removesuffix("/"), locale="fr")

    assert (response.status_code, stored(organizer)) == (404, before)


def test_anonymizing_leaves_the_identifier_the_language_and_the_dates(
    writer_client: Client, organizer: Organizer
) -> None:
    before = writer_client.get(DETAIL).json()

    for _time in range(2):
        response = writer_client.post(ANONYMIZE, "{", content_type="text/plain")

        assert response.status_code == 200
        assert response.json() == {
            **before,
            "email": None,
            "name": "",
            "name_parts": {},
            "is_active": False,
            "is_verified": False,
            "last_modified": response.json()["last_modified"],
        }
    with scope(organizer=organizer):
        assert Customer.objects.get().notes is None


def test_an_anonymised_customer_may_get_an_email_again(writer_client: Client) -> None:
    writer_client.post(ANONYMIZE)

    response = write(writer_client, "patch", DETAIL, email="lee@example.org", is_active=True)

    assert (response.json()["email"], response.json()["is_active"]) == ("lee@example.org", True)


def test_an_anonymised_customer_is_not_verified(writer_client: Client) -> None:
    writer_client.post(ANONYMIZE)

    response = write(writer_client, "patch", DETAIL, is_verified=True)

    assert (response.status_code, [*response.json()]) == (400, ["is_verified"])
    assert not writer_client.get(DETAIL).json()["is_verified"]


def test_a_token_that_may_not_read_can_anonymize(write_only_client: Client) -> None:
    assert write_only_client.post(ANONYMIZE).json() == {"identifier": "C000001"}


def test_a_member_anonymizes_with_the_permission_to_erase(
    organizer: Organizer, member: User, member_client: Client
) -> None:
    with scope(organizer=organizer):
        permissions = [each for each in Permission.values if each != Permission.ERASE_CUSTOMERS]
        Team.objects.filter(members=member).update(permissions=permissions)
    before = stored(organizer)

    response = member_client.post(ANONYMIZE)

    assert (response.status_code, response.json()) == (403, NOT_PERMITTED)
    assert stored(organizer) == before
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=Permission.values)
    assert member_client.post(ANONYMIZE).status_code == 200


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_anonymizing_accepts_post_only(writer_client: Client, method: str) -> None:
    response = getattr(writer_client, method)(ANONYMIZE)

    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")


def test_without_the_journal_nothing_is_anonymized(
    writer_client: Client, settings: Settings, organizer: Organizer, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    settings.ERASURE_JOURNAL = tmp_path / "file" / "erasures"
    before = stored(organizer)

    response = writer_client.post(ANONYMIZE)

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert stored(organizer) == before
