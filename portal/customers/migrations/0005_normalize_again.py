"""Search and order ignore more than before, and SQLite has the keys of names in jsonb's order.

Works in batches, each in its own transaction, while customers are read and written. An interrupted
migration can be run again. The text is computed by the command of the installed version, not by a
copy: what is stored must equal what this version searches for. If a later version of the command
reads a column that this migration does not have, call the command in the migration of the column
only.
"""

from django.core.management import call_command
from django.db import migrations, transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from portal.customers.fields import JsonbEncoder

BATCH = 1_000


def normalize(apps, schema_editor):
    alias = schema_editor.connection.alias
    call_command("normalize_customers", database=alias, verbosity=0)


def order_keys_on_sqlite(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    alias, encoder, last = schema_editor.connection.alias, JsonbEncoder(), 0
    manager = apps.get_model("customers", "Customer")._base_manager.using(alias)
    customers = manager.annotate(text=Cast("name_parts", TextField())).order_by("pk")
    while last is not None:
        with transaction.atomic(using=alias):
            batch = [*customers.filter(pk__gt=last).only("name_parts")[:BATCH]]
            changed = [each for each in batch if each.text != encoder.encode(each.name_parts)]
            manager.bulk_update(changed, ["name_parts"])
        last = batch[-1].pk if batch else None


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0004_fill_source_modified")]
    operations = [
        migrations.RunPython(normalize, migrations.RunPython.noop),
        migrations.RunPython(order_keys_on_sqlite, migrations.RunPython.noop),
    ]
