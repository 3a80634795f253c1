"""Who plainly wants JSON has it at once, and everybody else what the framework finds for them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from portal.api.negotiation import QuickNegotiation
from portal.api.renderers import CsvRenderer, NdjsonRenderer, OrjsonRenderer


def negotiate(
    negotiation: DefaultContentNegotiation, query: str, renderers: list[BaseRenderer], **meta: str
) -> Any:
    """The media type, or the refusal."""
    request = Request(RequestFactory().get(f"/{query}", **meta))  # type: ignore[arg-type]
    try:
        return negotiation.select_renderer(request, renderers)[1]
    except NotAcceptable:
        return NotAcceptable


@pytest.mark.parametrize("query", ["", "?format=json"])
@pytest.mark.parametrize(
    "accepted",
    ["*/*", "application/json", "application/*", "application/json; indent=4", "text/*", "", "x"],
)
def test_without_streams_the_answer_is_that_of_the_framework(accepted: str, query: str) -> None:
    renderers: list[BaseRenderer] = [OrjsonRenderer()]
    quick, plain = QuickNegotiation(), DefaultContentNegotiation()

    assert negotiate(quick, query, renderers, HTTP_ACCEPT=accepted) == negotiate(
        plain, query, renderers, HTTP_ACCEPT=accepted
    )


def test_whoever_says_nothing_gets_json() -> None:
    assert negotiate(QuickNegotiation(), "", [OrjsonRenderer()]) == "application/json"


@pytest.mark.parametrize(
    ("accepted", "answered"),
    [
        ("*/*", "application/json"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("text/csv", "text/csv"),
        ("text/csv, application/json", "text/csv"),
        ("text/*", NotAcceptable),
        ("application/*", "application/json"),
    ],
)
def test_a_stream_is_for_those_who_name_it(accepted: str, answered: object) -> None:
    renderers: list[BaseRenderer] = [OrjsonRenderer(), NdjsonRenderer(), CsvRenderer()]
    found = negotiate(QuickNegotiation(), "", renderers, HTTP_ACCEPT=accepted)

    assert found == answered or {found, answered} == {"text/csv", "application/json"}


def test_where_there_is_no_json_it_is_not_given() -> None:
    assert negotiate(QuickNegotiation(), "", [CsvRenderer()], HTTP_ACCEPT="*/*") is NotAcceptable
