"""Query plans: the indexes that a query uses, and the number of rows that it reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from portal.customers.counters.maintained_counts import CustomerCount
from portal.customers.models import NOTES_INDEX_ON_SQLITE, SEARCH_INDEX_ON_SQLITE, Customer

TABLE = Customer._meta.db_table
# SQLite counts steps of its virtual machine instead of rows: several dozen steps for each row.
STEPS_BETWEEN_CALLS = 100
STEPS_PER_ROW = 100
# Matches the time limit that is sent in one message with a query. EXPLAIN runs without the limit.
TIME_LIMIT = re.compile(r"SET LOCAL statement_timeout = \d+; |; SET LOCAL statement_timeout = 0$")
SETTINGS = re.compile(r"^((?:SET LOCAL \S+ = \w+; )*)(.*)", re.DOTALL)
ON_SQLITE = re.compile(r"USING (?:COVERING )?INDEX (\w+)|SCAN (\w+) VIRTUAL TABLE INDEX")
# The search indexes, and SQLite's names of the indexes of unique constraints.
SEARCH, NOTES_SEARCH = "customer_search", "customer_search_with_notes"
NAMES = {
    SEARCH_INDEX_ON_SQLITE: SEARCH,
    NOTES_INDEX_ON_SQLITE: NOTES_SEARCH,
    f"sqlite_autoindex_{TABLE}_1": "customer_identifier_in_organizer",
    f"sqlite_autoindex_{TABLE}_2": "customer_email_in_organizer",
}
# The maintained counts are not part of a plan for customers.
COUNT_INDEX, COUNT_TABLE = "customer_count_by_combination", CustomerCount._meta.db_table


@dataclass
class Plan:
    """The plan of one executed query."""

    sql: str
    indexes: set[str] = field(default_factory=set)
    # The number of rows read. On SQLite it is estimated from steps, and lower than the real number.
    rows: int = 0
    is_sorted: bool = False
    # Whether a subquery is executed for each row. Only SQLite reports it.
    is_correlated: bool = False
    tables: set[str] = field(default_factory=set)  # the tables that are scanned completely
    is_covered: bool = True  # whether all scans are index-only scans


@contextmanager
def explained(plans: list[Plan], *, table: str = TABLE) -> Iterator[None]:
    """Collect the plans of all queries in the block that read customers.

    The plans are added at the end of the block.
    """
    recorded: list[tuple[str, Any]] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        recorded.append((TIME_LIMIT.sub("", sql), params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        yield
    explain = {"postgresql": _on_postgresql, "sqlite": _on_sqlite}[connection.vendor]
    plans += [explain(sql, values) for sql, values in recorded if f'"{table}"' in sql]


def _on_postgresql(sql: str, values: Any) -> Plan:
    [(settings, query)] = SETTINGS.findall(sql)
    savepoint = transaction.savepoint()
    with connection.cursor() as cursor:
        cursor.execute(settings or "SELECT 1")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", values)
        (found,) = cursor.fetchone()
    transaction.savepoint_rollback(savepoint)
    [explained] = json.loads(found) if isinstance(found, str) else found
    plan = Plan(sql)
    _read_node(plan, explained["Plan"])
    return plan


def _read_node(plan: Plan, node: dict[str, Any]) -> None:
    is_count = node.get("Index Name") == COUNT_INDEX or node.get("Relation Name") == COUNT_TABLE
    if is_count or not node["Actual Loops"]:
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
            plan.is_covered &= not re.search(f" USING (?!COVERING |INDEX {COUNT_INDEX})", detail)
            plan.is_sorted |= "TEMP B-TREE FOR ORDER BY" in detail
            plan.is_correlated |= "CORRELATED" in detail
            if detail == f"SCAN {TABLE}":
                plan.tables.add(TABLE)
        plan.rows = _steps(cursor, sql, values) // STEPS_PER_ROW
    plan.indexes.discard(COUNT_INDEX)
    return plan


def _steps(cursor: Any, sql: str, values: Any) -> int:
    calls = 0

    def count() -> None:
        nonlocal calls
        calls += 1

    connection.connection.set_progress_handler(count, STEPS_BETWEEN_CALLS)
    try:
        cursor.execute(sql, values)
        cursor.fetchall()
    finally:
        connection.connection.set_progress_handler(None, STEPS_BETWEEN_CALLS)
    return calls * STEPS_BETWEEN_CALLS
