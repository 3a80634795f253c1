"""Backup by pg_dump, and restore into an empty database by a role that is no superuser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.backups import import_page, read_customer_counts, read_responses, serve_copy
from e2e.postgres.clusters import Cluster, run_program
from e2e.server import Server, serve

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
# Queries for indexes, triggers, constraints, parameters of autovacuum, and values of sequences.
SCHEMA = (
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2",
    "SELECT relname, reloptions FROM pg_class WHERE reloptions IS NOT NULL ORDER BY 1",
    "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1",
    "SELECT extname FROM pg_extension ORDER BY 1",
)


@pytest.fixture(scope="module")
def server(cluster: Cluster, directory: Path, name: str) -> Iterator[Server]:
    environment = {"DATABASE_URL": cluster.url(name)}
    with serve(directory, environment, commands=environment) as server:
        import_page(server, 1)
        yield server


@pytest.fixture(scope="module")
def restored(cluster: Cluster, server: Server, name: str) -> str:
    """The name of a database with the backup, which belongs to a role of the same name."""
    restored, dump = f"{name}_restored", str(cluster.directory / "portal.dump")
    cluster.execute(f"CREATE ROLE {restored} LOGIN")
    cluster.execute(f"CREATE DATABASE {restored} OWNER {restored} TEMPLATE template0")
    run_program(cluster, "pg_dump", "--format=custom", f"--file={dump}", cluster.url(name))
    arguments = ["--exit-on-error", "--single-transaction", "--no-owner"]
    run_program(cluster, "pg_restore", *arguments, f"--dbname={_url(cluster, restored)}", dump)
    return restored


def _url(cluster: Cluster, name: str) -> str:
    """The URL of the database for the role with the name of the database."""
    return re.sub("//[^@]+@", f"//{name}@", cluster.url(name))


def _contents(cluster: Cluster, name: str) -> tuple[list[Any], dict[str, list[Any]]]:
    """The schema, and the rows of all tables."""
    with cluster.connect(name) as connection:
        schema = [connection.execute(query).fetchall() for query in SCHEMA]
        tables = [table for [table] in connection.execute(TABLES)]
        query = 'SELECT t::text FROM "{}" AS t ORDER BY 1'
        return schema, {
            table: connection.execute(query.format(table)).fetchall() for table in tables
        }


def test_a_restored_database_has_all_rows_indexes_and_triggers(
    cluster: Cluster, name: str, restored: str
) -> None:
    schema, rows = _contents(cluster, name)

    assert _contents(cluster, restored) == (schema, rows)
    assert all(schema)
    assert len(rows["customers_customer"]) == 5_090


def test_a_server_with_a_restored_database_gives_the_same_responses_and_counts_new_customers(
    cluster: Cluster, server: Server, restored: str, tmp_path: Path
) -> None:
    before = read_responses(server)

    with serve_copy(server, tmp_path, _url(cluster, restored)) as copy:
        assert read_responses(copy) == before
        assert read_customer_counts(copy) == (5_050, 5_050)
        import_page(copy, 2)
        assert read_customer_counts(copy) == (5_100, 5_100)
    assert read_customer_counts(server) == (5_050, 5_050)
