"""Search by parts of words: an index scan and an ordered scan have the same results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django_scopes import scope
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from portal.conftest import CustomerMaker
from portal.customers.demo.customers import demo_customers
from portal.customers.importing.load import load_customers
from portal.customers.models import Customer
from portal.customers.normalization import normalize
from portal.customers.query.search import Search
from portal.customers.tests.lists import find_all
from portal.organizers.models import Organizer

Find = Callable[[str], list[Customer]]


@pytest.fixture(params=["selective", "unselective"])
def find(
    request: pytest.FixtureRequest, settings: Settings, organizer: Organizer
) -> Iterator[Find]:
    """A function that searches: once as if every search were selective, once as if none were."""
    if request.param == "unselective":
        settings.COUNT_CAP = 0

    with scope(organizer=organizer):
        yield partial(find_all, organizer)


def test_every_word_has_to_match_beside_an_email(make_customer: CustomerMaker, find: Find) -> None:
    found = make_customer(
        email="doe@example.org", name_parts={"_scheme": "full", "full_name": "John"}
    )
    make_customer(email="joan.doe@example.org")

    assert find("john doe@example.org") == [found]


def test_case_and_accents_are_ignored_and_every_word_has_to_match(
    make_customer: CustomerMaker, find: Find, subtests: pytest.Subtests
) -> None:
    found = make_customer(name_parts={"_scheme": "full", "full_name": "José Müller"})
    make_customer(name_parts={"_scheme": "full", "full_name": "José Jones"}, email="j@x.org")

    for search in ["muller", "MÜLLER", "José Mül", "mull jos", "  jose\tM "]:
        with subtests.test(search):
            assert find(search) == [found]


def test_name_email_and_both_identifiers_are_searched(
    make_customer: CustomerMaker, find: Find, subtests: pytest.Subtests
) -> None:
    name = {"_scheme": "full", "full_name": "Joe Jones"}
    found = make_customer(
        identifier="C0DE", external_identifier="CRM-7", email="Joe@shop.example", name_parts=name
    )
    make_customer(identifier="X1")

    for search in ["jones", "joe@shop.example", "c0de", "crm-7", "m-7", "7"]:
        with subtests.test(search):
            assert find(search) == [found]


@pytest.mark.parametrize("search", ["_", "a_1", "a_1 OR", "a_1 NEAR"])
def test_wildcards_and_operators_are_taken_literally(
    make_customer: CustomerMaker, find: Find, search: str
) -> None:
    make_customer(name_parts={"_scheme": "full", "full_name": "axx1"})
    found = make_customer(name_parts={"_scheme": "full", "full_name": f"a100{search}"})

    assert find(search) == [found]


def test_punctuation_around_words_is_ignored(
    make_customer: CustomerMaker, find: Find, subtests: pytest.Subtests
) -> None:
    make_customer()
    found = make_customer(name_parts={"_scheme": "full", "full_name": "Ann"})

    for search in ["%ann%", "ann\\", '"ann"', "ann*", "(ann", "-ann", "ann,"]:
        with subtests.test(search):
            assert find(search) == [found]


@pytest.mark.parametrize(
    ("name", "search"),
    [
        ("مُحَمَّد أحمد", "احمد محمد"),
        ("محمد احمد", "أَحْمَد"),
        ("שלום", "שָׁלוֹם"),
        ("กิ่งแก้ว", "แก้ว"),
        ("हिन्दी", "न्दी"),
        ("An\u00adna\u200b Lee", "anna lee"),
        ("Anna", "\u200ean\u2060na\ufeff"),
        ("Sinéad O’Brien", "o'brien"),
        ("Sinéad O'Brien", "oʼbrien"),
        ("Anne\u2011Marie", "anne-marie"),
        ("Anne-Marie", "anne–m"),
        ("Alexandra Schmidt", "Schmidt, Alexandra"),
        ("Schmidt, Alexandra", "alexandra schmidt"),
    ],
)
def test_a_name_is_found_in_every_spelling(
    make_customer: CustomerMaker, find: Find, name: str, search: str
) -> None:
    make_customer()
    found = make_customer(name_parts={"_scheme": "full", "full_name": name})

    assert find(search) == [found]


@pytest.mark.parametrize("name", ["Jürgen Müller", "Juergen Mueller", "Ju\u0308rgen MU\u0308LLER"])
def test_an_umlaut_is_found_in_each_spelling_and_finds_each(
    make_customer: CustomerMaker, find: Find, subtests: pytest.Subtests, name: str
) -> None:
    make_customer(name_parts={"_scheme": "full", "full_name": "Jorgen Moller"})
    found = make_customer(name_parts={"_scheme": "full", "full_name": name})

    for search in [
        *("müller", "mueller", "muller", "Jürgen Mueller", "jurgen MÜLLER", "juergen muller"),
        *("ürg", "uerg", "urg", "üll", "uell", "ull"),
    ]:
        with subtests.test(search):
            assert find(search) == [found]


@pytest.mark.parametrize(
    ("name", "search"),
    [
        ("Björn Strauß", "bjoern strauss"),
        ("Bjoern Strauss", "björn strauß"),
        ("Käthe Jäger", "kaethe jaeg"),
        ("Kaethe Jaeger", "käthe jäg"),
        ("Søren", "soeren"),
        ("Soeren", "sören"),
        ("Muller", "müller"),
        ("Böttcher-Lüders", "boettcher-lueders"),
        ("Boettcher-Lueders", "Böttcher-Lüders"),
        ("Böttcher-Lüders", "Böttcher-Lueders"),
        ("Böttcher-Lüders", "boettcher-lüd"),
        ("Boettcher-Lüders", "Böttcher-Lueders"),
        ("Anna Böttcher-Lueders-Weiß", "anna boettcher-lüders-weiss"),
    ],
)
def test_other_umlauts_and_sharp_s_are_found_as_well(
    make_customer: CustomerMaker, find: Find, name: str, search: str
) -> None:
    make_customer()
    found = make_customer(name_parts={"_scheme": "full", "full_name": name})

    assert find(search) == [found]


def test_an_umlaut_in_an_email_is_found_in_each_spelling(
    make_customer: CustomerMaker, find: Find
) -> None:
    with_dots = make_customer(email="info@müller.example")
    without = make_customer(email="j.mueller@shop.example")

    assert find("mueller.example") == [with_dots]
    assert find("müller@") == [without]


def test_a_name_is_found_by_its_transcription_and_its_calling_name(
    make_customer: CustomerMaker, find: Find, subtests: pytest.Subtests
) -> None:
    parts = {"_scheme": "full_transcription", "full_name": "山田花子"}
    others = {"latin_transcription": "Yamada Hanako", "calling_name": "Hana-chan"}
    make_customer(name_parts=parts)
    found = make_customer(name_parts={**parts, **others})

    for search in ["hanako", "Yamada 山田", "hana-chan"]:
        with subtests.test(search):
            assert find(search) == [found]


def test_emails_and_identifiers_are_found_by_their_parts(
    make_customer: CustomerMaker, find: Find, subtests: pytest.Subtests
) -> None:
    make_customer()
    found = make_customer(email="O'Brien@x.org", external_identifier="first.last/+49 30 123")

    for search in ["o'brien@x.org", "o’brien@", "brien@x", "first.last", "+49 30"]:
        with subtests.test(search):
            assert find(search) == [found]


def test_the_domain_of_an_email_has_to_match(
    make_customer: CustomerMaker, find: Find, subtests: pytest.Subtests
) -> None:
    found = make_customer(email="anna@shop.example", external_identifier="anna@b@shop.example")
    make_customer(email="anna@elsewhere.example", external_identifier="anna@b@elsewhere.example")

    for search in ["anna@shop.example", "na@shop", "a@b@shop.example", "@shop"]:
        with subtests.test(search):
            assert find(search) == [found]


def test_customers_of_another_organizer_are_never_found(
    make_customer: CustomerMaker, rival: Organizer, find: Find
) -> None:
    make_customer(of=rival, name_parts={"_scheme": "full", "full_name": "Jones"})

    assert find("jones") == []


def test_the_index_follows_every_change(make_customer: CustomerMaker, find: Find) -> None:
    customer = make_customer(name_parts={"_scheme": "full", "full_name": "Jones"})
    customer.name_parts = {"_scheme": "full", "full_name": "Miller"}
    customer.save()

    assert find("jones") == []
    assert find("miller") == [customer]
    customer.delete()
    assert find("miller") == []


@pytest.fixture
def crowd(organizer: Organizer) -> list[str]:
    """The texts of customers with names in many scripts."""
    with scope(organizer=organizer):
        load_customers(organizer, demo_customers(150))
        return list(Customer.objects.values_list("search_text", flat=True))


@hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_search_finds_the_texts_that_have_every_word(
    crowd: list[str], find: Find, data: st.DataObject
) -> None:
    text = data.draw(st.sampled_from(crowd))
    starts = data.draw(st.lists(st.integers(0, len(text) - 1), min_size=1, max_size=3))
    parts = [text[start : start + data.draw(st.integers(1, 30))] for start in starts]
    search = " ".join(parts).upper() if data.draw(st.booleans()) else " ".join(parts)
    words = normalize(search).split()
    # Pairs of digits are searched for as one number without spaces.
    assume(set(Search.parse(search).words) <= set(words))

    expected = sorted(text for text in crowd if all(word in text for word in words))
    found = find(search) if words else None
    assert found is None or sorted(customer.search_text for customer in found) == expected
