"""Portal's responses equal the recorded responses of pretix."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from django.test import Client

from portal.api.tests.recorded import STATE, Tokens, load_state, read_cases, send, without_cursor
from portal.organizers import services
from portal.organizers.permissions import Permission
from portal.organizers.tokens import create_token

CASES: Final = read_cases("cases.json")
# The bodies of Portal that intentionally differ from pretix, by the name of the case.
DEVIATIONS: Final[dict[str, dict[str, str]]] = {
    # In pretix, the message has a reason where Portal has the method.
    "DELETE detail": {"detail": 'Method "DELETE" not allowed.'},
}
ORGANIZER: Final = "/api/v1/organizers/bigevents/"
# The statuses of pretix 2026.8.0, by token and method.
STATUSES: Final = [
    ("readonly", "POST", "customers/", 403),
    ("readonly", "PUT", "customers/", 403),
    ("readonly", "PATCH", "customers/8WSAJCJ/", 403),
    ("readonly", "DELETE", "customers/NOPE/", 403),
    ("readonly", "PROPFIND", "customers/8WSAJCJ/", 403),
    ("readonly", "OPTIONS", "customers/NOPE/", 200),
    ("readonly", "PATCH", "", 403),
    ("writeonly", "GET", "customers/", 403),
    ("writeonly", "HEAD", "customers/8WSAJCJ/", 403),
    ("writeonly", "OPTIONS", "customers/", 403),
    ("writeonly", "GET", "", 200),
    ("writeonly", "DELETE", "customers/", 405),
    ("writeonly", "PATCH", "customers/NOPE/", 404),
    ("writeonly", "DELETE", "customers/8WSAJCJ/", 405),
    ("full", "POST", "customers/NOPE/", 405),
    ("full", "PROPFIND", "customers/NOPE/", 405),
    ("full", "PATCH", "customers/NOPE/", 404),
    ("full", "PATCH", "", 403),
    ("nocust", "POST", "customers/", 403),
]


@pytest.fixture
def tokens(db: None) -> Tokens:
    return load_state()


def test_every_response_equals_the_recorded_one(tokens: Tokens, subtests: pytest.Subtests) -> None:
    for case in CASES:
        with subtests.test(case["name"], group=case["group"]):
            response = send(case["request"], tokens)

            assert response.status_code == case["status"]
            assert case["headers"].items() <= {**response.headers}.items()
            _check_body(case, response)


def _check_body(case: dict[str, Any], response: Any) -> None:
    if "ours" in case:
        assert list(response.json()) == ["detail"]
    elif "body" in case:
        body = response.json()
        expected = DEVIATIONS.get(case["name"], case["body"])
        assert _reduce_to_recorded_parts(expected, body) == _insert_base_url(expected)


@pytest.mark.parametrize(("name", "method", "path", "status"), STATUSES)
def test_permissions_by_method_equal_those_of_pretix(
    tokens: Tokens, name: str, method: str, path: str, status: int
) -> None:
    headers = {"Authorization": f"Token {tokens[name]}"}

    response = Client().generic(method, f"{ORGANIZER}{path}", headers=headers)

    assert response.status_code == status
    if status == 403 and method != "HEAD":
        assert response.json() == {"detail": "You do not have permission to perform this action."}


def test_a_token_with_all_fields_gets_customers_as_in_pretix(
    tokens: Tokens, subtests: pytest.Subtests
) -> None:
    for slug, content in STATE["organizers"].items():
        organizer = services.get_organizer(slug)
        granted = [Permission.READ_CUSTOMERS, Permission.READ_NOTES]
        key = create_token(organizer, name="all", permissions=granted, has_all_fields=True)
        client = Client(headers={"Authorization": f"Token {key}"})
        for customer in content["customers"]:
            with subtests.test(customer["identifier"]):
                path = f"/api/v1/organizers/{slug}/customers/{customer['identifier']}/"
                assert [*client.get(path).json().items()] == [*customer.items()]


@pytest.mark.parametrize("name", DEVIATIONS)
def test_a_deviation_differs_from_the_recorded_body(name: str) -> None:
    (case,) = (case for case in CASES if case["name"] == name)

    assert case["body"] != DEVIATIONS[name]


def _reduce_to_recorded_parts(expected: Any, actual: Any) -> Any:
    """Reduces the body of a response to the parts that the recorded body has."""
    match expected:
        case {"$identifiers": _}:
            return {"$identifiers": [row["identifier"] for row in actual]}
        case {"$keys": _}:
            return {"$keys": list(actual)}
        case {"results": results}:
            links = {name: without_cursor(actual[name]) for name in ("next", "previous")}
            return {
                **actual,
                **links,
                "results": _reduce_to_recorded_parts(results, actual["results"]),
            }
    return actual


def _insert_base_url(expected: Any) -> Any:
    return json.loads(json.dumps(expected).replace("{base}", "http://testserver"))
