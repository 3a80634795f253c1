"""Request bodies: JSON, forms, and other media types."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.test import Client

from portal.conftest import CustomerMaker

LIST: Final = "/api/v1/organizers/bigevents/customers/"
DETAIL: Final = f"{LIST}C000001/"
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
PREFIX: Final = "JSON parse error - "


def post(client: Client, body: bytes | str, content_type: str = JSON) -> Any:
    # Client.post() would encode the body again, in the charset of the content type.
    return client.generic("POST", LIST, body, content_type)


@pytest.mark.parametrize(
    "body",
    [
        *(b"{", b"{'email': 1}", b'{"a": 1,}', b"nul", b'{"a" 1}', b'"\x00"', b"\xef\xbb\xbf{}"),
        *(b"[" * 100_000, b'{"a":' * 100_000, b"[" * 900 + b"]" * 900, b"9" * 5_000),
        *(b'{"notes": "\xff"}', b'{"notes": "\xed\xa0\x80"}', b'{"notes": "a\nb"}'),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_malformed_json_is_an_error(writer_client: Client, body: bytes) -> None:
    response = post(writer_client, body)

    assert response.status_code == 400
    assert response.json()["detail"].startswith(PREFIX)


@pytest.mark.parametrize(
    ("body", "kind"),
    [("[]", "list"), ("5", "int"), ("1.5", "float"), ('"a"', "str"), ("true", "bool")],
)
def test_json_that_is_not_an_object_is_an_error(
    writer_client: Client, body: str, kind: str
) -> None:
    response = post(writer_client, body)

    message = f"Invalid data. Expected a dictionary, but got {kind}."
    assert (response.status_code, response.json()) == (400, {"non_field_errors": [message]})


def test_null_is_not_an_object(writer_client: Client) -> None:
    response = post(writer_client, "null")

    assert (response.status_code, response.json()) == (
        400,
        {"non_field_errors": ["No data provided"]},
    )


@pytest.mark.parametrize(
    ("notes", "stored"),
    [("NaN", "nan"), ("-Infinity", "-inf"), ("1e999", "inf"), ("1.50", "1.5"), ("7", "7")],
)
def test_a_number_becomes_a_text(writer_client: Client, notes: str, stored: str) -> None:
    response = writer_client.post(
        f"{LIST}?include=external_identifier",
        f'{{"external_identifier": {notes}}}',
        content_type=JSON,
    )

    assert response.json()["external_identifier"] == stored


def test_the_last_value_of_a_repeated_key_applies(writer_client: Client) -> None:
    response = post(writer_client, '{"locale": "de", "locale": "fr"}')

    assert response.json()["locale"] == "fr"


@pytest.mark.parametrize("depth", [10, 49])
def test_unknown_fields_may_be_nested(writer_client: Client, depth: int) -> None:
    body = '{"a":' * depth + "1" + "}" * depth

    assert post(writer_client, body).status_code == 201


@pytest.mark.parametrize(
    ("body", "email", "is_active"),
    [
        ("email=new@example.org", "new@example.org", False),
        ("email=&is_active=on&locale=", None, True),
        ("email=a@b.example&email=new@example.org", "new@example.org", False),
        ("", None, False),
    ],
)
def test_a_form_omits_checkboxes_that_are_not_checked(
    writer_client: Client, body: str, email: str | None, is_active: bool
) -> None:
    row = post(writer_client, body, FORM).json()

    # An empty body is not a form, so `is_active` has its default value.
    assert (row["email"], row["is_active"]) == (email, is_active or not body)
    assert row["locale"] == "en"


@pytest.mark.parametrize(("method", "is_active"), [("patch", True), ("put", False)])
def test_an_absent_checkbox_is_off_except_with_patch(
    writer_client: Client, make_customer: CustomerMaker, method: str, is_active: bool
) -> None:
    make_customer(is_active=True)

    response = getattr(writer_client, method)(DETAIL, "locale=fr", content_type=FORM)

    assert (response.json()["is_active"], response.json()["locale"]) == (is_active, "fr")


def test_the_parts_of_a_name_are_json_in_a_form(writer_client: Client) -> None:
    named = writer_client.post(LIST, {"name_parts": '{"full_name": "Ann Lee"}'})
    malformed = writer_client.post(LIST, {"name_parts": "Ann Lee"})

    assert (named.status_code, named.json()["name"]) == (201, "Ann Lee")
    assert (malformed.status_code, malformed.json()) == (
        400,
        {"name_parts": ["Value must be valid JSON."]},
    )


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        *(("text/plain", 415), ("application/vnd.api+json", 415), ("application/x-ndjson", 415)),
        *(("multipart/form-data", 400), ("multipart/form-data; boundary=x", 201)),
        *((f"{JSON}; charset=bz2", 400), (f"{JSON}; charset=utf-16", 400)),
        *((f"{JSON}; charset=unknown", 201), (f"{JSON}; x=*; q", 201)),
    ],
)
def test_only_the_media_types_of_json_and_forms_are_accepted(
    writer_client: Client, content_type: str, status: int
) -> None:
    response = post(writer_client, b'{"locale": "de"}', content_type)

    assert response.status_code == status, response.content


def test_an_uploaded_file_is_not_accepted_as_a_text(writer_client: Client) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="notes"; filename="a"\r\n\r\nb\r\n'
        b'--x\r\nContent-Disposition: form-data; name="email"; filename="a@b.example"\r\n\r\n\r\n'
        b"--x--\r\n"
    )

    response = post(writer_client, body, "multipart/form-data; boundary=x")

    assert (response.status_code, response.json()) == (
        400,
        {"email": ["Enter a valid email address."], "notes": ["Not a valid string."]},
    )


def test_too_many_fields_are_an_error(writer_client: Client) -> None:
    assert post(writer_client, "a=1&" * 2_000, FORM).status_code == 400
