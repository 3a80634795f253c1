"""How many streams may run at once: half of the threads of a process, and two of a caller.

A stream occupies its thread until its client has read it.
"""

from __future__ import annotations

import fcntl
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO, Final

from django.conf import settings
from django.utils.translation import gettext as _

from portal.organizers.keys import hash_key

STREAMS_OF_A_PROCESS: Final = 2
STREAMS_OF_A_CALLER: Final = 2
RETRY_AFTER: Final = 10  # seconds

_process: Final = BoundedSemaphore(STREAMS_OF_A_PROCESS)


class TooManyStreams(Exception):
    """Another stream may start after RETRY_AFTER seconds; the message says which limit applies."""


def limit(chunks: Generator[bytes], *, caller: str) -> Generator[bytes]:
    """The chunks, which count as a stream from the first one until the generator is closed.

    `caller` is the secret of the caller: the key of a token or of a session. Raises TooManyStreams
    instead of the first chunk.
    """
    with _one_of_the_caller(caller), _one_of_the_process():
        yield from chunks


@contextmanager
def _one_of_the_process() -> Iterator[None]:
    if not _process.acquire(blocking=False):
        raise TooManyStreams(_("Too many streams are running."))
    try:
        yield
    finally:
        _process.release()


@contextmanager
def _one_of_the_caller(caller: str) -> Iterator[None]:
    """Locks of files count for all processes of the machine, and end with their process."""
    try:
        file = _lock_file(settings.VAR_DIR / "streams", hash_key(caller))
    except OSError:  # On a full or read-only disk, only the limit of the process applies.
        yield
        return
    if file is None:
        raise TooManyStreams(_("Two of your streams are running."))
    with file:
        yield


def _lock_file(directory: Path, name: str) -> IO[bytes] | None:
    """A file that is locked until it is closed. None if all files of the caller are locked."""
    directory.mkdir(parents=True, exist_ok=True)
    for number in range(STREAMS_OF_A_CALLER):
        file = (directory / f"{name}-{number}").open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
        else:
            return file
    return None
