"""Addresses of the organizer chooser."""

from django.urls import path

from portal.organizers import views

app_name = "organizers"
urlpatterns = [
    path("", views.choose_organizer, name="choose"),
    path("<str:organizer>/", views.organizer_home, name="home"),
]
