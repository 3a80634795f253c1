"""What a database does for a query: the indexes that it uses, and how many rows it reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from portal.customers.counters.counts import CustomerCount
from portal.customers.models import SEARCH_INDEX_ON_SQLITE, Customer

TABLE = Customer._meta.db_table
# SQLite counts no rows but its steps: it takes some dozens for a row, and calls us after so many.
STEPS = 100
STEPS_OF_A_ROW = 100
# What goes in one message with its query: no limit of time is wanted here.
LIMIT = re.compile(r"SET LOCAL statement_timeout = \d+; |; SET LOCAL statement_timeout = 0$")
SETTING = re.compile(r"^(SET LOCAL \S+ = \w+)?;? ?(.*)", re.DOTALL)
ON_SQLITE = re.compile(r"USING (?:COVERING )?INDEX (\w+)|SCAN (\w+) VIRTUAL TABLE INDEX")
# The index of the search, and how SQLite calls those of unique constraints.
SEARCH = "customer_search"
NAMES = {
    SEARCH_INDEX_ON_SQLITE: SEARCH,
    f"sqlite_autoindex_{TABLE}_1": "customer_identifier_in_organizer",
    f"sqlite_autoindex_{TABLE}_2": "customer_email_in_organizer",
}
# What the database keeps beside customers: no plan for customers.
KEPT, KEPT_TABLE = "customer_count_by_combination", CustomerCount._meta.db_table


@dataclass
class Plan:
    """Of one query, as it was carried out."""

    sql: str
    indexes: set[str] = field(default_factory=set)
    # On SQLite they follow from the steps, and are fewer.
    rows: int = 0
    is_sorted: bool = False
    # Whether a part is carried out for each row of another; only SQLite says so.
    is_correlated: bool = False
    tables: set[str] = field(default_factory=set)  # that are read from one end to the other
    is_covered: bool = True  # by indexes: customers themselves are not looked at


@contextmanager
def explained(plans: list[Plan]) -> Iterator[None]:
    """Behind the block, the plans of all its queries for customers, with the same values."""
    noted: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        noted.append((LIMIT.sub("", sql), params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield
    explain = {"postgresql": _on_postgresql, "sqlite": _on_sqlite}[connection.vendor]
    plans += [explain(sql, values) for sql, values in noted if f'"{TABLE}"' in sql]


def _on_postgresql(sql: str, values: Any) -> Plan:
    [(setting, query)] = SETTING.findall(sql)
    savepoint = transaction.savepoint()
    with connection.cursor() as cursor:
        cursor.execute(setting or "SELECT 1")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", values)
        (found,) = cursor.fetchone()
    transaction.savepoint_rollback(savepoint)
    [explained] = json.loads(found) if isinstance(found, str) else found
    plan = Plan(sql)
    _read_node(plan, explained["Plan"])
    return plan


def _read_node(plan: Plan, node: dict[str, Any]) -> None:
    is_kept = node.get("Index Name") == KEPT or node.get("Relation Name") == KEPT_TABLE
    if is_kept or not node["Actual Loops"]:
        return
    if "Index Name" in node:
        plan.indexes.add(node["Index Name"])
    if "Relation Name" in node:
        plan.is_covered &= node["Node Type"] == "Index Only Scan"
    if node["Node Type"] == "Seq Scan":
        plan.tables.add(node["Relation Name"])
    if node["Node Type"] == "Sort":
        plan.is_sorted = True
    if "Index Name" in node or "Relation Name" in node:
        removed = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
        rows = node["Actual Rows"] + sum(node.get(name, 0) for name in removed)
        plan.rows += int(rows * node["Actual Loops"])
    for each in node.get("Plans", ()):
        _read_node(plan, each)


def _on_sqlite(sql: str, values: Any) -> Plan:
    plan = Plan(sql)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
        for *_numbers, detail in cursor.fetchall():
            for found in ON_SQLITE.findall(detail):
                plan.indexes.add(NAMES.get("".join(found), "".join(found)))
            plan.is_covered &= not re.search(f" USING (?!COVERING |INDEX {KEPT})", detail)
            plan.is_sorted |= "TEMP B-TREE FOR ORDER BY" in detail
            plan.is_correlated |= "CORRELATED" in detail
            if detail == f"SCAN {TABLE}":
                plan.tables.add(TABLE)
        plan.rows = _steps(cursor, sql, values) // STEPS_OF_A_ROW
    plan.indexes.discard(KEPT)
    return plan


def _steps(cursor: Any, sql: str, values: Any) -> int:
    calls = 0

    def count() -> None:
        nonlocal calls
        calls += 1

    connection.connection.set_progress_handler(count, STEPS)
    try:
        cursor.execute(sql, values)
        cursor.fetchall()
    finally:
        connection.connection.set_progress_handler(None, STEPS)
    return calls * STEPS
