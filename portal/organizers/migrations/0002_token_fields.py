from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organizers', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='apitoken',
            name='has_all_fields',
            field=models.BooleanField(db_default=False, default=False, verbose_name='all fields'),
        ),
    ]
