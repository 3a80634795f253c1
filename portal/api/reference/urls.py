"""The URL of the API reference, below /organizers/."""

from django.urls import path

from portal.api.reference import views

app_name = "reference"
urlpatterns = [path("<str:organizer>/api/", views.api_reference, name="api")]
