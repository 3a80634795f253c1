"""The scheme by which an organizer composes the names of new customers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organizers", "0003_pretix_url")]

    operations = [
        migrations.AddField(
            model_name="organizer",
            name="name_scheme",
            field=models.CharField(
                db_default="full", default="full", max_length=50, verbose_name="name scheme"
            ),
        ),
    ]
