"""The models of customers, their notes and their imports, with constraints and indexes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager, scopes_disabled

from portal.customers.counters.maintained_counts import (
    FACETS,
    CustomerCount,  # noqa: F401  Django finds models only in this module.
)
from portal.customers.fields import (
    CodePointCharField,
    CodePointTextField,
    IgnoringCase,
    IsEmpty,
    JoinedTexts,
    JsonbEncoder,
)
from portal.customers.normalization import (
    COLUMNS_DERIVED_FROM,
    DERIVED_COLUMNS,
    NAME_KEY_LENGTH,
    derived_values,
)
from portal.organizers.models import Organizer
from portal.organizers.scopes import require_scope

IDENTIFIER: Final = r"^[A-Za-z0-9._-]{1,190}\Z"
# The valid years of times. Near the years 1 and 9999, a conversion between time zones can exceed
# the range of datetime.
VALID_YEARS: Final = range(1900, 2200)
# The FTS5 tables on SQLite. The first table has the trigrams of `search_text`, the second table
# those of TEXT_WITH_NOTES.
SEARCH_INDEX_ON_SQLITE: Final = "customers_search"
NOTES_INDEX_ON_SQLITE: Final = "customers_notes_search"
SEARCH_INDEXES_ON_SQLITE: Final = (SEARCH_INDEX_ON_SQLITE, NOTES_INDEX_ON_SQLITE)
# The text that a search by a reader of notes compares. The index of TEXT_WITH_NOTES contains only
# customers with notes.
TEXT_WITH_NOTES: Final = JoinedTexts("search_text", "notes_text", "team_notes_text")
HAS_NOTES: Final = models.Q(notes_text__isnull=False) | models.Q(team_notes_text__isnull=False)


class State(models.IntegerChoices):
    """The state of a customer. The numbers give the order of lists that are sorted by state.

    Filters, the API and CSS use the property `code`.
    """

    ACTIVE = 1, _("Active")
    UNVERIFIED = 2, _("Unverified")
    INACTIVE = 3, _("Inactive")
    ANONYMISED = 4, _("Anonymised")

    @classmethod
    def from_values(
        cls, personal: Iterable[str | None], *, is_active: bool, is_verified: bool
    ) -> State:
        """The state of a customer. `personal` has the values of the columns PERSONAL_COLUMNS."""
        if is_active:
            return cls.ACTIVE if is_verified else cls.UNVERIFIED
        return cls.INACTIVE if any(personal) else cls.ANONYMISED

    @property
    def code(self) -> str:
        return self.name.lower()


# The columns that pretix empties when it anonymises a customer.
PERSONAL_COLUMNS: Final = ("name", "email", "phone", "external_identifier", "notes")
HAS_NO_PERSONAL_DATA: Final = models.Q(
    *(models.Q((each, None)) | models.Q((each, "")) for each in PERSONAL_COLUMNS)
)
# The SQL expression of State.from_values(), for a check constraint.
STATE_EXPRESSION: Final = models.Case(
    models.When(
        HAS_NO_PERSONAL_DATA & models.Q(is_active=False), then=models.Value(State.ANONYMISED.value)
    ),
    models.When(is_active=False, then=models.Value(State.INACTIVE.value)),
    models.When(is_verified=False, then=models.Value(State.UNVERIFIED.value)),
    default=models.Value(State.ACTIVE.value),
)


class CustomerNotFound(Exception):
    """The organizer has no customer with this identifier."""


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Rejects update() of columns from which other columns are derived. Use save() instead."""

    def in_physical_order(self) -> CustomerQuerySet:
        """Order the customers by an index whose order is close to the physical order of the table.

        A scan of many rows in this order reads each page of the table once. Anonymised customers,
        which match no search, come last.
        """
        return self.order_by("state", "pk")

    def update(self, **values: Any) -> int:
        if COLUMNS_DERIVED_FROM & values.keys():
            raise TypeError(
                f"Columns are derived from these: save() each customer: {COLUMNS_DERIVED_FROM}"
            )
        return super().update(**values)

    def bulk_create(self, objs: Iterable[Customer], *args: Any, **kwargs: Any) -> list[Customer]:
        customers = list(objs)
        for customer in customers:
            customer.set_derived_columns()
        return super().bulk_create(customers, *args, **kwargs)


CustomerManager = models.Manager.from_queryset(CustomerQuerySet)


