"""Metrics of imports at /metrics, for all organizers together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from portal.customers.models import Import
from portal.organizers.models import Organizer

TOKEN = "t" * 32
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SUCCEEDED, FAILED = Import.Result.SUCCEEDED, Import.Result.FAILED
FILES, SERVICE = Import.Source.FILES, Import.Source.SERVICE


@pytest.fixture
def imports(organizer: Organizer, rival: Organizer) -> None:
    """Imports of two organizers. The newest one has failed."""
    for owner, source, result, hours, rows in (
        (organizer, FILES, SUCCEEDED, 0, {"created": 50, "rejected": 2}),
        (organizer, SERVICE, SUCCEEDED, 1, {"updated": 3, "conflicting": 4}),
        (rival, FILES, SUCCEEDED, 2, {"created": 7, "conflicting": 1}),
        (rival, FILES, FAILED, 3, {}),
    ):
        time = NOON + timedelta(hours=hours)
        fields = {"source": source, "result": result, "started": time, "finished": time, **rows}
        Import(organizer=owner, **fields).save()


def _text(settings: Settings) -> str:
    settings.METRICS_TOKEN = TOKEN
    response = Client(headers={"Authorization": f"Bearer {TOKEN}"}).get("/metrics")
    assert response.status_code == 200
    return response.content.decode()


def _samples(text: str, name: str) -> dict[tuple[str, ...], float]:
    return {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


@pytest.mark.usefixtures("imports")
def test_imports_are_counted_by_result_and_source(settings: Settings) -> None:
    assert _samples(_text(settings), "portal_imports_total") == {
        ("succeeded", "files"): 2,
        ("succeeded", "service"): 1,
        ("failed", "files"): 1,
    }


@pytest.mark.usefixtures("imports")
def test_rows_are_counted_by_outcome(settings: Settings) -> None:
    samples = _samples(_text(settings), "portal_import_rows_total")

    assert {labels: value for labels, value in samples.items() if value} == {
        ("created",): 57,
        ("updated",): 3,
        ("rejected",): 2,
    }
    assert {labels[0] for labels in samples} == {*Import.OUTCOMES}


@pytest.mark.usefixtures("imports")
def test_conflicts_are_counted(settings: Settings) -> None:
    assert _samples(_text(settings), "portal_import_conflicts_total") == {(): 5}


@pytest.mark.usefixtures("imports")
def test_the_time_of_the_last_success_is_not_that_of_a_failure(settings: Settings) -> None:
    samples = _samples(_text(settings), "portal_import_last_success_timestamp_seconds")

    assert samples == {
        ("files",): (NOON + timedelta(hours=2)).timestamp(),
        ("service",): (NOON + timedelta(hours=1)).timestamp(),
    }


@pytest.mark.usefixtures("imports")
def test_no_organizer_is_named(settings: Settings) -> None:
    text = _text(settings)

    assert "portal_imports_total" in text
    assert not any(name in text for name in ("bigevents", "Big Events", "rival"))


@pytest.mark.django_db
def test_without_imports_every_number_of_rows_is_zero(settings: Settings) -> None:
    text = _text(settings)

    assert set(_samples(text, "portal_import_rows_total").values()) == {0}
    assert _samples(text, "portal_import_last_success_timestamp_seconds") == {}
