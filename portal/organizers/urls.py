"""URLs of the organizer list and of API tokens."""

from django.urls import path

from portal.organizers import views

app_name = "organizers"
urlpatterns = [
    path("", views.choose_organizer, name="choose"),
    path("<str:organizer>/", views.organizer_home, name="home"),
    path("<str:organizer>/tokens/", views.token_list, name="tokens"),
    path("<str:organizer>/tokens/<int:token>/revoke/", views.token_revoke, name="token_revoke"),
]
