"""The description of the API is true: to the code, to the standard, to what is answered."""

from __future__ import annotations

from io import StringIO
from typing import Any, Final

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import resolve
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from portal.api.fields import INCLUDABLE
from portal.api.openapi.document import read_document
from portal.conftest import CustomerMaker
from portal.customers.query.filters import PARAMETERS
from portal.customers.query.page import FIELDS
from portal.organizers.models import Organizer

DOCUMENT: Final = "/api/v1/openapi.json"
ORGANIZERS: Final = "/api/v1/organizers/"
LIST: Final = f"{ORGANIZERS}bigevents/customers/"
LIST_TEMPLATE: Final = f"{ORGANIZERS}{{organizer}}/customers/"
DETAIL_TEMPLATE: Final = f"{LIST_TEMPLATE}{{identifier}}/"
# From an address to the path that describes it.
ANSWERED: Final = {
    "/api/v1/": "/api/v1/",
    ORGANIZERS: ORGANIZERS,
    f"{ORGANIZERS}?page_size=1&page=last": ORGANIZERS,
    f"{ORGANIZERS}bigevents/": f"{ORGANIZERS}{{organizer}}/",
    LIST: LIST_TEMPLATE,
    f"{LIST}?page_size=1&page=2": LIST_TEMPLATE,
    f"{LIST}C000001/": DETAIL_TEMPLATE,
    f"{LIST}NOBODY2/": DETAIL_TEMPLATE,
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
    f"{ORGANIZERS}nobody/": f"{ORGANIZERS}{{organizer}}/",
}
OPERATIONS: Final = sorted(set(ANSWERED.values()))


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get(DOCUMENT).json()
    return found


@pytest.fixture
def people(make_customer: CustomerMaker) -> None:
    make_customer(last_login="2023-01-01T00:00:00.5Z")
    make_customer(name_parts={"_scheme": "full", "full_name": None})
    make_customer(email=None, name_parts={}, is_active=False)


def _check(document: dict[str, Any], path: str, response: Any) -> None:
    """The answer is among those that are described, as it is described."""
    described = document["paths"][path]["get"]["responses"][str(response.status_code)]
    schema = described["content"][response["Content-Type"]]["schema"]
    whole = {**schema, "components": document["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(response.json())
    headers = described.get("headers", {})
    assert {name for name in headers if headers[name].get("required")} <= set(response.headers)


def test_it_is_made_without_a_warning() -> None:
    call_command("spectacular", fail_on_warn=True, stdout=StringIO())


def test_it_keeps_to_the_standard(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()

    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": "http://testserver"}]


def test_it_is_public_and_has_no_customer_in_it(client: Client) -> None:
    response = client.get(DOCUMENT)

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_it_has_every_endpoint_that_answers(document: dict[str, Any]) -> None:
    assert sorted(document["paths"]) == OPERATIONS


def test_every_filter_shows_up_with_words_of_its_own(document: dict[str, Any]) -> None:
    parameters = document["paths"][LIST_TEMPLATE]["get"]["parameters"]
    described = {each["name"]: each["description"] for each in parameters}

    assert set(PARAMETERS) <= set(described)
    assert all(described.values())


@pytest.mark.parametrize("path", OPERATIONS)
def test_what_is_described_is_what_a_strict_answer_knows(
    document: dict[str, Any], path: str
) -> None:
    parameters = document["paths"][path]["get"]["parameters"]
    address = path.format(organizer="bigevents", identifier="C000001")

    view: Any = resolve(address).func  # the framework adds the class to the function

    described = {each["name"] for each in parameters if each["in"] == "query"}
    assert described == set(view.view_class.parameters)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("media_type", ["application/x-ndjson", "text/csv"])
def test_the_whole_list_comes_in_every_format_that_is_described(
    api_client: Client, document: dict[str, Any], media_type: str
) -> None:
    content = document["paths"][LIST_TEMPLATE]["get"]["responses"]["200"]["content"]

    response = api_client.get(f"{LIST}?fields=identifier,email", headers={"Accept": media_type})

    assert list(content) == ["application/json", "application/x-ndjson", "text/csv"]
    assert response["Content-Type"] == f"{media_type}; charset=utf-8"
    assert content[media_type]["schema"] == {"type": "string"}


@pytest.mark.usefixtures("people")
def test_an_unknown_parameter_is_refused_as_described(
    api_client: Client, document: dict[str, Any]
) -> None:
    response = api_client.get(f"{LIST}?colour=blue", headers={"Prefer": "handling=strict"})

    assert response.status_code == 400
    _check(document, LIST_TEMPLATE, response)
    assert response["Preference-Applied"] == "handling=strict"


def test_a_customer_has_the_fields_of_the_answer_in_their_order() -> None:
    customer = read_document()["components"]["schemas"]["Customer"]

    assert tuple(customer["properties"]) == (*FIELDS, *INCLUDABLE)
    assert set(customer["required"]) == set(FIELDS)


@pytest.mark.usefixtures("people", "rival")
@pytest.mark.parametrize("address", ANSWERED)
def test_what_is_answered_is_what_is_described(
    api_client: Client, document: dict[str, Any], address: str
) -> None:
    _check(document, ANSWERED[address], api_client.get(address))


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("address", ["/api/v1/", ORGANIZERS, LIST, f"{LIST}C000001/"])
def test_so_is_what_is_refused(api_client: Client, document: dict[str, Any], address: str) -> None:
    path = ANSWERED[address]

    for response, status in (
        (Client().get(address), 401),
        (api_client.post(address), 405),
        (api_client.get(address, headers={"Accept": "image/png"}), 406),
    ):
        assert response.status_code == status
        _check(document, path, response)


@pytest.mark.parametrize("path", OPERATIONS)
def test_every_example_is_what_it_is_an_example_of(document: dict[str, Any], path: str) -> None:
    for answer in document["paths"][path]["get"]["responses"].values():
        content = answer["content"]["application/json"]
        whole = {**content["schema"], "components": document["components"]}
        for example in content["examples"].values():
            Draft202012Validator(whole, format_checker=FormatChecker()).validate(example["value"])


def test_a_wrong_answer_is_noticed(
    api_client: Client, document: dict[str, Any], organizer: Organizer
) -> None:
    """Or the tests above would say nothing."""
    document["components"]["schemas"]["OrganizerPage"]["properties"]["count"]["type"] = "string"

    with pytest.raises(Exception, match="is not of type"):
        _check(document, ORGANIZERS, api_client.get(ORGANIZERS))
