"""The entry point of the web server."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

from portal.databases.limits import limit_statements
from portal.storage import require_static_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
application = get_wsgi_application()
require_static_files()
limit_statements(connections.settings)
