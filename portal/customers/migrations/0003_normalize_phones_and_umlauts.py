"""Search also finds phone numbers, calling names, transcriptions, and umlauts in each spelling.

The text is computed by the command of the installed version, not by a copy: what is stored must
equal what this version searches for. If a later version of the command reads a column that this
migration does not have, call the command in the migration of the column only.
"""

from django.core.management import call_command
from django.db import migrations


def normalize(apps, schema_editor):
    alias = schema_editor.connection.alias
    call_command("normalize_customers", database=alias, verbosity=0)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0002_phone_key")]
    operations = [migrations.RunPython(normalize, migrations.RunPython.noop)]
