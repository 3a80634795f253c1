"""The entry point of the web server."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

from portal.databases.limits import limit_statements

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
application = get_wsgi_application()
limit_statements(connections.settings)
