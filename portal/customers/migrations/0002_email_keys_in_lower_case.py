"""Keys of emails in lower case: casefold() had made one address of straße and strasse.

Works in batches, each in its own transaction, while customers are read and written. An interrupted
migration can be run again.
"""

from django.db import migrations

BATCH = 1_000


def lower_keys(apps, schema_editor):
    customers = apps.get_model("customers", "Customer")._base_manager
    rows = customers.using(schema_editor.connection.alias).exclude(email=None).order_by("pk")
    last = 0
    while batch := [*rows.filter(pk__gt=last)[:BATCH].only("email", "email_key")]:
        changed = [each for each in batch if each.email_key != each.email.lower()]
        for each in changed:
            each.email_key = each.email.lower()
        customers.bulk_update(changed, ["email_key"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunPython(lower_keys, migrations.RunPython.noop)]
