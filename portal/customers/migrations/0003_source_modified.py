"""When a customer was last changed at its source."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_email_keys_in_lower_case")]
    operations = [
        migrations.AddField(
            model_name="customer",
            name="source_modified",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
