"""The URL of the history of an organizer; below /organizers/."""

from django.urls import path

from portal.history.html.page import history_page

app_name = "history"
urlpatterns = [
    path("<str:organizer>/history/", history_page, name="all"),
]
