"""Reads all customers from the API of the old version, as values for requests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from benchmarks.compare.client import Client
from benchmarks.compare.requests import API, NDJSON, OTHERS, OURS, Caller, Request, RequestKind

SEED: Final = 20_240_229
Row = dict[str, Any]  # the JSON of a customer
API_CLIENTS: Final = {OURS: Caller.API_CLIENT, OTHERS: Caller.OTHER_CLIENT}


@dataclass(frozen=True)
class CustomerSamples:
    """The customers of both organizers, and cursors."""

    ours: Sequence[Row]
    others: Sequence[Row]
    # Cursors of the second page of three lists: by email, by name, and of the other organizer.
    cursor: str
    cursor_by_name: str
    others_cursor: str

    def choose_customers(self, count: int, *filled: str) -> list[Row]:
        """Demo customers with a value in each of these fields, the same in every run."""
        found = [row for row in self.ours if row["identifier"].isalnum()]
        found = [row for row in found if all(row[name] for name in filled)]
        return Random(f"{SEED} {filled}").sample(found, count)  # noqa: S311


def read_customer_samples(old: Client) -> CustomerSamples:
    """Read the samples by requests that are not compared."""
    return CustomerSamples(
        ours=_read_customers(old, OURS),
        others=_read_customers(old, OTHERS),
        cursor=_read_cursor(old, OURS, ""),
        cursor_by_name=_read_cursor(old, OURS, "?ordering=name"),
        others_cursor=_read_cursor(old, OTHERS, ""),
    )


def _read_customers(old: Client, organizer: str) -> list[Row]:
    query = "?ordering=identifier&include=external_identifier"
    lines = _get_json(old, organizer, query, NDJSON).split(b"\n")
    return [json.loads(line) for line in lines if line]


def _read_cursor(old: Client, organizer: str, query: str) -> str:
    following: str = json.loads(_get_json(old, organizer, query, {}))["next"]
    return following.partition("cursor=")[2].partition("&")[0]


def _get_json(old: Client, organizer: str, query: str, headers: dict[str, str]) -> bytes:
    path = f"{API.replace(OURS, organizer)}{query}"
    response = old.send(Request(RequestKind.JSON, path, headers, API_CLIENTS[organizer]))
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status}\n{response.body[:1000]!r}")
    return response.body
