"""Composes a name from its parts. The name schemes and their parts are those of pretix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LEGACY: Final = "_legacy"
SCHEME: Final = "_scheme"

# The parts of each name scheme, in the order of the form fields.
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
# Parts that compose_name() does not join into the name. It appends the degree after a comma.
PARTS_OUTSIDE_NAME: Final = frozenset(
    {"salutation", "calling_name", "latin_transcription", "degree"}
)
PARTS_IN_NAME: Final[Mapping[str, tuple[str, ...]]] = {
    scheme: tuple(part for part in parts if part not in PARTS_OUTSIDE_NAME)
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
    """The name parts have no scheme, or one that is not in SCHEMES."""


def compose_name(parts: Mapping[str, str | None]) -> str:
    """Compose a name from its parts. Without parts the name is empty. Raises UnknownScheme.

    A missing, empty or null part leaves no extra separator. Parts that the scheme does not have are
    ignored.
    """
    if not parts:
        return ""
    if LEGACY in parts:
        return (parts[LEGACY] or "").strip()
    scheme = parts.get(SCHEME) or ""
    if scheme not in SCHEMES:
        raise UnknownScheme(f"unknown name scheme {scheme!r}")
    values = [value for part in PARTS_IN_NAME[scheme] if (value := parts.get(part))]
    name = SEPARATORS.get(scheme, " ").join(values)
    if scheme in WITH_DEGREE and (degree := parts.get("degree")):
        name = f"{name}, {degree}" if name else degree
    return name.strip()


def label_name_parts(parts: Mapping[str, str | None]) -> list[tuple[StrOrPromise, str]]:
    """The label and the value of each name part that has a value, in the order of the scheme."""
    order = [LEGACY, *SCHEMES.get(parts.get(SCHEME) or "", ())]
    others = [part for part in parts if part not in order and part != SCHEME]
    return [
        (LABELS.get(part, part), value) for part in [*order, *others] if (value := parts.get(part))
    ]
