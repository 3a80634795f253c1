"""The intended differences from pretix's API, which the API reference lists with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Deviation:
    """A difference from pretix's API. Tests refer to a difference by its name."""

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
        _("Imports and the API reject the customer and give the reason."),
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
        _("Created and deleted customers do not shift customers to another page."),
    ),
    Deviation(
        "fields",
        _("external_identifier, phone and notes"),
        _("In every response"),
        _("With include or fields, or in every response if the token has all fields"),
        _("The default response has exactly the fields of pretix’s documentation."),
    ),
    Deviation(
        "whole list",
        _("List of customers with Accept: application/x-ndjson or text/csv, or with format=csv"),
        _("406; 404 with format=csv"),
        _("All customers as a stream, with the permission to export; otherwise 403"),
        _("A full copy needs one request."),
    ),
    Deviation(
        "second customer without email",
        _("Second customer without an email address"),
        _("400, as if another customer had the email address null"),
        _("Created or changed"),
        _("Several customers may have no email address."),
    ),
    Deviation(
        "invalid name",
        _(
            "name_parts with an unknown scheme, other values than texts, null characters or half a"
            " surrogate pair; a name of more than 255 characters"
        ),
        "500",
        _("400 with the reason"),
        _("An invalid value is an error of the client."),
    ),
    Deviation(
        "verified erased",
        _("is_verified true for an anonymised customer without new personal data"),
        _("Changed"),
        "400",
        _("There is no email that could be verified."),
    ),
    Deviation(
        "PUT language",
        _("PUT without locale"),
        _("The language becomes en."),
        _("The language stays."),
        _("All other fields stay, too."),
    ),
    Deviation(
        "write only",
        _("Response to a write by a token that may not read customers"),
        _("The whole customer"),
        _("The identifier and the fields that were sent"),
        _("The permission to change customers does not include the permission to read them."),
    ),
    Deviation(
        "unchanged value",
        _("Invalid value that the customer already has"),
        "400",
        _("Accepted"),
        _("The response to a GET request can be sent back, for imported customers too."),
    ),
    Deviation(
        "send_email",
        _("send_email and password of a new customer"),
        _("An email is sent; the customer signs in with the password."),
        _("Ignored, and checked for their types only. send_email is false in every response."),
        _("Portal sends no email and keeps no passwords of customers."),
    ),
    Deviation(
        "conditional requests",
        _("If-None-Match and If-Match for a customer"),
        _("Ignored"),
        _("304 for an ETag of the present response; 412 for ETags of earlier versions only"),
        _("A program reads only changed customers again, and overwrites no change of others."),
    ),
    Deviation(
        "idempotency",
        _("X-Idempotency-Key with another body than before"),
        _("The stored response"),
        "422",
        _("With the stored response, the client would believe that the second body was written."),
    ),
    Deviation(
        "erased response",
        _("X-Idempotency-Key of a write whose customer was anonymised since"),
        _("The stored response"),
        _("The stored status with the identifier alone"),
        _("Personal data of an anonymised customer is not stored."),
    ),
    Deviation(
        "idempotency_query",
        "/api/v1/idempotency_query",
        _("The stored response"),
        "404",
        _("A client repeats the request instead."),
    ),
    Deviation(
        "malformed body",
        _("Malformed JSON without a token"),
        "400",
        "401",
        _("A request without a token is 401 everywhere."),
    ),
    Deviation(
        "other resources",
        _("Events, orders and all other resources"),
        _("Below the organizer"),
        "404",
        _("Portal has customers only."),
    ),
    Deviation(
        "me",
        "/api/v1/me",
        _("The account of a signed-in user; 403 for a token"),
        "404",
        _("API clients have no account."),
    ),
    Deviation(
        "version",
        "/api/v1/version",
        _("The version of pretix; without a token 403"),
        _("The version of pretix whose API Portal follows, and Portal’s; without a token 401"),
        _("API clients can check both. A request without a token is 401 everywhere."),
    ),
    Deviation(
        "suffix",
        _("Paths that end in .json"),
        _("JSON, as without the suffix"),
        _("404; after a redirect, 404 for a customer and 403 for an organizer"),
        _("An identifier may end in .json. The format is that of Accept or format."),
    ),
    Deviation(
        "filtered detail",
        _("email in the URL of a customer"),
        _("404 if the customer has another email address"),
        _("Ignored; with Prefer: handling=strict 400"),
        _("The identifier alone selects the customer."),
    ),
    Deviation(
        "organizer",
        _("public_url and plugins of an organizer"),
        _("The URL of the shop; its plugins"),
        _("The URL of the HTML list of customers; no plugins"),
        _("Portal has no shop."),
    ),
    Deviation(
        "order of organizers",
        _("Order of the organizers"),
        _("By short name, or by the parameter ordering"),
        _("By name"),
        _("As in HTML. A token has one organizer."),
    ),
    Deviation(
        "OPTIONS",
        _("Response to OPTIONS"),
        _("Contains the fields that can be written."),
        _("Contains no fields. The descriptions and media types differ."),
        _("The OpenAPI document describes the fields."),
    ),
    Deviation(
        "language",
        _("Language of errors"),
        _("That of Accept-Language"),
        _("English"),
        _("API clients compare messages."),
    ),
    Deviation(
        "strict",
        "Prefer: handling=strict",
        _("Ignored"),
        _("An unknown parameter is 400."),
        _("A mistyped parameter is noticed."),
    ),
    Deviation(
        "OpenAPI",
        "/api/v1/openapi.json",
        "404",
        _("The OpenAPI document"),
        _("For client generators"),
    ),
)
