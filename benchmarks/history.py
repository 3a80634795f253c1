"""Fills the history for a benchmark, and reads sample customers. Runs inside Django.

Needs PostgreSQL.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import orjson
from django.db import connection
from django_scopes import scope

from benchmarks.filling import indexes_created_at_end
from benchmarks.imports import OURS
from benchmarks.prepare import api_client_headers, member_headers, vacuum_and_analyze
from portal.customers.models import Customer, State
from portal.customers.query.page import FIELDS
from portal.history.models import Event
from portal.organizers import services
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission

# One in 1,000 events belongs to the same customer.
BUSIEST: Final = 1000
# The first event of a customer is its creation. One in BUSIEST events belongs to the first
# customer. A multiplication by 7919, modulo the number of customers, spreads the other events over
# all customers. Every event has version 1, the version of the filled customers, so that an edit
# has no conflict with a later event.
EVENTS: Final = """
    INSERT INTO history_event (organizer_id, customer_id, version, time, kind, changes,
        actor_kind, actor_id, actor_name, request_id)
    SELECT customer.organizer_id, customer.id, 1,
        NOW() - INTERVAL '1000 days' * (1 - n / %(events)s::float),
        CASE WHEN n <= %(customers)s THEN 'created' ELSE 'changed' END,
        CASE WHEN n <= %(customers)s THEN jsonb_build_object(
            'email', jsonb_build_array(NULL, email),
            'name_parts', jsonb_build_array(NULL, name_parts),
            'locale', jsonb_build_array(NULL, locale),
            'is_active', jsonb_build_array(NULL, true))
        WHEN n %% 3 = 0 THEN jsonb_build_object(
            'email', jsonb_build_array('old' || n || '@example.org', email))
        WHEN n %% 3 = 1 THEN jsonb_build_object(
            'locale', jsonb_build_array('nl', locale), 'is_verified', '[false, true]'::jsonb)
        ELSE jsonb_build_object('last_login', jsonb_build_array(NULL, last_login)) END,
        CASE WHEN n %% 10 < 6 THEN 'import' WHEN n %% 10 < 8 THEN 'token' ELSE 'member' END,
        NULL,
        CASE WHEN n %% 10 < 6 THEN 'Import from customers.ndjson' WHEN n %% 10 < 8
            THEN 'CRM' ELSE 'member' || n %% 70 || '@example.org' END,
        CASE WHEN n %% 10 < 6 THEN '' ELSE md5(n::text) END
    FROM generate_series(1, %(events)s) AS n JOIN customers_customer AS customer
    ON customer.organizer_id = %(organizer)s AND customer.id = %(first)s
        + CASE WHEN n %% %(busiest)s = 0 THEN 0 ELSE n::bigint * 7919 %% %(customers)s END"""
WRITE: Final = (Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS, Permission.ERASE_CUSTOMERS)


def create_events(events: str) -> None:
    """Create events of three years for the customers of an organizer.

    The ids of the customers must have no gaps.
    """
    organizer = services.get_organizer(OURS)
    with scope(organizer=organizer):
        customers = Customer.objects.count()
        first = Customer.objects.order_by("pk").values_list("pk", flat=True)[0]
    numbers = {"events": int(events), "customers": customers, "first": first, "busiest": BUSIEST}
    with indexes_created_at_end(Event._meta.db_table), connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'")
        cursor.execute(EVENTS, {**numbers, "organizer": organizer.pk})


def write_request_plan(path: str, customers: str) -> None:
    """Write a session, a token, and the identifiers of some customers to the file."""
    vacuum_and_analyze()
    organizer = services.get_organizer(OURS)
    with scope(organizer=organizer):
        plan = {
            "customers": _unchanged_identifiers(int(customers)),
            "busiest": Customer.objects.order_by("pk")[0].identifier,
            "member": member_headers(organizer),
            "api_client": api_client_headers(organizer, WRITE),
        }
    Path(path).write_bytes(orjson.dumps(plan))


def _unchanged_identifiers(number: int) -> list[str]:
    """Identifiers of customers with an email and without a change since they were created."""
    rows = Customer.objects.filter(version=1).exclude(state=State.ANONYMISED).exclude(email=None)
    # write_changed_customers() begins with the first identifiers, so the last identifiers belong to
    # other customers.
    return [*rows.order_by("-identifier").values_list("identifier", flat=True)[:number]]


def write_changed_customers(path: str, customers: str) -> None:
    """Write a file of existing customers for an import, each with one changed field."""
    organizer = services.get_organizer(OURS)
    with Path(path).open("wb") as file:
        for row in _event_rows(organizer, int(customers)):
            file.write(orjson.dumps(row, option=orjson.OPT_UTC_Z) + b"\n")


def _event_rows(organizer: Organizer, customers: int) -> list[dict[str, object]]:
    """Rows with a later last_modified and another language."""
    with scope(organizer=organizer), connection.cursor() as cursor:
        cursor.execute("SELECT NOW()")
        now = cursor.fetchone()[0]
        rows = [*Customer.objects.order_by("identifier").values(*FIELDS)[:customers]]
    return [
        {**row, "locale": "nl" if row["locale"] == "de" else "de", "last_modified": now}
        for row in rows
    ]
