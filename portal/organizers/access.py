"""The permissions of a member or an API client at one organizer."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission


@dataclass(frozen=True)
class Access:
    """The permissions of a member or an API client at one organizer."""

    organizer: Organizer
    permissions: frozenset[str]
    has_all_fields: bool = False  # see ApiToken
    # The query string of the member's DefaultLayout; "" for the standard one.
    layout: str = ""
    # The token of an API client; a member has none.
    token_id: int | None = None
    token_name: str = ""

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def layout_parameters(self) -> list[tuple[str, str]]:
        """The names and values of `layout`, for forms that lead to the list."""
        return parse_qsl(self.layout)

    @property
    def reads_customers(self) -> bool:
        """For templates, as manages_tokens."""
        return self.may(Permission.READ_CUSTOMERS)

    @property
    def reads_notes(self) -> bool:
        """For templates, as manages_tokens."""
        return self.may(Permission.READ_NOTES)

    @property
    def changes_customers(self) -> bool:
        """For templates, as manages_tokens. The pages that change customers also show them."""
        return self.may(Permission.READ_CUSTOMERS) and self.may(Permission.WRITE_CUSTOMERS)

    @property
    def erases_customers(self) -> bool:
        """For templates, as changes_customers."""
        return self.may(Permission.READ_CUSTOMERS) and self.may(Permission.ERASE_CUSTOMERS)

    @property
    def exports_customers(self) -> bool:
        """For templates, as manages_tokens."""
        return self.may(Permission.EXPORT_CUSTOMERS)

    @property
    def manages_tokens(self) -> bool:
        """For templates, which cannot call may() with a permission."""
        return self.may(Permission.WRITE_TEAMS)
