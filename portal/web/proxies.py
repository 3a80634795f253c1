"""Accepts forwarded headers from trusted proxies only."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

Address = IPv4Address | IPv6Address
# A request id with other characters would need escaping in logs and pages.
SAFE_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
FORWARDED_HEADERS: Final = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REQUEST_ID",
)


def apply_forwarded_headers(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that sets REMOTE_ADDR to the address of the client behind TRUSTED_PROXIES.

    Removes forwarded headers from requests that do not come from a trusted proxy.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        _apply_headers(request.META)
        return get_response(request)

    return middleware


@lru_cache(1_000)
def parse_address(text: str) -> Address | None:
    """Parses an IP address. An IPv4-mapped IPv6 address becomes an IPv4 address.

    Returns None for any other text, such as the REMOTE_ADDR of a Unix socket.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _apply_headers(meta: dict[str, Any]) -> None:
    if not _is_trusted(parse_address(meta.get("REMOTE_ADDR", ""))):
        for header in FORWARDED_HEADERS:
            meta.pop(header, None)
        return
    meta["REMOTE_ADDR"] = _client_address(meta["REMOTE_ADDR"], meta.get("HTTP_X_FORWARDED_FOR", ""))
    if not SAFE_REQUEST_ID.fullmatch(meta.get("HTTP_X_REQUEST_ID", "")):
        meta.pop("HTTP_X_REQUEST_ID", None)


def _client_address(peer: str, forwarded_for: str) -> str:
    """The last address of X-Forwarded-For that is not a trusted proxy.

    The client may have forged the earlier addresses in the header.
    """
    for item in reversed(forwarded_for.split(",")):
        address = parse_address(item.strip())
        if address is None:
            break
        peer = str(address)
        if not _is_trusted(address):
            break
    return peer


def _is_trusted(address: Address | None) -> bool:
    return address is not None and any(address in network for network in settings.TRUSTED_PROXIES)
