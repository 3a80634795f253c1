"""Numbers of customers that the database keeps itself.

Two transactions: the first makes the triggers, for which writers wait a moment, as the lock is given
back at once; the second counts whom they have not seen, while everybody goes on writing. What the
triggers note from the first on is in the same snapshot as the customers that are counted, and is
subtracted. A migration that was interrupted can be run again.
"""

import django.db.models.deletion
from django.db import migrations, models

import portal.customers.fields
from portal.customers.counting import count_customers, drop_counts, keep_counts


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('customers', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(keep_counts, drop_counts, atomic=True),
                migrations.RunPython(count_customers, migrations.RunPython.noop, atomic=True),
            ],
            state_operations=[
                migrations.CreateModel(
                    name='CustomerCount',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('is_active', models.BooleanField()),
                        ('is_verified', models.BooleanField()),
                        ('locale', portal.customers.fields.CodePointCharField(max_length=50)),
                        ('number', models.BigIntegerField()),
                        ('organizer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organizers.organizer')),
                    ],
                    options={
                        'indexes': [models.Index(models.F('organizer'), models.F('is_active'), models.F('is_verified'), models.F('locale'), name='customer_count_by_combination')],
                    },
                ),
            ],
        ),
    ]
