"""manage.py normalize_customers: recompute the columns that search and order compare."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Generator, Mapping, Sequence
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS, transaction
from django_scopes import scopes_disabled

from portal.customers.models import SEARCH_INDEXES_ON_SQLITE, Customer, Note
from portal.customers.normalization import COLUMNS_DERIVED_FROM, searched_text_of_note
from portal.databases.deleted_texts import merge_search_index_segments
from portal.organizers.models import Organizer

NORMALIZED: Final = ("name_key", "phone_key", "search_text", "notes_text", "team_notes_text")
BATCH_ROWS: Final = 1_000


class Command(BaseCommand):
    """Run this command after an upgrade that changes the normalization.

    A second run changes nothing.
    """

    requires_system_checks = ()
    help = "Compute again the text that search and order compare, after an update of Portal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="default: default")

    def handle(self, *, database: str, verbosity: int, **_: Any) -> None:
        changed = sum(normalize_batches(database))
        if changed:
            for search_index in SEARCH_INDEXES_ON_SQLITE:
                merge_search_index_segments(search_index, database)
        if verbosity:
            self.stdout.write(f"{changed} customers changed.")


def normalize_batches(database: str, size: int = BATCH_ROWS) -> Generator[int]:
    """Normalize the customers of all organizers.

    Yields the number of changed customers of each batch. Each batch is one transaction, and locks
    only the rows that it changes.
    """
    with scopes_disabled():
        organizers = Organizer.objects.using(database).only("country").in_bulk()
        fields = ("organizer", *COLUMNS_DERIVED_FROM, *NORMALIZED)
        rows = Customer.objects.using(database).order_by("pk").only(*fields)
        customers = rows.filter(organizer__in=organizers)
        last = 0
        while batch := [*customers.filter(pk__gt=last)[:size]]:
            last = batch[-1].pk
            outdated = [each.pk for each in _find_outdated(batch, organizers)]
            with transaction.atomic(using=database):
                # Read these customers again, because another transaction may have changed them
                # before the lock.
                locked = [*customers.filter(pk__in=outdated).select_for_update()]
                changed = _find_outdated(locked, organizers)
                customers.bulk_update(changed, NORMALIZED)
            yield len(changed)


def _find_outdated(
    customers: Sequence[Customer], organizers: Mapping[int, Organizer]
) -> list[Customer]:
    """The customers whose derived columns are outdated, with the new values set."""
    notes: dict[int, list[str]] = {}
    if customers:
        database = customers[0]._state.db
        team_notes = Note.objects.using(database).filter(customer__in=customers).order_by("pk")
        for customer, text in team_notes.values_list("customer_id", "text"):
            notes.setdefault(customer, []).append(searched_text_of_note(text) or "")
    return [
        each
        for each in customers
        if _set_derived_columns(
            each, organizers[each.organizer_id], "".join(notes.get(each.pk, []))
        )
    ]


def _set_derived_columns(customer: Customer, organizer: Organizer, team_notes_text: str) -> bool:
    """Set the derived columns of a customer. Returns whether one of the columns changed."""
    customer.organizer = organizer
    before = [getattr(customer, name) for name in NORMALIZED]
    customer.set_derived_columns()
    customer.team_notes_text = team_notes_text or None
    return before != [getattr(customer, name) for name in NORMALIZED]
