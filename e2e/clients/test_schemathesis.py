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


@pytest.fixture(scope="module")
def writer(server: Server) -> tuple[str, str]:
    """A token that may change the customers of a separate organizer, and one of these customers."""
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


@pytest.fixture
def without_identifier(tmp_path: Path) -> Path:
    """The configuration without a fixed identifier: requests use identifiers of responses."""
    lines = CONFIGURATION.read_text().splitlines()
    file = tmp_path / "stateful.toml"
    file.write_text("\n".join(line for line in lines if not line.startswith("identifier =")))
    return file


def test_schemathesis_finds_no_deviation_from_the_openapi_document(
    server: Server, writer: tuple[str, str], tmp_path: Path
) -> None:
    run_schemathesis(server, writer, tmp_path, CONFIGURATION, "examples,coverage,fuzzing")


def test_schemathesis_follows_the_links_and_finds_no_deviation(
    server: Server, writer: tuple[str, str], tmp_path: Path, without_identifier: Path
) -> None:
    output = run_schemathesis(server, writer, tmp_path, without_identifier, "stateful")

    assert "API Links:" in output


def run_schemathesis(
    server: Server, writer: tuple[str, str], directory: Path, configuration: Path, phases: str
) -> str:
    """The output of schemathesis. Fails if schemathesis found a deviation."""
    token, identifier = writer
    done = subprocess.run(
        [
            *(PROGRAM, "--config-file", configuration, "run", "--phases", phases),
            # Allow contains DELETE, as in pretix, although no customer can be deleted.
            *("--checks", "all", "--exclude-checks", "allow_header_conformance"),
            *("--max-examples", "30", "--generation-deterministic"),
            *("--no-color", f"{server.url}/api/v1/openapi.json"),
        ],
        cwd=directory,
        env={**os.environ, "PORTAL_TOKEN": token, "PORTAL_IDENTIFIER": identifier},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "No issues found" in done.stdout, done.stdout
    return done.stdout
