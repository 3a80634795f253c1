"""The built-in views, which every organizer has and no member can change.

The view "All customers" is the list without parameters, and not declared here.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.saved_views.models import SavedView

# The slug, the name and the query string of each built-in view.
_DECLARATIONS: Final = (
    (
        "unverified-30-days",
        _("Unverified, last 30 days"),
        "state=unverified&date_joined_since=-30d",
    ),
    ("never-signed-in", _("Never signed in"), "never_logged_in=true"),
)
BUILT_IN: Final = tuple(
    SavedView(slug=slug, name=name, query_string=query_string, is_shared=True)  # type: ignore[misc]  # translated where it is shown
    for slug, name, query_string in _DECLARATIONS
)
