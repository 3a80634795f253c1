"""Extracts the search from a text that was copied from an email, a table or a web page."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from portal.customers.normalization import normalize, visible

# `Ann Other <ann@example.org>`: the address decides, because the name may be written differently.
ADDRESS: Final = re.compile(r"<(?:mailto:)?([^<>\s]+@[^<>\s]+)>", re.IGNORECASE)
# A link may have parameters: `mailto:ann@example.org?subject=…`, `tel:+493023125;ext=1`.
LINK: Final = re.compile(r"(?:mailto:([^?\s]+)\S*|tel\.?:\s*([^;?]+).*)", re.IGNORECASE)
# Quotation marks of all languages are from U+2018 to U+201F, or angles.
AROUND: Final = (
    " \t\r\n\"'`()[]{}<>,.;:!?#\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f«»\u2039\u203a"
)


def extract_pasted(text: str) -> str:
    """The email, identifier, phone number or name in a pasted text, without what surrounds it.

    Returns the text itself if nothing else would remain.
    """
    meant = visible(text).strip()
    if address := ADDRESS.search(meant):
        meant = address[1]
    if link := LINK.fullmatch(meant.strip(AROUND)):
        meant = unquote(link[1] or link[2])
    meant = meant.strip(AROUND)
    return meant if normalize(meant) else text
