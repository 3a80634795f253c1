"""The databases, and the folder that Portal writes to."""

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from environs import FileAwareEnv

from portal.databases.postgresql import pool

env = FileAwareEnv(strip_whitespace=True)
BASE_DIR = Path(__file__).resolve().parent.parent.parent
# For collected static files, the SQLite database, the demo's token and the locks of streams.
VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var")
# Of persons who were erased: reapply_erasures erases them again in a restored backup.
ERASURE_JOURNAL = env.path("ERASURE_JOURNAL", VAR_DIR / "erasures.ndjson")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
POSTGRES_SCHEMES = ("postgres://", "postgresql://")
SQLITE_OPTIONS: dict[str, Any] = {
    # Readers never wait for the writer; a writer waits for the one before it. With recursive
    # triggers, SQLite also runs the DELETE triggers of rows that INSERT OR REPLACE deletes. Deleted
    # texts are overwritten in the file.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;"
        "PRAGMA recursive_triggers=ON; PRAGMA secure_delete=ON;"
    ),
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
}
POSTGRES_OPTIONS: dict[str, Any] = {
    # As many as a server process has threads.
    "pool": {"min_size": 1, "max_size": 4, "timeout": 2, **pool.OPTIONS},
    # To notice within seconds that a host no longer replies.
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 30,
}
# Seconds; shorter than the timeouts of browsers and gunicorn. portal/wsgi.py passes it on.
STATEMENT_TIMEOUT = env.float("STATEMENT_TIMEOUT", 10)


def database_from(url: str) -> dict[str, Any]:
    """Django's settings for a DATABASE_URL (sqlite:///path, postgres://...)."""
    if not url.startswith(("sqlite://", *POSTGRES_SCHEMES)):
        raise ImproperlyConfigured("DATABASE_URL has to begin with sqlite:/// or postgres://")
    database: dict[str, Any] = {**dj_database_url.parse(url)}
    is_sqlite = str(database["ENGINE"]).endswith("sqlite3")
    # SQLite keeps its file open between requests; PostgreSQL's pool keeps connections itself.
    database["CONN_MAX_AGE"] = None if is_sqlite else 0
    if not is_sqlite:
        database["ENGINE"] = "portal.databases.postgresql"
    database["OPTIONS"] = {
        **database.get("OPTIONS", {}),
        **(SQLITE_OPTIONS if is_sqlite else POSTGRES_OPTIONS),
    }
    return database


def embedded_database() -> str:
    """The default DATABASE_URL. SQLite creates the file, but not its folder."""
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{VAR_DIR / 'portal.sqlite3'}"


DATABASES = {"default": database_from(env.str("DATABASE_URL", "") or embedded_database())}

# --- The replica ----------------------------------------------------------------------------------
REPLICA_URL = env.str("DATABASE_REPLICA_URL", "")
# Seconds. A replica that misses older changes is not read.
REPLICA_MAX_LAG = env.float("REPLICA_MAX_LAG", 5)


def replica_from(url: str) -> dict[str, Any]:
    """Django's settings for a DATABASE_REPLICA_URL.

    Each thread keeps a connection: without a pool, a failed connection is an error at once.
    """
    if not url.startswith(POSTGRES_SCHEMES):
        raise ImproperlyConfigured("DATABASE_REPLICA_URL has to begin with postgres://")
    database = database_from(url)
    timeouts = {"connect_timeout": 2, "tcp_user_timeout": 3000}
    options = {**database["OPTIONS"], **timeouts, "pool": False}
    persistent = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    return {**database, "OPTIONS": options, **persistent, "TEST": {"MIRROR": "default"}}


if REPLICA_URL:
    DATABASES["replica"] = replica_from(REPLICA_URL)
    DATABASE_ROUTERS = ["portal.databases.routing.Router"]
