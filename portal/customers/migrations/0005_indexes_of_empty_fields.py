"""Adds indexes of the customers without a phone number, an external identifier or a name."""

from django.db import migrations, models

from portal.customers.fields import IsEmpty
from portal.databases.operations import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0004_imports")]

    operations = [
        AddIndexOnline(
            "customer",
            models.Index(
                "organizer",
                "id",
                condition=models.Q(IsEmpty("phone")),
                name="customer_without_phone",
            ),
        ),
        AddIndexOnline(
            "customer",
            models.Index(
                "organizer",
                "id",
                condition=models.Q(IsEmpty("external_identifier")),
                name="customer_without_external",
            ),
        ),
        AddIndexOnline(
            "customer",
            models.Index(
                "organizer",
                "id",
                condition=models.Q(IsEmpty("name")),
                name="customer_without_name",
            ),
        ),
    ]
