"""What a proxy says of those who asked it counts only where the proxy is one of ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

Address = IPv4Address | IPv6Address
# An id goes into logs and pages as it is.
SAFE_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
CLAIMS: Final = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REQUEST_ID",
)


def hear_trusted_proxies(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Drops what strangers claim; behind a proxy in TRUSTED_PROXIES finds out who asked it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        _judge_claims(request.META)
        return get_response(request)

    return middleware


def _judge_claims(meta: dict[str, Any]) -> None:
    if not _is_trusted(_address(meta.get("REMOTE_ADDR", ""))):
        for claim in CLAIMS:
            meta.pop(claim, None)
        return
    meta["REMOTE_ADDR"] = _asker(meta["REMOTE_ADDR"], meta.get("HTTP_X_FORWARDED_FOR", ""))
    if not SAFE_ID.fullmatch(meta.get("HTTP_X_REQUEST_ID", "")):
        meta.pop("HTTP_X_REQUEST_ID", None)


def _asker(peer: str, forwarded_for: str) -> str:
    """The last address that is no proxy of ours: what stands before it, anybody can have sent."""
    for word in reversed(forwarded_for.split(",")):
        address = _address(word.strip())
        if address is None:
            break
        peer = str(address)
        if not _is_trusted(address):
            break
    return peer


def _is_trusted(address: Address | None) -> bool:
    return address is not None and any(address in network for network in settings.TRUSTED_PROXIES)


@lru_cache(1_000)
def _address(text: str) -> Address | None:
    """None for what is no address, such as the peer of a Unix socket."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
