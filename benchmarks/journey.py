"""The modules of portal/customers/ that a request passes, its stack depth, and its queries.

`python -m benchmarks.journey` creates a database in memory with demo customers and prints the
journeys of one list, with a search, a filter and a page number, as HTML and as JSON.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from inspect import getmembers
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
PORTAL: Final = str(ROOT / "portal") + os.sep
CUSTOMERS: Final = PORTAL + "customers" + os.sep
QUERY: Final = "search=example&is_active=true&page=2"
LIST: Final = f"/organizers/bigevents/customers/?{QUERY}&page_size=25"
JSON: Final = f"/api/v1/organizers/bigevents/customers/?{QUERY}"


@dataclass
class Journey:
    """The record of a request."""

    modules: list[str] = field(
        default_factory=list
    )  # modules of portal/customers/, in the order of their first call
    depth: int = 0  # the largest number of functions of portal/ on the stack
    queries: int = 0
    # Properties and template functions that run a query. A reader does not expect queries in them.
    properties: set[str] = field(default_factory=set)
    templates: set[str] = field(default_factory=set)


@contextmanager
def record_journey() -> Iterator[Journey]:
    """Record the journey of the requests in the block."""
    from django.db import connections

    journey = Journey()
    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(_record_queries(journey)))
        sys.setprofile(_record_calls(journey))
        try:
            yield journey
        finally:
            sys.setprofile(None)


def _record_queries(journey: Journey) -> Callable[..., Any]:
    """An execute wrapper of Django that records queries."""
    getters = _property_getters()

    def record(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        journey.queries += 1
        for code in (frame.f_code for frame in _stack(sys._getframe())):
            if code in getters:
                journey.properties.add(code.co_qualname)
            if "/django/template/" in code.co_filename:
                journey.templates.add(code.co_qualname)
        return execute(sql, params, many, context)

    return record


def _record_calls(journey: Journey) -> Callable[[FrameType, str, Any], None]:
    """A function for sys.setprofile() that records calls."""

    def record(frame: FrameType, event: str, _argument: Any) -> None:
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(CUSTOMERS):
            name = path.removeprefix(CUSTOMERS).removesuffix(".py").replace(os.sep, ".")
            if name not in journey.modules:
                journey.modules.append(name)
            depth = sum(each.f_code.co_filename.startswith(PORTAL) for each in _stack(frame))
            journey.depth = max(journey.depth, depth)

    return record


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame:
        yield frame
        frame = frame.f_back


def _property_getters() -> set[CodeType]:
    """The code of each property of the classes of portal/."""
    classes = {
        each
        for name, module in list(sys.modules.items())
        if name.startswith("portal.")
        for _name, each in getmembers(module, lambda member: isinstance(member, type))
        if each.__module__.startswith("portal.")
    }
    found: set[CodeType] = set()
    for member in (member for each in classes for member in vars(each).values()):
        getter = member.fget if isinstance(member, property) else None
        getter = member.func if isinstance(member, cached_property) else getter
        if getter is not None and hasattr(getter, "__code__"):
            found.add(getter.__code__)
    return found


def main() -> None:
    """Print both journeys."""
    os.environ["DATABASE_URL"] = "sqlite://:memory:"
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.test"
    import django

    django.setup()
    html, json = _sign_in_clients()
    for name, client, address in (("HTML", html, LIST), ("JSON", json, JSON)):
        _print_journey(name, client, address)


def _sign_in_clients() -> tuple[Any, Any]:
    """The clients of a member and of an API client, for an organizer with demo customers."""
    from django.core.management import call_command
    from django.test import Client

    from portal.organizers import services, tokens
    from portal.organizers.permissions import Permission

    call_command("migrate", verbosity=0)
    organizer = services.create_organizer(slug="bigevents", name="Big Events")
    call_command("seed_demo", "bigevents", customers=500, verbosity=0, stdout=sys.stderr)
    user = services.create_staff(organizer, email="a@example.org", password="a long one for all")  # noqa: S106
    member = Client(SERVER_NAME="testserver")
    member.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    key = tokens.create_token(organizer, name="x", permissions=[Permission.READ_CUSTOMERS])
    api_client = Client(SERVER_NAME="testserver", headers={"Authorization": f"Token {key}"})
    return member, api_client


def _print_journey(name: str, client: Any, address: str) -> None:
    get: Callable[[str], Any] = client.get
    get(address)  # The first request fills caches.
    with record_journey() as journey:
        status = get(address).status_code
    print(f"{name} {address}: {status}, {journey.queries} queries")
    print(f"  {len(journey.modules)} modules of portal/customers/: {', '.join(journey.modules)}")
    print(f"  {journey.depth} functions of portal/ on the stack at most")
    print(f"  queries through a property: {sorted(journey.properties) or 'none'}")
    print(f"  queries from a template: {sorted(journey.templates) or 'none'}")


if __name__ == "__main__":
    main()
