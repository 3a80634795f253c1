"""Settings for production, which require SECRET_KEY and PUBLIC_URL."""

from django.core.exceptions import ImproperlyConfigured

from portal.settings.base import *
from portal.settings.base import PUBLIC_URL, env

DEBUG = False
# HSTS and the redirect to HTTPS belong to the reverse proxy, which has the certificate.
SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008"]
SECRET_KEY = env.str("SECRET_KEY", "")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
if any(len(key) < 32 for key in (SECRET_KEY, *SECRET_KEY_FALLBACKS)):
    raise ImproperlyConfigured(
        "Set SECRET_KEY to at least 32 random characters, for example from: openssl rand -hex 32. "
        "Each key in SECRET_KEY_FALLBACKS needs as many."
    )
if not PUBLIC_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured(
        "Set PUBLIC_URL to the address that members open, for example https://portal.example.org"
    )
