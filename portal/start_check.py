"""Checks before the server starts: settings, static files and migrations."""

from __future__ import annotations

import logging
from contextlib import closing

from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from environs import EnvError

from portal.command_line import MIGRATE_MESSAGE, explain_error

logger = logging.getLogger("gunicorn.error")


def can_start() -> bool:
    """Whether the server can start. Logs the reason in one line if the server cannot start.

    True if the database cannot be reached: the server then starts, and /readyz fails until the
    database is available.
    """
    try:
        has_missing_migrations = _has_missing_migrations()
    except Error as error:
        logger.warning("The database cannot be used: %s", str(error).partition("\n")[0])
        return True
    except (ImproperlyConfigured, EnvError) as error:
        logger.error("%s", explain_error(error))
        return False
    if has_missing_migrations:
        logger.error("%s", MIGRATE_MESSAGE)
    return not has_missing_migrations


def _has_missing_migrations() -> bool:
    import portal.wsgi  # noqa: F401  The import loads settings and apps, and checks static files.
    from portal.health import connect_without_pool, has_missing_migrations

    with closing(connect_without_pool()) as connection:
        return has_missing_migrations(connection)
