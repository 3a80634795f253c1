"""Where sessions are kept: Django's table."""

from __future__ import annotations

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Looks for nothing that cannot be there: PostgreSQL refuses to look for a NUL."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key) and str(key).isalnum() and super()._validate_session_key(key)  # type: ignore[misc]
