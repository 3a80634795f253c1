"""The OpenAPI document is valid, and matches the code and real responses."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any, Final

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import resolve
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from portal.api.openapi import schemas
from portal.api.openapi.document import read_document
from portal.api.reading.field_selection import OPTIONAL_FIELDS
from portal.conftest import CustomerMaker
from portal.customers.changing.fields import IGNORED, WRITABLE
from portal.customers.query.filters import PARAMETERS
from portal.customers.query.page import FIELDS
from portal.organizers.models import Organizer
from portal.tests.processes import run_python

JSON: Final = "application/json"
DOCUMENT: Final = "/api/v1/openapi.json"
ORGANIZERS: Final = "/api/v1/organizers/"
LIST: Final = f"{ORGANIZERS}bigevents/customers/"
LIST_TEMPLATE: Final = f"{ORGANIZERS}{{organizer}}/customers/"
DETAIL_TEMPLATE: Final = f"{LIST_TEMPLATE}{{identifier}}/"
ANONYMIZE_TEMPLATE: Final = f"{DETAIL_TEMPLATE}anonymize/"
# The path in the document that describes each URL.
DESCRIBED_BY: Final = {
    "/api/v1/": "/api/v1/",
    "/api/v1/version": "/api/v1/version",
    ORGANIZERS: ORGANIZERS,
    f"{ORGANIZERS}?page_size=1&page=last": ORGANIZERS,
    f"{ORGANIZERS}bigevents/": f"{ORGANIZERS}{{organizer}}/",
    LIST: LIST_TEMPLATE,
    f"{LIST}?page_size=1&page=2": LIST_TEMPLATE,
    f"{LIST}C000001/": DETAIL_TEMPLATE,
    f"{LIST}UNKNOWN2/": DETAIL_TEMPLATE,
    f"{LIST}?is_active=maybe&ordering=password": LIST_TEMPLATE,
    f"{LIST}?include=external_identifier,phone": LIST_TEMPLATE,
    f"{LIST}?include=notes": LIST_TEMPLATE,
    f"{LIST}?fields=email,name": LIST_TEMPLATE,
    f"{LIST}C000001/?fields=email,name": DETAIL_TEMPLATE,
    f"{LIST}C000001/?fields=age": DETAIL_TEMPLATE,
    f"{LIST}?cursor=made-by-hand": LIST_TEMPLATE,
    f"{LIST}?search=%00": LIST_TEMPLATE,
    f"{LIST}?page=99": LIST_TEMPLATE,
    f"{LIST}?format=xml": LIST_TEMPLATE,
    f"{ORGANIZERS}rival/customers/": LIST_TEMPLATE,
    f"{ORGANIZERS}unknown/": f"{ORGANIZERS}{{organizer}}/",
}
OPERATIONS: Final = sorted({*DESCRIBED_BY.values(), ANONYMIZE_TEMPLATE})
FIRST_REQUESTS: Final = """
import django
django.setup()

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from portal.api.openapi import schemas
from portal.api.openapi.document import read_document

barrier = Barrier(8)
def read(_number):
    barrier.wait()
    return len(read_document()["paths"])

with ThreadPoolExecutor(8) as threads:
    print(*set(threads.map(read, range(8))))
