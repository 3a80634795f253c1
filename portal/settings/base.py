"""The settings. Environment variables are read in this folder and in portal/server.py only."""

from datetime import timedelta
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import FileAwareEnv

from portal.settings.databases import *
from portal.settings.logs import *

# Every variable can be read from a file: SECRET_KEY_FILE=/path sets SECRET_KEY, for example.
env = FileAwareEnv(strip_whitespace=True)


def parse_network(variable: str, address: str) -> IPv4Network | IPv6Network:
    """Parses an address or a network in an environment variable. Raises ImproperlyConfigured."""
    try:
        return ip_network(address)
    except ValueError as error:
        raise ImproperlyConfigured(f"{variable}: {error}") from error


# --- URLs and proxies --------------------------------------------------------------------------
PUBLIC_URL = env.str("PUBLIC_URL", "").rstrip("/")
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [_public.hostname or "127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"] if PUBLIC_URL else []
# The proxies whose X-Forwarded headers are accepted (portal/web/proxies.py).
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", [], subcast=partial(parse_network, "TRUSTED_PROXIES"))
USE_X_FORWARDED_HOST = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

# --- Apps, middleware, templates ---------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "portal.accounts",
    "portal.organizers",
    "portal.customers",
    "portal.history",
    "portal.saved_views",
    "portal.api",
]
MIDDLEWARE = [
    "portal.web.proxies.apply_forwarded_headers",
    "portal.web.request_ids.set_request_id",
    "portal.web.caching.forbid_caching",
    "portal.health.respond_to_probes",
    "portal.web.metrics.measure_requests",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.web.content_security_policy.set_content_security_policy",
    "portal.errors.reject_unreadable_requests",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.accounts.middleware.SignInRequiredMiddleware",
    "portal.databases.routing.ReplicaMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "portal.accounts.preferences.preferences_context",
            ],
            "libraries": {
                "customers": "portal.customers.html.tags",
                "form_keys": "portal.customers.html.changing.form_keys",
            },
        },
    },
]

# --- Sign-in and sessions ----------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "organizers:choose"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
SESSION_ENGINE = "portal.accounts.sessions"
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", 24 * 14) * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _public.scheme == "https"
CSRF_FAILURE_VIEW = "portal.web.http.csrf_failure"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "portal.accounts.hashers.PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # A sign-in replaces such a hash.
]
AXES_FAILURE_LIMIT = "portal.accounts.lockout.allowed_failures"
AXES_COOLOFF_TIME = timedelta(minutes=5)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "portal.accounts.lockout.lockout_user_name"
AXES_CLIENT_IP_CALLABLE = "portal.accounts.lockout.lockout_address"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = AXES_ENABLE_ADMIN = False
SILENCED_SYSTEM_CHECKS = [
    "axes.W002",  # The middleware of django-axes is not used: the sign-in form shows the lockout.
    "models.W040",  # Only PostgreSQL uses the included columns of indexes; SQLite ignores them.
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- Security headers and limits ---------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20

# --- Metrics -----------------------------------------------------------------------------------
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
METRICS_ALLOWED = env.list("METRICS_ALLOWED", [], subcast=partial(parse_network, "METRICS_ALLOWED"))
# Collectors of metrics that /metrics reads from the database.
METRICS_COLLECTORS = ["portal.customers.importing.metrics.ImportCollector"]

# --- Languages and time zones ------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
# Looking up translations takes a quarter of the time of a page, and has no use with one language.
USE_I18N = len(LANGUAGES) > 1
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_THOUSAND_SEPARATOR = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files ------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Static files of packages are not collected: no page uses them, and compressing takes seconds.
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STORAGES = {
    "staticfiles": {"BACKEND": "portal.web.static_files.StaticStorage"},
}

# --- The API -----------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["portal.api.formats.renderers.OrjsonRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "portal.api.formats.negotiation.ContentNegotiation",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.authentication.TokenAuthentication",
        "portal.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.permissions.MayAccessCustomers"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.writing.parsers.JsonParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.api.errors.exception_response",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Portal",
    "DESCRIPTION": _("The customers of event organizers, in the shape of pretix’s resource."),
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # PATCH has the same schema as PUT, because no field of a body is required.
    "COMPONENT_SPLIT_PATCH": False,
    # The reference lists the choices as a type; the description would repeat them as Markdown.
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # The document has the order of the code.
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
    "POSTPROCESSING_HOOKS": ["portal.api.openapi.document.complete_document"],
}

# --- The list of customers ---------------------------------------------------------------------
DJANGO_TABLES2_TEMPLATE = "components/_table.html"
# The maximum of a capped count. A list with more rows shows "10,000+", and then loads the exact
# count.
COUNT_CAP = 10_000
# A page up to this offset is read by OFFSET. A page with a larger offset is read after a cursor.
FAR_PAGE_OFFSET = 1_000
# After this time, a search sorts all matches instead of scanning the order of the list.
SCAN_MILLISECONDS = 100
# The maximal number of rows of an exported workbook, because Excel opens long workbooks slowly.
MAX_WORKBOOK_ROWS = 100_000
FACET_MILLISECONDS = env.int("FACET_MILLISECONDS", 20)
OVERVIEW_MILLISECONDS = env.int("OVERVIEW_MILLISECONDS", 130)
