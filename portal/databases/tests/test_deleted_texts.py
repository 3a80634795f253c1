"""The files of an SQLite database have no text of a person who was erased."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings
from django.db import connection

SECRETS: Final = ("qzxemail", "qzxname", "qzxnote", "qzxother")
# The script keeps a second connection open, because SQLite removes the WAL file when the last
# connection is closed.
SCRIPT: Final = """
import sqlite3, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django_scopes import scope
from portal.customers import services
from portal.history.actors import Actor
from portal.organizers import services as organizers

call_command("migrate", verbosity=0)
other = sqlite3.connect(sys.argv[1])
other.execute("SELECT COUNT(*) FROM history_event").fetchall()
organizer = organizers.create_organizer(slug="bigevents", name="Big Events LLC")
actor = Actor.from_command("test")
values = {
    "email": "qzxemail@example.org",
    "name_parts": {"full_name": "qzxname"},
    "notes": "qzxnote" * 2_000,
}
with scope(organizer=organizer):
    customer = services.create_customer(organizer, values, actor=actor)
    services.change_customer(
        organizer, customer.identifier, {"notes": "qzxother"}, actor=actor
    )
    print(b"qzxother" in open(sys.argv[1] + "-wal", "rb").read())
    connection.cursor().execute("PRAGMA wal_checkpoint")
    print(b"qzxother" in open(sys.argv[1], "rb").read())
    services.erase_customer(organizer, customer.identifier, actor=actor)
for name in sys.argv[1], sys.argv[1] + "-wal":
    content = open(name, "rb").read()
    print([secret for secret in sys.argv[2:] if secret.encode() in content])
"""


@pytest.mark.skipif(connection.vendor == "postgresql", reason="This is about files of SQLite")
def test_neither_the_database_file_nor_the_wal_file_has_a_text_of_an_erased_person(
    tmp_path: Path,
) -> None:
    path = tmp_path / "portal.sqlite3"
    variables = {"DATABASE_URL": f"sqlite:///{path}", "VAR_DIR": str(tmp_path)}

    output = subprocess.run(  # noqa: S603  The script is a constant of this module.
        [sys.executable, "-c", SCRIPT, str(path), *SECRETS],
        cwd=settings.BASE_DIR,
        env={**os.environ, **variables, "DJANGO_SETTINGS_MODULE": "portal.settings.test"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert output.stdout.splitlines() == ["True", "True", "[]", "[]"], output.stderr
