"""URLs of the API, below /api/."""

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from portal.api.customers import CustomerAnonymization, CustomerDetail, CustomerList
from portal.api.not_found import unknown_path
from portal.api.openapi.document import OpenApi
from portal.api.organizers import OrganizerDetail, OrganizerList, Root
from portal.api.version import Version


class SegmentConverter(StringConverter):
    """A segment of a path. Null characters, which PostgreSQL rejects, do not match."""

    regex = r"[^/\0]+"


register_converter(SegmentConverter, "segment")

app_name = "api"
ORGANIZER = "v1/organizers/<segment:organizer>/"
# Django tries the patterns in this order, so the most frequently requested URLs come first.
urlpatterns = [
    path(f"{ORGANIZER}customers/", CustomerList.as_view(), name="customer_list"),
    path(
        f"{ORGANIZER}customers/<segment:identifier>/",
        CustomerDetail.as_view(),
        name="customer_detail",
    ),
    path(
        f"{ORGANIZER}customers/<segment:identifier>/anonymize/",
        CustomerAnonymization.as_view(),
        name="customer_anonymization",
    ),
    path(ORGANIZER, OrganizerDetail.as_view(), name="organizer_detail"),
    path("v1/organizers/", OrganizerList.as_view(), name="organizer_list"),
    path("v1/", Root.as_view(), name="root"),
    path("v1/version", Version.as_view(), name="version"),  # without a slash, as at pretix
    path("v1/openapi.json", OpenApi.as_view(), name="openapi"),
    re_path("", unknown_path, name="unknown_path"),
]
