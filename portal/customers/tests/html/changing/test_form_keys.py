"""A form that is submitted twice, such as by a double click, is carried out once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from django_scopes import scope
from pytest_django.asserts import assertContains

from portal.accounts.models import User
from portal.conftest import PASSWORD, CustomerMaker
from portal.customers.models import Customer, Note, SubmittedForm
from portal.organizers.models import Organizer
from portal.organizers.services import create_staff

NEW = "/organizers/bigevents/new-customer/"
ANN = "/organizers/bigevents/customers/ANN2345/"


@pytest.fixture
def ann(make_customer: CustomerMaker) -> Customer:
    return make_customer(identifier="ANN2345")


def _key(client: Client, path: str) -> str:
    [key] = re.findall(r'name="form_key" value="(\w+)"', client.get(path).text)
    return str(key)


def _count(organizer: Organizer, model: type[Customer] | type[Note]) -> int:
    with scope(organizer=organizer):
        return model.objects.count()


def test_a_second_submission_leads_to_the_customer_of_the_first(
    member_client: Client, organizer: Organizer
) -> None:
    form = {"locale": "en", "name_full_name": "Ann", "form_key": _key(member_client, NEW)}

    first, second = (member_client.post(NEW, form) for _ in range(2))

    assert first["Location"] == second["Location"] != ""
    assert _count(organizer, Customer) == 1
    assertContains(member_client.get(second["Location"]), "The customer was created.")


def test_a_second_submission_is_no_duplicate_of_the_email(member_client: Client) -> None:
    key = _key(member_client, NEW)
    form = {"locale": "en", "email": "ann@example.org", "form_key": key}

    assert [member_client.post(NEW, form).status_code for _ in range(2)] == [302, 302]


def test_other_values_or_another_form_are_another_customer(
    member_client: Client, organizer: Organizer
) -> None:
    key, other_key = _key(member_client, NEW), _key(member_client, NEW)
    assert key != other_key

    for name, form_key in (("Ann", key), ("Ann", other_key), ("Ben", key)):
        form = {"locale": "en", "name_full_name": name, "form_key": form_key}
        assert member_client.post(NEW, form).status_code == 302

    assert _count(organizer, Customer) == 3


def test_a_form_with_an_error_keeps_its_key_and_is_carried_out_later(
    member_client: Client, organizer: Organizer
) -> None:
    key = _key(member_client, NEW)
    form = {"locale": "en", "email": "nope", "form_key": key}

    response = member_client.post(NEW, form)
    again = member_client.post(NEW, form | {"email": "ann@example.org"})

    assertContains(response, f'name="form_key" value="{key}"', status_code=422)
    assert again.status_code == 302
    assert _count(organizer, Customer) == 1


def test_a_note_is_added_once(member_client: Client, organizer: Organizer, ann: Customer) -> None:
    for path in (ANN, f"{ANN}notes/"):
        form = {"text": "called", "form_key": _key(member_client, path)}
        responses = [member_client.post(f"{ANN}notes/", form) for _ in range(2)]
        assert {each["Location"] for each in responses} == {f"{ANN}#notes"}

    assert _count(organizer, Note) == 2


def test_the_key_of_a_member_is_no_key_of_another_one(
    member_client: Client, member: User, organizer: Organizer
) -> None:
    create_staff(organizer, email="other@example.org", password=PASSWORD)
    other_client = Client()
    other_client.force_login(User.objects.get(email="other@example.org"))
    form = {"locale": "en", "form_key": _key(member_client, NEW)}

    first, second = (client.post(NEW, form)["Location"] for client in (member_client, other_client))

    assert first != second


@pytest.mark.parametrize("key", ["", "x" * 10_000, "\0", "'\"><script>"])
def test_any_key_is_accepted(member_client: Client, organizer: Organizer, key: str) -> None:
    form = {"locale": "en", "form_key": key}

    assert [member_client.post(NEW, form).status_code for _ in range(2)] == [302, 302]
    assert _count(organizer, Customer) == (1 if key else 2)
    response = member_client.post(NEW, form | {"email": "nope"})
    assert "<script>" not in re.findall(r'name="form_key"[^>]*', response.text)[0]


def test_forms_are_stored_for_a_day(member_client: Client, organizer: Organizer) -> None:
    form = {"locale": "en", "form_key": _key(member_client, NEW)}
    member_client.post(NEW, form)
    with scope(organizer=organizer):
        yesterday = timezone.now() - timedelta(days=1, minutes=1)
        SubmittedForm.objects.update(submitted=yesterday)

    member_client.post(NEW, {"locale": "de", "form_key": _key(member_client, NEW)})

    with scope(organizer=organizer):
        assert SubmittedForm.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("email", ["", "ann@example.org"])
def test_forms_that_arrive_at_once_are_carried_out_once(
    member: User, organizer: Organizer, email: str
) -> None:
    clients = [Client() for _ in range(4)]
    for client in clients:
        client.force_login(member)
    form = {"locale": "en", "email": email, "form_key": _key(clients[0], NEW)}

    def submit(client: Client) -> str:
        try:
            return client.post(NEW, form)["Location"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(clients)) as threads:
        locations = {*threads.map(submit, clients)}

    assert len(locations) == 1
    assert _count(organizer, Customer) == 1
