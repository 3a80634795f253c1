"""Fills all columns of all models that belong to a customer with unique texts."""

from __future__ import annotations

from typing import Any, Final

from django.apps import apps
from django.db import models
from django.utils import timezone

from portal.customers.models import Customer

# Columns that an erasure does not empty. Actors are members and API clients, not customers.
STAYS: Final = {
    "Customer": {"identifier", "locale"},
    "Event": {"kind", "actor_kind", "actor_name", "request_id"},
    "IdempotentRequest": {"fingerprint"},  # a hash of the caller, the path and the key
}
# Derived columns, which saving a row sets.
DERIVED: Final = {
    "Customer": {
        *("name", "name_key", "email_key", "phone_key", "search_text", "notes_text", "state")
    }
}
MARK: Final = "qzx"


def models_of_customers() -> list[type[models.Model]]:
    """The model Customer, and all models with a foreign key to Customer."""
    return [
        model
        for model in apps.get_models()
        if any(field.related_model is Customer for field in model._meta.concrete_fields)
    ]


class Planter:
    """Creates rows of a customer with a different text in each column, and stores the texts."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self.texts: list[str] = []

    def plant(self) -> None:
        """Create a row of each model of models_of_customers()."""
        self._fill(self.customer)
        self.customer.save()
        for model in models_of_customers():
            row = model()
            self._fill(row)
            row.save(force_insert=True)

    def _fill(self, row: models.Model) -> None:
        name = type(row).__name__
        omitted = STAYS.get(name, set()) | DERIVED.get(name, set())
        for field in row._meta.concrete_fields:
            if field.name not in omitted and not field.primary_key:
                setattr(row, field.name, self._value(row, field))

    def _value(self, row: models.Model, field: models.Field[Any, Any]) -> Any:
        if isinstance(field, models.ForeignKey):
            return self._related(row, field)
        if isinstance(field, models.CharField | models.TextField | models.JSONField):
            return self._text(field)
        if isinstance(field, models.DateTimeField):
            return timezone.now()
        return getattr(row, field.attname) or 1

    def _related(self, row: models.Model, field: models.ForeignKey[Any, Any]) -> Any:
        by_model: dict[Any, models.Model] = {
            Customer: self.customer,
            type(self.customer.organizer): self.customer.organizer,
        }
        return by_model.get(field.related_model)

    def _text(self, field: models.Field[Any, Any]) -> Any:
        if field.name == "phone":
            self.texts.append("4930231257719")
            return "+4930231257719"
        text = f"{MARK}{len(self.texts)}{field.name.replace('_', '')}{MARK}"
        self.texts.append(text)
        if isinstance(field, models.EmailField):
            return f"{text}@example.org"
        if field.name == "name_parts":
            return {"_scheme": "full", "full_name": text}
        if isinstance(field, models.JSONField):
            return {"email": [text, None], "name_parts": [{}, {"full_name": text}]}
        return text
