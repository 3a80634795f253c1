"""The address of the API's page; below /organizers/."""

from django.urls import path

from portal.api.guide import views

app_name = "guide"
urlpatterns = [path("<str:organizer>/api/", views.api_guide, name="api")]
