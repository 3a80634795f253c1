"""Settings for unit tests, with a fast password hasher."""

from portal.settings.base import *

DEBUG = False
SECRET_KEY = "test-only-" + "0" * 48
ALLOWED_HOSTS = ["testserver"]
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "portal.databases.tests.sqlite"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # unit tests run without collectstatic
STORAGES = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
SCAN_MILLISECONDS = OVERVIEW_MILLISECONDS = FACET_MILLISECONDS = (
    5_000  # long, so that tests do not depend on the machine
)
