"""Settings for production, which require SECRET_KEY and PUBLIC_URL."""

from django.core.exceptions import ImproperlyConfigured

from portal.settings.base import *
from portal.settings.base import PUBLIC_URL, env

DEBUG = False
# HSTS and the redirect to HTTPS belong to the reverse proxy, which has the certificate.
SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008"]
SECRET_KEY = env.str("SECRET_KEY", "")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured(
        "Set SECRET_KEY to at least 32 random characters, for example from: openssl rand -hex 32"
    )
if not PUBLIC_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured(
        "Set PUBLIC_URL to the address that members open, for example https://portal.example.org"
    )
