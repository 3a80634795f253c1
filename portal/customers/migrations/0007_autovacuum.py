"""PostgreSQL: autovacuum looks at the customers after changes of a fiftieth of them.

By default it waits for a fifth: of a million, that is late for the statistics that plans rest on.
"""

from django.db import migrations

SETTINGS = {
    "autovacuum_vacuum_scale_factor": 0.02,
    "autovacuum_vacuum_insert_scale_factor": 0.02,
    "autovacuum_analyze_scale_factor": 0.01,
}


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        settings = ", ".join(f"{name} = {value}" for name, value in SETTINGS.items())
        schema_editor.execute(f"ALTER TABLE customers_customer SET ({settings})")


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE customers_customer RESET ({', '.join(SETTINGS)})")


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0006_identifiers_ignoring_case'),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
