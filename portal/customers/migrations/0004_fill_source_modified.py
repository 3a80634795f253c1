"""Until now all customers came from imports: their last change was one of the source.

Works in batches, each in its own transaction, while customers are read and written. An interrupted
migration can be run again.
"""

from django.db import migrations
from django.db.models import F, Max

BATCH = 10_000


def fill(apps, schema_editor):
    manager = apps.get_model("customers", "Customer")._base_manager
    customers = manager.using(schema_editor.connection.alias)
    last = customers.aggregate(last=Max("pk"))["last"] or 0
    for first in range(0, last + 1, BATCH):
        batch = customers.filter(pk__gte=first, pk__lt=first + BATCH, source_modified=None)
        batch.update(source_modified=F("last_modified"))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0003_source_modified")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
