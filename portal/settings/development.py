"""Settings for development with `manage.py runserver`; no environment variable is required."""

from portal.settings.base import *

DEBUG = True
SECRET_KEY = "development-only-" + "0" * 48
STORAGES = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
