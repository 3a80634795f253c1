"""Passwords are hashed by Argon2. A sign-in replaces an older hash."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from pytest_django import Settings

from portal.accounts.models import User
from portal.conftest import PASSWORD
from portal.settings import base

PBKDF2 = "pbkdf2_sha256"
SIGN_IN = {"username": "owner@example.org", "password": PASSWORD}


@pytest.fixture(autouse=True)
def hashers(settings: Settings) -> None:
    """The hashers of production. The settings of tests have a fast hasher."""
    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS


@pytest.mark.django_db
def test_a_password_is_hashed_by_argon2() -> None:
    user = User.objects.create_user("owner@example.org", PASSWORD)

    assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.django_db
def test_an_older_password_is_accepted_and_replaced(client: Client) -> None:
    User.objects.create(email="owner@example.org", password=make_password(PASSWORD, hasher=PBKDF2))

    response = client.post("/sign-in/", SIGN_IN)

    assert response.status_code == 302
    assert User.objects.get().password.startswith("argon2$")
