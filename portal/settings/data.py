"""Where this installation keeps what it has: its folder, and the database."""

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from environs import Env

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent.parent
# What this installation writes: collected static files, the embedded database, the demo's token.
VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
POSTGRES_SCHEMES = ("postgres://", "postgresql://")
SQLITE_OPTIONS: dict[str, Any] = {
    # Readers never wait for the writer; a writer waits for the one before it. With recursive
    # triggers, SQLite also runs the DELETE triggers of rows that INSERT OR REPLACE deletes.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;"
        "PRAGMA recursive_triggers=ON;"
    ),
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
}
POSTGRES_OPTIONS: dict[str, Any] = {
    # As many as a server process has threads.
    "pool": {"min_size": 1, "max_size": 4, "timeout": 5},
    # A host that is gone without a word is found out within seconds.
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 30,
}
# What somebody waits for, in seconds; browsers and gunicorn wait longer. Told by portal/wsgi.py.
STATEMENT_TIMEOUT = env.float("STATEMENT_TIMEOUT", 10)


def database_from(url: str) -> dict[str, Any]:
    """Django's settings for a DATABASE_URL (sqlite:///path, postgres://...)."""
    if not url.startswith(("sqlite://", *POSTGRES_SCHEMES)):
        raise ImproperlyConfigured("DATABASE_URL has to begin with sqlite:/// or postgres://")
    database: dict[str, Any] = {**dj_database_url.parse(url)}
    is_sqlite = str(database["ENGINE"]).endswith("sqlite3")
    # A connection to SQLite is a file held open; one to PostgreSQL goes back to the pool.
    database["CONN_MAX_AGE"] = None if is_sqlite else 0
    if not is_sqlite:
        database["ENGINE"] = "portal.databases.postgresql"
    database["OPTIONS"] = {
        **database.get("OPTIONS", {}),
        **(SQLITE_OPTIONS if is_sqlite else POSTGRES_OPTIONS),
    }
    return database


def embedded_database() -> str:
    """The DATABASE_URL where none is given. SQLite makes a file, but not the folder for it."""
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{VAR_DIR / 'portal.sqlite3'}"


DATABASES = {"default": database_from(env.str("DATABASE_URL", "") or embedded_database())}

# --- A copy of the database that is read as well --------------------------------------------------
REPLICA_URL = env.str("DATABASE_REPLICA_URL", "")
# What is younger than so many seconds may be missing there.
REPLICA_MAX_LAG = env.float("REPLICA_MAX_LAG", 5)


def replica_from(url: str) -> dict[str, Any]:
    """Django's settings for a DATABASE_REPLICA_URL. Each thread keeps its connection.

    Where nobody listens this is known at once, while a pool would wait for somebody.
    """
    if not url.startswith(POSTGRES_SCHEMES):
        raise ImproperlyConfigured("DATABASE_REPLICA_URL has to be one of PostgreSQL.")
    database = database_from(url)
    impatient = {"connect_timeout": 2, "tcp_user_timeout": 3000}
    options = {**database["OPTIONS"], **impatient, "pool": False}
    kept = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    return {**database, "OPTIONS": options, **kept, "TEST": {"MIRROR": "default"}}


if REPLICA_URL:
    DATABASES["replica"] = replica_from(REPLICA_URL)
    DATABASE_ROUTERS = ["portal.databases.routing.Router"]
