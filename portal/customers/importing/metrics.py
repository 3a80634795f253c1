"""Metrics of imports, which /metrics reads from the database, where imports are saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import Error
from django.db.models import Count, Max, Sum
from django_scopes import scopes_disabled
from prometheus_client import Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from portal.customers.models import Import


class ImportCollector(Collector):
    """Counts the imports of all organizers.

    If the database fails, the metrics of imports are missing.
    """

    def collect(self) -> Iterator[Metric]:
        """Add up all imports with one query."""
        imports = CounterMetricFamily(
            "portal_imports", "Imports of customers.", labels=["result", "source"]
        )
        rows = CounterMetricFamily(
            "portal_import_rows", "Rows of imports that succeeded.", labels=["outcome"]
        )
        conflicts = CounterMetricFamily(
            "portal_import_conflicts", "Edited fields that have changed at their source, too."
        )
        last = GaugeMetricFamily(
            "portal_import_last_success_timestamp_seconds",
            "When the last import that succeeded ended.",
            labels=["source"],
        )
        groups = _read_groups()
        for group in groups:
            imports.add_metric([group["result"], group["source"]], group["imports"])
            if group["result"] == Import.Result.SUCCEEDED:
                last.add_metric([group["source"]], group["last"].timestamp())
        for outcome in Import.OUTCOMES:
            rows.add_metric([outcome], sum(group[outcome] for group in groups))
        conflicts.add_metric([], sum(group["conflicting"] for group in groups))
        yield from (imports, rows, conflicts, last)


def _read_groups() -> list[Mapping[str, Any]]:
    """Add up the imports by result and source.

    The values are Any, because django-stubs has no types for sums.
    """
    sums = {name: Sum(name) for name in (*Import.OUTCOMES, "conflicting")}
    with scopes_disabled():
        groups = Import.objects.order_by().values("result", "source")
        try:
            return [*groups.annotate(imports=Count("pk"), last=Max("finished"), **sums)]
        except Error:
            return []
