"""Customer, its state, its constraints and indexes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager, scopes_disabled

from portal.customers.counters.counts import (
    FACETS,
    CustomerCount,  # noqa: F401  Django looks for models here.
)
from portal.customers.fields import (
    CodePointCharField,
    CodePointTextField,
    CompactEncoder,
    IgnoringCase,
)
from portal.customers.normalization import DERIVED, NAME_KEY_LENGTH, SOURCES, derived_values
from portal.organizers.models import Organizer
from portal.organizers.scopes import require_scope

IDENTIFIER: Final = r"^[A-Za-z0-9._-]{1,190}\Z"
# Outside of these years conversions between time zones can leave the calendar.
YEARS: Final = range(1900, 2200)
# SQLite's index of the search, a table: the trigrams of `search_text` by primary key.
SEARCH_INDEX_ON_SQLITE: Final = "customers_search"


class State(models.TextChoices):
    """What staff need to know of an account first; each excludes the others."""

    ACTIVE = "active", _("Active")
    UNVERIFIED = "unverified", _("Unverified")
    INACTIVE = "inactive", _("Inactive")
    ANONYMISED = "anonymised", _("Anonymised")


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Columns that others follow from are changed by save() only."""

    def in_physical_order(self) -> CustomerQuerySet:
        """In an order that an index has, with neighbours side by side in the table too.

        Where many rows are read for want of a better index, each page of the table is read once.
        """
        return self.order_by("-is_active", "-pk")

    def update(self, **values: Any) -> int:
        if SOURCES & values.keys():
            raise TypeError(f"Other columns follow from these: save() each customer: {SOURCES}")
        return super().update(**values)

    def bulk_create(self, objs: Iterable[Customer], *args: Any, **kwargs: Any) -> list[Customer]:
        customers = list(objs)
        for customer in customers:
            customer.derive()
        return super().bulk_create(customers, *args, **kwargs)


CustomerManager = models.Manager.from_queryset(CustomerQuerySet)


class Customer(models.Model):
    """An account of somebody who buys tickets. Ten of its fields are the specification's."""

    organizer = models.ForeignKey(Organizer, models.CASCADE, related_name="+", db_index=False)
    identifier = CodePointCharField(
        _("identifier"), max_length=190, validators=[RegexValidator(IDENTIFIER)]
    )
    external_identifier = models.CharField(
        _("external identifier"), max_length=255, null=True, blank=True
    )
    email = models.EmailField(_("email"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=128, null=True, blank=True)
    name_parts = models.JSONField(
        _("parts of the name"), default=dict, blank=True, encoder=CompactEncoder
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_verified = models.BooleanField(_("verified"), default=False)
    last_login = models.DateTimeField(_("last sign-in"), null=True, blank=True)
    date_joined = models.DateTimeField(_("registered"), default=timezone.now)
    locale = CodePointCharField(_("language"), max_length=50, default="en")
    last_modified = models.DateTimeField(_("last changed"), default=timezone.now)
    notes = models.TextField(_("notes"), null=True, blank=True)

    # These follow from the fields above: see derive().
    name = models.CharField(_("name"), max_length=255, blank=True, editable=False)
    name_key = CodePointCharField(max_length=NAME_KEY_LENGTH, null=True, editable=False)
    email_key = CodePointCharField(max_length=254, null=True, editable=False)
    search_text = CodePointTextField(editable=False)

    objects: ClassVar[CustomerManager[Customer]] = ScopedManager(
        CustomerManager, organizer="organizer"
    )

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(
                fields=["organizer", "identifier"], name="customer_identifier_in_organizer"
            ),
            models.UniqueConstraint(
                fields=["organizer", "email_key"], name="customer_email_in_organizer"
            ),
            models.CheckConstraint(
                condition=~models.Q(identifier="") & ~models.Q(email=""),
                name="customer_none_is_not_blank",
            ),
        ]
        # One for each order, scanned in either direction: see query/ordering.py.
        indexes = [
            # PostgreSQL reads an expression from an index only beside what it is made of.
            models.Index(
                "organizer",
                IgnoringCase("identifier"),
                "id",
                include=["identifier"],
                name="customer_by_identifier_key",
            ),
            models.Index("organizer", "name_key", "id", name="customer_by_name_key"),
            models.Index("organizer", "is_active", "id", name="customer_by_is_active"),
            models.Index("organizer", "is_verified", "id", name="customer_by_is_verified"),
            models.Index("organizer", "locale", "id", name="customer_by_locale_key"),
            # Beside a range of time, each choice is counted; here the index alone has the answer.
            models.Index("organizer", "date_joined", "id", *FACETS, name="customer_joined_facets"),
            models.Index("organizer", "last_login", "id", *FACETS, name="customer_login_facets"),
            models.Index(
                "organizer", "last_modified", "id", *FACETS, name="customer_modified_facets"
            ),
            # Names go by languages: the first customers of one may be far down the whole list.
            models.Index(
                "organizer", "locale", "email_key", "id", name="customer_by_email_in_locale"
            ),
            # With an email, the constraint above has the order.
            models.Index(
                "organizer",
                "id",
                condition=models.Q(email_key__isnull=True),
                name="customer_without_email",
            ),
            models.Index(
                "organizer",
                "external_identifier",
                condition=models.Q(external_identifier__isnull=False),
                name="customer_by_external",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.identifier

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        super().save(*args, **kwargs)

    @property
    def state(self) -> State:
        """Anonymised is an inactive account that no longer points to a person."""
        if not self.is_active:
            return State.INACTIVE if self.email or self.name_parts else State.ANONYMISED
        return State.ACTIVE if self.is_verified else State.UNVERIFIED

    def derive(self) -> None:
        """Set the columns that follow from others. Raises names.UnknownScheme."""
        values = derived_values(
            self.identifier, self.external_identifier, self.email, self.name_parts
        )
        for column, value in zip(DERIVED, values, strict=True):
            setattr(self, column, value)


def customers_of(organizer: Organizer) -> CustomerQuerySet:
    """All customers of the organizer. Raises ScopeError outside of the organizer's scope."""
    require_scope(organizer)
    # PostgreSQL's index of the search compares a bigint with nothing but a bigint. The condition
    # that the scope adds is the same one again, and would hide it.
    with scopes_disabled():
        return Customer.objects.filter(
            organizer_id=Cast(models.Value(organizer.pk), models.BigIntegerField())
        )
