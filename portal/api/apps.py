"""The JSON face."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "portal.api"
    verbose_name = _("API")

    def ready(self) -> None:
        # Whoever is imported is known to the description.
        from portal.api.openapi import security  # noqa: F401
