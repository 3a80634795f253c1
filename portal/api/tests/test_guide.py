"""The page of the API: made from the description, with addresses that can be used as they are."""

from __future__ import annotations

from html import unescape
from importlib import import_module
from typing import Final

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from portal.api.guide import chapters
from portal.api.guide.deviations import DEVIATIONS
from portal.conftest import CustomerMaker
from portal.customers.query.filters import PARAMETERS

PAGE: Final = "/organizers/bigevents/api/"
# From a deviation to the test that it is one.
PROOFS: Final = {
    "unknown path": "api.tests.test_errors.test_a_path_that_leads_nowhere_is_not_found",
    "null character": "api.tests.test_errors.test_bad_input_is_refused_with_a_reason",
    "dotted identifier": "api.tests.test_customers.test_an_identifier_may_hold_dots_and_dashes",
    "DELETE": "api.tests.test_contract.test_every_answer_is_the_recorded_one",
    "null part": "api.tests.test_guide.test_a_part_that_is_null_is_a_missing_one",
    "unknown scheme": "customers.tests.test_names.test_an_unknown_scheme_is_refused",
    "filters": "tests.test_faces.test_a_query_string_means_the_same_to_both",
    "cursor": "api.tests.test_pagination.test_the_links_lead_from_page_to_page",
    "fields": "api.tests.test_fields.test_what_is_included_comes_behind_the_others",
    "whole list": "api.tests.test_streams.test_ndjson_has_the_rows_of_all_pages",
    "reading only": "api.tests.test_openapi.test_so_is_what_is_refused",
}


@pytest.fixture
def page(member_client: Client) -> str:
    return unescape(member_client.get(PAGE).content.decode())


def test_every_filter_can_be_looked_up_and_tried(page: str) -> None:
    for name in PARAMETERS:
        assert f'name="{name}"' in page
        assert f"<code>{name}</code></th>" in page


@pytest.mark.usefixtures("organizer")
def test_every_refusal_is_told_once() -> None:
    refusals = chapters.read_refusals()

    assert len(refusals) == len(set(refusals))
    statuses = {refusal.status for refusal in refusals}
    assert statuses == {"400", "401", "403", "404", "405", "406", "503"}


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": ["string", "null"], "format": "date-time"}, "time or null"),
        ({"type": "array", "items": {"type": "string"}}, "text, several"),
        ({"type": "array", "items": {"enum": ["phone", "notes"]}}, "any of phone, notes"),
        ({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "last"}]}, "number or last"),
        ({"type": "integer", "minimum": 1, "maximum": 50}, "1 to 50"),
        ({"type": "object"}, "object"),
    ],
)
def test_a_value_is_described_in_a_few_words(schema: chapters.Schema, words: str) -> None:
    assert chapters.kind_of(schema) == words


def test_examples_have_the_public_address_in_them(
    member_client: Client, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://desk.example.org"

    page = member_client.get(PAGE).content.decode()

    assert page.count("https://desk.example.org/api/v1/organizers/bigevents/customers/") == 6


def test_languages_are_those_that_customers_have(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(locale="es-419")

    assert "<option>es-419</option>" in member_client.get(PAGE).content.decode()


def test_the_page_costs_few_queries(
    member_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        member_client.get(PAGE)


@pytest.mark.usefixtures("without_permissions")
def test_a_member_who_may_not_read_customers_is_refused(member_client: Client) -> None:
    assert member_client.get(PAGE).status_code == 403


def test_a_part_that_is_null_is_a_missing_one(
    api_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(name_parts={"_scheme": "given_family", "given_name": "Jo", "family_name": None})

    row = api_client.get("/api/v1/organizers/bigevents/customers/C000001/").json()

    assert row["name"] == "Jo"


def test_an_example_is_escaped_where_it_is_shown(member_client: Client) -> None:
    assert b'data-copy="curl --fail-with-body -H &quot;' in member_client.get(PAGE).content


def test_every_deviation_has_a_test() -> None:
    assert [each.name for each in DEVIATIONS] == list(PROOFS)
    for proof in PROOFS.values():
        module, _dot, name = proof.rpartition(".")
        assert hasattr(import_module(f"portal.{module}"), name), proof
