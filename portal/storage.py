"""Static files under names that say what is in them, which are looked up once."""

from __future__ import annotations

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """A page names nineteen; Django takes their addresses apart each time."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._urls: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:  # noqa: FBT001, FBT002  as Django has it
        if name not in self._urls:
            self._urls[name] = super().url(name, force)
        return self._urls[name]
