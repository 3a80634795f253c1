"""dlt copies the API into a database, with the configuration of dlt's documentation."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
from dlt.sources.rest_api import rest_api_source

from e2e.clients.conftest import Api, Row

UNCHANGED_FIELDS = ("identifier", "email", "name", "is_active", "is_verified", "locale")
TIME_FIELDS = ("date_joined", "last_login", "last_modified")


def source_of(api: Api) -> Any:
    """A dlt source: all pages of the organizers, and of the customers of each organizer."""
    return rest_api_source(
        {
            "client": {
                "base_url": f"{api.server}/api/v1/",
                "headers": api.headers,
                "paginator": {"type": "json_link", "next_url_path": "next"},
            },
            "resource_defaults": {
                "write_disposition": "merge",
                "endpoint": {"data_selector": "results"},
            },
            "resources": [
                {
                    "name": "organizers",
                    "primary_key": "slug",
                    "endpoint": {"path": "organizers/"},
                },
                {
                    "name": "customers",
                    "primary_key": "identifier",
                    "columns": {"name_parts": {"data_type": "json"}},
                    "endpoint": {
                        "path": "organizers/{resources.organizers.slug}/customers/",
                    },
                },
            ],
        }
    )


def copy(api: Api, directory: Path) -> list[Row]:
    """Runs dlt; returns the copied customers without the columns that dlt adds."""
    database = dlt.destinations.duckdb(str(directory / "copy.duckdb"))
    pipeline = dlt.pipeline(
        "portal", pipelines_dir=str(directory), destination=database, dataset_name="portal"
    )
    pipeline.run(source_of(api)).raise_on_failed_jobs()
    columns = ", ".join((*UNCHANGED_FIELDS, *TIME_FIELDS))
    with (
        pipeline.sql_client() as client,
        client.execute_query(
            f"SELECT {columns} FROM customers ORDER BY identifier"  # noqa: S608  constants
        ) as rows,
    ):
        return [
            dict(zip((*UNCHANGED_FIELDS, *TIME_FIELDS), row, strict=True))
            for row in rows.fetchall()
        ]


def as_copied(row: Row) -> Row:
    """The customer with times as datetime, the type that the database returns."""
    times = {name: row[name] and datetime.fromisoformat(row[name]) for name in TIME_FIELDS}
    return {**{name: row[name] for name in UNCHANGED_FIELDS}, **times}


def in_utc(row: Row) -> Row:
    return {name: _in_utc(value) for name, value in row.items()}


def _in_utc(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def test_dlt_copies_every_customer_and_a_second_run_changes_nothing(
    api: Api, customers: dict[str, Row], tmp_path: Path
) -> None:
    first = copy(api, tmp_path)
    second = copy(api, tmp_path)

    assert [in_utc(row) for row in first] == [
        as_copied(customers[identifier]) for identifier in sorted(customers)
    ]
    assert second == first
