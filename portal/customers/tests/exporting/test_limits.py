"""The limits of streams that run at the same time.

A response that is not read yet is a running stream.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from portal import server
from portal.conftest import CustomerMaker
from portal.customers.exporting.limits import STREAMS_OF_A_PROCESS
from portal.organizers import tokens
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission

EXPORT = [Permission.READ_CUSTOMERS, Permission.EXPORT_CUSTOMERS]
LIST = "/api/v1/organizers/bigevents/customers/"


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture(autouse=True)
def customer(make_customer: CustomerMaker) -> None:
    make_customer()


@pytest.fixture
def other_client(organizer: Organizer) -> Client:
    """A second API client with another token."""
    key = tokens.create_token(organizer, name="other", permissions=EXPORT)
    return Client(headers={"Authorization": f"Token {key}"})


def _stream(client: Client, accept: str = "application/x-ndjson") -> Any:
    return client.get(LIST, headers={"Accept": accept})


def _read(*responses: Any) -> None:
    for response in responses:
        assert response.status_code == 200
        assert b"C000001" in response.getvalue()


def test_streams_get_half_of_the_threads() -> None:
    assert server.threads == STREAMS_OF_A_PROCESS * 2


def test_the_third_stream_of_a_token_waits(export_client: Client) -> None:
    first, second = _stream(export_client), _stream(export_client, "text/csv")

    third = _stream(export_client)

    assert (third.status_code, third["Retry-After"]) == (429, "10")
    assert third["Content-Type"] == "application/json"
    assert third.json()["detail"].startswith("Two of your streams are running.")
    _read(first, second)


def test_the_third_stream_of_a_session_waits(member_client: Client) -> None:
    first, second = _stream(member_client), _stream(member_client)

    assert _stream(member_client).status_code == 429
    _read(first, second)


def test_a_stream_that_ended_no_longer_counts(export_client: Client) -> None:
    first, second = _stream(export_client), _stream(export_client)

    _read(first)

    _read(_stream(export_client), second)


def test_streams_of_all_clients_share_the_threads(
    export_client: Client, other_client: Client, member_client: Client
) -> None:
    first, second = _stream(export_client), _stream(other_client)

    third = _stream(member_client)

    assert (third.status_code, third["Retry-After"]) == (429, "10")
    assert third.json()["detail"].startswith("Too many streams are running.")
    _read(first, second)
    _read(_stream(member_client))


def test_pages_and_head_are_not_streams(export_client: Client) -> None:
    first, second = _stream(export_client), _stream(export_client)

    assert export_client.get(LIST).status_code == 200
    assert export_client.head(LIST, headers={"Accept": "text/csv"}).status_code == 200
    _read(first, second)


def test_without_a_writable_folder_only_the_limit_of_the_process_applies(
    settings: Any, tmp_path: Path, export_client: Client
) -> None:
    settings.VAR_DIR = tmp_path / "file"
    settings.VAR_DIR.write_text("")
    first, second = _stream(export_client), _stream(export_client)

    third = _stream(export_client)

    assert third.json()["detail"].startswith("Too many streams are running.")
    _read(first, second)
