"""Users: unique emails and hashed passwords."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from portal.accounts.models import User


def test_an_email_is_unique_ignoring_case(member: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.create(email="Member@Example.org")


def test_a_new_user_has_a_hashed_password(db: None) -> None:
    user = User.objects.create_user(" New@Example.org ", "correct horse")

    assert user.email == "new@example.org"
    assert user.check_password("correct horse")
    assert "correct horse" not in user.password
