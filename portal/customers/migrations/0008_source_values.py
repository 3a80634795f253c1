"""Adds `source_values`, the last imported values of fields that were edited in Portal."""

from django.db import migrations, models

import portal.customers.fields


class Migration(migrations.Migration):
    dependencies = [("customers", "0007_notes")]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="source_values",
            field=models.JSONField(
                editable=False, encoder=portal.customers.fields.JsonbEncoder, null=True
            ),
        ),
    ]
