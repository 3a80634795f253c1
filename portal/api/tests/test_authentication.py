"""Authentication: API clients by a token, members by their session."""

from __future__ import annotations

import pytest
from django.test import Client
from django_scopes import scope

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.organizers import services, tokens
from portal.organizers.models import ApiToken, Organizer, Team
from portal.organizers.permissions import Permission

LIST = "/api/v1/organizers/bigevents/customers/"
DETAIL = f"{LIST}C000001/"
NOT_PERMITTED = {"detail": "You do not have permission to perform this action."}


def _client_of(organizer: Organizer, *permissions: Permission) -> Client:
    key = tokens.create_token(organizer, name="client", permissions=permissions)
    return Client(headers={"Authorization": f"Token {key}"})


@pytest.fixture
def rival_client(rival: Organizer) -> Client:
    return _client_of(rival, Permission.READ_CUSTOMERS)


def test_a_token_reads_the_customers_of_its_organizer(
    api_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer()

    assert api_client.get(LIST).status_code == 200
    assert api_client.get(DETAIL).status_code == 200


@pytest.mark.parametrize("path", [LIST, DETAIL])
def test_a_request_without_a_token_is_unauthorized(make_customer: CustomerMaker, path: str) -> None:
    make_customer()

    response = Client().get(path)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response.json() == {"detail": "Authentication credentials were not provided."}


@pytest.mark.parametrize("path", [LIST, DETAIL, "/api/v1/organizers/unknown/customers/"])
def test_a_foreign_and_an_unknown_organizer_get_equal_responses(
    rival_client: Client, make_customer: CustomerMaker, path: str
) -> None:
    make_customer()

    response = rival_client.get(path)

    assert response.status_code == 403
    assert response.json() == NOT_PERMITTED


def test_a_token_without_the_permission_is_forbidden(organizer: Organizer) -> None:
    client = _client_of(organizer, Permission.EXPORT_CUSTOMERS)

    response = client.get(LIST)

    assert response.status_code == 403
    assert response.json() == NOT_PERMITTED


def test_a_token_loses_the_permissions_that_its_team_loses(
    api_client: Client, organizer: Organizer
) -> None:
    with scope(organizer=organizer):
        team = Team.objects.get(name="Programs")
        team.permissions = []
        team.save()

    assert api_client.get(LIST).status_code == 403


@pytest.mark.parametrize(
    ("authorization", "detail"),
    [
        ("Device abc", "Invalid token."),
        ("device abc", "Invalid token."),
        ("Device", "Invalid token header. No credentials provided."),
        ("Device a b", "Invalid token header. Token string should not contain spaces."),
        ("Devices abc", "Authentication credentials were not provided."),
    ],
)
@pytest.mark.usefixtures("organizer")
def test_the_token_of_a_device_is_rejected(authorization: str, detail: str) -> None:
    response = Client().get(LIST, headers={"Authorization": authorization})

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Token")
    assert response.json() == {"detail": detail}


@pytest.mark.usefixtures("organizer")
def test_the_token_of_an_api_client_is_rejected_after_the_word_device(token: str) -> None:
    assert Client().get(LIST, headers={"Authorization": f"Device {token}"}).status_code == 401


def test_a_revoked_token_is_unauthorized(
    api_client: Client, token: str, organizer: Organizer
) -> None:
    tokens.revoke_token_by_key(organizer, key=token)

    response = api_client.get(LIST)

    assert response.status_code == 401
    assert response.json() == {"detail": "Token inactive or deleted."}


def test_the_last_use_of_a_token_is_recorded(api_client: Client, organizer: Organizer) -> None:
    api_client.get(LIST)

    with scope(organizer=organizer):
        assert ApiToken.objects.get().last_used is not None


def test_a_member_reads_customers_with_a_session(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer()

    assert member_client.get(LIST).json()["count"] == 1
    assert member_client.get(DETAIL).json()["identifier"] == "C000001"


@pytest.mark.parametrize("path", [LIST, DETAIL])
def test_a_stranger_is_forbidden(
    stranger_client: Client, make_customer: CustomerMaker, path: str
) -> None:
    make_customer()

    response = stranger_client.get(path)

    assert response.status_code == 403
    assert response.json() == NOT_PERMITTED


def test_the_session_of_an_inactive_member_is_unauthorized(
    member_client: Client, member: User
) -> None:
    member.is_active = False
    member.save()

    assert member_client.get(LIST).status_code == 401


@pytest.mark.parametrize("authorization", ["", "Bearer junk", "Token junk"])
def test_an_invalid_header_does_not_fall_back_to_the_session(
    member_client: Client, authorization: str
) -> None:
    response = member_client.get(LIST, headers={"Authorization": authorization})

    assert response.status_code == 401


def test_a_session_adds_no_permissions_to_a_token(
    member_client: Client, rival: Organizer, token: str
) -> None:
    services.create_staff(rival, email="member@example.org", password="unchanged")
    path = "/api/v1/organizers/rival/customers/"

    assert member_client.get(path).status_code == 200
    response = member_client.get(path, headers={"Authorization": f"Token {token}"})

    assert response.status_code == 403


def test_a_session_needs_a_csrf_token_to_write(member: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)

    response = client.post(LIST, {}, content_type="application/json")

    assert response.status_code == 403
    assert response.json()["detail"].startswith("CSRF Failed")


def test_a_response_to_a_token_does_not_vary_by_cookie(
    api_client: Client, member_client: Client
) -> None:
    assert api_client.get(LIST)["Vary"] == "Accept"
    assert member_client.get(LIST)["Vary"] == "Accept, Cookie"
