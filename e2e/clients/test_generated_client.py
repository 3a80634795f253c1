"""A client that openapi-python-client generates from the OpenAPI document."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from e2e.clients.conftest import CUSTOMERS, Api, Row
from e2e.server import Server

PROGRAMS = Path(sys.executable).parent
Generated = Any  # mypy cannot see the code, which the test generates


@pytest.fixture(scope="session")
def generated(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """A function that imports a module of the generated package."""
    directory = tmp_path_factory.mktemp("generated")
    subprocess.run(
        [
            *(
                PROGRAMS / "openapi-python-client",
                "generate",
                "--meta",
                "none",
                "--fail-on-warning",
            ),
            *("--url", f"{api.server}/api/v1/openapi.json"),
            *("--output-path", directory / "portal_client"),
        ],
        env={**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}"},
        check=True,
    )
    sys.path.insert(0, str(directory))
    return lambda module: importlib.import_module(f"portal_client{module}")


@pytest.fixture
def client(api: Api, generated: Generated) -> Generated:
    package = generated("")
    return package.AuthenticatedClient(api.server, api.token, prefix="Token")


@pytest.fixture
def writer(server: Server, generated: Generated) -> Generated:
    """A client that may change customers, with its own organizer."""
    server.manage("create_organizer", "studio", "--name", "Studio")
    permissions = [f"--permission=organizer.customers:{name}" for name in ("read", "write")]
    printed = server.manage("create_token", "studio", "--name", "writer", *permissions)
    return generated("").AuthenticatedClient(server.url, printed.split()[-1], prefix="Token")


def test_a_generated_client_lists_customers(
    client: Generated, generated: Generated, customers: dict[str, Row]
) -> None:
    operation = generated(".api.customers.list_customers")

    page = operation.sync("playhouse", client=client, is_active=True, page_size=10)

    active = [row for row in customers.values() if row["is_active"]]
    assert (page.count, len(page.results)) == (len(active), 10)
    assert [each.to_dict()["identifier"] for each in page.results] == [
        row["identifier"] for row in active[:10]
    ]


def test_a_generated_client_reads_every_page(client: Generated, generated: Generated) -> None:
    operation = generated(".api.customers.list_customers")

    pages = [
        operation.sync("playhouse", client=client, page=number)
        for number in range(1, CUSTOMERS // 50 + 1)
    ]

    assert len({each.identifier for page in pages for each in page.results}) == CUSTOMERS


def test_a_generated_client_gets_a_customer_with_its_types(
    client: Generated, generated: Generated, customers: dict[str, Row]
) -> None:
    operation = generated(".api.customers.get_customer")
    row = next(row for row in customers.values() if row["last_login"] is None)

    customer = operation.sync("playhouse", row["identifier"], client=client)

    assert customer.date_joined.year == int(row["date_joined"][:4])
    assert (customer.email, customer.last_login) == (row["email"], None)
    assert customer.name_parts.to_dict() == row["name_parts"]


def test_a_generated_client_reads_errors(client: Generated, generated: Generated) -> None:
    operation = generated(".api.customers.list_customers")

    parameter_errors = operation.sync("playhouse", client=client, ordering="password")
    error = operation.sync("unknown", client=client)

    assert "ordering" in parameter_errors.to_dict()
    assert error.detail == "You do not have permission to perform this action."


def test_a_generated_client_creates_changes_and_reads_back(
    writer: Generated, generated: Generated
) -> None:
    values = generated(".models").NewCustomerValues.from_dict({"email": "Gen@client.example"})
    change = generated(".models").CustomerValues.from_dict({"locale": "fr"})
    created = generated(".api.customers.create_customer").sync(
        "studio", client=writer, body=values, x_idempotency_key="generated"
    )
    identifier = created.identifier
    changed = generated(".api.customers.change_customer").sync(
        "studio", identifier, client=writer, body=change
    )
    read = generated(".api.customers.get_customer").sync("studio", identifier, client=writer)

    assert (created.email, created.send_email) == ("gen@client.example", False)
    assert (changed.locale, read.to_dict()) == ("fr", changed.to_dict())
    erased = generated(".api.customers.anonymize_customer").sync(
        "studio", identifier, client=writer
    )
    assert (erased.identifier, erased.email) == (identifier, None)
