"""The schemas of the JSON, as serializers that only describe it and never serialize."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from portal.customers.models import IDENTIFIER

# JSON Schema has no \Z; its $ does not match before a line break at the end.
IDENTIFIER_PATTERN: Final = IDENTIFIER.replace(r"\Z", "$")
Schema = serializers.Serializer[Any]  # no instance is ever serialized, so any type will do


class Customer(Schema):
    """A customer account at an organizer."""

    identifier = serializers.RegexField(
        IDENTIFIER_PATTERN, help_text=_("Unique within the organizer. Case matters.")
    )
    email = serializers.CharField(
        allow_null=True, help_text=_("Null if the customer has no email address.")
    )
    name = serializers.CharField(help_text=_("Built from name_parts. Empty if there is no name."))
    name_parts = serializers.DictField(
        child=serializers.CharField(allow_null=True),
        help_text=_("The parts of the name; _scheme says which. Empty if there is no name."),
    )
    is_active = serializers.BooleanField(help_text=_("Whether the customer can sign in."))
    is_verified = serializers.BooleanField(help_text=_("Whether the email address is confirmed."))
    last_login = serializers.DateTimeField(
        allow_null=True,
        help_text=_("The time of the last sign-in. Null if the customer never signed in."),
    )
    date_joined = serializers.DateTimeField(help_text=_("The time of the registration."))
    locale = serializers.CharField(
        help_text=_("A language code, such as de, de-informal or es-419.")
    )
    last_modified = serializers.DateTimeField(help_text=_("The time of the last change."))
    external_identifier = serializers.CharField(
        required=False,
        allow_null=True,
        help_text=_("With include or fields, or if the token has all fields."),
    )
    phone = serializers.CharField(
        required=False,
        allow_null=True,
        help_text=_("With include or fields, or if the token has all fields."),
    )
    notes = serializers.CharField(
        required=False,
        allow_null=True,
        help_text=_("With include or fields, or if the token has all fields."),
    )


class PartialCustomer(Customer):
    """A customer with the fields that the request selects."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class Organizer(Schema):
    """A company that organizes events."""

    name = serializers.CharField()
    slug = serializers.RegexField(
        r"^[a-zA-Z0-9][a-zA-Z0-9.-]*$", help_text=_("The short name, which is part of URLs.")
    )
    public_url = serializers.URLField(help_text=_("The HTML page of the organizer’s customers."))
    plugins = serializers.ListField(child=serializers.CharField(), help_text=_("Always empty."))


class Root(Schema):
    """The entry point of the API."""

    organizers = serializers.URLField(help_text=_("The URL of the organizers."))


class Version(Schema):
    """The versions of Portal and pretix."""

    pretix = serializers.CharField(help_text=_("The version of pretix whose API Portal follows."))
    pretix_numeric = serializers.IntegerField(
        help_text=_("The same as a number, which can be compared.")
    )
    portal = serializers.CharField(help_text=_("The version of Portal."))


class Page(Schema):
    """A page of a list."""

    count = serializers.IntegerField(
        min_value=0, help_text=_("The number of results on all pages.")
    )
    next = serializers.URLField(
        allow_null=True, help_text=_("The URL of the next page; null on the last page.")
    )
    previous = serializers.URLField(
        allow_null=True, help_text=_("The URL of the previous page; null on the first page.")
    )


class CustomerPage(Page):
    """A page of customers."""

    results = Customer(many=True)


class PartialCustomerPage(Page):
    """A page of customers with the fields that the request selects."""

    results = PartialCustomer(many=True)


class OrganizerPage(Page):
    """A page of organizers."""

    results = Organizer(many=True)


class Error(Schema):
    """An error that does not concern a single parameter."""

    detail = serializers.CharField(help_text=_("The error in one sentence."))


# A serializer has fixed fields; the keys here are any names of parameters.
PARAMETER_ERRORS: Final[dict[str, Any]] = {
    "description": _("The errors of each parameter, by its name."),
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
}


def _either(name: str, *schemas: type[Schema]) -> PolymorphicProxySerializer:
    return PolymorphicProxySerializer(name, list(schemas), resource_type_field_name=None)


# The parameter `fields` makes the results partial.
customers: Final = _either("CustomerOrPartial", Customer, PartialCustomer)
customer_pages: Final = _either("CustomerPageOrPartial", CustomerPage, PartialCustomerPage)
