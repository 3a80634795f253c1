"""Reads customers from a service with the API of pretix, such as another Portal.

All pages of the service are saved to a temporary file, which is then imported like any other file.
Thanks to the temporary file, no transaction waits for a slow service, and a failure half-way
changes nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import BinaryIO, Final, NamedTuple

import httpx2
import orjson
from tqdm import tqdm

from portal.customers.importing.formats.files import FileBlock, read_blocks
from portal.customers.importing.load import LoadReport
from portal.customers.importing.service.client import (
    SourceClient,
    SourceError,
    Wait,
    customers_url_hint,
    url_for_message,
)

# The query parameter for the order of the pages. Another Portal then returns each customer exactly
# once, because identifiers never change. pretix ignores the parameter.
ORDERING: Final = ("ordering", "identifier")


class SourcePage(NamedTuple):
    """One page of the list.

    `total` is the number of customers on all pages at the time of the request.
    """

    total: int
    next: str | None
    length: int
    content: bytes


@dataclass
class Source:
    """The list of customers at a URL of a service.

    `wait` is called with the number of seconds to pause before a retry.
    """

    address: str
    token: str = field(repr=False)
    is_quiet: bool = False
    wait: Wait = time.sleep
    first_count: int = 0
    last_count: int = 0

    def read_blocks(self) -> Iterator[FileBlock]:
        """The customers as blocks for import_blocks(). All pages are read before the first block.

        import_blocks() begins its transaction after the first block, so no transaction waits for
        the service. Raises SourceError.
        """
        with TemporaryFile() as file:
            name = self._save_pages(file)
            if file.tell():
                file.seek(0)
                yield from read_blocks(file, name=name)

    def compare_counts(self, report: LoadReport) -> str:
        """A sentence with the number of customers that were read and the number at the source."""
        read = report.total - report.repeated
        counted = f"{self.first_count} customers"
        if self.last_count != self.first_count:
            counted += f" at first and {self.last_count} at last"
        text = f"The source counted {counted}, {read} were read."
        if self.first_count == self.last_count == read:
            return text
        return f"{text} Its list changed meanwhile: import again for the rest."

    def _save_pages(self, file: BinaryIO) -> str:
        """Write all pages that have customers to the file. Returns the host name of the service."""
        is_disabled = True if self.is_quiet else None  # None: tqdm shows the bar on a terminal only
        with (
            SourceClient(
                self.address, self.token, say=self._print_progress, wait=self.wait
            ) as client,
            tqdm(desc=client.address.host, unit=" customers", disable=is_disabled) as bar,
        ):
            for page in _read_pages(client):
                self.first_count = self.first_count or page.total
                self.last_count = bar.total = page.total
                bar.update(page.length)
                if page.length:
                    file.write(page.content)
            return client.address.host

    def _print_progress(self, text: str) -> None:
        if not self.is_quiet:
            tqdm.write(text, file=sys.stderr)


def _read_pages(client: SourceClient) -> Iterator[SourcePage]:
    url = client.address
    if ORDERING[0] not in url.params:
        url = url.copy_add_param(*ORDERING)
    read = set()
    while url not in read:
        read.add(url)
        page = _parse_page(client.read_json(url), url)
        yield page
        if page.next is None:
            return
        url = client.resolve(url, page.next)
    raise SourceError(
        f"The pages of {url_for_message(url)} repeat: `next` leads back to one of them."
    )


def _parse_page(content: bytes, url: httpx2.URL) -> SourcePage:
    match orjson.loads(content):
        case {"count": int(total), "next": None | str() as link, "results": list(rows)} if (
            not rows or any(map(_is_customer, rows))
        ):
            return SourcePage(total, link, len(rows), content)
    raise SourceError(
        f"{url_for_message(url)} is not a list of customers. {customers_url_hint(url)}"
    )


def _is_customer(row: object) -> bool:
    """Whether a row of a list is a customer. Organizers and orders have no identifier."""
    return isinstance(row, dict) and "identifier" in row
