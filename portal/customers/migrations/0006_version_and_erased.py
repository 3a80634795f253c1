"""Adds the version of a customer, and the time of its erasure.

On SQLite, Django would recreate the table for a column that is not null, which would drop the
triggers.
"""

from django.db import migrations, models

TABLE = "customers_customer"


class Migration(migrations.Migration):
    dependencies = [("customers", "0005_indexes_of_empty_fields")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {TABLE} ADD COLUMN version bigint NOT NULL DEFAULT 1",
            f"ALTER TABLE {TABLE} DROP COLUMN version",
            state_operations=[
                migrations.AddField(
                    model_name="customer",
                    name="version",
                    field=models.BigIntegerField(db_default=1, default=1, editable=False),
                ),
            ],
        ),
        migrations.AddField(
            model_name="customer",
            name="erased",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
