"""The storage of static files: joins small files to bundles, and caches URLs."""

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

# By the name of a file, the storage that has the file, and the path of the file in the storage.
Sources = Mapping[str, tuple[Storage, str]]

# Files that only import other files. In development the browser loads each imported file.
BUNDLES: Final = ("css/portal.css", "js/portal.js", "js/list.js")
IMPORT_STATEMENT: Final = re.compile(r'^(?:@import|import) "(?:\./)?(.+)";$', re.MULTILINE)
COMMENT_PATTERN: Final = re.compile(r"^ *(?:/\*.*?\*/|//[^\n]*)\n+", re.MULTILINE | re.DOTALL)

# The space around rules and declarations.
SPACE_PATTERN: Final = re.compile(r"\s*([{};])\s*")


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Joins bundles in `collectstatic`. Caches URLs, because Django parses a URL at each use."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._urls: dict[str, str] = {}

    def post_process(self, paths: Sources, **options: Any) -> Iterator[tuple[str, str, bool]]:
        bundles = InMemoryStorage()
        for name in BUNDLES:
            bundles.save(name, ContentFile(join_imports(name, paths)))
        joined = {name: (bundles, name) for name in BUNDLES}
        yield from super().post_process({**paths, **joined}, **options)

    def url(self, name: str, force: bool = False) -> str:  # noqa: FBT001, FBT002  Django's method
        if name not in self._urls:
            self._urls[name] = super().url(name, force)
        return self._urls[name]


def join_imports(name: str, sources: Sources) -> str:
    """The joined text of the files that a bundle imports, without comments; styles without space.

    Each script is put into a block, because scripts must not see the names of other scripts.
    """
    imported = IMPORT_STATEMENT.findall(_read_source(name, sources))
    texts = [
        COMMENT_PATTERN.sub("", _read_source(join(dirname(name), each), sources))
        for each in imported
    ]
    if name.endswith(".js"):
        return "".join(f"{{\n{text}}}\n" for text in texts)
    return SPACE_PATTERN.sub(r"\1", "".join(texts))


def _read_source(name: str, sources: Sources) -> str:
    storage, path = sources[name]
    with storage.open(path) as file:
        return str(file.read(), "utf-8")


def require_static_files() -> None:
    """Raises ImproperlyConfigured if a static file is not collected.

    If a static file were missing, neither pages nor error pages could be rendered.
    """
    if not isinstance(staticfiles_storage, StaticStorage):
        return
    present = {name for finder in get_finders() for name, _storage in finder.list([])}
    if missing := present - staticfiles_storage.hashed_files.keys():
        raise ImproperlyConfigured(
            f"Run manage.py collectstatic: {len(missing)} static files are not in STATIC_ROOT."
        )


def has_manifest() -> bool:
    """Whether the manifest that `collectstatic` wrote exists."""
    storage = staticfiles_storage
    if not isinstance(storage, StaticStorage):
        return True
    return bool(storage.manifest_storage.exists(storage.manifest_name))
