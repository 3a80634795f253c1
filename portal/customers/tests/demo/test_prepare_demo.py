"""manage.py prepare_demo: the demo is complete, and a second run changes nothing."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest
from django.core.management import call_command
from django_scopes import scope
from pytest_django import Settings

from portal.accounts.models import User
from portal.customers.demo.customers import EXAMPLE
from portal.customers.models import Customer
from portal.organizers import services, tokens
from portal.organizers.models import Organizer

pytestmark = pytest.mark.django_db


@pytest.fixture
def token_file(tmp_path: Path, settings: Settings) -> Path:
    settings.VAR_DIR = tmp_path / "var"
    return tmp_path / "var" / "demo-token"


def _prepare() -> str:
    out = io.StringIO()
    call_command("prepare_demo", customers=30, stdout=out)
    return out.getvalue()


def _count(slug: str) -> int:
    with scope(organizer=Organizer.objects.get(slug=slug)):
        return Customer.objects.count()


def test_there_are_two_organizers_with_customers(token_file: Path) -> None:
    _prepare()

    assert (_count("bigevents"), _count("smallshows")) == (30, 40)


def test_the_example_of_the_specification_is_loaded(token_file: Path) -> None:
    _prepare()

    with scope(organizer=Organizer.objects.get(slug="bigevents")):
        customer = Customer.objects.get(identifier="8WSAJCJ")
    assert {name: getattr(customer, name) for name in EXAMPLE.__dict__} == EXAMPLE.__dict__
    assert customer.name == "John Doe"


def test_the_member_of_the_demo_sees_one_organizer_only(token_file: Path) -> None:
    _prepare()

    user = User.objects.get(email="demo@example.org")
    assert user.check_password("bigevents-demo")
    assert [access.organizer.slug for access in services.list_access(user)] == ["bigevents"]


def test_the_token_is_in_a_private_file(token_file: Path) -> None:
    output = _prepare()

    token = token_file.read_text().strip()
    assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
    assert f"Token {token}" in output
    assert tokens.authenticate_token(token).organizer.slug == "bigevents"


def test_a_second_run_changes_nothing(token_file: Path) -> None:
    first = _prepare()
    with scope(organizer=Organizer.objects.get(slug="bigevents")):
        Customer.objects.exclude(identifier="8WSAJCJ").delete()

    assert _prepare() == first
    assert _count("bigevents") == 1


@pytest.mark.parametrize("content", ["", "portal_of-another-database", "é"])
def test_an_invalid_token_is_replaced(token_file: Path, content: str) -> None:
    _prepare()
    token_file.write_text(content)

    _prepare()

    assert tokens.authenticate_token(token_file.read_text().strip())


def test_a_revoked_token_is_replaced(token_file: Path) -> None:
    _prepare()
    old = token_file.read_text().strip()
    tokens.revoke_token_by_key(Organizer.objects.get(slug="bigevents"), key=old)

    _prepare()

    assert token_file.read_text().strip() != old


def test_the_address_is_the_public_one(token_file: Path, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://portal.example.org"

    assert "https://portal.example.org/api/v1/organizers/bigevents/customers/" in _prepare()
