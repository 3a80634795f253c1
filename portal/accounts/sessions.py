"""Sessions in Django's table."""

from __future__ import annotations

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Rejects session keys that are not alphanumeric: PostgreSQL cannot store null characters."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key) and str(key).isalnum() and super()._validate_session_key(key)  # type: ignore[misc]
