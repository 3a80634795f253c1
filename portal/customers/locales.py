"""The names of customers' languages."""

from __future__ import annotations

from typing import Final

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Django has no names for these. The first two are forms of address, not separate languages.
NAMES: Final = {
    "de-informal": gettext_lazy("German (informal)"),
    "nl-informal": gettext_lazy("Dutch (informal)"),
    "es-419": gettext_lazy("Latin American Spanish"),
    "pt-pt": gettext_lazy("European Portuguese"),
    "nb-no": gettext_lazy("Norwegian Bokmål"),
}
NAMED_LOCALES: Final = frozenset({*NAMES, *LANG_INFO})


def locale_name(locale: str) -> str:
    """`German` for `de`; the code itself if it has no name."""
    if locale in NAMES:
        return str(NAMES[locale])
    name = LANG_INFO.get(locale, {}).get("name")
    return _(name) if name else locale
