#!/usr/bin/env python
"""Django's command line. Without DJANGO_SETTINGS_MODULE it has the development settings."""

import os
import sys

from portal.command_line import main

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.development")
    sys.exit(main(sys.argv))
