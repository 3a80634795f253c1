"""The history of customers: what was changed, when, and by which actor."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HistoryConfig(AppConfig):
    name = "portal.history"
    verbose_name = _("History")
