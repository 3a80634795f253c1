"""schemathesis sends valid and invalid requests derived from the OpenAPI document."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from e2e.clients.conftest import Api, Row

PROGRAM = Path(sys.executable).parent / "schemathesis"
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


def test_schemathesis_finds_no_deviation_from_the_openapi_document(
    api: Api, customers: dict[str, Row], tmp_path: Path
) -> None:
    done = subprocess.run(
        [
            *(PROGRAM, "--config-file", CONFIGURATION, "run"),
            *("--checks", "all", "--max-examples", "30", "--generation-deterministic"),
            *("--no-color", f"{api.server}/api/v1/openapi.json"),
        ],
        cwd=tmp_path,
        env={**os.environ, "PORTAL_TOKEN": api.token, "PORTAL_IDENTIFIER": min(customers)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "No issues found" in done.stdout, done.stdout
