"""Names of columns in English and German, and name schemes for columns with name parts."""

from __future__ import annotations

import re

import pytest

from portal.customers.importing.formats.columns import choose_name_scheme, find_columns
from portal.customers.importing.merging import FIELDS
from portal.customers.importing.rows import UnusableFile

ENGLISH = [
    *("Customer ID", "SSO provider", "External identifier", "Email", "Phone number", "Full name"),
    *("Account active", "Verified email address", "Last login", "Registration date", "Language"),
    "Notes",
]
GERMAN = [
    *("Kundennummer", "SSO-Provider", "Externe Referenz", "E-Mail", "Telefonnummer"),
    *("Voller Name", "Konto aktiv", "Verifizierte E-Mail-Adresse", "Letzte Anmeldung"),
    *("Registrierungs-Details", "Sprache", "Notizen"),
]
TARGETS = (
    *("identifier", None, "external_identifier", "email", "phone", "name", "is_active"),
    *("is_verified", "last_login", "date_joined", "locale", "notes"),
)


@pytest.mark.parametrize("header", [ENGLISH, GERMAN])
def test_the_columns_of_the_export_of_pretix_are_known(header: list[str]) -> None:
    columns = find_columns(header, {})

    assert columns.targets == TARGETS
    assert columns.ignored == (header[1],)
    assert not columns.is_exact


@pytest.mark.parametrize("first", ["CUSTOMER id", "Kunden-ID", "identifier", " Kundennummer "])
def test_case_spaces_and_punctuation_do_not_matter(first: str) -> None:
    assert find_columns([first, "e mail", ""], {}).targets == ("identifier", "email", None)


def test_columns_with_the_names_of_all_fields_are_an_exact_file() -> None:
    columns = find_columns([*FIELDS, "name"], {})

    assert columns.targets == (*FIELDS, None)
    assert not columns.ignored
    assert columns.is_exact


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        (["Name: Given name", "Name: Family name"], ("given_name", "family_name")),
        (["Name: Titel", "Name: Vorname", "Nachname"], ("title", "given_name", "family_name")),
        (["Name: Calling name", "Name: Full name"], ("calling_name", "full_name")),
        (["Name: Name", "Name: Transkription"], ("full_name", "latin_transcription")),
        (["Anrede", "Name: nachgestellter Titel"], ("salutation", "degree")),
    ],
)
def test_columns_of_parts_of_the_name_are_known(header: list[str], parts: tuple[str, ...]) -> None:
    columns = find_columns(["Kundennummer", "Voller Name", *header], {})

    assert columns.targets == ("identifier", "name", *parts)
    assert columns.parts == parts


def test_a_column_can_be_given_another_field() -> None:
    columns = find_columns(["Mitglied", "Kundennummer", "Mail"], {"Mitglied": "identifier"})

    assert columns.targets == ("identifier", None, None)
    assert columns.ignored == ("Kundennummer", "Mail")


@pytest.mark.parametrize(
    ("header", "renamed", "reason"),
    [
        (["a", "b\x1b"], {}, r"has no column for the identifier; it has 'a', 'b\x1b'"),
        ([], {}, "has no column for the identifier"),
        (["Kundennummer"], {"Nr": "phone"}, "has no column 'Nr'; it has 'Kundennummer'"),
        (["identifier", "Email", "E-Mail"], {}, "has several columns for email: 'Email', 'E-Mail'"),
    ],
)
def test_a_header_without_the_columns_is_an_error_that_names_them(
    header: list[str], renamed: dict[str, str], reason: str
) -> None:
    with pytest.raises(UnusableFile, match=re.escape(reason)):
        find_columns(header, renamed)


@pytest.mark.parametrize(
    ("header", "parts", "name", "scheme"),
    [
        ("given_name family_name", "Jo Doe", "Jo Doe", "given_family"),
        ("given_name family_name", "Jo Doe", None, "given_family"),
        ("family_name given_name", "Doe Jo", None, "family_given"),
        ("family_name given_name", "Doe Jo", "Doe, Jo", "family_comma_given"),
        ("family_name given_name", "Doe Jo", "DoeJo", "family_nospace_given"),
        ("family_name given_name", "Doe Jo", "Doe Jo", "family_given"),
        ("family_name given_name", "Doe Jo", "Jo Doe", "given_family"),
        ("title given_name family_name", " Jo Doe", "Jo Doe", "title_given_family"),
        ("title given_name", "Dr Jo", None, "title_given_family"),
        ("calling_name full_name", "Jo Joanna", "Joanna", "calling_full"),
        ("calling_name title", "Jo Dr", None, None),
    ],
)
def test_the_scheme_composes_the_name_and_has_the_columns(
    header: str, parts: str, name: str | None, scheme: str | None
) -> None:
    columns = find_columns(["identifier", *(f"Name: {part}" for part in header.split())], {})
    values = dict(zip(header.split(), parts.split(" "), strict=True))

    chosen = choose_name_scheme(columns, {key: each for key, each in values.items() if each}, name)

    assert chosen == scheme
