"""Where the API means to differ from pretix's, and why. This list is the only one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Deviation:
    """One difference; `name` is what tests know it by."""

    name: str
    subject: StrOrPromise
    there: StrOrPromise
    here: StrOrPromise
    reason: StrOrPromise


DEVIATIONS: Final = (
    Deviation(
        "unknown path",
        _("An address below /api/ that is not there"),
        _("404 with a page"),
        _('404 with {"detail": "Not found."}'),
        _("A program that reads JSON gets JSON, also when something is wrong."),
    ),
    Deviation(
        "null character",
        _("A null character anywhere in the query"),
        _("400 with a page"),
        _('400 with {"detail": …}'),
        _("The same status, and an answer that a program can read."),
    ),
    Deviation(
        "dotted identifier",
        _("An identifier with a dot"),
        _("Listed, but without an address of its own"),
        _("Has one like every other"),
        _("Whatever a list names can be opened."),
    ),
    Deviation(
        "DELETE",
        _("DELETE of a customer"),
        _("405 whose reason stands where the method belongs"),
        _('405 with Method "DELETE" not allowed.'),
        _("The sentence names the method, as it does for every other."),
    ),
    Deviation(
        "null part",
        _("A part of a name that is null"),
        _("The word None in the name"),
        _("A missing part"),
        _("Nobody is called None."),
    ),
    Deviation(
        "unknown scheme",
        _("Parts of a name in an unknown scheme"),
        _("500 when the customer is read"),
        _("Refused with a reason when the customer is loaded"),
        _("One bad row must not break the list that it is in."),
    ),
    Deviation(
        "filters",
        _("Filters, search and order"),
        _("The email alone; other parameters are ignored"),
        _("Everything that the list of customers offers; a wrong value is 400"),
        _("An address means the same to people and programs; a mistake never widens a list."),
    ),
    Deviation(
        "cursor",
        _("The links of a list"),
        _("The number of the page"),
        _("The number, and a cursor beside it"),
        _("Whoever follows them meets every customer once, whatever changes meanwhile."),
    ),
    Deviation(
        "fields",
        _("Fields beyond the ten that are documented"),
        _("Some of them in every answer"),
        _("Where include asks for them"),
        _("An answer has those ten, unless somebody wants more."),
    ),
    Deviation(
        "whole list",
        _("Accept with application/x-ndjson or text/csv alone, for a list of customers"),
        "406",
        _("The whole list as a stream"),
        _("Whoever copies a list needs no pages."),
    ),
    Deviation(
        "reading only",
        _("Creating and changing customers"),
        _("POST and PATCH"),
        _("405"),
        _("Portal reads; customers are kept where they come from."),
    ),
)
