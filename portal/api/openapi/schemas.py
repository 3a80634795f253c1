"""The schemas of the JSON in the OpenAPI document. The serializers here never serialize."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from portal.customers.changing.fields import LOCALES, MAX_EMAIL_LENGTH, MAX_EXTERNAL_LENGTH
from portal.customers.models import IDENTIFIER

# In JSON Schema, $ means the end of the text, as \Z does in Python.
IDENTIFIER_PATTERN: Final = IDENTIFIER.replace(r"\Z", "$")
Field = serializers.Field[Any, Any, Any, Any]
Schema = serializers.Serializer[Any]  # Any: no serializer has an instance.


def _optional_field(field: type[Field], **options: Any) -> Any:  # Any: each field has another type.
    return field(required=False, **options)


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


class _PartialFields:
    """Makes all fields optional."""

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()  # type: ignore[misc]  # The class is a mixin.
        for field in fields.values():
            field.required = False
        return fields


class PartialCustomer(_PartialFields, Customer):
    """A customer with the fields that the request selects."""


class CreatedCustomer(Customer):
    """A customer who was created."""

    send_email = serializers.BooleanField(help_text=_("Always false: Portal sends no email."))


class PartialCreatedCustomer(_PartialFields, CreatedCustomer):
    """A customer who was created, with the fields that the request selects."""


class CustomerValues(Schema):
    """The values of a customer. No field is required; unknown and read-only fields are ignored."""

    external_identifier = _optional_field(
        serializers.CharField, allow_null=True, max_length=MAX_EXTERNAL_LENGTH
    )
    email = _optional_field(
        serializers.EmailField,
        allow_null=True,
        max_length=MAX_EMAIL_LENGTH,
        help_text=_("Stored in lower case. Unique within the organizer, whatever its case."),
    )
    phone = _optional_field(
        serializers.CharField,
        allow_null=True,
        help_text=_("International, such as +49 6221 32177-50. Stored as +4962213217750."),
    )
    name_parts = _optional_field(
        serializers.DictField,
        child=serializers.CharField(allow_null=True),
        help_text=_(
            "Replaces all parts. _scheme says which parts there are; without it, the scheme is"
            " that of the organizer."
        ),
    )
    is_active = _optional_field(serializers.BooleanField, help_text=_("true for a new customer."))
    is_verified = _optional_field(serializers.BooleanField, help_text=_("true for a new customer."))
    locale = _optional_field(
        serializers.ChoiceField, choices=LOCALES, help_text=_("en for a new customer.")
    )
    notes = _optional_field(serializers.CharField, allow_null=True)


class NewCustomerValues(CustomerValues):
    """The values of a new customer. No field is required."""

    send_email = _optional_field(
        serializers.BooleanField, allow_null=True, help_text=_("Ignored: Portal sends no email.")
    )
    password = _optional_field(
        serializers.CharField,
        allow_null=True,
        write_only=True,
        help_text=_("Ignored: Portal keeps no passwords of customers."),
    )


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


# A JSON schema, because a serializer has fixed fields, and here every parameter can be a key.
PARAMETER_ERRORS: Final[dict[str, Any]] = {
    "description": _("The errors of each parameter, by its name."),
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
}


def _either_schema(name: str, *schemas: type[Schema]) -> PolymorphicProxySerializer:
    return PolymorphicProxySerializer(name, list(schemas), resource_type_field_name=None)


# With the parameter `fields`, a customer has only some of its fields.
customers: Final = _either_schema("CustomerOrPartial", Customer, PartialCustomer)
created_customers: Final = _either_schema(
    "CreatedCustomerOrPartial", CreatedCustomer, PartialCreatedCustomer
)
customer_pages: Final = _either_schema("CustomerPageOrPartial", CustomerPage, PartialCustomerPage)
