"""Responses to other clients beside slow clients, and during many sign-ins."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from e2e.nginx import new_nginx, run_nginx
from e2e.reliability import faults
from e2e.reliability.conftest import Watch
from e2e.reliability.observation import DATA
from e2e.server import MAY_EXPORT, Server

SLOW_CLIENTS = 60


@pytest.mark.parametrize("database", ["on_postgresql", "on_sqlite"])
def test_other_clients_are_served_beside_slow_clients_behind_nginx(
    request: pytest.FixtureRequest, database: str, tmp_path: Path, watch: Watch
) -> None:
    server: Server = request.getfixturevalue(database)
    options = ("--name", tmp_path.name, *MAY_EXPORT)
    token = server.manage("create_token", "bigevents", *options).split()[-1]
    port = urlsplit(server.url).port
    assert port

    with run_nginx(new_nginx(tmp_path), upstream_port=port) as nginx:
        fault = faults.slow_clients(nginx, token, SLOW_CLIENTS)
        seen = watch(f"{SLOW_CLIENTS} slow clients behind nginx for 5 s", server, fault, seconds=5)

    assert seen.statuses().keys() == {200}
    assert seen.slowest(*DATA) < 2


@pytest.mark.parametrize("database", ["on_postgresql", "on_sqlite"])
def test_clients_are_served_during_many_sign_ins(
    request: pytest.FixtureRequest, database: str, watch: Watch
) -> None:
    server: Server = request.getfixturevalue(database)
    fault = faults.many_sign_ins(server, 16)

    seen = watch("16 clients try passwords for 5 s", server, fault, seconds=5)

    assert seen.statuses().keys() == {200}
    assert seen.slowest(*DATA) < 2
