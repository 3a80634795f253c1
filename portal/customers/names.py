"""How a name follows from its parts. The schemes are those of pretix (their names and parts)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LEGACY: Final = "_legacy"
SCHEME: Final = "_scheme"

# The parts of each scheme in the order in which people fill them in; what it puts between them
# follows in _compose_*().
SCHEMES: Final[Mapping[str, tuple[str, ...]]] = {
    "full": ("full_name",),
    "given_family": ("given_name", "family_name"),
    "family_given": ("family_name", "given_name"),
    "family_comma_given": ("family_name", "given_name"),
    "family_nospace_given": ("family_name", "given_name"),
    "title_given_family": ("title", "given_name", "family_name"),
    "given_middle_family": ("given_name", "middle_name", "family_name"),
    "title_given_middle_family": ("title", "given_name", "middle_name", "family_name"),
    "calling_full": ("calling_name", "full_name"),
    "full_transcription": ("full_name", "latin_transcription"),
    "salutation_given_family": ("salutation", "given_name", "family_name"),
    "salutation_title_given_family": ("salutation", "title", "given_name", "family_name"),
    "salutation_title_given_family_degree": (
        "salutation",
        "title",
        "given_name",
        "family_name",
        "degree",
    ),
}
# Parts that are known about a person and not said as part of the name.
UNSPOKEN: Final = frozenset({"salutation", "calling_name", "latin_transcription", "degree"})
SPOKEN: Final[Mapping[str, tuple[str, ...]]] = {
    scheme: tuple(part for part in parts if part not in UNSPOKEN)
    for scheme, parts in SCHEMES.items()
}
WITH_DEGREE: Final = frozenset(scheme for scheme, parts in SCHEMES.items() if "degree" in parts)
SEPARATORS: Final[Mapping[str, str]] = {"family_comma_given": ", ", "family_nospace_given": ""}
LABELS: Final[Mapping[str, StrOrPromise]] = {
    "full_name": _("Full name"),
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "middle_name": _("Middle name"),
    "title": _("Title"),
    "degree": _("Degree (after name)"),
    "salutation": _("Salutation"),
    "calling_name": _("Calling name"),
    "latin_transcription": _("Latin transcription"),
    LEGACY: _("Name"),
}


class UnknownScheme(ValueError):
    """The parts do not say how the name follows from them."""


def compose(parts: Mapping[str, str | None]) -> str:
    """The name that follows from its parts: `""` for none. Raises UnknownScheme.

    A missing, empty or null part leaves no gap. Parts that the scheme does not name are kept
    with the customer and not shown in the name.
    """
    if not parts:
        return ""
    if LEGACY in parts:
        return (parts[LEGACY] or "").strip()
    scheme = parts.get(SCHEME) or ""
    if scheme not in SCHEMES:
        raise UnknownScheme(f"unknown name scheme {scheme!r}")
    spoken = [value for part in SPOKEN[scheme] if (value := parts.get(part))]
    name = SEPARATORS.get(scheme, " ").join(spoken)
    if scheme in WITH_DEGREE and (degree := parts.get("degree")):
        name = f"{name}, {degree}" if name else degree
    return name.strip()


def labelled(parts: Mapping[str, str | None]) -> list[tuple[StrOrPromise, str]]:
    """The parts that have a value, each with its label, in the order of the scheme."""
    order = [LEGACY, *SCHEMES.get(parts.get(SCHEME) or "", ())]
    others = [part for part in parts if part not in order and part != SCHEME]
    return [
        (LABELS.get(part, part), value) for part in [*order, *others] if (value := parts.get(part))
    ]
