"""Measures the customers per second and the memory of imports.

The time of a command includes its start.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.servers import Environment, call_inside_django, run_management_command

FIRST: Final = "import_customers, first of all"
SEED: Final = "seed_demo"
BESIDE: Final = "import_customers, beside others"
AGAIN: Final = "import_customers, second time"
OURS: Final = "bigevents"
OTHERS: Final = "rival"
THIRD: Final = "third"

Outcome = dict[str, Any]  # the results for one size, which are written as JSON


def measure_loads(environment: Environment, customers: int) -> list[Outcome]:
    """For a full run: fill the two organizers by commands, and measure the commands."""
    file = _write_file(environment, customers)
    load = ("import_customers", OTHERS, str(file))
    call_inside_django(environment, "prepare.make_organizers")
    first = _measure_import(environment, FIRST, customers, *load)
    call_inside_django(environment, "prepare.drop_customers")
    seed = ("seed_demo", OURS, "--customers", str(customers))
    outcomes = [first, _measure_import(environment, SEED, customers, *seed)]
    outcomes += [_measure_import(environment, name, customers, *load) for name in (BESIDE, AGAIN)]
    file.unlink()
    return outcomes


def measure_first_import(environment: Environment, customers: int) -> Outcome:
    """Measure an import into a new database."""
    file = _write_file(environment, customers)
    call_inside_django(environment, "prepare.make_organizers")
    outcome = _measure_import(environment, FIRST, customers, "import_customers", OURS, str(file))
    file.unlink()
    return outcome


def measure_imports(environment: Environment, customers: int) -> list[Outcome]:
    """For a short run: import a file twice into a new organizer, beside all other customers."""
    file = _write_file(environment, customers)
    call_inside_django(environment, "prepare.make_organizer", THIRD)
    load = ("import_customers", THIRD, str(file))
    outcomes = [_measure_import(environment, name, customers, *load) for name in (BESIDE, AGAIN)]
    measure_copying_floor(outcomes, environment, customers, THIRD)
    file.unlink()
    return outcomes


def measure_copying_floor(
    outcomes: Sequence[Outcome], environment: Environment, customers: int, slug: str = OURS
) -> None:
    """Add the floor: the customers per second that one SQL statement copies."""
    path = Path(environment["VAR_DIR"]) / "seconds"
    call_inside_django(environment, "filling.copy_customers", path, slug, customers)
    beside = next(outcome for outcome in outcomes if outcome["name"] == BESIDE)
    beside["floor"] = customers / float(path.read_text())


def _write_file(environment: Environment, customers: int) -> Path:
    file = Path(environment["VAR_DIR"]) / "customers.ndjson"
    call_inside_django(environment, "prepare.write_customers", file, customers)
    return file


def _measure_import(environment: Environment, name: str, customers: int, *command: str) -> Outcome:
    done = run_management_command(environment, *command)
    rate = customers / done.seconds
    return {"name": name, "customers": customers, "rate": rate, "memory": done.mebibytes}
