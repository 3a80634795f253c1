"""The pages that create and change a customer in a form with all fields."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scope
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from portal.accounts.models import User
from portal.conftest import CustomerMaker
from portal.customers import services
from portal.customers.models import Customer, State
from portal.history.actors import Actor
from portal.history.models import Event
from portal.organizers.models import Organizer, Team
from portal.organizers.permissions import Permission

LIST = "/organizers/bigevents/customers/"
CREATE = "/organizers/bigevents/new-customer/"
EDIT = f"{LIST}ANN2345/edit/"
ADA = {"_scheme": "given_family", "given_name": "Ada", "family_name": "Lovelace"}
INPUT = re.compile(r'<input[^>]*type="(?:text|hidden)"[^>]*>|<input[^>]*checked[^>]*>')
SELECT = re.compile(r'<select name="([^"]*)".*?<option value="([^"]*)" selected', re.DOTALL)


@pytest.fixture
def ann(make_customer: CustomerMaker) -> Customer:
    return make_customer(identifier="ANN2345", email="ann@example.org", phone="+4930231250")


def inputs(client: Client, address: str) -> dict[str, str]:
    """The values that a browser sends if the user changes no input."""
    return inputs_of(client.get(address).text)


def inputs_of(page: str) -> dict[str, str]:
    form = page.partition('<form class="customer-form"')[2].partition("</form>")[0]
    found = {}
    for tag in INPUT.findall(form):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        found[attributes["name"]] = unescape(
            attributes.get("value", "on" if " checked" in tag else "")
        )
    found.pop("csrfmiddlewaretoken")
    return found | dict(SELECT.findall(form))


def edit(client: Client, address: str = EDIT, **typed: str) -> Any:
    return client.post(address, {**inputs(client, address), **typed})


def stored(organizer: Organizer, identifier: str = "ANN2345") -> Customer:
    with scope(organizer=organizer):
        return services.get_customer(organizer, identifier)


def created(organizer: Organizer, response: Any) -> Customer:
    return stored(organizer, response["Location"].removeprefix(LIST).partition("/")[0])


def change_meanwhile(organizer: Organizer, **values: Any) -> None:
    actor = Actor.from_command("clara@example.org")
    with scope(organizer=organizer):
        services.change_customer(organizer, "ANN2345", values, actor=actor)


def test_a_new_customer_is_active_and_unverified(
    organizer: Organizer, member: User, member_client: Client
) -> None:
    response = edit(member_client, CREATE, name_full_name=" Ann Lee ", email="Ann@Example.org")

    customer = created(organizer, response)
    assert (customer.name, customer.email, customer.locale) == ("Ann Lee", "ann@example.org", "en")
    assert customer.state == State.UNVERIFIED
    with scope(organizer=organizer):
        event = Event.objects.get()
    assert (event.kind, event.actor_name, event.actor_id) == ("created", member.email, member.pk)


def test_a_customer_without_any_value_is_created(
    organizer: Organizer, member_client: Client
) -> None:
    response = edit(member_client, CREATE)

    customer = created(organizer, response)
    assert (customer.email, customer.phone, customer.name_parts) == (None, None, {})


def test_a_name_has_the_parts_of_the_organizers_scheme(
    organizer: Organizer, member_client: Client
) -> None:
    organizer.name_scheme = "title_given_family"
    organizer.save()

    response = edit(member_client, CREATE, name_title="Dr", name_family_name="Lee")

    customer = created(organizer, response)
    assert customer.name == "Dr Lee"
    assert customer.name_parts == {
        "_scheme": "title_given_family",
        "title": "Dr",
        "family_name": "Lee",
    }


def test_a_name_is_previewed_without_saving(organizer: Organizer, member_client: Client) -> None:
    organizer.name_scheme = "family_comma_given"
    organizer.save()
    typed = {"name_family_name": "Lee", "name_given_name": "Ann <b>"}

    response = member_client.post(
        CREATE, typed, headers={"HX-Request": "true", "HX-Target": "p#name-preview"}
    )

    assertContains(response, "<bdi>Lee, Ann &lt;b&gt;</bdi>")
    assertNotContains(response, "<html")
    with scope(organizer=organizer):
        assert not Customer.objects.exists()


def test_a_phone_number_without_a_country_code_is_one_of_the_organizers_country(
    organizer: Organizer, member_client: Client, ann: Customer
) -> None:
    assert organizer.country == "DE"

    edit(member_client, phone="(030) 23125-1")

    assert stored(organizer).phone == "+4930231251"
    assert inputs(member_client, EDIT)["phone"] == "+49 30 231251"


@pytest.mark.usefixtures("ann")
def test_only_fields_that_were_typed_are_changed(
    organizer: Organizer, member_client: Client
) -> None:
    response = edit(member_client, external_identifier="K-1", locale="de")

    assertRedirects(response, f"{LIST}ANN2345/?saved=2")
    with scope(organizer=organizer):
        assert Event.objects.get().changes == {
            "external_identifier": [None, "K-1"],
            "locale": ["en", "de"],
        }


@pytest.mark.usefixtures("ann")
def test_a_form_without_changes_changes_nothing(
    organizer: Organizer, member_client: Client
) -> None:
    assertRedirects(edit(member_client), f"{LIST}ANN2345/")

    with scope(organizer=organizer):
        assert not Event.objects.exists()


def test_a_checkbox_can_be_unchecked(
    organizer: Organizer, member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(identifier="ANN2345", is_verified=True)
    sent = inputs(member_client, EDIT)
    del sent["is_active"]

    member_client.post(EDIT, sent)

    customer = stored(organizer)
    assert (customer.is_active, customer.is_verified) == (False, True)


def test_an_imported_value_that_is_invalid_today_does_not_prevent_other_changes(
    organizer: Organizer, member_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(identifier="ANN2345", phone="ask at the desk", locale="tlh", email="a@b")

    edit(member_client, external_identifier="K-1")

    customer = stored(organizer)
    assert customer.external_identifier == "K-1"
    assert (customer.phone, customer.locale, customer.email) == ("ask at the desk", "tlh", "a@b")


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (ADA, "Ada Lovelace"),
        ({"_legacy": "Ada L.", "_scheme": "full"}, "Ada L."),
        ({"_scheme": "calling_full", "full_name": "Ada", "calling_name": "A"}, "Ada"),
    ],
)
def test_a_name_of_another_scheme_stays_until_it_is_edited(
    organizer: Organizer,
    member_client: Client,
    make_customer: CustomerMaker,
    parts: dict[str, str],
    shown: str,
) -> None:
    make_customer(identifier="ANN2345", name_parts=parts)
    sent = inputs(member_client, EDIT)
    assert sent["name_full_name"] == shown

    member_client.post(EDIT, {**sent, "external_identifier": "K-1"})
    assert stored(organizer).name_parts == parts

    edit(member_client, name_full_name="Ada King")
    assert stored(organizer).name_parts == {"_scheme": "full", "full_name": "Ada King"}


def test_a_name_is_offered_in_the_parts_of_the_organizers_scheme(
    organizer: Organizer, member_client: Client, make_customer: CustomerMaker
) -> None:
    organizer.name_scheme = "given_family"
    organizer.save()
    make_customer(identifier="ANN2345", name_parts={**ADA, "_scheme": "family_comma_given"})
    make_customer(identifier="BEN2345", name_parts={"_scheme": "full", "full_name": "Ben Lee"})

    ann = inputs(member_client, EDIT)
    ben = inputs(member_client, f"{LIST}BEN2345/edit/")

    assert (ann["name_given_name"], ann["name_family_name"]) == ("Ada", "Lovelace")
    assert (ben["name_given_name"], ben["name_family_name"]) == ("", "Ben Lee")


@pytest.mark.usefixtures("ann")
def test_errors_stand_at_their_fields_and_keep_what_was_typed(
    organizer: Organizer, member_client: Client
) -> None:
    response = edit(member_client, email="no email", phone="12", external_identifier="K-1")

    page = response.text
    assert response.status_code == 422
    assert "Enter a valid email address." in page
    assert "The phone number entered is not valid." in page
    sent = inputs_of(page)
    assert (sent["email"], sent["phone"], sent["external_identifier"]) == ("no email", "12", "K-1")
    focused = re.findall(r"<input[^>]* autofocus[^>]*>", page)
    assert len(focused) == 1
    assert 'name="email"' in focused[0]
    assert 'aria-describedby="id_email_error"' in focused[0]
    assert stored(organizer).external_identifier is None


@pytest.mark.usefixtures("ann")
def test_an_email_that_is_taken_links_to_its_customer(
    member_client: Client, make_customer: CustomerMaker, rival: Organizer
) -> None:
    make_customer(identifier="BEN2345", email="ben@example.org", name_parts={"_legacy": "Ben"})
    make_customer(identifier="EVE2345", email="eve@example.org", of=rival)

    response = edit(member_client, email="BEN@example.org")

    assertContains(response, f'<a href="{LIST}BEN2345/">Open BEN2345</a>', status_code=422)
    assertNotContains(response, "Ben<", status_code=422)
    assertRedirects(edit(member_client, email="eve@example.org"), f"{LIST}ANN2345/?saved=2")


@pytest.mark.usefixtures("ann")
def test_null_characters_are_an_error(member_client: Client) -> None:
    response = edit(member_client, name_full_name="a\0b")

    assertContains(response, "Null characters are not allowed.", status_code=422)


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 30])
@pytest.mark.usefixtures("ann")
def test_an_invalid_version_is_no_server_error(member_client: Client, since: str) -> None:
    assert edit(member_client, since=since).status_code in (302, 422)


@pytest.mark.usefixtures("ann")
def test_changes_of_different_fields_do_not_conflict(
    organizer: Organizer, member_client: Client
) -> None:
    sent = inputs(member_client, EDIT)
    change_meanwhile(organizer, phone="+4930231259", external_identifier="K-2")

    member_client.post(EDIT, {**sent, "email": "new@example.org"})

    customer = stored(organizer)
    assert customer.email == "new@example.org"
    assert (customer.phone, customer.external_identifier) == ("+4930231259", "K-2")


@pytest.fixture
def conflict(organizer: Organizer, member_client: Client, ann: Customer) -> Any:
    """The response to a change of email and phone after another member changed the email."""
    sent = inputs(member_client, EDIT)
    change_meanwhile(organizer, email="theirs@example.org", phone="+4930231259")
    return member_client.post(
        EDIT, {**sent, "email": "mine@example.org", "external_identifier": "K-1"}
    )


def test_a_conflict_shows_both_versions(organizer: Organizer, conflict: Any) -> None:
    page = conflict.text

    assert conflict.status_code == 409
    assert "This customer was changed while you were editing." in page
    assert re.findall(r"<bdi>(\w+@example.org)</bdi>", page)[-2:] == [
        "mine@example.org",
        "theirs@example.org",
    ]
    assert "clara@example.org, just now" in page
    assert page.count('class="conflict"') == 1
    assert inputs_of(page)["phone"] == "+49 30 231259"
    assert stored(organizer).external_identifier is None


@pytest.mark.parametrize("choice", ["mine", "theirs", ""])
def test_a_conflict_is_resolved_by_a_choice(
    organizer: Organizer, member_client: Client, conflict: Any, choice: str
) -> None:
    chosen = choice or "theirs"

    member_client.post(EDIT, {**inputs_of(conflict.text), "keep-email": choice})

    customer = stored(organizer)
    assert customer.email == f"{chosen}@example.org"
    assert (customer.phone, customer.external_identifier) == ("+4930231259", "K-1")


def test_another_change_conflicts_again(
    organizer: Organizer, member_client: Client, conflict: Any
) -> None:
    change_meanwhile(organizer, email="third@example.org")

    again = member_client.post(EDIT, {**inputs_of(conflict.text), "keep-email": "mine"})

    assertContains(again, "third@example.org", status_code=409)
    assert stored(organizer).email == "third@example.org"


@pytest.mark.usefixtures("ann")
def test_a_name_conflicts_as_a_whole(organizer: Organizer, member_client: Client) -> None:
    sent = inputs(member_client, EDIT)
    change_meanwhile(organizer, name_parts={"full_name": "Ann Theirs"})

    response = member_client.post(EDIT, {**sent, "name_full_name": "Ann Mine"})
    assertContains(response, "<bdi>Ann Theirs</bdi>", status_code=409)
    member_client.post(EDIT, {**inputs_of(response.text), "keep-name_parts": "mine"})

    assert stored(organizer).name == "Ann Mine"


@pytest.mark.usefixtures("ann")
def test_the_position_in_the_list_is_kept(member_client: Client) -> None:
    page = member_client.get(f"{LIST}ANN2345/?back=search%3Dann")
    assertContains(page, f'href="{EDIT}?back=search%3Dann"')

    response = edit(member_client, f"{EDIT}?back=search%3Dann", external_identifier="K-1")

    assertRedirects(response, f"{LIST}ANN2345/?back=search%3Dann&saved=2")


@pytest.fixture(params=[Permission.READ_CUSTOMERS, Permission.WRITE_CUSTOMERS])
def limited(request: pytest.FixtureRequest, organizer: Organizer, member: User) -> str:
    """Give the member only one of the permissions to read and to change customers."""
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=[request.param])
    return str(request.param)


@pytest.mark.usefixtures("ann", "limited")
@pytest.mark.parametrize("address", [CREATE, EDIT])
def test_a_member_without_the_permissions_is_rejected(
    organizer: Organizer, member_client: Client, address: str
) -> None:
    assert member_client.get(address).status_code == 403
    assert member_client.post(address, {"email": "new@example.org"}).status_code == 403
    assert stored(organizer).email == "ann@example.org"


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize("address", [CREATE, EDIT])
def test_a_stranger_gets_404(organizer: Organizer, stranger_client: Client, address: str) -> None:
    response = stranger_client.post(address, {"email": "new@example.org"})

    assert response.status_code == 404
    assert stored(organizer).email == "ann@example.org"


def test_a_customer_of_another_organizer_is_not_found(
    member_client: Client, make_customer: CustomerMaker, rival: Organizer
) -> None:
    make_customer(identifier="EVE2345", of=rival)

    assert member_client.get(f"{LIST}EVE2345/edit/").status_code == 404
    assert member_client.post(f"{LIST}EVE2345/edit/", {"email": ""}).status_code == 404


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize("address", [CREATE, EDIT])
def test_a_form_of_another_site_is_rejected(member: User, address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)

    assert client.post(address, {"email": "new@example.org"}).status_code == 403


@pytest.mark.usefixtures("ann")
def test_controls_are_shown_to_members_who_may_use_them(
    request: pytest.FixtureRequest, member_client: Client
) -> None:
    assertContains(member_client.get(LIST), f'href="{CREATE}"')
    assertContains(member_client.get(f"{LIST}ANN2345/"), f'href="{EDIT}"')

    request.getfixturevalue("without_writing")

    assertNotContains(member_client.get(LIST), CREATE)
    assertNotContains(member_client.get(f"{LIST}ANN2345/"), EDIT)


@pytest.fixture
def without_writing(organizer: Organizer, member: User) -> None:
    with scope(organizer=organizer):
        Team.objects.filter(members=member).update(permissions=[Permission.READ_CUSTOMERS])


@pytest.mark.usefixtures("ann")
def test_saving_takes_few_queries(member_client: Client) -> None:
    sent = inputs(member_client, EDIT)
    with CaptureQueriesContext(connection) as reading:
        member_client.get(EDIT)
    with CaptureQueriesContext(connection) as writing:
        member_client.post(EDIT, {**sent, "email": "new@example.org"})

    assert len(reading) <= 4
    assert len(writing) <= 14


@pytest.mark.parametrize("address", [CREATE, EDIT, f"{EDIT}email/"])
def test_the_navigation_marks_the_customers(
    member_client: Client, ann: Customer, address: str
) -> None:
    page = member_client.get(address)

    assertContains(page, f'<a href="{LIST}" aria-current="true">Customers</a>', html=True)
