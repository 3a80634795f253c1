"""Clients that people write themselves: careless, patient and strict ones."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from e2e.clients.conftest import Api, Row

PATIENCE = Retry(total=5, backoff_factor=0.1, status_forcelist=(429, 500, 502, 503, 504))


def read_all(session: requests.Session, address: str | None) -> dict[str, Row]:
    """Every customer from this address on, by following links as they are."""
    rows: list[Row] = []
    while address:
        answer = session.get(address, timeout=10)
        answer.raise_for_status()
        page = answer.json()
        rows += page["results"]
        address = page["next"]
    assert len(rows) == len({row["identifier"] for row in rows})
    return {row["identifier"]: row for row in rows}


def test_a_connector_that_forgets_the_last_slash_reads_everybody(
    api: Api, customers: dict[str, Row]
) -> None:
    with requests.Session() as session:
        session.headers.update(api.headers)

        assert read_all(session, api.customers.removesuffix("/")) == customers


def test_a_wrapper_that_retries_and_follows_redirects_reads_everybody(
    api: Api, customers: dict[str, Row]
) -> None:
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=PATIENCE))
        session.headers.update(api.headers)

        found = read_all(session, f"{api.customers.removesuffix('/')}?page_size=40")

    assert found == customers


def test_a_strict_reader_is_never_sent_elsewhere(api: Api, customers: dict[str, Row]) -> None:
    """It takes no redirect, no link to another origin, and only whole seconds to wait."""
    address: str | None = api.customers
    rows: list[Row] = []

    with httpx.Client(headers=api.headers, follow_redirects=False) as client:
        while address:
            assert urlsplit(address)[:2] == urlsplit(api.server)[:2]
            answer = client.get(address)
            assert answer.status_code == 200
            assert answer.headers.get("Retry-After", "0").isdecimal()
            rows += answer.json()["results"]
            address = answer.json()["next"]

    assert {row["identifier"]: row for row in rows} == customers
