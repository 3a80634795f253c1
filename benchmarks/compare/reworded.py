"""Sentences that the new version has reworded on purpose, as pairs of old and new text.

Before the comparison, the new text replaces the old text in responses of the old version.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

REWORDED: Final[Sequence[tuple[str, str]]] = (
    (
        "No customers are shown, because the filters have a mistake.",
        "No customers are shown, because a filter is not valid.",
    ),
    (
        "The filters have a mistake; no customers are shown.",
        "A filter is not valid; no customers are shown.",
    ),
    (
        "The address has parts that this list does not know, and ignores:",
        "Unknown parameters in the URL are ignored:",
    ),
    ("above them an exact match", "with an exact match above the list"),
    ("Times are those of", "Times are in the time zone"),
    ("There is no such parameter.", "Unknown parameter."),
    ("Not a cursor from a link of this list.", "Invalid cursor for this list."),
    ("There is no field “", "The field “"),
    ("” here; choose from", "” is not available; choose from"),
    ("There is nothing here", "Page not found"),
    ("Not found · Big", "Page not found · Big"),
    ("Not found · Portal", "Page not found · Portal"),
    (
        "The address is wrong, the page is gone, or it is not for you to see.",
        "The address is wrong, the page no longer exists, or you do not have access to it.",
    ),
    ("This request cannot be understood", "The request is not valid"),
    ("Not understood", "Bad request"),
    ("Drop one of them:", "Remove a filter:"),
    ("Drop it", "Remove it"),
    ("– drop this filter", "– remove this filter"),
    ("Filters that are on", "Active filters"),
    ("Clear all", "Clear filters"),
    ("Way back", "Back"),
    ("The list is not that long.", "This page does not exist."),
    ("Pages are counted from 1.", "The page must be 1 or more."),
    ("A page can have 25, 50, 100 or 200 customers.", "The page size must be 25, 50, 100 or 200."),
    (
        "You may no longer see this list, or it is gone.",
        "You no longer have access to this list, or it does not exist.",
    ),
    ("The answer took too long.", "The request took too long."),
    (
        "This customer was anonymised: everything that pointed to a person is gone.",
        "This customer was anonymised: all personal data was deleted.",
    ),
    ("Exact match, whatever the other filters", "Exact match, ignoring the other filters"),
    (
        "Write a day as 2026-01-31, or a time as 2026-01-31T10:00:00Z.",
        "Enter a date like 2026-01-31, or a time like 2026-01-31T10:00:00Z.",
    ),
    (
        "The search must contain a letter, a digit or a symbol.",
        "Enter a letter or a digit: a search ignores punctuation and accents.",
    ),
    ("There is no language “", "Unknown language “"),
    (
        "It was cut off, or changed on its way. Nothing was changed here.",
        "It was incomplete or damaged. Nothing was changed.",
    ),
    (
        "It was incomplete or damaged. Nothing was changed.",
        "The request was incomplete or damaged. Nothing was changed.",
    ),
    (
        "The address is wrong, the page no longer exists, or you do not have access to it.",
        "The web address is wrong, the page no longer exists, or you have no access to the page.",
    ),
    ("Address too long", "Web address too long"),
    ("The address is too long", "The web address is too long"),
    (
        (
            "A search and its filters may have 4,000 characters in the address. Use fewer "
            "filters, or search for less text."
        ),
        (
            "A web address with a search and filters has at most 4,000 characters. Use fewer "
            "filters, or search for less text."
        ),
    ),
    (
        "The database is busy or away. Try again in a moment, or search for less at once.",
        (
            "The database is busy or not available. Try again in a moment. If the error "
            "occurs again, use more filters."
        ),
    ),
    (
        "The database is busy or away. The list is as it was; try again in a moment.",
        "The database is busy or not available. The list has not changed. Try again in a moment.",
    ),
    (
        "There is no connection. The list is as it was.",
        "There is no connection. The list has not changed.",
    ),
    (
        "The request took too long. The list is as it was.",
        "The request took too long. The list has not changed.",
    ),
    (
        "Something went wrong on our side. The list is as it was.",
        "Something went wrong on our side. The list has not changed.",
    ),
    (
        "You no longer have access to this list, or it does not exist.",
        "You no longer have access to this list, or the list does not exist.",
    ),
    ("If you ask for help, name this request:", "If you ask for help, mention this request ID:"),
    (
        "Not copied. It is selected: copy it by keyboard.",
        "Not copied. The text is selected: copy the text with the keyboard.",
    ),
    (
        "The customers that you opened last are below. Press the down arrow key.",
        "Recently opened customers are below. Press the down arrow key.",
    ),
    ("Opened last", "Recently opened"),
    ("Search only the list that you came from", "Search only the previous list"),
    ("As curl, with your token", "As a curl command, for your token"),
    ("Copy as curl", "Copy the curl command"),
    ("Remove it", "Remove this filter"),
    (
        "An exact match above the list is in the file only if it is in the list too.",
        "The file has an exact match above the list only if the match is also in the list.",
    ),
    (
        "Excel files have up to 100,000 customers. CSV has no limit.",
        "An Excel file has at most 100,000 customers. CSV has no limit.",
    ),
    (
        "This list is too long for an overview. A filter makes it shorter.",
        "This list is too long for an overview. Use a filter to shorten the list.",
    ),
    (
        "Create the first one, or import customers:",
        "Create the first customer, or import customers:",
    ),
    ("Customers appear here when they are imported:", "This command imports customers:"),
    ("Use these columns for me", "Use these columns by default"),
    ("Forget my columns", "Remove my default columns"),
    (
        "This customer was anonymised: all personal data was deleted.",
        "This customer is anonymised: the personal data was erased.",
    ),
    (
        "No changes yet. Changes made before Portal kept a history are not listed.",
        "No changes yet. The history does not list changes before its start.",
    ),
    ("Days in ", "Dates in the time zone "),
    ("Back to these customers", "Back to the filtered list"),
    ("API clients use a token to read the", "API clients use a token to read and change the"),
    ("anonymized customer", "anonymised customer"),
    ("customer was anonymized", "customer was anonymised"),
)


def replace_old_sentences(line: str) -> str:
    """Replace the old sentences in a line of the old version by the new sentences."""
    for old, new in REWORDED:
        line = line.replace(old, new)
    return line
