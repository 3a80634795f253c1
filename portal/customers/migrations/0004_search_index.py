"""The index of the search: which customers have which three letters in a row."""

from django.db import migrations

POSTGRESQL = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE EXTENSION IF NOT EXISTS btree_gin",
    "CREATE INDEX CONCURRENTLY customer_search ON customers_customer"
    " USING gin (organizer_id, search_text gin_trgm_ops)",
]
# The text stays in the table of the customers. Where each trigram is in it, is not kept: what has
# all of them is looked at anyway. The text is folded already.
SQLITE = [
    "CREATE VIRTUAL TABLE customers_search USING fts5 (search_text, content='customers_customer',"
    " content_rowid='id', tokenize='trigram case_sensitive 1', detail=none, columnsize=0)",
    "INSERT INTO customers_search (customers_search) VALUES ('rebuild')",
    """CREATE TRIGGER customer_search_insert AFTER INSERT ON customers_customer BEGIN
        INSERT INTO customers_search (rowid, search_text) VALUES (new.id, new.search_text);
    END""",
    """CREATE TRIGGER customer_search_delete AFTER DELETE ON customers_customer BEGIN
        INSERT INTO customers_search (customers_search, rowid, search_text)
        VALUES ('delete', old.id, old.search_text);
    END""",
    """CREATE TRIGGER customer_search_update AFTER UPDATE ON customers_customer
    WHEN (old.id, old.search_text) IS NOT (new.id, new.search_text) BEGIN
        INSERT INTO customers_search (customers_search, rowid, search_text)
        VALUES ('delete', old.id, old.search_text);
        INSERT INTO customers_search (rowid, search_text) VALUES (new.id, new.search_text);
    END""",
]
BACK_ON_POSTGRESQL = ["DROP INDEX CONCURRENTLY customer_search"]
BACK_ON_SQLITE = [
    "DROP TRIGGER customer_search_insert",
    "DROP TRIGGER customer_search_delete",
    "DROP TRIGGER customer_search_update",
    "DROP TABLE customers_search",
]


def forwards(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if is_postgresql else SQLITE:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in BACK_ON_POSTGRESQL if is_postgresql else BACK_ON_SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('customers', '0003_index_for_each_order'),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
