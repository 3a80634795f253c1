"""What the source said last about edited fields."""

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
