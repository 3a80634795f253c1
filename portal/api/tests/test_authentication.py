"""Who gets in: programs by token, members by session, nobody else."""

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
    key = tokens.create_token(organizer, name="program", permissions=permissions)
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
def test_nobody_is_told_to_bring_a_token(make_customer: CustomerMaker, path: str) -> None:
    make_customer()

    response = Client().get(path)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response.json() == {"detail": "Authentication credentials were not provided."}


@pytest.mark.parametrize("path", [LIST, DETAIL, "/api/v1/organizers/nobody/customers/"])
def test_a_foreign_organizer_is_answered_as_one_that_does_not_exist(
    rival_client: Client, make_customer: CustomerMaker, path: str
) -> None:
    make_customer()

    response = rival_client.get(path)

    assert response.status_code == 403
    assert response.json() == NOT_PERMITTED


def test_a_token_without_the_permission_is_refused(organizer: Organizer) -> None:
    client = _client_of(organizer, Permission.EXPORT_CUSTOMERS)

    response = client.get(LIST)

    assert response.status_code == 403
    assert response.json() == NOT_PERMITTED


def test_a_token_may_not_do_what_its_team_may_not(api_client: Client, organizer: Organizer) -> None:
    with scope(organizer=organizer):
        team = Team.objects.get(name="Programs")
        team.permissions = []
        team.save()

    assert api_client.get(LIST).status_code == 403


def test_a_revoked_token_is_refused(api_client: Client, token: str, organizer: Organizer) -> None:
    tokens.revoke_key(organizer, key=token)

    response = api_client.get(LIST)

    assert response.status_code == 401
    assert response.json() == {"detail": "Token inactive or deleted."}


def test_the_last_use_of_a_token_is_recorded(api_client: Client, organizer: Organizer) -> None:
    api_client.get(LIST)

    with scope(organizer=organizer):
        assert ApiToken.objects.get().last_used is not None


def test_a_member_reads_through_their_session(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer()

    assert member_client.get(LIST).json()["count"] == 1
    assert member_client.get(DETAIL).json()["identifier"] == "C000001"


@pytest.mark.parametrize("path", [LIST, DETAIL])
def test_a_stranger_is_refused(
    stranger_client: Client, make_customer: CustomerMaker, path: str
) -> None:
    make_customer()

    response = stranger_client.get(path)

    assert response.status_code == 403
    assert response.json() == NOT_PERMITTED


def test_a_member_who_left_is_asked_who_they_are(member_client: Client, member: User) -> None:
    member.is_active = False
    member.save()

    assert member_client.get(LIST).status_code == 401


@pytest.mark.parametrize("authorization", ["", "Bearer junk", "Token junk"])
def test_a_session_does_not_help_where_a_header_fails(
    member_client: Client, authorization: str
) -> None:
    response = member_client.get(LIST, headers={"Authorization": authorization})

    assert response.status_code == 401


def test_a_session_does_not_widen_a_token(
    member_client: Client, rival: Organizer, token: str
) -> None:
    services.create_staff(rival, email="member@example.org", password="unchanged")
    path = "/api/v1/organizers/rival/customers/"

    assert member_client.get(path).status_code == 200
    response = member_client.get(path, headers={"Authorization": f"Token {token}"})

    assert response.status_code == 403


def test_a_session_writes_only_with_a_csrf_token(member: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)

    response = client.post(LIST, {}, content_type="application/json")

    assert response.status_code == 403
    assert response.json()["detail"].startswith("CSRF Failed")


def test_the_session_is_looked_at_only_without_a_token(
    api_client: Client, member_client: Client
) -> None:
    assert api_client.get(LIST)["Vary"] == "Accept"
    assert member_client.get(LIST)["Vary"] == "Accept, Cookie"
