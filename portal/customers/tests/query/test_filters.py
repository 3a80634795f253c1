"""Filters: the customers that a query string finds, their order, and invalid query strings."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.query.query import InvalidQuery
from portal.customers.tests.lists import list_of
from portal.organizers.models import Organizer


def identifiers_of(organizer: Organizer, query: str) -> list[str]:
    with scope(organizer=organizer):
        return [customer.identifier for customer in list_of(organizer, query).customers]


# Three customers with different values for each filter.
CAST: Final[list[dict[str, Any]]] = [
    {
        "identifier": "ANNA",
        "email": "anna@example.org",
        "locale": "de",
        "is_verified": True,
        "date_joined": "2026-01-10T12:00:00Z",
        "last_login": "2026-02-01T00:00:00Z",
        "last_modified": "2026-03-01T12:00:00Z",
    },
    {
        "identifier": "BERT",
        "email": "Bert@example.org",
        "locale": "fr",
        "is_active": False,
        "date_joined": "2026-01-11T12:00:00Z",
        "last_modified": "2026-03-02T12:00:00Z",
        "external_identifier": "CRM-7",
        "phone": "",
        "name_parts": {},
    },
    {
        "identifier": "CARL",
        "email": None,
        "phone": "+49 30 23125",
        "name_parts": {"_scheme": "full", "full_name": "?!"},
        "locale": "de",
        "date_joined": "2026-01-12T12:00:00Z",
        "last_modified": "2026-03-03T12:00:00Z",
    },
]


@pytest.fixture
def cast(make_customer: CustomerMaker) -> None:
    for person in CAST:
        make_customer(**person)


SELECTED: Final = [
    ("", ["ANNA", "BERT", "CARL"]),
    ("search=crm-7", ["BERT"]),
    ("search=example", ["ANNA", "BERT"]),
    ("email=%20BERT@EXAMPLE.ORG%20", ["BERT"]),
    ("email=%E2%80%8Ebert@exam%C2%ADple.org%EF%BB%BF", ["BERT"]),
    ("email=ert@example.org", []),
    ("email=anna@example.org&email=bert@example.org", ["BERT"]),
    ("state=active", ["ANNA"]),
    ("state=unverified&state=inactive", ["BERT", "CARL"]),
    ("state=anonymised", []),
    ("state=&state_not=", ["ANNA", "BERT", "CARL"]),
    ("state_not=active", ["BERT", "CARL"]),
    ("state_not=active&state_not=unverified", ["BERT"]),
    ("state=active&state=inactive&state_not=inactive", ["ANNA"]),
    ("state=unverified&is_active=false", []),
    ("is_active=true", ["ANNA", "CARL"]),
    ("is_active=false", ["BERT"]),
    ("is_active=", ["ANNA", "BERT", "CARL"]),
    ("is_verified=true", ["ANNA"]),
    ("is_verified=false", ["BERT", "CARL"]),
    ("state=inactive&is_verified=true", []),
    ("locale=de", ["ANNA", "CARL"]),
    ("locale=de&locale=fr", ["ANNA", "BERT", "CARL"]),
    ("locale=nl", []),
    ("locale_not=de", ["BERT"]),
    ("locale_not=nl", ["ANNA", "BERT", "CARL"]),
    ("locale_not=de&locale_not=fr", []),
    ("locale=de&locale=fr&locale_not=fr", ["ANNA", "CARL"]),
    ("date_joined_since=2026-01-11", ["BERT", "CARL"]),
    ("date_joined_until=2026-01-11", ["ANNA", "BERT"]),
    ("date_joined_until=2026-01-11T12:00:00Z", ["ANNA", "BERT"]),
    ("date_joined_since=2026-01-11T12:00:00.000001Z", ["CARL"]),
    ("last_login_since=2026-02-01&last_login_until=2026-02-01", ["ANNA"]),
    ("never_logged_in=true", ["BERT", "CARL"]),
    ("never_logged_in=false", ["ANNA"]),
    ("empty=email", ["CARL"]),
    ("empty=phone", ["ANNA", "BERT"]),
    ("empty=external_identifier", ["ANNA", "CARL"]),
    ("empty=name", ["BERT"]),
    ("empty=external_identifier&empty=phone", ["ANNA"]),
    ("empty=name&empty=email", []),
    ("external_identifier=CRM-7", ["BERT"]),
    ("external_identifier=CRM-7%E2%80%8B", ["BERT"]),
    ("external_identifier=crm-7", []),
    ("external_identifier=CRM", []),
    ("modified_since=2026-03-02", ["BERT", "CARL"]),
    ("modified_since=2026-03-02T12:00:00Z", ["BERT", "CARL"]),
    ("modified_since=2026-03-02T12:00:00.000001Z", ["CARL"]),
    ("date_joined_since=-1d&as_of=2026-01-12", ["BERT", "CARL"]),
    ("date_joined_until=-1d&as_of=2026-01-12", ["ANNA", "BERT"]),
    ("date_joined_since=today&date_joined_until=today&as_of=2026-01-11", ["BERT"]),
    ("last_login_since=year&as_of=2026-12-31", ["ANNA"]),
    ("last_login_since=year&as_of=2025-12-31", ["ANNA"]),
    ("last_login_until=year&as_of=2025-12-31", []),
    ("modified_since=-1m&as_of=2026-03-31", ["ANNA", "BERT", "CARL"]),
    ("modified_since=today", []),
    ("date_joined_until=today", ["ANNA", "BERT", "CARL"]),
    ("as_of=2026-01-11", ["ANNA", "BERT", "CARL"]),
    ("ordering=-identifier", ["CARL", "BERT", "ANNA"]),
    ("ordering=locale,-identifier", ["CARL", "ANNA", "BERT"]),
    ("ordering=state", ["ANNA", "CARL", "BERT"]),
    ("ordering=-state", ["BERT", "CARL", "ANNA"]),
    ("nonsense=1&PAGE=3", ["ANNA", "BERT", "CARL"]),
]


@pytest.mark.usefixtures("cast")
def test_a_query_string_selects_customers(organizer: Organizer, subtests: pytest.Subtests) -> None:
    for query, identifiers in SELECTED:
        with subtests.test(query):
            assert identifiers_of(organizer, query) == identifiers


INVALID: Final = [
    ("state=gone", "state"),
    ("state=active&state=ACTIVE", "state"),
    ("state_not=1", "state_not"),
    ("is_active=maybe", "is_active"),
    ("is_verified=1", "is_verified"),
    ("locale=klingon", "locale"),
    ("locale_not=klingon", "locale_not"),
    ("date_joined_since=yesterday", "date_joined_since"),
    ("date_joined_since=2026-02-01&date_joined_until=2026-01-01", "date_joined_until"),
    ("last_login_until=0001-01-01", "last_login_until"),
    ("never_logged_in=never", "never_logged_in"),
    ("empty=notes", "empty"),
    ("modified_since=now", "modified_since"),
    ("date_joined_until=12026-01-01", "date_joined_until"),
    ("date_joined_since=-2000y", "date_joined_since"),
    ("date_joined_since=-7d&as_of=today", "as_of"),
    ("as_of=9999-12-31", "as_of"),
    (f"external_identifier={'x' * 256}", "external_identifier"),
    ("ordering=password", "ordering"),
    ("ordering=name,,-nonsense", "ordering"),
    ("search=%00", "search"),
    (f"search={'x' * 5000}", "search"),
]


@pytest.mark.usefixtures("cast")
def test_an_invalid_parameter_has_an_error_and_there_is_no_query(
    organizer: Organizer, subtests: pytest.Subtests
) -> None:
    for query, parameter in INVALID:
        whole = f"{query}&is_active=true" if "is_active" not in query else query
        with subtests.test(query), scope(organizer=organizer):
            with pytest.raises(InvalidQuery) as raised:
                services.parse_query(organizer, QueryDict(whole))

            assert list(raised.value.errors) == [parameter]


@pytest.mark.parametrize("query", ["empty=email&empty=", "state=active&state="])
def test_a_blank_value_beside_others_is_ignored(organizer: Organizer, query: str) -> None:
    with scope(organizer=organizer):
        blank = services.parse_query(organizer, QueryDict(query))
        plain = services.parse_query(organizer, QueryDict(query.partition("&")[0]))

    assert (blank.canonical, blank.values) == (plain.canonical, plain.values)


@pytest.mark.usefixtures("cast")
def test_a_locale_without_a_name_that_customers_have_is_valid(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    made = make_customer(locale="tlh")

    assert identifiers_of(organizer, "locale=tlh") == [made.identifier]
    assert identifiers_of(organizer, "locale_not=tlh") == ["ANNA", "BERT", "CARL"]


def test_a_query_without_one_filter_keeps_languages_without_a_name(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(locale="tlh")
    with scope(organizer=organizer):
        query = list_of(organizer, "locale=tlh&locale_not=tlh&state=active").query

        others = query.without_filter_value("state", "active", organizer=organizer)

    assert others.canonical.urlencode() == "locale=tlh&locale_not=tlh"


def test_customers_of_another_organizer_are_never_found(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    make_customer(of=rival, email="theirs@example.org")

    assert identifiers_of(organizer, "search=theirs") == identifiers_of(organizer, "") == []


@pytest.mark.parametrize("email", ["info@straße.example", "INFO@XN--STRAE-OQA.example"])
def test_an_email_is_found_by_either_spelling_of_its_domain(
    organizer: Organizer, make_customer: CustomerMaker, email: str
) -> None:
    made = make_customer(email="info@straße.example")
    make_customer(email="info@strasse.example")

    assert identifiers_of(organizer, urlencode({"email": email})) == [made.identifier]


def test_a_plus_of_an_email_needs_no_percent_encoding(
    organizer: Organizer, make_customer: CustomerMaker
) -> None:
    made = make_customer(email="plus+vip@example.org")

    assert identifiers_of(organizer, "email=plus+vip@example.org") == [made.identifier]
