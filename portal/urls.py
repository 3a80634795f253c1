"""The map."""

from django.contrib.auth.decorators import login_not_required
from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

favicon = RedirectView.as_view(url=lazy(static, str)("icon.svg"))

# Django tries one after the other: what is asked for most comes first.
urlpatterns = [
    path("api/", include("portal.api.urls")),
    path("organizers/", include("portal.customers.html.urls")),
    path("", RedirectView.as_view(pattern_name="organizers:choose"), name="home"),
    # Where browsers look for an icon when a page, such as one of JSON, names none.
    path("favicon.ico", login_not_required(favicon), name="favicon"),
    path("", include("portal.accounts.urls")),
    path("organizers/", include("portal.organizers.urls")),
    path("organizers/", include("portal.api.guide.urls")),
]

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"
