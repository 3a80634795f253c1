"""The intended differences from pretix's API, with reasons. The API reference shows this list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Deviation:
    """One difference; tests refer to it by `name`."""

    name: str
    case: StrOrPromise
    pretix: StrOrPromise
    portal: StrOrPromise
    reason: StrOrPromise


DEVIATIONS: Final = (
    Deviation(
        "unknown path",
        _("Unknown path below /api/"),
        _("404 as HTML"),
        _('404 with {"detail": "Not found."}'),
        _("API clients expect JSON, for errors too."),
    ),
    Deviation(
        "null character",
        _("Null character in the query string"),
        _("400 as HTML"),
        _('400 with {"detail": …}'),
        _("API clients expect JSON, for errors too."),
    ),
    Deviation(
        "dotted identifier",
        _("Identifier with a dot"),
        _("The list contains the customer, but the customer has no URL."),
        _("The customer has a URL."),
        _("Every customer in a list can be opened."),
    ),
    Deviation(
        "DELETE",
        _("DELETE of a customer"),
        _("405 without the method in the message"),
        _('405 with Method "DELETE" not allowed.'),
        _("All other methods have this message."),
    ),
    Deviation(
        "null part",
        _("Name part that is null"),
        _("The name contains the word None."),
        _("The name omits the part."),
        _("None is not part of the name."),
    ),
    Deviation(
        "unknown scheme",
        _("Unknown scheme in name_parts"),
        _("500 when the customer is read"),
        _("The import rejects the customer and gives the reason."),
        _("One invalid customer must not break a list."),
    ),
    Deviation(
        "filters",
        _("Filters, search and ordering"),
        _("Only the filter by email; other parameters are ignored."),
        _("All filters of the HTML list. An invalid value is 400."),
        _("A query string has one meaning in HTML and JSON. An error never widens a list."),
    ),
    Deviation(
        "cursor",
        _("Links to other pages"),
        _("Page number"),
        _("Page number and cursor"),
        _("Customers who are created or deleted in the meantime shift no page."),
    ),
    Deviation(
        "fields",
        _("external_identifier, phone and notes"),
        _("In every response"),
        _("With include, or in every response if the token has all fields"),
        _("The default response has exactly the fields of pretix’s documentation."),
    ),
    Deviation(
        "whole list",
        _("List of customers with Accept: application/x-ndjson or text/csv"),
        "406",
        _("All customers as a stream"),
        _("A full copy needs one request."),
    ),
    Deviation(
        "reading only",
        _("Creating and changing customers"),
        _("POST and PATCH"),
        _("405"),
        _("Portal is read-only; customers are changed in pretix."),
    ),
)
