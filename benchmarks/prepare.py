"""What is done inside Django before anything is measured: organizers, a file to import, the plan.

Runs in a process of its own, so that the one that measures does not carry Portal around.
"""

from __future__ import annotations

import dataclasses
import os
import sqlite3
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django_scopes import scope

from benchmarks.cases import Samples, list_cases, list_streams
from portal.api.fields import FIELDS
from portal.api.pagination import PAGE_SIZE
from portal.customers.models import Customer
from portal.customers.services import search_customers
from portal.organizers import services, tokens
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission

OURS: Final = "bigevents"
OTHERS: Final = "rival"
EMAIL: Final = "bench@example.org"
PASSWORD: Final = "a benchmark signs in"  # noqa: S105  # of a database that is thrown away
FEW: Final = range(2, 21)
CANDIDATES: Final = 50


def make_organizers() -> None:
    """An empty Portal with the one that is asked for, and another one beside it."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    for slug in (OURS, OTHERS):
        services.create_organizer(slug=slug, name=slug.title(), timezone="Europe/Berlin")


def write_customers(path: str) -> None:
    """Our customers as a file to import, one a line."""
    with scope(organizer=services.get_organizer(OURS)), Path(path).open("wb") as file:
        for row in Customer.objects.order_by("pk").values_list(*FIELDS):
            customer = dict(zip(FIELDS, row, strict=True))
            file.write(orjson.dumps(customer, option=orjson.OPT_UTC_Z) + b"\n")


def write_plan(path: str) -> None:
    """What the floor has to know: the cases, and the SQL that Portal runs for each."""
    _settle()
    organizer = services.get_organizer(OURS)
    program, member = _as_program(organizer), _as_member(organizer)
    samples = _samples(organizer, program)
    cases = []
    for case in [*list_cases(samples), *list_streams(samples)]:
        caller = member if case.headers["Accept"] == "text/html" else program
        headers = {**case.headers, **caller}
        cases.append({**dataclasses.asdict(case), "headers": headers, **_watch(case.path, headers)})
    plan = {"fields": FIELDS, "cases": cases, **_database()}
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


def _samples(organizer: Organizer, program: Mapping[str, str]) -> Samples:
    with scope(organizer=organizer):
        customers = Customer.objects.exclude(email=None).exclude(name="").order_by("pk")
        middle = customers.count() // 2
        some = list(customers[middle : middle + CANDIDATES])
        pages = -(-Customer.objects.count() // PAGE_SIZE)
        searches = [word for customer in some for word in (customer.name, str(customer.email))]
        return Samples(
            organizer=organizer.slug,
            identifier=some[0].identifier,
            email=str(some[0].email),
            search=next(search for search in searches if _hits(organizer, search) in FEW),
            pages=pages,
            second=_next(organizer, program, 1),
            last=_next(organizer, program, pages - 1),
        )


def _next(organizer: Organizer, program: Mapping[str, str], page: int) -> str:
    """The address that the page with this number calls the next one, without the server's."""
    path = reverse("api:customer_list", args=[organizer.slug])
    answer = Client(headers=dict(program), SERVER_NAME="127.0.0.1").get(path, {"page": page})
    there = urlsplit(answer.json()["next"])
    return f"{there.path}?{there.query}"


def _hits(organizer: Organizer, search: str) -> int:
    query = QueryDict(mutable=True)
    query["search"] = search
    return search_customers(organizer, query=query).customers.count()


def _watch(path: str, headers: Mapping[str, str]) -> dict[str, object]:
    """What Portal does for a request: its queries for customers, and its links to other pages.

    The second time, when nothing is done that is done only once. Who asks is looked up as well;
    that is not in the queries, because it is not what the floor is about.
    """
    client = Client(headers=dict(headers), SERVER_NAME="127.0.0.1")
    queries: list[tuple[str, Sequence[object]]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if Customer._meta.db_table in sql:
            queries.append((_as_the_driver_wants_it(sql), list(params or ())))
        return execute(sql, params, many, context)

    client.get(path)
    with connection.execute_wrapper(note):
        answer = client.get(path)
        content = b"".join(answer)
    if answer.status_code != HTTPStatus.OK:
        raise RuntimeError(f"{path}: {answer.status_code}")
    listing = orjson.loads(content) if headers["Accept"] == "application/json" else {}
    links = {word: listing.get(word) for word in ("next", "previous")}
    return {"queries": queries, "links": links, "shown": len(listing.get("results", ()))}


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
