from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organizers", "0004_name_scheme")]

    operations = [
        migrations.AddField(
            model_name="organizer",
            name="history_days",
            field=models.PositiveIntegerField(
                blank=True,
                db_default=730,
                default=730,
                null=True,
                verbose_name="days of values in the history",
            ),
        ),
    ]
