"""The journal of erasures: a file from which the erasures are repeated after a backup was restored.

Each line is a JSON object with the organizer, the identifier of the customer and the time.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings

# Matches a JSON object, not a line: if a full disk cut off a line, the next object is in the same
# line.
JSON_OBJECT: Final = re.compile(r"\{[^{}]*\}")


class JournalUnavailable(Exception):
    """The journal cannot be written, so nothing is erased."""


class Erasure(NamedTuple):
    """An entry of the journal.

    `organizer` is the slug of the organizer, `identifier` that of the customer.
    """

    organizer: str
    identifier: str
    time: datetime


def append_erasure(erasure: Erasure) -> None:
    """Append the erasure to the journal, and flush the file to the disk.

    Raises JournalUnavailable.
    """
    line = json.dumps({**erasure._asdict(), "time": erasure.time.isoformat()})
    path: Path = settings.ERASURE_JOURNAL
    try:
        _append_line(path, f"{line}\n".encode())
    except OSError as error:
        raise JournalUnavailable(path) from error


def _append_line(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    file = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        if os.write(file, line) < len(line):
            raise OSError("The disk is full.")
        os.fsync(file)
    finally:
        os.close(file)
    if is_new:
        _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    """Flush the directory to the disk, so that a new file still exists after a power failure."""
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def read_erasures(path: Path) -> Iterator[Erasure]:
    """All erasures in the journal, oldest first. Raises OSError."""
    with path.open(encoding="utf-8") as file:
        for text in JSON_OBJECT.findall(file.read()):
            values = json.loads(text)
            time = datetime.fromisoformat(values["time"])
            yield Erasure(values["organizer"], values["identifier"], time)
