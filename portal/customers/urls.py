"""Addresses of customers; below /organizers/."""

from django.urls import path

from portal.customers import views

app_name = "customers"
urlpatterns = [
    path("<str:organizer>/customers/", views.customer_list, name="list"),
    path("<str:organizer>/customers/<str:identifier>/", views.customer_detail, name="detail"),
]
