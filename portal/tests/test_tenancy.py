"""Every URL pattern rejects visitors and strangers. New patterns are tested automatically."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django_scopes import scope, scopes_disabled

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.history.actors import Actor
from portal.history.models import Event, EventKind
from portal.history.record import record_event
from portal.organizers.models import ApiToken, Organizer
from portal.saved_views.models import SavedView

PUBLIC_ROUTES = {
    *("favicon", "accounts:sign_in", "accounts:sign_out", "accounts:theme"),
    *("api:unknown_path", "api:openapi"),
}
# Pages for every signed-in user, which show only data that the user may see.
PERSONAL_ROUTES = {
    *("home", "organizers:choose", "organizers:home", "accounts:keys"),
    *("api:root", "api:organizer_list", "api:version"),
}

# Routes without GET. portal/api/tests/writing/test_writes.py tests them with every caller.
POST_ONLY_ROUTES = {"api:customer_anonymization"}

# Routes where GET redirects to the page with the form.
REDIRECTING_ROUTES = {"customers:own_layout", "customers:take_source"}


def _names_and_arguments(
    patterns: list[URLPattern | URLResolver], namespace: str = ""
) -> Iterator[tuple[str, set[str]]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _names_and_arguments(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}", set(pattern.pattern.converters)


def _route_arguments() -> dict[str, set[str]]:
    arguments: dict[str, set[str]] = {}
    for name, converters in _names_and_arguments(get_resolver().url_patterns):
        arguments.setdefault(name, set()).update(converters)
    return arguments


ROUTES = [(name, sorted(arguments)) for name, arguments in sorted(_route_arguments().items())]
ORGANIZER_ROUTES = [
    (name, names) for name, names in ROUTES if name not in PUBLIC_ROUTES | PERSONAL_ROUTES
]


@pytest.fixture(autouse=True)
def rows(organizer: Organizer, member: User, make_customer: CustomerMaker, token: str) -> None:
    """Creates a row of each model that a URL can refer to."""
    customer = make_customer(identifier="C000001")
    with scope(organizer=organizer):
        record_event(
            customer, EventKind.CHANGED, {"email": (None, None)}, actor=Actor.from_command("test")
        )
        SavedView.objects.create(
            organizer=organizer, owner=member, slug="customer1", name="customer1", is_shared=True
        )


def _route_url(name: str, arguments: list[str]) -> str:
    with scopes_disabled():
        token = ApiToken.objects.get().pk
        event = Event.objects.get().pk
    values: dict[str, Any] = {
        "organizer": "bigevents",
        "identifier": "C000001",
        "token": token,
        "view": "customer1",
        "field": "email",
        "event": event,
    }
    return reverse(name, kwargs={argument: values[argument] for argument in arguments})


@pytest.mark.parametrize(("name", "arguments"), [r for r in ROUTES if r[0] not in PUBLIC_ROUTES])
def test_a_visitor_has_to_sign_in(client: Client, name: str, arguments: list[str]) -> None:
    response = client.get(_route_url(name, arguments))

    if name.startswith("api:"):
        assert response.status_code == 401
    else:
        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize(("name", "arguments"), ORGANIZER_ROUTES)
def test_a_stranger_is_rejected(stranger_client: Client, name: str, arguments: list[str]) -> None:
    response = stranger_client.get(_route_url(name, arguments))

    assert response.status_code == (403 if name.startswith("api:") else 404)
    assert b"customer1" not in response.content


@pytest.mark.parametrize(("name", "arguments"), ORGANIZER_ROUTES)
def test_a_member_has_access(member_client: Client, name: str, arguments: list[str]) -> None:
    status = 405 if name in POST_ONLY_ROUTES else 302 if name in REDIRECTING_ROUTES else 200
    assert member_client.get(_route_url(name, arguments)).status_code == status


def test_the_check_finds_the_routes_of_an_organizer() -> None:
    assert {
        "organizers:tokens",
        "customers:list",
        "customers:detail",
        "api:customer_list",
        "api:customer_detail",
    } <= {name for name, _arguments in ORGANIZER_ROUTES}
