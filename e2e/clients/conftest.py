"""A real Portal with an organizer of a few hundred customers, and a token for them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.request import Request, urlopen

import pytest

from e2e.server import Server, serve

CUSTOMERS = 300
PAGE = 50
Row = dict[str, Any]  # a customer as JSON has it


@dataclass(frozen=True)
class Api:
    """Where a client is sent, and what it is given."""

    server: str
    token: str = field(repr=False)

    @property
    def customers(self) -> str:
        return f"{self.server}/api/v1/organizers/playhouse/customers/"

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
    printed = server.manage("create_token", "playhouse", "--name", "clients")
    found = re.search(r"portal_[\w-]+", printed)
    assert found, printed
    return Api(server.url, found[0])


@pytest.fixture(scope="session")
def customers(api: Api) -> dict[str, Row]:
    """Every customer by identifier, read page by page and not by following links."""
    rows: list[Row] = []
    for number in range(1, CUSTOMERS // PAGE + 1):
        asked = Request(f"{api.customers}?page={number}", headers=api.headers)  # noqa: S310  http
        with urlopen(asked) as answer:  # noqa: S310  our own server
            rows += json.load(answer)["results"]
    assert len(rows) == CUSTOMERS
    return {row["identifier"]: row for row in rows}


@pytest.fixture(autouse=True, scope="session")
def quiet() -> None:
    """No client tells its makers that it was used."""
    os.environ.update(RUNTIME__DLTHUB_TELEMETRY="false", DO_NOT_TRACK="1")
