"""The indexes of each sort key, and the number of rows that an ordered scan may read."""

from __future__ import annotations

from portal.customers.query.ordering import SORT_KEYS
from portal.customers.tests.plans import Plan

CUSTOMERS, OTHERS = 90_000, 10_000
SIZE = 50
# Six pages of rows: three pages, each read in the index and in the table.
MAX_ROWS = 6 * SIZE
FIELDS = ("identifier", "email", "name", "last_login", "date_joined", "locale")
KEYS = [sign + key for key in SORT_KEYS for sign in ("", "-")]
INDEXES = {
    "identifier": {"customer_by_identifier_key"},
    "name": {"customer_by_name_key"},
    "email": {
        "customer_email_in_organizer",
        "customer_by_email_in_locale",
        "customer_without_email",
    },
    "state": {"customer_by_state"},
    "locale": {"customer_by_locale_key"},
    "date_joined": {"customer_joined_facets"},
    "last_login": {"customer_login_facets"},
    "last_modified": {"customer_modified_facets"},
}
EXACT_MATCH_INDEXES = {
    "customer_email_in_organizer",
    "customer_by_identifier_key",
    "customer_by_external",
    "customer_by_phone",
}


def assert_ordered_scan(plans: list[Plan], ordering: str) -> None:
    """Assert that each plan reads few rows in the order of an index, and sorts no rows."""
    assert plans
    for plan in plans:
        assert plan.indexes, plan.sql
        assert plan.indexes <= INDEXES[ordering.removeprefix("-")], plan.sql
        assert not plan.is_sorted, plan.sql
    assert sum(plan.rows for plan in plans) <= MAX_ROWS, [(plan.rows, plan.sql) for plan in plans]
