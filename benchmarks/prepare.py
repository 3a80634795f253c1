"""What is done inside Django before anything is measured: organizers, a file to import, the plan.

Runs in a process of its own, so that the one that measures does not carry Portal around.
"""

from __future__ import annotations

import dataclasses
import os
import sqlite3
from collections.abc import Mapping
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
from benchmarks.samples import find_samples
from portal.customers.demo.customers import demo_customers
from portal.customers.models import Customer
from portal.customers.names import compose
from portal.customers.query.page import FIELDS
from portal.organizers import services, tokens
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission

OURS: Final = "bigevents"
OTHERS: Final = "rival"
EMAIL: Final = "bench@example.org"
PASSWORD: Final = "a benchmark signs in"  # noqa: S105  # of a database that is thrown away


def make_organizers() -> None:
    """An empty Portal with the one that is asked for, and another one beside it."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    for slug in (OURS, OTHERS):
        services.create_organizer(slug=slug, name=slug.title(), timezone="Europe/Berlin")


def write_customers(path: str, customers: str) -> None:
    """Those of seed_demo as a file to import, one a line."""
    with Path(path).open("wb") as file:
        for _place, row in demo_customers(int(customers)):
            values = {**vars(row), "name": compose(row.name_parts)}
            customer = {name: values[name] for name in FIELDS}
            file.write(orjson.dumps(customer, option=orjson.OPT_UTC_Z) + b"\n")


def drop_customers() -> None:
    """As if there had never been any, also on the disk."""
    call_command("migrate", "customers", "zero", verbosity=0)
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")


def write_plan(path: str) -> None:
    """What the floor has to know: the cases, and the SQL that Portal runs for each."""
    _settle()
    organizer = services.get_organizer(OURS)
    program, member = _as_program(organizer), _as_member(organizer)
    samples = find_samples(organizer, program)
    cases = []
    for case in [*list_cases(samples), *list_streams(samples)]:
        caller = member if case.headers["Accept"] == "text/html" else program
        headers = {**case.headers, **caller}
        cases.append({**dataclasses.asdict(case), "headers": headers, **_watch(case.path, headers)})
    budget = settings.FACET_MILLISECONDS
    plan = {"fields": FIELDS, "budget": budget, "cases": cases, **_database()}
    Path(path).write_bytes(orjson.dumps(plan, option=orjson.OPT_UTC_Z))


def _settle() -> None:
    """What PostgreSQL does of its own some time after a load, it does before we measure."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
            cursor.execute("CHECKPOINT")


def _as_member(organizer: Organizer) -> dict[str, str]:
    client = Client()
    client.force_login(services.create_staff(organizer, email=EMAIL, password=PASSWORD))
    name = settings.SESSION_COOKIE_NAME
    return {"Cookie": f"{name}={client.cookies[name].value}"}


def _as_program(organizer: Organizer) -> dict[str, str]:
    permissions = [Permission.READ_CUSTOMERS]
    key = tokens.create_token(organizer, name="benchmark", permissions=permissions)
    return {"Authorization": f"Token {key}"}


def _watch(path: str, headers: Mapping[str, str]) -> dict[str, object]:
    """What Portal does for a request: its queries, and what a list has around its rows.

    The second time, when nothing is done that is done only once.
    """
    client = Client(headers=dict(headers), SERVER_NAME="127.0.0.1")
    watched: list[Mapping[str, object]] = []
    _ask(client, path, headers)
    with connection.execute_wrapper(partial(_note, watched)):
        content = _ask(client, path, headers)
    if headers["Accept"] in STREAMS.values():
        watched = [query for query in watched if Customer._meta.db_table in str(query["sql"])]
    listing = orjson.loads(content) if headers["Accept"] == "application/json" else {}
    frame = {word: listing.get(word) for word in ("count", "next", "previous")}
    shown = [customer["identifier"] for customer in listing.get("results", ())]
    return {"queries": watched, "frame": frame, "shown": shown}


def _ask(client: Client, path: str, headers: Mapping[str, str]) -> bytes:
    """The content; of a stream the beginning, which is long enough to see its query."""
    answer = client.get(path)
    if answer.status_code != HTTPStatus.OK:
        raise RuntimeError(f"{path}: {answer.status_code}")
    if headers["Accept"] in STREAMS.values():
        beginning: bytes = next(iter(answer))
        answer.close()
        return beginning
    return answer.content


def _note(
    watched: list[Mapping[str, object]],
    execute: Any,
    sql: str,
    params: Any,
    many: bool,  # noqa: FBT001
    context: Any,
) -> Any:
    """Keep the query, and whether Portal's own limit of time ends it."""
    query = {"sql": _as_the_driver_wants_it(sql), "values": list(params or ()), "is_cut": False}
    watched.append(query)
    try:
        return execute(sql, params, many, context)
    except OperationalError:
        query["is_cut"] = True
        raise


def _as_the_driver_wants_it(sql: str) -> str:
    return sql.replace("%s", "?").replace("%%", "%") if connection.vendor == "sqlite" else sql


def _database() -> dict[str, str]:
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
