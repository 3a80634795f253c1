"""Extracts what to search for from a text that was copied from an email, a table or a web page."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from portal.customers.normalization import normalize, remove_invisible

# Matches the email in `Ann Other <ann@example.org>`. The name is not searched for, because the
# customer may have another spelling.
ADDRESS: Final = re.compile(r"<(?:mailto:)?([^<>\s]+@[^<>\s]+)>", re.IGNORECASE)
# Matches links such as `mailto:ann@example.org?subject=…` and `tel:+493023125;ext=1`, without their
# parameters.
LINK: Final = re.compile(r"(?:mailto:([^?\s]+)\S*|tel\.?:\s*([^;?]+).*)", re.IGNORECASE)
# Punctuation that is removed around a text, with the quotation marks of all languages.
SURROUNDING_PUNCTUATION: Final = (
    " \t\r\n\"'`()[]{}<>,.;:!?#\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f«»\u2039\u203a"
)


def extract_pasted(text: str) -> str:
    """Extract the email, identifier, phone number or name from a pasted text.

    Returns the text unchanged if nothing would remain.
    """
    found = remove_invisible(text).strip()
    if address := ADDRESS.search(found):
        found = address[1]
    if link := LINK.fullmatch(found.strip(SURROUNDING_PUNCTUATION)):
        found = unquote(link[1] or link[2])
    found = found.strip(SURROUNDING_PUNCTUATION)
    return found if normalize(found) else text