class Customer(models.Model):
    """A customer: the account of a ticket buyer. Ten of its fields are those of the pretix API."""

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
        _("parts of the name"), default=dict, blank=True, encoder=JsonbEncoder
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_verified = models.BooleanField(_("verified"), default=False)
    last_login = models.DateTimeField(_("last sign-in"), null=True, blank=True)
    date_joined = models.DateTimeField(_("registered"), default=timezone.now)
    locale = CodePointCharField(_("language"), max_length=50, default="en")
    last_modified = models.DateTimeField(_("last changed"), default=timezone.now)
    notes = models.TextField(_("notes"), null=True, blank=True)
    # The `last_modified` of the newest imported row, or null. Imports compare `source_modified`
    # with the `last_modified` of rows, never with the times of changes made in Portal.
    source_modified = models.DateTimeField(null=True, editable=False)
    # The last imported values of fields that were edited in Portal: see source_values.py.
    source_values = models.JSONField(null=True, editable=False, encoder=JsonbEncoder)
    # Every save(), and the UPDATE of imports, adds 1 to the version.
    version = models.BigIntegerField(default=1, db_default=1, editable=False)
    # When the personal data was erased. Imports do not change an erased customer.
    erased = models.DateTimeField(null=True, editable=False)

    # The columns that set_derived_columns() computes from the fields above.
    name = models.CharField(_("name"), max_length=255, blank=True, editable=False)
    name_key = CodePointCharField(max_length=NAME_KEY_LENGTH, null=True, editable=False)
    email_key = CodePointCharField(max_length=254, null=True, editable=False)
    phone_key = CodePointCharField(max_length=128, null=True, editable=False)
    search_text = CodePointTextField(editable=False)
    notes_text = CodePointTextField(null=True, editable=False)
    state = models.SmallIntegerField(_("state"), editable=False)

    # The normalized text of the team's notes, which a search compares: see changing/notes.py.
    team_notes_text = CodePointTextField(null=True, editable=False)

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
            models.CheckConstraint(
                condition=models.Q(state=STATE_EXPRESSION), name="customer_state_is_true"
            ),
        ]
        # Each sort key of query/ordering.py has an index, which is scanned in both directions.
        indexes = [
            # PostgreSQL uses an index-only scan for an expression only if the index includes its
            # column.
            models.Index(
                "organizer",
                IgnoringCase("identifier"),
                "id",
                include=["identifier"],
                name="customer_by_identifier_key",
            ),
            models.Index("organizer", "name_key", "id", name="customer_by_name_key"),
            models.Index("organizer", "state", "id", name="customer_by_state"),
            models.Index("organizer", "locale", "id", name="customer_by_locale_key"),
            # The indexes of times contain the facets, so that index-only scans count customers by
            # facets within a range of time.
            models.Index("organizer", "date_joined", "id", *FACETS, name="customer_joined_facets"),
            models.Index("organizer", "last_login", "id", *FACETS, name="customer_login_facets"),
            models.Index(
                "organizer", "last_modified", "id", *FACETS, name="customer_modified_facets"
            ),
            # An index for lists of one language in the order of emails. A scan of the index of
            # emails may pass many customers of other languages before the first match.
            models.Index(
                "organizer", "locale", "email_key", "id", name="customer_by_email_in_locale"
            ),
            # An index for the customers without an email, in lists in the order of emails.
            # Customers with an email are in the index of the unique constraint.
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
            models.Index(
                "organizer",
                "phone_key",
                "id",
                condition=models.Q(phone_key__isnull=False),
                name="customer_by_phone",
            ),
            # The next three indexes are for the filter by empty fields, which few customers may
            # match.
            models.Index(
                "organizer",
                "id",
                condition=models.Q(IsEmpty("phone")),
                name="customer_without_phone",
            ),
            models.Index(
                "organizer",
                "id",
                condition=models.Q(IsEmpty("external_identifier")),
                name="customer_without_external",
            ),
            models.Index(
                "organizer",
                "id",
                condition=models.Q(IsEmpty("name")),
                name="customer_without_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.identifier

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.set_derived_columns()
        if not self._state.adding:
            self.version += 1
        super().save(*args, **kwargs)

    def set_derived_columns(self) -> None:
        """Set the columns DERIVED_COLUMNS. Raises names.UnknownScheme."""
        values = derived_values(
            self.identifier,
            self.external_identifier,
            self.email,
            self.phone,
            self.name_parts,
            self.notes,
            country=self.organizer.country,
        )
        for column, value in zip(DERIVED_COLUMNS, values, strict=True):
            setattr(self, column, value)
        personal = [getattr(self, name) for name in PERSONAL_COLUMNS]
        self.state = State.from_values(
            personal, is_active=self.is_active, is_verified=self.is_verified
        )

    def delete_team_notes(self) -> None:
        """Delete the team's notes on the customer, and the searched text of the notes."""
        Note.objects.filter(customer=self).delete()
        if self.team_notes_text is not None:
            self.team_notes_text = None
            Customer.objects.filter(pk=self.pk).update(team_notes_text=None)


class Note(models.Model):
    """A note of a member or an API client on a customer. Erasing the customer deletes its notes."""

    organizer = models.ForeignKey(Organizer, models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    # No foreign key, because the note stays when its author's account or token is deleted.
    author_id = models.BigIntegerField(null=True)
    author_name = models.CharField(_("author"), max_length=254)
    created = models.DateTimeField(_("created"), default=timezone.now)
    text = models.TextField(_("text"))

    objects: ClassVar[models.Manager[Note]] = ScopedManager(organizer="organizer")

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        # The index is scanned backwards, so that the newest note comes first.
        indexes = [
            models.Index("organizer", "customer", "created", "id", name="note_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.created:%Y-%m-%d %H:%M} {self.author_name}"


class SubmittedForm(models.Model):
    """A form that was carried out. Submitting it again within a day changes nothing."""

    organizer = models.ForeignKey(Organizer, models.CASCADE, related_name="+", db_index=False)
    # A hash of the member, the URL and the values of the form, which include the form's key.
    fingerprint = models.CharField(max_length=64)
    # The identifier of the customer that the form created or changed.
    identifier = models.CharField(max_length=190)
    submitted = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[SubmittedForm]] = ScopedManager(organizer="organizer")

    class Meta:
        verbose_name = _("submitted form")
        verbose_name_plural = _("submitted forms")
        constraints = [
            models.UniqueConstraint(
                fields=["organizer", "fingerprint"], name="submitted_form_in_organizer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submitted:%Y-%m-%d %H:%M} {self.identifier}"


class Import(models.Model):
    """An import that has ended: its time, its source and the number of rows with each outcome."""

    class Source(models.TextChoices):
        """Where the rows of an import come from."""

        FILES = "files", _("files")
        SERVICE = "service", _("another service")

    class Result(models.TextChoices):
        """Whether an import succeeded. A failed import has changed nothing."""

        SUCCEEDED = "succeeded", _("succeeded")
        FAILED = "failed", _("failed")

    # The fields that count rows by outcome. importing/load.py describes the outcomes.
    OUTCOMES: ClassVar = [
        *("created", "updated", "unchanged"),
        *("outdated", "undated", "repeated", "rejected"),
    ]

    organizer = models.ForeignKey(Organizer, models.CASCADE, related_name="+", db_index=False)
    source = models.CharField(_("source"), max_length=20, choices=Source)
    result = models.CharField(_("result"), max_length=20, choices=Result)
    started = models.DateTimeField(_("started"))
    finished = models.DateTimeField(_("finished"))
    created = models.PositiveIntegerField(_("created"), default=0)
    updated = models.PositiveIntegerField(_("updated"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    outdated = models.PositiveIntegerField(_("outdated"), default=0)
    undated = models.PositiveIntegerField(_("undated"), default=0)
    repeated = models.PositiveIntegerField(_("repeated"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    # The number of edited fields, not of rows, that have changed at the source, too. The column has
    # a default in the database: during an update, the former version saves imports without it.
    conflicting = models.PositiveIntegerField(_("conflicting"), default=0, db_default=0)

    objects: ClassVar[models.Manager[Import]] = ScopedManager(organizer="organizer")

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.started:%Y-%m-%d %H:%M} {self.result}"


def customers_of_organizer(organizer: Organizer) -> CustomerQuerySet:
    """All customers of the organizer. Raises ScopeError outside of the organizer's scope."""
    require_scope(organizer)
    # PostgreSQL uses the search index only if both sides of the condition are of type bigint. The
    # manager's scope would add a second condition without the cast, and the planner would choose
    # the second one.
    with scopes_disabled():
        return Customer.objects.filter(
            organizer_id=Cast(models.Value(organizer.pk), models.BigIntegerField())
        )
