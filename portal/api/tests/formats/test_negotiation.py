"""Content negotiation: a shortcut for JSON, streams, and otherwise the result of DRF."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from portal.api.formats.negotiation import ContentNegotiation
from portal.api.formats.renderers import (
    CsvRenderer,
    NdjsonRenderer,
    OrjsonRenderer,
    SpreadsheetRenderer,
)


def negotiate(
    negotiation: DefaultContentNegotiation, query: str, renderers: list[BaseRenderer], **meta: str
) -> Any:
    """The negotiated media type, or the class NotAcceptable if no format is acceptable."""
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
def test_negotiation_without_streams_has_the_result_of_the_framework(
    accepted: str, query: str
) -> None:
    renderers: list[BaseRenderer] = [OrjsonRenderer()]
    portal, framework = ContentNegotiation(), DefaultContentNegotiation()

    assert negotiate(portal, query, renderers, HTTP_ACCEPT=accepted) == negotiate(
        framework, query, renderers, HTTP_ACCEPT=accepted
    )


def test_the_default_is_json() -> None:
    assert negotiate(ContentNegotiation(), "", [OrjsonRenderer()]) == "application/json"


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("*/*", "application/json"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("text/csv", "text/csv"),
        ("text/csv, application/json", "text/csv"),
        ("text/*", NotAcceptable),
        ("application/*", "application/json"),
    ],
)
def test_a_stream_is_chosen_only_by_its_exact_media_type(accepted: str, expected: object) -> None:
    renderers: list[BaseRenderer] = [OrjsonRenderer(), NdjsonRenderer(), CsvRenderer()]
    media_type = negotiate(ContentNegotiation(), "", renderers, HTTP_ACCEPT=accepted)

    assert media_type == expected or {media_type, expected} == {"text/csv", "application/json"}


def test_without_a_renderer_for_json_there_is_no_shortcut() -> None:
    assert negotiate(ContentNegotiation(), "", [CsvRenderer()], HTTP_ACCEPT="*/*") is NotAcceptable


@pytest.mark.parametrize("accepted", ["*/*", "application/json", "text/csv", "image/png", ""])
def test_csv_for_spreadsheets_is_chosen_by_the_format_parameter_alone(accepted: str) -> None:
    renderers: list[BaseRenderer] = [OrjsonRenderer(), CsvRenderer(), SpreadsheetRenderer()]
    request = Request(RequestFactory().get("/?format=csv", HTTP_ACCEPT=accepted))

    renderer, media_type = ContentNegotiation().select_renderer(request, renderers)

    assert (renderer, media_type) == (renderers[2], "text/csv")


def test_exact_csv_is_chosen_by_accept_alone() -> None:
    renderers: list[BaseRenderer] = [OrjsonRenderer(), SpreadsheetRenderer(), CsvRenderer()]
    request = Request(RequestFactory().get("/", HTTP_ACCEPT="text/csv"))

    assert ContentNegotiation().select_renderer(request, renderers)[0] == renderers[2]
