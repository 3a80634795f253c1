"""How passwords are stored."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with the parameters that OWASP recommends: 20 ms of one processor, and 19 MB.

    With Django's default, PBKDF2, it takes 230 ms: two processors check nine passwords a second.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
