"""For the unit tests: as in production, without its secrets and slow password hashes."""

from portal.settings.base import *

DEBUG = False
SECRET_KEY = "test-only-" + "0" * 48
ALLOWED_HOSTS = ["testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # nothing is collected for a unit test
STORAGES = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FACET_MILLISECONDS = 5_000  # a busy machine must not change what a test sees
