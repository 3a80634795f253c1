"""The map."""

from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="organizers:choose"), name="home"),
    path("", include("portal.accounts.urls")),
    path("organizers/", include("portal.organizers.urls")),
    path("organizers/", include("portal.customers.urls")),
    path("api/", include("portal.api.urls")),
]

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"
