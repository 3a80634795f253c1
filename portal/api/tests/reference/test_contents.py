"""The API reference is generated from the OpenAPI document, and has the URLs of the site."""

from __future__ import annotations

from html import unescape
from importlib import import_module
from typing import Final

import pytest
from django.test import Client
from django_scopes import scope
from pytest_django import DjangoAssertNumQueries, Settings

from portal import __version__
from portal.accounts.models import User
from portal.api.reference import contents
from portal.api.reference.deviations import DEVIATIONS
from portal.conftest import CustomerMaker
from portal.customers.query.filters import PARAMETERS
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

pytestmark = pytest.mark.any_database

PAGE: Final = "/organizers/bigevents/api/"
# The name of the test that shows each deviation from pretix.
PROOFS: Final = {
    "unknown path": "api.tests.test_errors.test_an_unknown_path_is_not_found",
    "null character": "api.tests.test_errors.test_invalid_input_is_rejected_with_a_reason",
    "dotted identifier": "api.tests.test_customers.test_an_identifier_may_contain_dots_and_dashes",
    "DELETE": "api.tests.test_contract.test_every_response_equals_the_recorded_one",
    "null part": "api.tests.reference.test_contents.test_a_name_omits_a_part_that_is_null",
    "unknown scheme": "customers.tests.test_names.test_an_unknown_scheme_is_rejected",
    "filters": "tests.test_html_and_json.test_html_and_json_have_equal_customers",
    "cursor": "api.tests.reading.test_pagination.test_links_lead_to_the_next_and_previous_page",
    "fields": "api.tests.reading.test_field_selection.test_included_fields_follow_the_default_ones",
    "whole list": "api.tests.formats.test_streams.test_ndjson_has_the_rows_of_all_pages",
    "second customer without email": "api.tests.writing.test_writes"
    ".test_several_customers_may_have_no_email",
    "invalid name": "customers.tests.changing.test_fields.test_a_value_is_rejected_with_the_reason",
    "verified erased": "api.tests.writing.test_writes.test_an_anonymised_customer_is_not_verified",
    "PUT language": "api.tests.writing.test_writes.test_absent_fields_do_not_change",
    "write only": "api.tests.writing.test_writes"
    ".test_a_token_that_may_not_read_gets_the_identifier_and_the_sent_fields",
    "unchanged value": "api.tests.writing.test_writes"
    ".test_the_response_of_get_can_be_sent_back_by_put",
    "send_email": "api.tests.writing.test_writes.test_send_email_and_password_are_not_stored",
    "conditional requests": "api.tests.writing.test_etags"
    ".test_a_change_requires_the_present_version",
    "idempotency": "api.tests.writing.test_idempotency"
    ".test_another_body_with_the_same_key_is_an_error",
    "erased response": "api.tests.writing.test_idempotency"
    ".test_the_stored_response_of_an_erased_customer_is_emptied",
    "idempotency_query": "api.tests.writing.test_writes_contract"
    ".test_an_intended_difference_from_pretix_equals_its_recorded_case",
    "malformed body": "api.tests.writing.test_writes"
    ".test_a_malformed_body_of_a_visitor_is_not_read",
    "other resources": "api.tests.test_errors.test_an_unknown_path_is_not_found",
    "me": "api.tests.test_errors.test_an_unknown_path_is_not_found",
    "version": "api.tests.test_organizers.test_the_versions_are_those_of_portal_and_of_pretix",
    "suffix": "api.tests.test_errors.test_an_unknown_path_is_not_found",
    "filtered detail": "api.tests.test_customers.test_the_url_of_a_customer_has_no_filters",
    "organizer": "api.tests.test_organizers.test_a_token_has_access_to_its_organizer_only",
    "order of organizers": "api.tests.test_organizers"
    ".test_a_member_reads_their_organizers_by_name_and_page",
    "OPTIONS": "api.tests.test_organizers.test_options_lists_the_formats",
    "language": "api.tests.test_errors.test_errors_are_english_in_every_language",
    "strict": "api.tests.test_prefer_header"
    ".test_with_strict_handling_an_unknown_parameter_is_an_error",
    "OpenAPI": "api.tests.openapi.test_document.test_the_document_is_public",
}


