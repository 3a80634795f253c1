"""Settings of the databases, and of the folder that Portal writes to."""

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from environs import FileAwareEnv

from portal.databases.postgresql import pool

env = FileAwareEnv(strip_whitespace=True)
BASE_DIR = Path(__file__).resolve().parent.parent.parent
# The folder of collected static files, the SQLite database, the demo's token and lock files.
VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var")
# The file of the journal of erasures. After a backup is restored, reapply_erasures repeats the
# erasures in the journal.
ERASURE_JOURNAL = env.path("ERASURE_JOURNAL", VAR_DIR / "erasures.ndjson")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
POSTGRES_SCHEMES = ("postgres://", "postgresql://")
SQLITE_OPTIONS: dict[str, Any] = {
    # With WAL, readers never wait for a writer. With recursive_triggers, SQLite also runs DELETE
    # triggers for rows that INSERT OR REPLACE deletes. With secure_delete, SQLite overwrites
    # deleted texts in the file.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;"
        "PRAGMA recursive_triggers=ON; PRAGMA secure_delete=ON;"
    ),
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
}
POSTGRES_OPTIONS: dict[str, Any] = {
    # max_size is the number of threads of a server process (portal/server.py).
    "pool": {"min_size": 1, "max_size": 4, "timeout": 2, **pool.POOL_OPTIONS},
    # With these TCP options, a client notices within seconds that a host does not reply.
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 30,
}
# In seconds, and shorter than the timeouts of browsers and gunicorn. portal/wsgi.py sets this limit
# for the web server only.
STATEMENT_TIMEOUT = env.float("STATEMENT_TIMEOUT", 10)


def database_from_url(url: str) -> dict[str, Any]:
    """The entry of DATABASES for a DATABASE_URL (sqlite:///path, postgres://...)."""
    if not url.startswith(("sqlite://", *POSTGRES_SCHEMES)):
        raise ImproperlyConfigured("DATABASE_URL has to begin with sqlite:/// or postgres://")
    database: dict[str, Any] = {**dj_database_url.parse(url)}
    is_sqlite = str(database["ENGINE"]).endswith("sqlite3")
    # Connections to SQLite stay open. For PostgreSQL, the pool keeps connections open.
    database["CONN_MAX_AGE"] = None if is_sqlite else 0
    if not is_sqlite:
        database["ENGINE"] = "portal.databases.postgresql"
    database["OPTIONS"] = {
        **database.get("OPTIONS", {}),
        **(SQLITE_OPTIONS if is_sqlite else POSTGRES_OPTIONS),
    }
    return database


def embedded_database() -> str:
    """The default DATABASE_URL: an SQLite file in VAR_DIR. Creates that folder."""
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{VAR_DIR / 'portal.sqlite3'}"


DATABASES = {"default": database_from_url(env.str("DATABASE_URL", "") or embedded_database())}

# --- The replica ----------------------------------------------------------------------------------
REPLICA_URL = env.str("DATABASE_REPLICA_URL", "")
# In seconds. A replica with a longer lag is not read.
REPLICA_MAX_LAG = env.float("REPLICA_MAX_LAG", 5)


def replica_from_url(url: str) -> dict[str, Any]:
    """The entry of DATABASES for a DATABASE_REPLICA_URL.

    The replica has no connection pool, because a pool would delay the error of a failed connection.
    """
    if not url.startswith(POSTGRES_SCHEMES):
        raise ImproperlyConfigured("DATABASE_REPLICA_URL has to begin with postgres://")
    database = database_from_url(url)
    timeouts = {"connect_timeout": 2, "tcp_user_timeout": 3000}
    options = {**database["OPTIONS"], **timeouts, "pool": False}
    persistent = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    return {**database, "OPTIONS": options, **persistent, "TEST": {"MIRROR": "default"}}


if REPLICA_URL:
    DATABASES["replica"] = replica_from_url(REPLICA_URL)
    DATABASE_ROUTERS = ["portal.databases.routing.Router"]
