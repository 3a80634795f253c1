"""Settings for development with `manage.py runserver`; no environment variable is required."""

from portal.settings.base import *

DEBUG = True
SECRET_KEY = "development-only-" + "0" * 48
STORAGES = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# With messages of exceptions, which may contain values from the database.
LOGGING["formatters"]["line"]["class"] = "logging.Formatter"
WHITENOISE_AUTOREFRESH = True
