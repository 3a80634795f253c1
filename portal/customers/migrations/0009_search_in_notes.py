"""Adds the normalized text of notes, which a search compares with the permission to read notes.

The command normalize_customers computes the texts, so that they match the searches of the installed
version. If a later version of the command reads a column that a later migration adds, move the call
to that migration.
"""

from django.core.management import call_command
from django.db import migrations

import portal.customers.fields
from portal.databases.operations import run_sql

TEXT = "{row}search_text || COALESCE({row}notes_text, '') || COALESCE({row}team_notes_text, '')"
HAS_NOTES = "({row}notes_text IS NOT NULL OR {row}team_notes_text IS NOT NULL)"
NEW = {"text": TEXT.format(row="NEW."), "has_notes": HAS_NOTES.format(row="NEW.")}
OLD = {"text": TEXT.format(row="OLD."), "has_notes": HAS_NOTES.format(row="OLD.")}

ON_POSTGRESQL = [
    f"""CREATE INDEX CONCURRENTLY customer_search_with_notes ON customers_customer
    USING gin (organizer_id, ({TEXT.format(row="")}) gin_trgm_ops)
    WHERE {HAS_NOTES.format(row="")}""",
]
NOT_ON_POSTGRESQL = ["DROP INDEX CONCURRENTLY customer_search_with_notes"]

# An FTS5 table like customers_search, but only with customers that have notes. The index stores no
# texts, so a trigger passes the old text to remove an entry.
ADD = """
        INSERT INTO customers_notes_search (rowid, text_with_notes)
        SELECT NEW.id, {text} WHERE {has_notes};""".format(**NEW)
REMOVE = """
        INSERT INTO customers_notes_search (customers_notes_search, rowid, text_with_notes)
        SELECT 'delete', OLD.id, {text} WHERE {has_notes};""".format(**OLD)
ON_SQLITE = [
    """CREATE VIRTUAL TABLE customers_notes_search USING fts5 (
        text_with_notes, content='',
        tokenize='trigram case_sensitive 1', detail=none, columnsize=0)""",
    f"CREATE TRIGGER customer_notes_insert AFTER INSERT ON customers_customer BEGIN {ADD} END",
    f"CREATE TRIGGER customer_notes_delete AFTER DELETE ON customers_customer BEGIN {REMOVE} END",
    f"""CREATE TRIGGER customer_notes_update AFTER UPDATE ON customers_customer
    WHEN ({OLD["has_notes"]} OR {NEW["has_notes"]})
        AND (OLD.id, OLD.search_text, OLD.notes_text, OLD.team_notes_text)
            IS NOT (NEW.id, NEW.search_text, NEW.notes_text, NEW.team_notes_text)
    BEGIN {REMOVE} {ADD} END""",
]
NOT_ON_SQLITE = [
    "DROP TRIGGER customer_notes_update",
    "DROP TRIGGER customer_notes_delete",
    "DROP TRIGGER customer_notes_insert",
    "DROP TABLE customers_notes_search",
]


def normalize(apps, schema_editor):
    alias = schema_editor.connection.alias
    call_command("normalize_customers", database=alias, verbosity=0)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0008_source_values"), ("organizers", "0002_organizer_country")]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="notes_text",
            field=portal.customers.fields.CodePointTextField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="customer",
            name="team_notes_text",
            field=portal.customers.fields.CodePointTextField(editable=False, null=True),
        ),
        run_sql("postgresql", ON_POSTGRESQL, NOT_ON_POSTGRESQL),
        run_sql("sqlite", ON_SQLITE, NOT_ON_SQLITE),
        migrations.RunPython(normalize, migrations.RunPython.noop),
    ]
