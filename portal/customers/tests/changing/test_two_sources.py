"""Random edits, undone events and imports give the same values as a small model of the rules."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import pytest
from django.db import transaction
from django_scopes import scope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.customers import services
from portal.customers.importing.comparison import compare_with_customers
from portal.customers.importing.load import LoadReport, load_customers
from portal.customers.importing.rows import ParsedRow, check_rows
from portal.customers.models import Customer
from portal.customers.tests.changing.test_any_changes import ACTORS, IMPORT
from portal.customers.tests.rows import GIVEN
from portal.history.models import Event, EventKind
from portal.organizers.models import Organizer

CHOICES: Final[dict[str, st.SearchStrategy[Any]]] = {
    "email": st.sampled_from([None, "a@x.org", "b@x.org", "c@x.org"]),
    "phone": st.sampled_from([None, "+493023125", "+493023126"]),
    "locale": st.sampled_from(["de", "en", "fr"]),
    "is_verified": st.booleans(),
    "name_parts": st.sampled_from(
        [{"_scheme": "full", "full_name": each} for each in ("Ann", "Bob")]
    ),
}
# The fields that every row has. Only the phone may be missing in a row.
ALWAYS: Final = {name: choice for name, choice in CHOICES.items() if name != "phone"}
TIMES: Final = tuple(f"202{year}-01-01T00:00:00Z" for year in range(1, 5))


class Model:
    """A model of a customer: its values, the last imported values, the edited fields."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.ours = {name: row[name] for name in CHOICES}
        self.source = dict(self.ours)
        self.edited: set[str] = set()
        self.time = TIMES[0]

    def edit(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            if value != self.ours[name]:
                self.ours[name] = value
                self.edited -= {name}
                self.edited |= {name} if value != self.source[name] else set()

    def load(self, row: dict[str, Any], time: str, *, overwrite: bool) -> set[str]:
        """Apply an imported row to the model. Returns the fields with conflicts."""
        if time < self.time and not overwrite:
            return set()
        self.time = time
        stays = {name for name in self.edited & row.keys() if row[name] != self.ours[name]}
        conflicts = {name for name in stays if row[name] != self.source[name]}
        if overwrite:
            stays, conflicts = set(), set()
        self.edited -= row.keys() - stays
        self.source |= row
        self.ours |= {name: value for name, value in row.items() if name not in stays}
        return conflicts


Step = Callable[[Organizer, Model], Any]


def edit(values: dict[str, Any], actor: Any) -> Step:
    def step(organizer: Organizer, model: Model) -> None:
        services.change_customer(organizer, "ANN", values, actor=actor)
        model.edit(values)

    return step


def undo(age: int, actor: Any) -> Step:
    def step(organizer: Organizer, model: Model) -> None:
        # Undoing the creation would erase the customer, so creations are left out.
        changes = Event.objects.exclude(kind=EventKind.CREATED).order_by("-pk")
        if len(changes) <= age:
            return
        event = changes[age]
        services.undo_event(organizer, "ANN", event.pk, actor=actor)
        model.edit({name: before for name, (before, _after) in (event.changes or {}).items()})

    return step


def load(row: dict[str, Any], time: str, overwrite: bool) -> Step:
    def step(organizer: Organizer, model: Model) -> None:
        dry = _load(organizer, row, time, overwrite=overwrite, dry_run=True)
        report = _load(organizer, row, time, overwrite=overwrite)
        assert dry == report
        fields = {each.field for each in report.conflicts}
        assert fields == model.load(row, time, overwrite=overwrite)

    return step


def _load(organizer: Organizer, row: dict[str, Any], time: str, **options: bool) -> LoadReport:
    content = {**GIVEN, "identifier": "ANN", **row, "last_modified": time}
    compared = compare_with_customers(
        organizer, [ParsedRow("", content)], overwrite=options.get("overwrite", False)
    )
    return load_customers(organizer, check_rows(compared), actor=IMPORT, **options)


STEPS: Final = st.one_of(
    st.builds(edit, st.fixed_dictionaries({}, optional=CHOICES), ACTORS),
    st.builds(undo, st.integers(0, 3), ACTORS),
    st.builds(
        load,
        st.fixed_dictionaries(ALWAYS, optional={"phone": CHOICES["phone"]}),
        st.sampled_from(TIMES),
        st.sampled_from([False, False, False, True]),
    ),
)


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=st.fixed_dictionaries(CHOICES), steps=st.lists(STEPS, max_size=12))
def test_the_fields_have_the_values_that_the_rule_gives(
    organizer: Organizer, first: dict[str, Any], steps: list[Step]
) -> None:
    model = Model(first)
    with transaction.atomic(), scope(organizer=organizer):
        _load(organizer, first, TIMES[0])
        for step in steps:
            with suppress(services.UndoConflict, services.CannotUndo), transaction.atomic():
                step(organizer, model)
            _check(model)
        transaction.set_rollback(True)


def _check(model: Model) -> None:
    customer = Customer.objects.get()
    assert {name: getattr(customer, name) for name in CHOICES} == model.ours
    stored = customer.source_values or {}
    assert {name: value for name, (value, _changed) in stored.items()} == {
        name: model.source[name] for name in model.edited
    }
