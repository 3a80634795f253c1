"""The root URLconf."""

from django.contrib.auth.decorators import login_not_required
from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

favicon = RedirectView.as_view(url=lazy(static, str)("icon.svg"))

# Django tries the patterns in this order, so the most frequently requested URLs come first.
urlpatterns = [
    path("api/", include("portal.api.urls")),
    path("organizers/", include("portal.customers.html.urls")),
    path("", RedirectView.as_view(pattern_name="organizers:choose"), name="home"),
    # Browsers request /favicon.ico for responses without a <link rel="icon">, such as JSON.
    path("favicon.ico", login_not_required(favicon), name="favicon"),
    path("", include("portal.accounts.urls")),
    path("organizers/", include("portal.organizers.urls")),
    path("organizers/", include("portal.saved_views.urls")),
    path("organizers/", include("portal.history.html.urls")),
    path("organizers/", include("portal.api.reference.urls")),
]

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"
