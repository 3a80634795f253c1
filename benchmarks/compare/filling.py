"""The old version creates customers, members and API clients; then their rows are copied."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Final

from benchmarks.compare.databases import Databases
from benchmarks.compare.edges import write_edge_customers
from benchmarks.compare.requests import OTHERS, OURS, Caller
from benchmarks.compare.versions import PortalVersion

CUSTOMERS: Final = 30_000
OTHER_CUSTOMERS: Final = 300
PASSWORD: Final = "a comparison signs in"  # noqa: S105  # of temporary databases
MEMBERS: Final[Mapping[Caller, tuple[str, str]]] = {
    Caller.MEMBER: ("member@example.org", OURS),
    Caller.OTHER_MEMBER: ("other@example.org", OTHERS),
}
READ: Final = (
    *("--permission", "organizer.customers:read"),
    *("--permission", "organizer.customers:export"),
)
NOTES: Final = ("--permission", "organizer.customers.notes:read")
API_CLIENTS: Final[Mapping[Caller, tuple[str, tuple[str, ...]]]] = {
    Caller.API_CLIENT: (OURS, READ),
    Caller.NOTES_CLIENT: (OURS, (*READ, *NOTES)),
    Caller.OTHER_CLIENT: (OTHERS, READ),
}


def fill_databases(
    old: PortalVersion,
    new: PortalVersion,
    databases: Databases,
    *,
    customers: int = CUSTOMERS,
    others: int = OTHER_CUSTOMERS,
) -> dict[Caller, str]:
    """Fill both databases with equal rows and ids. Returns the tokens of the API clients."""
    for version in (old, new):
        version.manage("migrate", "--verbosity", "0")
        version.manage("collectstatic", "--noinput", "--verbosity", "0")
    for slug, name, zone in (
        (OURS, "Big Events LLC", "Europe/Berlin"),
        (OTHERS, "Small Shows", "UTC"),
    ):
        old.manage("create_organizer", slug, "--name", name, "--timezone", zone)
    _seed_customers(old, OURS, customers, seed=1)
    _seed_customers(old, OTHERS, others, seed=2)
    old.manage("import_customers", OURS, "--verbosity", "0", stdin=write_edge_customers())
    for email, organizer in MEMBERS.values():
        arguments = (email, "--organizer", organizer, "--password-stdin")
        old.manage("create_staff", *arguments, stdin=PASSWORD)
    tokens = _make_tokens(old)
    databases.copy()
    return tokens


def _seed_customers(old: PortalVersion, organizer: str, customers: int, *, seed: int) -> None:
    numbers = ("--customers", str(customers), "--seed", str(seed))
    old.manage("seed_demo", organizer, *numbers, "--verbosity", "0")


def _make_tokens(old: PortalVersion) -> dict[Caller, str]:
    tokens = {Caller.MISTYPED: secrets.token_hex(24)}
    for caller, (organizer, permissions) in API_CLIENTS.items():
        arguments = (organizer, "--name", caller.value, *permissions)
        tokens[caller] = old.manage("create_token", *arguments).strip()
    return tokens
