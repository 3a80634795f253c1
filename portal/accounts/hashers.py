"""The hash function of passwords."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with parameters that OWASP recommends.

    Checking a password takes 20 ms of CPU time and 19 MB of memory. PBKDF2, Django's default, takes
    230 ms of CPU time.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
