"""Addresses of customers; below /organizers/."""

from django.urls import path

from portal.customers.html.detail import customer_detail
from portal.customers.html.list import customer_list

app_name = "customers"
urlpatterns = [
    path("<str:organizer>/customers/", customer_list, name="list"),
    path("<str:organizer>/customers/<str:identifier>/", customer_detail, name="detail"),
]
