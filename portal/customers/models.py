"""Customer, and the query vocabulary of the list as QuerySet methods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from portal.customers import names
from portal.customers.counts import CustomerCount  # noqa: F401  Django looks for models here.
from portal.customers.fields import CodePointCharField, CodePointTextField, CompactEncoder
from portal.customers.folding import fold
from portal.customers.orderings import Term, index_terms, order_terms
from portal.customers.places import Place, stages_beyond
from portal.organizers.models import Organizer

IDENTIFIER: Final = r"^[A-Za-z0-9._-]{1,190}\Z"
NAME_KEY_LENGTH: Final = 190
DERIVED: Final = ("name", "name_key", "email_key", "search_text")
# Fields that others follow from: see derive(). A plain UPDATE would leave those behind.
SOURCES: Final = frozenset({"identifier", "external_identifier", "email", "name_parts"})


class State(models.TextChoices):
    """What staff need to know of an account first; each excludes the others."""

    ACTIVE = "active", _("Active")
    UNVERIFIED = "unverified", _("Unverified")
    INACTIVE = "inactive", _("Inactive")
    ANONYMISED = "anonymised", _("Anonymised")


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Reads as a question: `customers.matching("jose").in_order(["-date_joined"])`."""

    def in_order(self, keys: Sequence[str], *, backwards: bool = False) -> CustomerQuerySet:
        """By the keys of ORDERINGS (`-` reverses), empty values last, then by primary key."""
        return self.by_terms(order_terms(keys, backwards=backwards))

    def by_terms(self, terms: Iterable[Term]) -> CustomerQuerySet:
        return self.order_by(
            *(models.OrderBy(term.expression, descending=term.descending) for term in terms)
        )

    def stages_beyond(self, keys: Sequence[str], place: Place) -> list[CustomerQuerySet]:
        """Those beyond the place, in the order by these keys from there on, part by part."""
        return [
            self.filter(stage.condition).by_terms(stage.terms)
            for stage in stages_beyond(keys, place)
        ]

    def matching(self, search: str) -> CustomerQuerySet:
        """Each word of the search is part of the name, email, identifier or external identifier."""
        found = self
        for word in fold(search).split():
            found = found.filter(search_text__contains=word)
        return found

    def with_email(self, email: str) -> CustomerQuerySet:
        """The one with this email, ignoring case."""
        return self.filter(email_key=email.casefold())

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
        indexes = [
            models.Index("organizer", *index_terms("email"), "id", name="customer_by_email"),
            models.Index("organizer", *index_terms("name"), "id", name="customer_by_name"),
            models.Index("organizer", "date_joined", "id", name="customer_by_date_joined"),
            models.Index("organizer", "last_login", "id", name="customer_by_last_login"),
            models.Index("organizer", "locale", name="customer_by_locale"),
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


def derived_values(
    identifier: str,
    external_identifier: str | None,
    email: str | None,
    name_parts: Mapping[str, str | None],
) -> tuple[str, str | None, str | None, str]:
    """The values of DERIVED, which follow from others. Raises names.UnknownScheme."""
    name = names.compose(name_parts)
    folded_name = fold(name)
    email_key = email.casefold() if email else None
    folded_email = fold(email) if email else ""
    searched = [folded_name, folded_email, identifier.lower()]
    if external_identifier:
        searched.append(fold(external_identifier))
    return (
        name,
        folded_name[:NAME_KEY_LENGTH] or None,
        email_key,
        "\n".join(filter(None, searched)),
    )
