"""The country of phone numbers that name none; by default that of the organizer's time zone."""

from django.db import migrations

import portal.organizers.fields
from portal.organizers.countries import country_of_timezone


def fill(apps, schema_editor):
    organizers = apps.get_model("organizers", "Organizer")._base_manager
    for organizer in organizers.using(schema_editor.connection.alias).filter(country=""):
        organizer.country = country_of_timezone(organizer.timezone)
        organizer.save(update_fields=["country"])


class Migration(migrations.Migration):
    dependencies = [("organizers", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="organizer",
            name="country",
            field=portal.organizers.fields.CountryField(
                blank=True, db_default="", default="", max_length=2, verbose_name="country"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
