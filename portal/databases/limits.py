"""How long a query may take that somebody waits for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings


def limit_statements(databases: Mapping[str, dict[str, Any]]) -> None:
    """From their next connection on, PostgreSQL gives up statements after STATEMENT_TIMEOUT.

    For the web server, before it asks anything: commands load and migrate as long as they need.
    It is said as a connection starts, which costs no request anything.
    """
    limit = round(settings.STATEMENT_TIMEOUT * 1000)
    for database in databases.values():
        if limit and database["ENGINE"].endswith("postgresql"):
            given = database["OPTIONS"].get("options", "")
            database["OPTIONS"]["options"] = f"{given} -c statement_timeout={limit}".strip()
