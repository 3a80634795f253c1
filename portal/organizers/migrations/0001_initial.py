import django.core.validators
import django.db.models.deletion
import portal.organizers.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Organizer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=50, unique=True, validators=[django.core.validators.RegexValidator('^[a-zA-Z0-9][a-zA-Z0-9.-]*$', 'Use letters, digits, dots and dashes.')], verbose_name='short name')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('timezone', portal.organizers.fields.TimeZoneField(default='UTC', max_length=64, verbose_name='time zone')),
            ],
            options={
                'verbose_name': 'organizer',
                'verbose_name_plural': 'organizers',
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=190, verbose_name='name')),
                ('permissions', portal.organizers.fields.PermissionsField(blank=True, default=list, verbose_name='permissions')),
                ('members', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organizer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organizers.organizer')),
            ],
            options={
                'verbose_name': 'team',
                'verbose_name_plural': 'teams',
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=190, verbose_name='name')),
                ('permissions', portal.organizers.fields.PermissionsField(blank=True, default=list, verbose_name='permissions')),
                ('has_all_fields', models.BooleanField(db_default=False, default=False, verbose_name='all fields')),
                ('key_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('last_four', models.CharField(editable=False, max_length=4)),
                ('created', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('last_used', models.DateTimeField(blank=True, null=True, verbose_name='last used')),
                ('expires', models.DateTimeField(blank=True, null=True, verbose_name='expires')),
                ('revoked', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organizers.team')),
            ],
            options={
                'verbose_name': 'API token',
                'verbose_name_plural': 'API tokens',
            },
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.UniqueConstraint(fields=('organizer', 'name'), name='team_name_in_organizer'),
        ),
    ]
