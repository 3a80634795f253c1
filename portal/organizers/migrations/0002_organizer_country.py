"""The country of phone numbers that name none. `manage.py set_country` sets it."""

from django.db import migrations

import portal.organizers.fields


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
    ]
