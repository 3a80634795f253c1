"""The endpoint for the versions of Portal and of pretix's API."""

from __future__ import annotations

from typing import Final

from rest_framework.request import Request
from rest_framework.response import Response

from portal import __version__
from portal.api.endpoints import Endpoint
from portal.api.openapi import operations

# The version of pretix whose responses are recorded in tests/contract/. In `pretix_numeric`, the
# minor version and the patch have three digits each, and 5000 marks a release.
PRETIX_VERSION: Final = {"pretix": "2026.8.0", "pretix_numeric": 20260080005000}


class Version(Endpoint):
    """The version of Portal, and the version of pretix whose API Portal follows."""

    @operations.get_version
    def get(self, request: Request) -> Response:
        return Response({**PRETIX_VERSION, "portal": __version__})
