"""Only some folders may contain code that depends on the database in use."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

PORTAL: Path = settings.BASE_DIR / "portal"
DEPENDS_ON_DATABASE = re.compile(r"\.vendor\b|\bas_sqlite\b|\bas_postgresql\b|supports_timezones")
ALLOWED = (
    "databases/",
    "settings/",
    "customers/query/",
    "customers/exporting/",
    "customers/importing/",
    "customers/counters/",
    "customers/migrations/",
    "customers/fields.py",
)


def test_only_these_folders_depend_on_the_database_in_use() -> None:
    paths = [
        str(path.relative_to(PORTAL))
        for path in PORTAL.rglob("*.py")
        if "tests" not in path.parts and DEPENDS_ON_DATABASE.search(path.read_text())
    ]

    assert paths
    assert [path for path in paths if not path.startswith(ALLOWED)] == []
