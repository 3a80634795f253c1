"""The URLs of the pages of customers, below /organizers/."""

from django.urls import path

from portal.customers.html.changing.edit import customer_create, customer_edit, customer_edit_field
from portal.customers.html.changing.erase import customer_erase
from portal.customers.html.changing.notes import note_add
from portal.customers.html.changing.source import source_value_take
from portal.customers.html.changing.undo import customer_undo
from portal.customers.html.detail import customer_detail
from portal.customers.html.export import customer_export
from portal.customers.html.list import customer_list
from portal.customers.html.own_layout import own_layout

app_name = "customers"
urlpatterns = [
    path("<str:organizer>/customers/", customer_list, name="list"),
    # The next three URLs are not below customers/, where `export` would be an identifier.
    path("<str:organizer>/export/", customer_export, name="export"),
    path("<str:organizer>/own-columns/", own_layout, name="own_layout"),
    path("<str:organizer>/new-customer/", customer_create, name="create"),
    path("<str:organizer>/customers/<str:identifier>/", customer_detail, name="detail"),
    path("<str:organizer>/customers/<str:identifier>/notes/", note_add, name="note_add"),
    path("<str:organizer>/customers/<str:identifier>/edit/", customer_edit, name="edit"),
    path(
        "<str:organizer>/customers/<str:identifier>/edit/<str:field>/",
        customer_edit_field,
        name="edit_field",
    ),
    path(
        "<str:organizer>/customers/<str:identifier>/source/<str:field>/",
        source_value_take,
        name="take_source",
    ),
    path("<str:organizer>/customers/<str:identifier>/erase/", customer_erase, name="erase"),
    path(
        "<str:organizer>/customers/<str:identifier>/undo/<int:event>/", customer_undo, name="undo"
    ),
]
