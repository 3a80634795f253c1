"""Access of a member or an API client to one organizer."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission


@dataclass(frozen=True)
class Access:
    """The permissions of a member or an API client at one organizer.

    Templates use the properties, because a template cannot pass an argument to `may()`.
    """

    organizer: Organizer
    permissions: frozenset[str]
    has_all_fields: bool = False  # ApiToken.has_all_fields; False for members
    # The query string of the member's DefaultLayout; "" for the standard layout.
    layout: str = ""
    # The primary key and the name of the API client's token; None and "" for a member.
    token_id: int | None = None
    token_name: str = ""

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def layout_parameters(self) -> list[tuple[str, str]]:
        """The parameters in `layout`, for hidden inputs of forms that open the list."""
        return parse_qsl(self.layout)

    @property
    def reads_customers(self) -> bool:
        return self.may(Permission.READ_CUSTOMERS)

    @property
    def reads_notes(self) -> bool:
        return self.may(Permission.READ_NOTES)

    @property
    def changes_customers(self) -> bool:
        """Whether a member may open the pages that change a customer, which show the customer."""
        return self.may(Permission.READ_CUSTOMERS) and self.may(Permission.WRITE_CUSTOMERS)

    @property
    def erases_customers(self) -> bool:
        """Whether a member may open the page that erases a customer, which shows the customer."""
        return self.may(Permission.READ_CUSTOMERS) and self.may(Permission.ERASE_CUSTOMERS)

    @property
    def exports_customers(self) -> bool:
        return self.may(Permission.EXPORT_CUSTOMERS)

    @property
    def manages_tokens(self) -> bool:
        return self.may(Permission.WRITE_TEAMS)
