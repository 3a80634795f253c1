"""schemathesis sends valid and invalid requests derived from the OpenAPI document."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from e2e.server import MAY_EXPORT, Server

PROGRAM = Path(sys.executable).parent / "schemathesis"
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture
def writer(server: Server) -> tuple[str, str]:
    """A token that may change customers, of an organizer of its own, and one of its customers."""
    server.manage("create_organizer", "workshop", "--name", "Workshop")
    server.manage("seed_demo", "workshop", "--customers", "60")
    may_write = "--permission=organizer.customers:write"
    printed = server.manage("create_token", "workshop", "--name", "tests", *MAY_EXPORT, may_write)
    token = printed.split()[-1]
    page = httpx.get(
        f"{server.url}/api/v1/organizers/workshop/customers/",
        headers={"Authorization": f"Token {token}"},
    )
    return token, page.json()["results"][0]["identifier"]


def test_schemathesis_finds_no_deviation_from_the_openapi_document(
    server: Server, writer: tuple[str, str], tmp_path: Path
) -> None:
    token, identifier = writer

    done = subprocess.run(
        [
            *(PROGRAM, "--config-file", CONFIGURATION, "run"),
            # As in pretix, Allow has DELETE although no customer can be deleted.
            *("--checks", "all", "--exclude-checks", "allow_header_conformance"),
            *("--max-examples", "30", "--generation-deterministic"),
            *("--no-color", f"{server.url}/api/v1/openapi.json"),
        ],
        cwd=tmp_path,
        env={**os.environ, "PORTAL_TOKEN": token, "PORTAL_IDENTIFIER": identifier},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "No issues found" in done.stdout, done.stdout
