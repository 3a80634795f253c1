"""Sessions in Django's table."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from portal.databases.compiled import CompiledQuery


class SessionStore(db.SessionStore):
    """Django's session store, which reads by a query that is compiled once.

    Rejects session keys that are not alphanumeric, because PostgreSQL rejects null characters.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key) and str(key).isalnum() and super()._validate_session_key(key)  # type: ignore[misc]

    def load(self) -> dict[str, Any]:
        """The values of the session; {} if it does not exist or has expired."""
        for text, expires in _by_key.read_rows(str(self.session_key)):
            if expires > timezone.now():
                return self.decode(text)
        self._session_key = None
        return {}


_by_key = CompiledQuery(
    lambda key: [
        SessionStore.get_model_class()
        .objects.filter(session_key=key)
        .values_list("session_data", "expire_date")
    ],
    str,
)
