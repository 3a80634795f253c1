"""Adds the column `phone_key`, the digits of the international phone number, and its index."""

from django.db import migrations, models

from portal.customers.fields import CodePointCharField
from portal.databases.operations import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0001_initial"), ("organizers", "0002_organizer_country")]
    operations = [
        migrations.AddField(
            model_name="customer",
            name="phone_key",
            field=CodePointCharField(editable=False, max_length=128, null=True),
        ),
        AddIndexOnline(
            model_name="customer",
            index=models.Index(
                models.F("organizer"),
                models.F("phone_key"),
                models.F("id"),
                condition=models.Q(("phone_key__isnull", False)),
                name="customer_by_phone",
            ),
        ),
    ]
