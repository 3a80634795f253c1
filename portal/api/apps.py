"""The JSON API."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "portal.api"
    verbose_name = _("API")

    def ready(self) -> None:
        # Django cannot import models before the apps are ready.
        from portal.api.writing.idempotency import remove_stored_responses
        from portal.customers.signals import customer_erased

        customer_erased.connect(remove_stored_responses)
