"""The user, who signs in by email."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from unicodedata import normalize

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

MAX_EMAIL_LENGTH: Final = 254


def account_email(text: str) -> str:
    """The normalized email, by which accounts are stored and found, and failed sign-ins counted.

    Accounts are not looked up with `iexact`. PostgreSQL's UPPER() turns a dotless i into an I, so a
    sign-in with a dotless i would find the account, but its failures would be counted separately.

    Django's sign-in form normalizes to NFKC, too. The text is cut first, because normalizing a long
    text is slow.
    """
    lower = normalize("NFKC", text[:MAX_EMAIL_LENGTH]).strip().lower()
    return normalize("NFKC", lower)[:MAX_EMAIL_LENGTH]


class UserManager(BaseUserManager["User"]):
    """Finds and creates users by email, ignoring case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=account_email(username or ""))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who can sign in. The teams of a user give permissions for organizers."""

    email = models.EmailField(_("email"), unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("added"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_ignoring_case")]

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = account_email(self.email)
        super().save(*args, **kwargs)