@pytest.fixture
def page(member_client: Client) -> str:
    return unescape(member_client.get(PAGE).content.decode())


def test_every_filter_is_documented_and_can_be_tried(page: str) -> None:
    for name in PARAMETERS:
        assert f'name="{name}"' in page
        assert f"<code>{name}</code></th>" in page


def test_the_page_has_the_version_of_portal(page: str) -> None:
    assert f">Portal {__version__}</p>" in page


@pytest.mark.usefixtures("organizer")
def test_every_error_is_listed_once() -> None:
    errors = contents.read_errors()

    assert len(errors) == len(set(errors))
    statuses = {error.status for error in errors}
    expected = {
        "400",
        "401",
        "403",
        "404",
        "405",
        "406",
        "409",
        "412",
        "413",
        "414",
        "415",
        "422",
        "429",
        "431",
        "503",
    }
    assert statuses == expected


@pytest.mark.parametrize(
    ("schema", "description"),
    [
        ({"type": "string"}, "string"),
        ({"type": ["string", "null"], "format": "date-time"}, "time or null"),
        ({"type": "array", "items": {"type": "string"}}, "string, repeatable"),
        ({"type": "array", "items": {"enum": ["phone", "notes"]}}, "any of phone, notes"),
        ({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "last"}]}, "integer or last"),
        ({"type": "integer", "minimum": 1, "maximum": 50}, "integer from 1 to 50"),
        ({"type": "object"}, "object"),
    ],
)
def test_each_type_has_a_short_description(schema: contents.Schema, description: str) -> None:
    assert contents.describe_type(schema) == description


def test_examples_contain_the_public_url(member_client: Client, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://desk.example.org"

    page = member_client.get(PAGE).content.decode()

    assert page.count("https://desk.example.org/api/v1/organizers/bigevents/customers/") == 6


def test_the_form_offers_the_languages_of_the_customers(
    member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(locale="es-419")

    assert "<option>es-419</option>" in member_client.get(PAGE).content.decode()


def test_the_page_makes_four_queries(
    member_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        member_client.get(PAGE)


@pytest.mark.usefixtures("without_permissions")
def test_a_member_without_the_permission_is_forbidden(member_client: Client) -> None:
    assert member_client.get(PAGE).status_code == 403


def test_a_name_omits_a_part_that_is_null(api_client: Client, make_customer: CustomerMaker) -> None:
    make_customer(name_parts={"_scheme": "given_family", "given_name": "Jo", "family_name": None})

    row = api_client.get("/api/v1/organizers/bigevents/customers/C000001/").json()

    assert row["name"] == "Jo"


def test_an_example_is_escaped_in_the_page(member_client: Client) -> None:
    assert b'data-copy="curl --fail-with-body -H &quot;' in member_client.get(PAGE).content


def test_every_deviation_has_a_test() -> None:
    assert [each.name for each in DEVIATIONS] == list(PROOFS)
    for proof in PROOFS.values():
        module, _dot, name = proof.rpartition(".")
        assert hasattr(import_module(f"portal.{module}"), name), proof


def test_the_form_for_writes_offers_what_the_member_may_do(
    organizer: Organizer, member: User, member_client: Client
) -> None:
    assert "POST anonymize/: erase a customer" in member_client.get(PAGE).content.decode()

    writes = [Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS]
    _permit(organizer, member, writes)
    page = member_client.get(PAGE).content.decode()
    assert "PATCH: change a customer" in page
    assert "POST anonymize/: erase a customer" not in page

    _permit(organizer, member, writes[:1])
    assert 'id="try-write"' not in member_client.get(PAGE).content.decode()


def _permit(organizer: Organizer, member: User, permissions: list[Permission]) -> None:
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=permissions)


def test_descriptions_have_no_markdown(member_client: Client) -> None:
    assert "* `" not in unescape(member_client.get(PAGE).content.decode())
