"""Creates the organizers, a file to import, and the plan of a benchmark. Runs inside Django.

The measuring process does not import Django, which would take time and memory.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import orjson
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client

from benchmarks.cases import STREAMS, list_cases, list_streams
from benchmarks.imports import OTHERS, OURS
from benchmarks.samples import find_samples
from portal.customers.demo.customers import demo_customers
from portal.customers.models import Customer
from portal.customers.names import compose_name
from portal.customers.query.page import FIELDS
from portal.organizers import services, tokens
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission

EMAIL: Final = "bench@example.org"
PASSWORD: Final = "a benchmark signs in"  # noqa: S105  # of a temporary database
READ: Final = (Permission.READ_CUSTOMERS, Permission.EXPORT_CUSTOMERS)


def make_organizers() -> None:
    """Migrate an empty database, and create the measured and another organizer."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    for slug in (OURS, OTHERS):
        make_organizer(slug)


def make_organizer(slug: str) -> None:
    """Create an organizer.

    All organizers have the same time zone, so that a date filter has the same matches.
    """
    services.create_organizer(slug=slug, name=slug.title(), timezone="Europe/Berlin")


def write_customers(path: str, customers: str) -> None:
    """Write the customers of seed_demo to a file, one JSON object on a line."""
    with Path(path).open("wb") as file:
        for staged in demo_customers(int(customers)):
            values = {**vars(staged.row), "name": compose_name(staged.row.name_parts)}
            customer = {name: values[name] for name in FIELDS}
            file.write(orjson.dumps(customer, option=orjson.OPT_UTC_Z) + b"\n")


def drop_customers() -> None:
    """Delete all customers, and shrink the file of the table."""
    call_command("migrate", "customers", "zero", verbosity=0)
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")


def write_request_plan(path: str, extent: str) -> None:
    """Write the cases, and the SQL that Portal runs for each, to the file.

    The extent is `short` or `full`.
    """
    vacuum_and_analyze()
    organizer = services.get_organizer(OURS)
    api_client, member = api_client_headers(organizer, READ), member_headers(organizer)
    samples = find_samples(organizer, api_client)
    cases = []
    for case in [*list_cases(samples, only_short=extent == "short"), *list_streams(samples)]:
        caller = member if case.headers["Accept"] == "text/html" else api_client
        headers = {**case.headers, **caller}
        cases.append(
            {**dataclasses.asdict(case), "headers": headers, **_record_request(case.path, headers)}
        )
    budget = settings.FACET_MILLISECONDS
    plan = {"fields": FIELDS, "budget": budget, "cases": cases, **_database_settings()}
    Path(path).write_bytes(orjson.dumps(plan, option=orjson.OPT_UTC_Z))


def vacuum_and_analyze() -> None:
    """Run VACUUM and ANALYZE, so that PostgreSQL does not run them during the measurement."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
            cursor.execute("CHECKPOINT")


def member_headers(organizer: Organizer) -> dict[str, str]:
    """The headers of a member with every permission."""
    client = Client()
    client.force_login(services.create_staff(organizer, email=EMAIL, password=PASSWORD))
    name = settings.SESSION_COOKIE_NAME
    return {"Cookie": f"{name}={client.cookies[name].value}"}


def api_client_headers(organizer: Organizer, permissions: Sequence[Permission]) -> dict[str, str]:
    """The headers of an API client with these permissions."""
    key = tokens.create_token(
        organizer, name=f"benchmark {secrets.token_hex(4)}", permissions=permissions
    )
    return {"Authorization": f"Token {key}"}


def _record_request(path: str, headers: Mapping[str, str]) -> dict[str, object]:
    """The queries of a request, and the fields of a JSON list except its rows.

    The second request is recorded, because the first request fills caches.
    """
    client = Client(headers=dict(headers), SERVER_NAME="127.0.0.1")
    queries: list[Mapping[str, object]] = []
    _read_body(client, path, headers)
    with connection.execute_wrapper(partial(_record_query, queries)):
        content = _read_body(client, path, headers)
    if headers["Accept"] in STREAMS.values():
        queries = [query for query in queries if Customer._meta.db_table in str(query["sql"])]
    listing = orjson.loads(content) if headers["Accept"] == "application/json" else {}
    frame = {name: listing.get(name) for name in ("count", "next", "previous")}
    shown = [customer["identifier"] for customer in listing.get("results", ())]
    return {"queries": queries, "frame": frame, "shown": shown}


def _read_body(client: Client, path: str, headers: Mapping[str, str]) -> bytes:
    """The body of the response. For a stream, only the first block: the query has run by then."""
    response = client.get(path)
    if response.status_code != HTTPStatus.OK:
        raise RuntimeError(f"{path}: {response.status_code}")
    if headers["Accept"] in STREAMS.values():
        beginning: bytes = next(iter(response))
        response.close()
        return beginning
    return response.content


def _record_query(
    queries: list[Mapping[str, object]],
    execute: Any,
    sql: str,
    params: Any,
    many: bool,  # noqa: FBT001
    context: Any,
) -> Any:
    """Record the query, and whether Portal's time limit ends the query."""
    query = {"sql": _with_driver_placeholders(sql), "values": list(params or ()), "is_cut": False}
    queries.append(query)
    try:
        return execute(sql, params, many, context)
    except OperationalError:
        query["is_cut"] = True
        raise


def _with_driver_placeholders(sql: str) -> str:
    return sql.replace("%s", "?").replace("%%", "%") if connection.vendor == "sqlite" else sql


def _database_settings() -> dict[str, str]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            (version,) = cursor.fetchone()
        url = os.environ["DATABASE_URL"]
        return {"database": f"PostgreSQL {version.split()[0]}", "postgres": url}
    given = connection.settings_dict
    return {
        "database": f"SQLite {sqlite3.sqlite_version}",
        "sqlite": str(given["NAME"]),
        "init_command": given["OPTIONS"]["init_command"],
    }
