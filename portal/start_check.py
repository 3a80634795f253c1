"""Whether the server can start: valid settings, collected static files, no missing migrations."""

from __future__ import annotations

import logging
from contextlib import closing

from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from environs import EnvError

from portal.command_line import MIGRATE, explain

logger = logging.getLogger("gunicorn.error")


def can_start() -> bool:
    """Log the reason in one line if not.

    A database that is down is no reason: the server starts, and is ready once the database is.
    """
    try:
        has_missing_migrations = _has_missing_migrations()
    except Error as error:
        logger.warning("The database cannot be used: %s", str(error).partition("\n")[0])
        return True
    except (ImproperlyConfigured, EnvError) as error:
        logger.error("%s", explain(error))
        return False
    if has_missing_migrations:
        logger.error("%s", MIGRATE)
    return not has_missing_migrations


def _has_missing_migrations() -> bool:
    import portal.wsgi  # noqa: F401  loads the settings and the apps, and checks the static files
    from portal.health import connect_without_pool, has_missing_migrations

    with closing(connect_without_pool()) as connection:
        return has_missing_migrations(connection)
