"""Static files: bundles of small files, names with a hash, and a cache of their URLs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, join
from typing import Any, Final

from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

# By name: the storage that has the file, and its path there.
Sources = Mapping[str, tuple[Storage, str]]

# Files that only import others. In development the browser loads these one by one.
BUNDLES: Final = ("css/portal.css", "js/portal.js", "js/list.js")
IMPORT: Final = re.compile(r'^(?:@import|import) "(?:\./)?(.+)";$', re.MULTILINE)
COMMENT: Final = re.compile(r"^ *(?:/\*.*?\*/|//[^\n]*)\n+", re.MULTILINE | re.DOTALL)


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Joins bundles in `collectstatic`, and caches URLs, which Django parses every time."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._urls: dict[str, str] = {}

    def post_process(self, paths: Sources, **options: Any) -> Iterator[tuple[str, str, bool]]:
        bundles = InMemoryStorage()
        for name in BUNDLES:
            bundles.save(name, ContentFile(join_imports(name, paths)))
        joined = {name: (bundles, name) for name in BUNDLES}
        yield from super().post_process({**paths, **joined}, **options)

    def url(self, name: str, force: bool = False) -> str:  # noqa: FBT001, FBT002  as Django has it
        if name not in self._urls:
            self._urls[name] = super().url(name, force)
        return self._urls[name]


def join_imports(name: str, sources: Sources) -> str:
    """The text of the files that a bundle imports, without comments.

    A script becomes a block, so that, as in a module, other scripts do not see its names.
    """
    imported = IMPORT.findall(_read_joined(name, sources))
    texts = [COMMENT.sub("", _read_joined(join(dirname(name), each), sources)) for each in imported]
    if name.endswith(".js"):
        texts = [f"{{\n{text}}}\n" for text in texts]
    return "".join(texts)


def _read_joined(name: str, sources: Sources) -> str:
    storage, path = sources[name]
    with storage.open(path) as file:
        return str(file.read(), "utf-8")


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
