"""The values that each field accepts, and its error messages for other values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django_scopes import scope
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.fields import BooleanField

from portal.conftest import CustomerMaker
from portal.customers.changing.fields import BOOLEANS, WRITABLE, InvalidValues, clean_values
from portal.customers.models import Customer
from portal.organizers.models import Organizer

INVALID_EMAIL: Final = "Enter a valid email address."
INVALID_PHONE: Final = "The phone number entered is not valid."
NUL: Final = "Null characters are not allowed."
SURROGATE: Final = "Surrogate characters are not allowed: U+D800."
BLANK: Final = "This field may not be blank."
NULL: Final = "This field may not be null."
NO_STRING: Final = "Not a valid string."
NO_BOOLEAN: Final = "Must be a valid boolean."
NO_TYPE: Final = "Invalid data type"


@pytest.fixture(autouse=True)
def _in_scope(organizer: Organizer) -> Iterator[None]:
    with scope(organizer=organizer):
        yield


def longer_than(length: int) -> str:
    return f"Ensure this field has no more than {length} characters."


def each(name: str, result: object, *values: object) -> list[tuple[str, object, object]]:
    """A test case for each of `values` of a field, with the same result."""
    return [(name, value, result) for value in values]


@pytest.mark.parametrize(
    ("name", "value", "cleaned"),
    [
        ("email", " Ann@Example.org\n", "ann@example.org"),
        ("email", "root@localhost", "root@localhost"),
        ("email", "a@[127.0.0.1]", "a@[127.0.0.1]"),
        ("email", "x@exämple.org", "x@exämple.org"),
        ("email", None, None),
        ("phone", "+49 6221 32177-50", "+4962213217750"),
        ("phone", "+49 6221 321770 ext. 5", "+496221321770"),
        ("phone", " ", ""),
        ("phone", None, None),
        ("external_identifier", 5, "5"),
        ("external_identifier", " E-1 ", "E-1"),
        ("external_identifier", "x" * 255, "x" * 255),
        ("external_identifier", "", ""),
        ("notes", " a\r\nb \n", "a\r\nb"),
        ("notes", 1.5, "1.5"),
        ("notes", "x" * 100_000, "x" * 100_000),
        ("locale", "de-informal", "de-informal"),
        *each("is_active", True, True, 1, 1.0, "1", "True", "YES", "on", "t"),
        *each("is_verified", False, False, 0, "0", "false", "No", "off", "N"),
        *each("name_parts", {}, {}, "", False, 0, []),
        ("name_parts", {"full_name": "Ann"}, {"full_name": "Ann", "_scheme": "full"}),
        ("name_parts", {"_legacy": "Ann"}, {"_legacy": "Ann", "_scheme": "full"}),
        (
            "name_parts",
            {"_scheme": "given_family", "given_name": None, "zzz": "y"},
            {"_scheme": "given_family", "given_name": None, "zzz": "y"},
        ),
    ],
)
def test_a_value_is_stored_in_its_normal_form(
    organizer: Organizer, name: str, value: Any, cleaned: Any
) -> None:
    assert clean_values(organizer, {name: value}) == {name: cleaned}


@pytest.mark.parametrize(
    ("name", "value", "messages"),
    [
        *each("email", [INVALID_EMAIL], "nobody", 5, True, {"a": 1}, [], "ä@b.c"),
        *each("email", [BLANK], "", " \n"),
        ("email", "a\0b@example.org", [NUL, INVALID_EMAIL]),
        ("email", "\ud800@example.org", [SURROGATE, INVALID_EMAIL]),
        ("email", f"{'a' * 180}@example.org", [longer_than(190)]),
        ("email", "a" * 191, [longer_than(190), INVALID_EMAIL]),
        ("email", f"a@{'İ' * 60}.{'İ' * 60}.org", [longer_than(190)]),
        *each("phone", [INVALID_PHONE], "bogus", "06221 321770", 5, "+1 555 0100"),
        *each("phone", [NO_STRING], True, [], {"a": 1}),
        ("phone", "+" * 129, [INVALID_PHONE, longer_than(128)]),
        ("external_identifier", "x" * 256, [longer_than(255)]),
        ("external_identifier", "a\0b", [NUL]),
        ("notes", "a\0\ud800", [NUL, SURROGATE]),
        *each("notes", [NO_STRING], True, [], {"a": 1}),
        ("locale", "xx", ['"xx" is not a valid choice.']),
        ("locale", "", ['"" is not a valid choice.']),
        ("locale", {"a": 1}, ["\"{'a': 1}\" is not a valid choice."]),
        ("locale", "\ud800", ['"?" is not a valid choice.']),
        ("locale", None, [NULL]),
        *each("is_active", [NO_BOOLEAN], "", "maybe", 2, [], {}, float("nan")),
        ("is_verified", None, [NULL]),
        *each("name_parts", [NO_TYPE], "Ann", ["a"], 3, True),
        ("name_parts", {"full_name": 5}, [NO_TYPE]),
        ("name_parts", {"full_name": []}, [NO_TYPE]),
        ("name_parts", {"_scheme": 5}, [NO_TYPE]),
        ("name_parts", None, [NULL]),
        ("name_parts", {"_scheme": "bogus"}, ["Unknown name scheme: “bogus”."]),
        ("name_parts", {"_scheme": None, "full_name": "A"}, ["Unknown name scheme: “None”."]),
        ("name_parts", {"full_name": "x" * 256}, [longer_than(255)]),
        ("name_parts", {"_legacy": "x" * 256}, [longer_than(255)]),
        ("name_parts", {"full_name": "a\0"}, [NUL]),
        ("name_parts", {"a\0": "b"}, [NUL]),
        ("name_parts", {"full_name": "\ud800"}, [SURROGATE]),
        ("send_email", "maybe", [NO_BOOLEAN]),
        ("password", "", [BLANK]),
        ("password", [], [NO_STRING]),
    ],
)
def test_a_value_is_rejected_with_the_reason(
    organizer: Organizer, name: str, value: Any, messages: list[str]
) -> None:
    with pytest.raises(InvalidValues) as raised:
        clean_values(organizer, {name: value})

    assert raised.value.errors == {name: messages}


def test_other_names_are_ignored(organizer: Organizer) -> None:
    values: dict[str, Any] = {
        "identifier": "X",
        "name": [],
        "last_modified": 5,
        "colour": "blue",
        "\0": "\0",
    }

    assert clean_values(organizer, values) == {}
    assert clean_values(organizer, {"send_email": None, "password": None}) == {}


def test_the_errors_of_all_fields_come_together(organizer: Organizer) -> None:
    values = {"email": "a", "phone": "b", "name_parts": {"_scheme": "c"}, "locale": None}

    with pytest.raises(InvalidValues) as raised:
        clean_values(organizer, values)

    assert list(raised.value.errors) == ["email", "phone", "name_parts", "locale"]


def test_name_parts_of_a_wrong_type_are_reported_last(organizer: Organizer) -> None:
    with pytest.raises(InvalidValues) as raised:
        clean_values(organizer, {"email": "a", "name_parts": "Ann"})

    assert raised.value.errors == {"email": [INVALID_EMAIL]}


def test_a_taken_email_is_reported_with_its_customer_and_the_other_errors(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    ann = make_customer(email="ann@example.org")

    with pytest.raises(InvalidValues) as raised:
        clean_values(organizer, {"email": "ANN@example.org", "locale": "xx"})

    assert list(raised.value.errors) == ["locale", "email"]
    assert raised.value.taken_by == ann


def test_a_stored_value_that_is_invalid_today_is_accepted_unchanged(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    values: dict[str, Any] = {"email": "no address", "locale": "tlh", "phone": "ask Ann"}
    ann = make_customer(**values)

    assert clean_values(organizer, values, customer=ann) == values
    with pytest.raises(InvalidValues):
        clean_values(organizer, values)


def test_no_wrong_type_equals_a_stored_value(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    ann: Customer = make_customer(is_active=True)

    assert clean_values(organizer, {"is_active": 1.0}, customer=ann) == {"is_active": True}


def test_boolean_words_are_those_of_django_rest_framework() -> None:
    assert {word for word, value in BOOLEANS.items() if value} == set(BooleanField.TRUE_VALUES)
    assert {word for word, value in BOOLEANS.items() if not value} == set(BooleanField.FALSE_VALUES)


# chr() is used because mypy cannot store a literal with half of a surrogate pair.
LETTERS: Final = "aA1 @.+-_{}\n\0é\u202e\U0001f600" + chr(0xD800)
SCALARS: Final = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(LETTERS, max_size=300)
)
VALUES: Final = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(LETTERS), inner),
    max_leaves=8,
)


@settings(deadline=None)  # the first example loads the data of phone numbers
@given(values=st.dictionaries(st.sampled_from([*WRITABLE, "password", "x"]), VALUES))
def test_any_values_are_cleaned_or_rejected_with_reasons(values: dict[str, Any]) -> None:
    messages = _errors_of({**values, "email": None})

    assert all(messages.values())


def _errors_of(values: dict[str, Any]) -> dict[str, list[str]]:
    organizer = Organizer(pk=1)
    try:
        with scope(organizer=organizer):
            clean_values(organizer, values)
    except InvalidValues as error:
        return error.errors
    return {}
