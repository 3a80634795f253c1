"""Portal's responses to recorded writes equal those of pretix. The writes are replayed in order.

In a recorded case with the key `ours`, Portal intentionally differs from pretix. A separate test
replays each of these cases, after the recorded cases that it depends on.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

from portal.api.reference.deviations import DEVIATIONS
from portal.api.tests.recorded import Case, load_state, read_cases, send, without_cursor

CASES: Final = read_cases("writes.json")
ORDERED_CASES: Final = [case for case in CASES if not {"ours", "unrecorded"} & case.keys()]
DIFFERING_CASES: Final = [case for case in CASES if "ours" in case]
# How messages about malformed JSON begin. The parser of JSON writes the end of a message.
PARSE_ERROR: Final = "JSON parse error - "


@pytest.mark.django_db
def test_every_response_equals_the_recorded_one(subtests: pytest.Subtests) -> None:
    tokens = load_state(has_all_fields=True)

    for case in ORDERED_CASES:
        with subtests.test(case["name"], group=case["group"]):
            response = send(case["request"], tokens)

            assert _compare_response(case, response) == (case["status"], True), response.content


@pytest.mark.django_db
@pytest.mark.parametrize(
    "case", DIFFERING_CASES, ids=lambda case: f"{case['group']}: {case['name']}"
)
def test_an_intended_difference_from_pretix_equals_its_recorded_case(case: Case) -> None:
    tokens = load_state(has_all_fields=True)
    for name in case["ours"].get("after", ()):
        send(next(each for each in CASES if each["name"] == name)["request"], tokens)

    response = send(case["request"], tokens)

    assert _compare_response(case["ours"], response) == (case["ours"]["status"], True), (
        response.content
    )
    assert _compare_response(case, response) != (case["status"], True)


def test_the_api_reference_lists_every_intended_difference() -> None:
    listed = {deviation.name for deviation in DEVIATIONS}

    assert {case["ours"]["deviation"] for case in DIFFERING_CASES} <= listed


def test_only_one_recorded_case_is_not_tested() -> None:
    assert len(CASES) - len(ORDERED_CASES) - len(DIFFERING_CASES) == 1


def _compare_response(expected: Case, response: Any) -> tuple[int, bool]:
    """The status of the response, and whether its body equals the expected body."""
    is_expected = "body" not in expected or _bodies_are_equal(expected["body"], response.json())
    return response.status_code, is_expected


def _bodies_are_equal(expected: Any, actual: Any) -> bool:
    match expected:
        case "$any":
            return True
        case str() if expected.startswith(PARSE_ERROR):
            return isinstance(actual, str) and actual.startswith(PARSE_ERROR)
        case str() if expected.startswith("{base}"):
            link = expected.replace("{base}", "http://testserver")
            return without_cursor(actual) == link
        case dict():
            return expected.keys() == actual.keys() and all(
                _bodies_are_equal(value, actual[name]) for name, value in expected.items()
            )
        case list():
            return len(expected) == len(actual) and all(map(_bodies_are_equal, expected, actual))
    return bool(expected == actual)
