"""Static files with a hash in their names, and a cache of their URLs."""

from __future__ import annotations

from typing import Any

from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Caches URLs: a page has nineteen, and Django parses each of them every time."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._urls: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:  # noqa: FBT001, FBT002  as Django has it
        if name not in self._urls:
            self._urls[name] = super().url(name, force)
        return self._urls[name]


def require_static_files() -> None:
    """Raise ImproperlyConfigured where a static file is not collected.

    Without the file, no page could be rendered, not even an error page.
    """
    if not isinstance(staticfiles_storage, StaticStorage):
        return
    present = {name for finder in get_finders() for name, _storage in finder.list([])}
    if missing := present - staticfiles_storage.hashed_files.keys():
        raise ImproperlyConfigured(
            f"Run manage.py collectstatic: {len(missing)} static files are not in STATIC_ROOT."
        )


def has_manifest() -> bool:
    """Whether the files that `collectstatic` wrote are still there."""
    storage = staticfiles_storage
    if not isinstance(storage, StaticStorage):
        return True
    return bool(storage.manifest_storage.exists(storage.manifest_name))
