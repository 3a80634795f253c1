"""The URL of the API reference, below /organizers/."""

from django.urls import path

from portal.api.guide import views

app_name = "guide"
urlpatterns = [path("<str:organizer>/api/", views.api_reference, name="api")]
