"""The URLs of the history of an organizer, below /organizers/."""

from django.urls import path

from portal.history.html.export import history_export
from portal.history.html.page import history_page

app_name = "history"
urlpatterns = [
    path("<str:organizer>/history/", history_page, name="all"),
    path("<str:organizer>/history/export/", history_export, name="export"),
]
