"""manage.py set_country: phone numbers without a country code get another country."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django_scopes import scope

from portal.conftest import CustomerMaker
from portal.customers.models import Customer
from portal.organizers.models import Organizer


def test_the_keys_of_phone_numbers_follow_the_country(
    organizer: Organizer, rival: Organizer, make_customer: CustomerMaker
) -> None:
    customer = make_customer(phone="030 23125")
    make_customer(phone="+49 30 23125")
    other = make_customer(of=rival, phone="030 23125")

    call_command("set_country", organizer.slug, "AT", verbosity=0)

    organizer.refresh_from_db()
    assert organizer.country == "AT"
    with scope(organizer=organizer):
        keys = Customer.objects.order_by("pk").values_list("phone_key", flat=True)
        assert [*keys] == ["433023125", "493023125"]
        assert "433023125" in Customer.objects.get(pk=customer.pk).search_text
    with scope(organizer=rival):
        assert Customer.objects.get(pk=other.pk).phone_key == "03023125"


@pytest.mark.parametrize("country", ["de", "XX", "Germany"])
def test_an_unknown_country_is_rejected(organizer: Organizer, country: str) -> None:
    with pytest.raises(CommandError, match="country"):
        call_command("set_country", organizer.slug, country)

    organizer.refresh_from_db()
    assert organizer.country == "DE"
