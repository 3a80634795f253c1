"""The names of customers' languages."""

from __future__ import annotations

from typing import Final

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# The names of codes for which Django has no name. The first two differ from German and Dutch in the
# form of address only.
NAMES: Final = {
    "de-informal": gettext_lazy("German (informal)"),
    "nl-informal": gettext_lazy("Dutch (informal)"),
    "es-419": gettext_lazy("Latin American Spanish"),
    "pt-pt": gettext_lazy("European Portuguese"),
    "nb-no": gettext_lazy("Norwegian Bokmål"),
}
NAMED_LOCALES: Final = frozenset({*NAMES, *LANG_INFO})


def locale_name(locale: str) -> str:
    """The name of a language code:

    `German` for `de`. A code without a name is returned unchanged.
    """
    if locale in NAMES:
        return str(NAMES[locale])
    name = LANG_INFO.get(locale, {}).get("name")
    return _(name) if name else locale