"""


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    content: dict[str, Any] = client.get(DOCUMENT).json()
    return content


@pytest.fixture
def customers(make_customer: CustomerMaker) -> None:
    make_customer(last_login="2023-01-01T00:00:00.5Z")
    make_customer(name_parts={"_scheme": "full", "full_name": None})
    make_customer(email=None, name_parts={}, is_active=False)


def _check_response(
    document: dict[str, Any], path: str, response: Any, method: str = "get"
) -> None:
    """Asserts that the document describes the status, the body and the headers of the response."""
    described = document["paths"][path][method]["responses"][str(response.status_code)]
    if "content" in described:
        schema = described["content"][response["Content-Type"]]["schema"]
        whole = {**schema, "components": document["components"]}
        Draft202012Validator(whole, format_checker=FormatChecker()).validate(response.json())
    else:
        assert response.content == b""
    headers = described.get("headers", {})
    assert {name for name in headers if headers[name].get("required")} <= set(response.headers)


def test_the_document_is_generated_without_warnings() -> None:
    call_command("spectacular", fail_on_warn=True, stdout=StringIO())


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()

    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "http://testserver"}]


def test_the_document_is_public(client: Client) -> None:
    response = client.get(DOCUMENT)

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_the_document_has_every_endpoint(document: dict[str, Any]) -> None:
    assert sorted(document["paths"]) == OPERATIONS


def test_every_filter_has_a_description(document: dict[str, Any]) -> None:
    parameters = document["paths"][LIST_TEMPLATE]["get"]["parameters"]
    described = {each["name"]: each["description"] for each in parameters}

    assert set(PARAMETERS) <= set(described)
    assert all(described.values())


@pytest.mark.parametrize("path", OPERATIONS)
def test_the_document_has_the_parameters_that_strict_handling_allows(
    document: dict[str, Any], path: str
) -> None:
    methods = document["paths"][path].values()
    parameters = [parameter for method in methods for parameter in method["parameters"]]
    url = path.format(organizer="bigevents", identifier="C000001")

    view: Any = resolve(url).func  # Any: DRF adds the attribute `cls` to the function.

    described = {each["name"] for each in parameters if each["in"] == "query"}
    assert described == set(view.view_class.parameters)


@pytest.mark.usefixtures("customers")
@pytest.mark.parametrize("media_type", ["application/x-ndjson", "text/csv"])
def test_a_stream_has_the_described_format(
    export_client: Client, document: dict[str, Any], media_type: str
) -> None:
    content = document["paths"][LIST_TEMPLATE]["get"]["responses"]["200"]["content"]

    response = export_client.get(f"{LIST}?fields=identifier,email", headers={"Accept": media_type})

    assert response.getvalue()
    assert list(content) == ["application/json", "application/x-ndjson", "text/csv"]
    assert response["Content-Type"] == f"{media_type}; charset=utf-8"
    assert content[media_type]["schema"] == {"type": "string"}


@pytest.mark.usefixtures("customers")
def test_the_error_for_an_unknown_parameter_matches_the_document(
    api_client: Client, document: dict[str, Any]
) -> None:
    response = api_client.get(f"{LIST}?colour=blue", headers={"Prefer": "handling=strict"})

    assert response.status_code == 400
    _check_response(document, LIST_TEMPLATE, response)
    assert response["Preference-Applied"] == "handling=strict"


def test_simultaneous_requests_after_a_start_generate_one_document() -> None:
    """Runs in a new process, because drf-spectacular fails under threads only the first time."""
    result = run_python(
        "-c",
        FIRST_REQUESTS,
        environment={
            "DJANGO_SETTINGS_MODULE": "portal.settings.test",
            "DATABASE_URL": "sqlite://:memory:",
        },
    )

    assert result.stdout.split() == [str(len(OPERATIONS))], result.stderr


def test_the_schema_of_a_customer_has_the_fields_of_the_json_in_order() -> None:
    customer = read_document()["components"]["schemas"]["Customer"]

    assert tuple(customer["properties"]) == (*FIELDS, *OPTIONAL_FIELDS)
    assert set(customer["required"]) == set(FIELDS)


@pytest.mark.usefixtures("customers", "rival")
@pytest.mark.parametrize("url", DESCRIBED_BY)
def test_responses_match_the_document(
    api_client: Client, document: dict[str, Any], url: str
) -> None:
    _check_response(document, DESCRIBED_BY[url], api_client.get(url))


@pytest.mark.usefixtures("customers")
@pytest.mark.parametrize("url", ["/api/v1/", ORGANIZERS, LIST, f"{LIST}C000001/"])
def test_errors_match_the_document(
    api_client: Client, writer_client: Client, document: dict[str, Any], url: str
) -> None:
    path = DESCRIBED_BY[url]

    for response, status in (
        (Client().get(url), 401),
        (writer_client.delete(url), 405),
        (api_client.get(url, headers={"Accept": "image/png"}), 406),
        (api_client.get(url, CONTENT_LENGTH=str(2**20 + 1)), 413),
        (api_client.get(f"{url}?x={'y' * 4000}"), 414),
        (api_client.get(url.removesuffix("/")), 301),
    ):
        assert response.status_code == status
        _check_response(document, path, response)


@pytest.mark.usefixtures("customers")
@pytest.mark.parametrize(
    ("method", "path", "body", "content_type", "status"),
    [
        ("post", LIST, '{"email": "new@example.org", "locale": "de"}', JSON, 201),
        ("post", f"{LIST}?fields=email", "{}", JSON, 201),
        ("post", LIST, '{"email": "customer1@example.org"}', JSON, 400),
        ("post", LIST, "[]", JSON, 400),
        ("post", LIST, "{", JSON, 400),
        ("post", LIST, "{}", "text/plain", 415),
        ("post", "/api/v1/organizers/rival/customers/", "{}", JSON, 403),
        ("patch", f"{LIST}C000001/", '{"phone": "+496221321770"}', JSON, 200),
        ("patch", f"{LIST}C000001/?fields=phone", "{}", JSON, 200),
        ("patch", f"{LIST}C000001/?include=notes", "{}", JSON, 403),
        ("patch", f"{LIST}UNKNOWN2/", "{}", JSON, 404),
        ("put", f"{LIST}C000001/", '{"name_parts": {"full_name": null}}', JSON, 200),
        ("put", f"{LIST}C000001/", '{"locale": "xx"}', JSON, 400),
        ("post", f"{LIST}C000001/anonymize/", "", JSON, 200),
        ("post", f"{LIST}C000001/anonymize/?fields=age", "", JSON, 400),
        ("post", f"{LIST}UNKNOWN2/anonymize/", "", JSON, 404),
    ],
)
def test_responses_to_writes_match_the_document(
    writer_client: Client,
    document: dict[str, Any],
    method: str,
    path: str,
    body: str,
    content_type: str,
    status: int,
) -> None:
    response = writer_client.generic(method.upper(), path, body, content_type)

    assert response.status_code == status
    templates = {"customers/": LIST_TEMPLATE, "anonymize/": ANONYMIZE_TEMPLATE}
    end = re.search("[^/]+/(?=$|[?])", path)
    template = templates.get(end[0] if end else "", DETAIL_TEMPLATE)
    _check_response(document, template, response, method)


def test_responses_link_to_the_operations_of_a_customer(
    document: dict[str, Any],
) -> None:
    customers, customer = document["paths"][LIST_TEMPLATE], document["paths"][DETAIL_TEMPLATE]
    anonymize = document["paths"][ANONYMIZE_TEMPLATE]
    of_one = {method["operationId"] for method in (*customer.values(), *anonymize.values())}

    created = customers["post"]["responses"]["201"]["links"]
    listed = customers["get"]["responses"]["200"]["links"]

    assert {link["operationId"] for link in created.values()} == of_one
    assert [link["operationId"] for link in listed.values()] == ["get_customer"]
    assert created["get_customer"]["parameters"]["identifier"] == "$response.body#/identifier"
    assert listed["get_customer"]["parameters"] == {
        "organizer": "$request.path.organizer",
        "identifier": "$response.body#/results/0/identifier",
    }


@pytest.mark.parametrize("model", [schemas.CustomerValues, schemas.NewCustomerValues])
def test_the_document_describes_the_fields_that_can_be_written(model: type[schemas.Schema]) -> None:
    ignored = IGNORED if model is schemas.NewCustomerValues else {}

    assert list(model().fields) == [*WRITABLE, *ignored]


@pytest.mark.parametrize("path", OPERATIONS)
def test_every_example_matches_its_schema(document: dict[str, Any], path: str) -> None:
    for method in document["paths"][path].values():
        bodies = [method["requestBody"]] if "requestBody" in method else []
        for described in (*bodies, *method["responses"].values()):
            for content in described.get("content", {}).values():
                whole = {**content["schema"], "components": document["components"]}
                validator = Draft202012Validator(whole, format_checker=FormatChecker())
                for example in content["examples"].values():
                    validator.validate(example["value"])


def test_a_response_that_does_not_match_the_document_is_noticed(
    api_client: Client, document: dict[str, Any], organizer: Organizer
) -> None:
    """Proves that the tests of this module fail for a response that does not match the document."""
    document["components"]["schemas"]["OrganizerPage"]["properties"]["count"]["type"] = "string"

    with pytest.raises(Exception, match="is not of type"):
        _check_response(document, ORGANIZERS, api_client.get(ORGANIZERS))
