"""URLs of sign-in, sign-out, the choice of a theme and the page of shortcuts."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path

from portal.accounts import preferences, views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.SignInView.as_view(), name="sign_in"),
    # If this view required sign-in, visitors would sign in first and then be signed out.
    path("sign-out/", login_not_required(LogoutView.as_view()), name="sign_out"),
    path("theme/", preferences.choose_theme, name="theme"),
    path("keys/", preferences.shortcuts_page, name="keys"),
]
