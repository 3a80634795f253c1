"""What answers look like. Only told, never used to answer: rows go from the query to orjson."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from portal.customers.models import IDENTIFIER

# JSON Schema has no \Z; its $ does not match before a last line break.
IDENTIFIER_PATTERN: Final = IDENTIFIER.replace(r"\Z", "$")
Shape = serializers.Serializer[Any]  # what it would serialize: nothing ever does


class Customer(Shape):
    """An account of somebody who buys tickets."""

    identifier = serializers.RegexField(
        IDENTIFIER_PATTERN, help_text=_("Unique within the organizer. Case matters.")
    )
    email = serializers.CharField(allow_null=True, help_text=_("Null for those who have none."))
    name = serializers.CharField(
        help_text=_("Follows from name_parts. Empty for those without one.")
    )
    name_parts = serializers.DictField(
        child=serializers.CharField(allow_null=True),
        help_text=_("The parts of the name; _scheme says which there are. Empty without a name."),
    )
    is_active = serializers.BooleanField(help_text=_("Whether the customer can sign in."))
    is_verified = serializers.BooleanField(help_text=_("Whether the email address was confirmed."))
    last_login = serializers.DateTimeField(allow_null=True, help_text=_("Null: never signed in."))
    date_joined = serializers.DateTimeField()
    locale = serializers.CharField(help_text=_("A language, such as de, de-informal or es-419."))
    last_modified = serializers.DateTimeField()
    external_identifier = serializers.CharField(
        required=False, allow_null=True, help_text=_("Where it is included.")
    )
    phone = serializers.CharField(
        required=False, allow_null=True, help_text=_("Where it is included.")
    )
    notes = serializers.CharField(
        required=False, allow_null=True, help_text=_("Where they are included.")
    )


class PartOfCustomer(Customer):
    """A customer with the fields that were asked for."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class Organizer(Shape):
    """A company that sells tickets."""

    name = serializers.CharField()
    slug = serializers.RegexField(
        r"^[a-zA-Z0-9][a-zA-Z0-9.-]*$", help_text=_("The short name, which is part of addresses.")
    )
    public_url = serializers.URLField(help_text=_("The page of its customers."))
    plugins = serializers.ListField(child=serializers.CharField(), help_text=_("Always empty."))


class Root(Shape):
    """Where to go from here."""

    organizers = serializers.URLField()


class Page(Shape):
    """A part of a list; the fields of every list."""

    count = serializers.IntegerField(min_value=0, help_text=_("How many there are in all."))
    next = serializers.URLField(
        allow_null=True, help_text=_("The page after this one; null on the last.")
    )
    previous = serializers.URLField(
        allow_null=True, help_text=_("The page before this one; null on the first.")
    )


class CustomerPage(Page):
    """A page of customers."""

    results = Customer(many=True)


class PartOfCustomerPage(Page):
    """A page of customers with the fields that were asked for."""

    results = PartOfCustomer(many=True)


class OrganizerPage(Page):
    """A page of organizers."""

    results = Organizer(many=True)


class Problem(Shape):
    """Why there is no answer."""

    detail = serializers.CharField()


# A serializer has no word for "any name": by parameter, what is wrong with its value.
MISTAKES: Final[dict[str, Any]] = {
    "description": _("What is wrong with the values of which parameters."),
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
}


def _either(name: str, *shapes: type[Shape]) -> PolymorphicProxySerializer:
    return PolymorphicProxySerializer(name, list(shapes), resource_type_field_name=None)


# With `fields`, a part of each.
customers: Final = _either("CustomerOrPart", Customer, PartOfCustomer)
customer_pages: Final = _either("CustomerPageOrPart", CustomerPage, PartOfCustomerPage)
