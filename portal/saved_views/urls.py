"""URLs of saved views, below /organizers/."""

from django.urls import path

from portal.saved_views import views

app_name = "saved_views"
urlpatterns = [
    path("<str:organizer>/views/", views.view_list, name="list"),
    path("<str:organizer>/views/new/", views.view_create, name="create"),
    path("<str:organizer>/views/<str:view>/", views.view_edit, name="edit"),
    path("<str:organizer>/views/<str:view>/delete/", views.view_delete, name="delete"),
]
