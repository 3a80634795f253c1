"""A running Portal with an organizer of 300 customers, and an API token."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.request import Request, urlopen

import pytest

from e2e.server import MAY_EXPORT, Server, serve

CUSTOMERS = 300
PAGE_SIZE = 50
Row = dict[str, Any]  # a customer as JSON


@dataclass(frozen=True)
class Api:
    """A server, and the token of an API client."""

    server: str
    token: str = field(repr=False)
    organizer: str = "playhouse"

    @property
    def customers(self) -> str:
        return f"{self.server}/api/v1/organizers/{self.organizer}/customers/"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.token}"}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("portal")) as server:
        server.manage("create_organizer", "playhouse", "--name", "Playhouse")
        server.manage("seed_demo", "playhouse", "--customers", str(CUSTOMERS))
        yield server


@pytest.fixture(scope="session")
def api(server: Server) -> Api:
    printed = server.manage("create_token", "playhouse", "--name", "clients", *MAY_EXPORT)
    match = re.search(r"portal_[\w-]+", printed)
    assert match, printed
    return Api(server.url, match[0])


@pytest.fixture(scope="session")
def customers(api: Api) -> dict[str, Row]:
    """Every customer by identifier, read by page numbers instead of links."""
    rows: list[Row] = []
    for number in range(1, CUSTOMERS // PAGE_SIZE + 1):
        request = Request(f"{api.customers}?page={number}", headers=api.headers)  # noqa: S310  http
        with urlopen(request) as response:  # noqa: S310  a local server
            rows += json.load(response)["results"]
    assert len(rows) == CUSTOMERS
    return {row["identifier"]: row for row in rows}


@pytest.fixture(autouse=True, scope="session")
def without_telemetry() -> None:
    """Disables the telemetry of the clients."""
    os.environ.update(RUNTIME__DLTHUB_TELEMETRY="false", DO_NOT_TRACK="1")
