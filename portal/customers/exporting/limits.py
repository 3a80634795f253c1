"""Limits the number of streams that run at the same time, in a process and for a caller.

A stream occupies a thread until the client has read the last byte. The streams of a process may
occupy half of its threads.
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

from portal.organizers.keys import hash_token_key

STREAMS_OF_A_PROCESS: Final = 2
STREAMS_OF_A_CALLER: Final = 2
RETRY_AFTER: Final = 10  # seconds

_process_semaphore: Final = BoundedSemaphore(STREAMS_OF_A_PROCESS)


class TooManyStreams(Exception):
    """Too many streams are running. The message names the limit.

    Clients may retry after RETRY_AFTER seconds.
    """


def limit_streams(chunks: Generator[bytes], *, caller: str) -> Generator[bytes]:
    """Yield the chunks.

    The stream counts as running from the first chunk to the last, or to close(). `caller` is the
    key of a token or of a session. If too many streams are running, the first next() raises
    TooManyStreams.
    """
    with _occupy_slot_of_caller(caller), _occupy_slot_of_process():
        yield from chunks


@contextmanager
def _occupy_slot_of_process() -> Iterator[None]:
    if not _process_semaphore.acquire(blocking=False):
        raise TooManyStreams(_("Too many streams are running."))
    try:
        yield
    finally:
        _process_semaphore.release()


@contextmanager
def _occupy_slot_of_caller(caller: str) -> Iterator[None]:
    """Count the streams of a caller by locked files.

    All processes see the locks, and the operating system releases the locks of a killed process.
    """
    try:
        file = _lock_free_file(settings.VAR_DIR / "streams", hash_token_key(caller))
    except OSError:  # On a full or read-only disk, only the limit of the process applies.
        yield
        return
    if file is None:
        raise TooManyStreams(_("Two of your streams are running."))
    with file:
        yield


def _lock_free_file(directory: Path, name: str) -> IO[bytes] | None:
    """Open and lock a file. The lock ends when the file is closed.

    None if other streams have locked all files of this name.
    """
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
