"""Events, and triggers by which the database rejects changes of them.

An event cannot be deleted. Its only possible change sets the column `changes` to NULL. PostgreSQL's
TRUNCATE is not rejected. Only the owner of the table may use TRUNCATE, and the owner may also drop
the triggers.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from portal.databases.operations import run_sql

MESSAGE = "history_event is append-only"
FIXED = (
    "id",
    "organizer_id",
    "customer_id",
    "version",
    "time",
    "kind",
    "actor_kind",
    "actor_id",
    "actor_name",
    "request_id",
    "undoes_id",
)
OLD, NEW = (", ".join(f"{row}.{column}" for column in FIXED) for row in ("OLD", "NEW"))

APPEND_ONLY_ON_POSTGRESQL = [
    f"""CREATE FUNCTION history_reject() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    """CREATE TRIGGER history_no_delete BEFORE DELETE ON history_event
    FOR EACH ROW EXECUTE FUNCTION history_reject()""",
    # A comparison of lists of columns would have other parentheses after a restore.
    """CREATE TRIGGER history_no_update BEFORE UPDATE ON history_event
    FOR EACH ROW WHEN (NEW.changes IS NOT NULL
        OR to_jsonb(OLD) - 'changes' IS DISTINCT FROM to_jsonb(NEW) - 'changes')
    EXECUTE FUNCTION history_reject()""",
]
APPENDED_TO_ON_POSTGRESQL = [
    "DROP TRIGGER history_no_update ON history_event",
    "DROP TRIGGER history_no_delete ON history_event",
    "DROP FUNCTION history_reject",
]
APPEND_ONLY_ON_SQLITE = [
    f"""CREATE TRIGGER history_no_delete BEFORE DELETE ON history_event BEGIN
        SELECT RAISE(ABORT, '{MESSAGE}');
    END""",
    f"""CREATE TRIGGER history_no_update BEFORE UPDATE ON history_event
    WHEN NEW.changes IS NOT NULL OR ({OLD}) IS NOT ({NEW}) BEGIN
        SELECT RAISE(ABORT, '{MESSAGE}');
    END""",
    # INSERT OR REPLACE deletes a row. Without recursive_triggers, a connection does not run the
    # DELETE trigger for this row.
    f"""CREATE TRIGGER history_no_replace BEFORE INSERT ON history_event
    WHEN EXISTS (SELECT 1 FROM history_event WHERE id = NEW.id) BEGIN
        SELECT RAISE(ABORT, '{MESSAGE}');
    END""",
]
APPENDED_TO_ON_SQLITE = [
    "DROP TRIGGER history_no_replace",
    "DROP TRIGGER history_no_update",
    "DROP TRIGGER history_no_delete",
]


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("customers", "0006_version_and_erased"),
        ("organizers", "0004_name_scheme"),
    ]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.BigIntegerField()),
                ("time", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("changed", "Changed"),
                            ("erased", "Erased"),
                            ("undone", "Undone"),
                            ("noted", "Noted"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("member", "Member"),
                            ("token", "API token"),
                            ("command", "Command"),
                            ("import", "Import"),
                        ],
                        max_length=10,
                    ),
                ),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_name", models.CharField(max_length=254)),
                ("request_id", models.CharField(blank=True, max_length=200)),
                ("changes", models.JSONField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "organizer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizers.organizer",
                    ),
                ),
                (
                    "undoes",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="history.event",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "indexes": [
                    models.Index(
                        models.F("organizer"),
                        models.F("customer"),
                        models.F("time"),
                        models.F("id"),
                        name="event_by_customer",
                    ),
                    models.Index(
                        models.F("organizer"),
                        models.F("time"),
                        models.F("id"),
                        name="event_by_time",
                    ),
                    models.Index(
                        models.F("organizer"),
                        models.F("kind"),
                        models.F("time"),
                        models.F("id"),
                        name="event_by_kind",
                    ),
                    models.Index(
                        models.F("organizer"),
                        models.F("actor_name"),
                        models.F("time"),
                        models.F("id"),
                        name="event_by_actor",
                    ),
                ],
            },
        ),
        run_sql("postgresql", APPEND_ONLY_ON_POSTGRESQL, APPENDED_TO_ON_POSTGRESQL),
        run_sql("sqlite", APPEND_ONLY_ON_SQLITE, APPENDED_TO_ON_SQLITE),
    ]
