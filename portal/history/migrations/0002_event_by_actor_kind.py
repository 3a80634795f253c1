"""An index for the events of one kind of actor."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("history", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                models.F("organizer"),
                models.F("actor_kind"),
                models.F("time"),
                models.F("id"),
                name="event_by_actor_kind",
            ),
        ),
    ]
