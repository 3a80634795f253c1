"""Handwritten clients with requests and httpx."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from e2e.clients.conftest import Api, Row

RETRY = Retry(total=5, backoff_factor=0.1, status_forcelist=(429, 500, 502, 503, 504))


def read_all(session: requests.Session, url: str | None) -> dict[str, Row]:
    """Every customer by identifier, read by following `next` from this URL."""
    rows: list[Row] = []
    while url:
        response = session.get(url, timeout=10)
        response.raise_for_status()
        page = response.json()
        rows += page["results"]
        url = page["next"]
    assert len(rows) == len({row["identifier"] for row in rows})
    return {row["identifier"]: row for row in rows}


def test_a_client_that_omits_the_slash_at_the_end_reads_every_customer(
    api: Api, customers: dict[str, Row]
) -> None:
    with requests.Session() as session:
        session.headers.update(api.headers)

        assert read_all(session, api.customers.removesuffix("/")) == customers


def test_a_client_that_retries_and_follows_redirects_reads_every_customer(
    api: Api, customers: dict[str, Row]
) -> None:
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=RETRY))
        session.headers.update(api.headers)

        rows = read_all(session, f"{api.customers.removesuffix('/')}?page_size=40")

    assert rows == customers


def test_a_strict_client_gets_no_redirects_and_no_links_to_other_sites(
    api: Api, customers: dict[str, Row]
) -> None:
    """The client rejects redirects, links to another origin, and a Retry-After with fractions."""
    url: str | None = api.customers
    rows: list[Row] = []

    with httpx.Client(headers=api.headers, follow_redirects=False) as client:
        while url:
            assert urlsplit(url)[:2] == urlsplit(api.server)[:2]
            response = client.get(url)
            assert response.status_code == 200
            assert response.headers.get("Retry-After", "0").isdecimal()
            rows += response.json()["results"]
            url = response.json()["next"]

    assert {row["identifier"]: row for row in rows} == customers
