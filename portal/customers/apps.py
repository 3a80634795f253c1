"""The customers of an organizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


class CustomersConfig(AppConfig):
    name = "portal.customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        connection_created.connect(see_replaced_customers)


def see_replaced_customers(connection: BaseDatabaseWrapper, **_more: Any) -> None:
    """Without this, SQLite calls no trigger for rows that INSERT OR REPLACE drops."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = ON")
