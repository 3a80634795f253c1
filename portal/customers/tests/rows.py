"""Makes rows for tests of imports."""

from __future__ import annotations

from typing import Any

from django_scopes import scope

from portal.customers.importing.rows import CustomerRow, StagedRow
from portal.customers.models import Customer
from portal.organizers.models import Organizer

GIVEN = {
    "identifier": "8WSAJCJ",
    "email": "customer@example.org",
    "name": "John Doe",
    "name_parts": {"_scheme": "full", "full_name": "John Doe"},
    "is_active": True,
    "is_verified": False,
    "last_login": None,
    "date_joined": "2021-04-06T13:44:22.809216Z",
    "locale": "de",
    "last_modified": "2021-04-06T13:44:22.809377Z",
}


def make_row(identifier: str, email: str | None, **fields: Any) -> StagedRow:
    """A row with the values of the API's example customer, except `fields`.

    Its position is `row IDENTIFIER`.
    """
    row = CustomerRow.model_validate({**GIVEN, "identifier": identifier, "email": email, **fields})
    return StagedRow(f"row {identifier}", row)


def emails_of(organizer: Organizer) -> dict[str, str | None]:
    """The emails of the organizer's customers by identifier."""
    with scope(organizer=organizer):
        return dict(Customer.objects.values_list("identifier", "email"))
