"""Loads the recorded state of pretix into the database, and sends recorded requests to Portal."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from django.test import Client
from django_scopes import scope
from rest_framework.utils.urls import remove_query_param

from portal.customers.models import Customer
from portal.organizers import services
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission
from portal.organizers.tokens import create_token, revoke_token_by_key

Case = dict[str, Any]  # a recorded request and its response
Tokens = dict[str, str]  # keys by name

RECORDED: Final = Path(__file__).parent / "contract"
STATE: Final[dict[str, Any]] = json.loads((RECORDED / "state.json").read_text())
PERMISSIONS: Final = {"read": Permission.READ_CUSTOMERS, "write": Permission.WRITE_CUSTOMERS}


def read_cases(name: str) -> list[Case]:
    """The recorded requests and responses in this file of the folder contract/."""
    cases: list[Case] = json.loads((RECORDED / name).read_text())
    return cases


def load_state(*, has_all_fields: bool = False) -> Tokens:
    """Loads the recorded state into the database. Returns the keys of the tokens, by name.

    With `has_all_fields`, tokens that may read customers return thirteen fields.
    """
    organizers = {
        slug: _load_customers(slug, **content) for slug, content in STATE["organizers"].items()
    }
    recorded = {**STATE["tokens"], "writeonly": ("bigevents", ["write"])}
    return {
        name: _make_token(organizers[slug], name, granted, has_all_fields=has_all_fields)
        for name, (slug, granted) in recorded.items()
    }


def _load_customers(slug: str, name: str, customers: list[dict[str, Any]]) -> Organizer:
    organizer = services.create_organizer(slug=slug, name=name)
    with scope(organizer=organizer):
        Customer.objects.bulk_create(
            Customer(organizer=organizer, **{**customer, "name": ""}) for customer in customers
        )
    return organizer


def _make_token(
    organizer: Organizer, name: str, granted: Iterable[str], *, has_all_fields: bool
) -> str:
    is_revoked = granted == "revoked"
    permissions = [] if is_revoked else [PERMISSIONS[name] for name in granted]
    has_all_fields = has_all_fields and Permission.READ_CUSTOMERS in permissions
    if has_all_fields:
        permissions.append(Permission.READ_NOTES)
    key = create_token(organizer, name=name, permissions=permissions, has_all_fields=has_all_fields)
    if is_revoked:
        revoke_token_by_key(organizer, key=key)
    return key


def send(request: dict[str, Any], tokens: Tokens) -> Any:
    """Portal's response to a recorded request."""
    headers = dict(request["headers"])
    for name, key in tokens.items():
        for placeholder in (f"<{name}>", f"{{token:{name}}}"):
            headers = {header: text.replace(placeholder, key) for header, text in headers.items()}
    content_type = headers.pop("Content-Type", "")
    return Client().generic(
        request["method"], request["path"], _request_body(request), content_type, headers=headers
    )


def without_cursor(link: str | None) -> str | None:
    """The link without the parameter `cursor`, which pretix does not have."""
    return link and remove_query_param(link, "cursor")


def _request_body(request: dict[str, Any]) -> bytes | str:
    """The recorded body of a request. A body that is not UTF-8 is recorded as a bytes literal."""
    body: str = request["body"] or ""
    content: bytes | str = ast.literal_eval(body) if body.startswith("b'") else body
    return content
