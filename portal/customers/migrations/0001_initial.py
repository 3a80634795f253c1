"""Creates the table of customers, the search index, and the triggers that maintain counts.

This migration has SQL for which Django has no operations. On SQLite, most changes of a column
recreate the table, which drops its triggers. A migration that changes a column must create the
triggers again.
"""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import portal.customers.fields
from portal.databases.operations import run_sql

# The columns by which customers are counted.
KEY = "organizer_id, state, is_verified, locale"

# The count of a combination is the sum of its rows. Statements append rows, because transactions
# that update one row would wait for each other. At random times a trigger merges the rows of a
# combination into one. The merge skips rows that another transaction is merging, so that no
# transaction waits and no row is merged twice.
FOLD = f"""
    CREATE FUNCTION customers_fold_counts(owners bigint[]) RETURNS void
    LANGUAGE sql SET search_path FROM CURRENT AS $$
        WITH free AS MATERIALIZED (
            SELECT id FROM customers_customercount WHERE organizer_id = ANY (owners)
            FOR UPDATE SKIP LOCKED),
        folded AS (
            DELETE FROM customers_customercount USING free
            WHERE customers_customercount.id = free.id
            RETURNING customers_customercount.*)
        INSERT INTO customers_customercount ({KEY}, number)
        SELECT {KEY}, SUM(number) FROM folded GROUP BY {KEY} HAVING SUM(number) <> 0
    $$"""
# A trigger appends one row for each changed combination. After about 128 appended rows, the trigger
# merges all rows. A random number decides when to merge, because a random number needs no query.
APPEND = """
    CREATE FUNCTION {name}() RETURNS trigger
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
        appended bigint;
        owners bigint[];
    BEGIN
        WITH appended_rows AS (
            INSERT INTO customers_customercount ({key}, number)
            {changes}
            RETURNING organizer_id)
        SELECT COUNT(*), array_agg(DISTINCT organizer_id) INTO appended, owners
        FROM appended_rows;
        IF random() * 128 < appended
            AND current_setting('transaction_isolation') = 'read committed'
        THEN
            PERFORM customers_fold_counts(owners);
        END IF;
        RETURN NULL;
    END $$"""
# The argument of the trigger is 1 for inserted rows and -1 for deleted ones.
ROWS = f"SELECT {KEY}, COUNT(*) * TG_ARGV[0]::bigint FROM changed GROUP BY {KEY}"
MOVES = f"""
            SELECT {KEY}, SUM(number) FROM (
                SELECT {KEY}, 1 AS number FROM changed
                UNION ALL
                SELECT {KEY}, -1 FROM before) AS moves
            GROUP BY {KEY} HAVING SUM(number) <> 0"""
TRUNCATED = """
    CREATE FUNCTION customers_count_truncate() RETURNS trigger
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
        DELETE FROM customers_customercount WHERE NOT EXISTS (
            SELECT FROM customers_customer
            WHERE customers_customer.organizer_id = customers_customercount.organizer_id);
        RETURN NULL;
    END $$"""
COUNTS_ON_POSTGRESQL = [
    FOLD,
    APPEND.format(name="customers_count_rows", key=KEY, changes=ROWS),
    APPEND.format(name="customers_count_moves", key=KEY, changes=MOVES),
    TRUNCATED,
    """CREATE TRIGGER customer_count_inserts AFTER INSERT ON customers_customer
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION customers_count_rows('1')""",
    """CREATE TRIGGER customer_count_deletes AFTER DELETE ON customers_customer
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION customers_count_rows('-1')""",
    """CREATE TRIGGER customer_count_updates AFTER UPDATE ON customers_customer
    REFERENCING OLD TABLE AS before NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION customers_count_moves()""",
    """CREATE TRIGGER customer_count_truncates AFTER TRUNCATE ON customers_customer
    FOR EACH STATEMENT EXECUTE FUNCTION customers_count_truncate()""",
]
NO_COUNTS_ON_POSTGRESQL = [
    "DROP TRIGGER customer_count_truncates ON customers_customer",
    "DROP TRIGGER customer_count_updates ON customers_customer",
    "DROP TRIGGER customer_count_deletes ON customers_customer",
    "DROP TRIGGER customer_count_inserts ON customers_customer",
    "DROP FUNCTION customers_count_truncate",
    "DROP FUNCTION customers_count_moves",
    "DROP FUNCTION customers_count_rows",
    "DROP FUNCTION customers_fold_counts",
]

# SQLite has one writer and no statement triggers, so its triggers update one row for each
# combination.
ONE_MORE = f"""
        INSERT INTO customers_customercount ({KEY}, number)
        SELECT NEW.organizer_id, NEW.state, NEW.is_verified, NEW.locale, 0
        WHERE NOT EXISTS (
            SELECT 1 FROM customers_customercount
            WHERE organizer_id = NEW.organizer_id AND state = NEW.state
            AND is_verified = NEW.is_verified AND locale = NEW.locale);
        UPDATE customers_customercount SET number = number + 1
        WHERE organizer_id = NEW.organizer_id AND state = NEW.state
        AND is_verified = NEW.is_verified AND locale = NEW.locale;"""
ONE_LESS = """
        UPDATE customers_customercount SET number = number - 1
        WHERE organizer_id = OLD.organizer_id AND state = OLD.state
        AND is_verified = OLD.is_verified AND locale = OLD.locale;"""
COUNTS_ON_SQLITE = [
    f"""CREATE TRIGGER customer_count_inserts AFTER INSERT ON customers_customer BEGIN
        {ONE_MORE}
    END""",
    f"""CREATE TRIGGER customer_count_deletes AFTER DELETE ON customers_customer BEGIN
        {ONE_LESS}
    END""",
    f"""CREATE TRIGGER customer_count_updates AFTER UPDATE ON customers_customer
    WHEN (OLD.organizer_id, OLD.state, OLD.is_verified, OLD.locale)
        IS NOT (NEW.organizer_id, NEW.state, NEW.is_verified, NEW.locale)
    BEGIN
        {ONE_LESS}
        {ONE_MORE}
    END""",
]
NO_COUNTS_ON_SQLITE = [
    "DROP TRIGGER customer_count_updates",
    "DROP TRIGGER customer_count_deletes",
    "DROP TRIGGER customer_count_inserts",
]

# A GIN index with the customers of each trigram, which is three successive characters.
SEARCH_ON_POSTGRESQL = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE EXTENSION IF NOT EXISTS btree_gin",
    """CREATE INDEX customer_search ON customers_customer
    USING gin (organizer_id, search_text gin_trgm_ops)""",
]
NO_SEARCH_ON_POSTGRESQL = ["DROP INDEX customer_search"]
# The index stores no texts, which are in the table of customers. The index stores no positions of
# trigrams, because the search compares the text of each row afterwards. The index is
# case-sensitive, because the text is normalized.
SEARCH_ON_SQLITE = [
    """CREATE VIRTUAL TABLE customers_search USING fts5 (
        search_text, content='customers_customer', content_rowid='id',
        tokenize='trigram case_sensitive 1', detail=none, columnsize=0)""",
    """CREATE TRIGGER customer_search_insert AFTER INSERT ON customers_customer BEGIN
        INSERT INTO customers_search (rowid, search_text) VALUES (NEW.id, NEW.search_text);
    END""",
    """CREATE TRIGGER customer_search_delete AFTER DELETE ON customers_customer BEGIN
        INSERT INTO customers_search (customers_search, rowid, search_text)
        VALUES ('delete', OLD.id, OLD.search_text);
    END""",
    """CREATE TRIGGER customer_search_update AFTER UPDATE ON customers_customer
    WHEN (OLD.id, OLD.search_text) IS NOT (NEW.id, NEW.search_text) BEGIN
        INSERT INTO customers_search (customers_search, rowid, search_text)
        VALUES ('delete', OLD.id, OLD.search_text);
        INSERT INTO customers_search (rowid, search_text) VALUES (NEW.id, NEW.search_text);
    END""",
]
NO_SEARCH_ON_SQLITE = [
    "DROP TRIGGER customer_search_update",
    "DROP TRIGGER customer_search_delete",
    "DROP TRIGGER customer_search_insert",
    "DROP TABLE customers_search",
]

# By default, autovacuum waits until a fifth of a table has changed. With a million rows this is too
# late for index-only scans and for the planner's statistics.
AUTOVACUUM = [
    """ALTER TABLE customers_customer SET (
        autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02,
        autovacuum_analyze_scale_factor = 0.01)""",
]
DEFAULT_AUTOVACUUM = [
    """ALTER TABLE customers_customer RESET (
        autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor,
        autovacuum_analyze_scale_factor)""",
]


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organizers', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('identifier', portal.customers.fields.CodePointCharField(max_length=190, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9._-]{1,190}\\Z')], verbose_name='identifier')),
                ('external_identifier', models.CharField(blank=True, max_length=255, null=True, verbose_name='external identifier')),
                ('email', models.EmailField(blank=True, max_length=254, null=True, verbose_name='email')),
                ('phone', models.CharField(blank=True, max_length=128, null=True, verbose_name='phone')),
                ('name_parts', models.JSONField(blank=True, default=dict, encoder=portal.customers.fields.JsonbEncoder, verbose_name='parts of the name')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('is_verified', models.BooleanField(default=False, verbose_name='verified')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last sign-in')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='registered')),
                ('locale', portal.customers.fields.CodePointCharField(default='en', max_length=50, verbose_name='language')),
                ('last_modified', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last changed')),
                ('notes', models.TextField(blank=True, null=True, verbose_name='notes')),
                ('source_modified', models.DateTimeField(editable=False, null=True)),
                ('name', models.CharField(blank=True, editable=False, max_length=255, verbose_name='name')),
                ('name_key', portal.customers.fields.CodePointCharField(editable=False, max_length=190, null=True)),
                ('email_key', portal.customers.fields.CodePointCharField(editable=False, max_length=254, null=True)),
                ('search_text', portal.customers.fields.CodePointTextField(editable=False)),
                ('state', models.SmallIntegerField(editable=False, verbose_name='state')),
                ('organizer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organizers.organizer')),
            ],
            options={
                'verbose_name': 'customer',
                'verbose_name_plural': 'customers',
                'indexes': [
                    models.Index(models.F('organizer'), portal.customers.fields.IgnoringCase('identifier'), models.F('id'), include=('identifier',), name='customer_by_identifier_key'),
                    models.Index(models.F('organizer'), models.F('name_key'), models.F('id'), name='customer_by_name_key'),
                    models.Index(models.F('organizer'), models.F('state'), models.F('id'), name='customer_by_state'),
                    models.Index(models.F('organizer'), models.F('locale'), models.F('id'), name='customer_by_locale_key'),
                    models.Index(models.F('organizer'), models.F('date_joined'), models.F('id'), models.F('state'), models.F('is_verified'), models.F('locale'), name='customer_joined_facets'),
                    models.Index(models.F('organizer'), models.F('last_login'), models.F('id'), models.F('state'), models.F('is_verified'), models.F('locale'), name='customer_login_facets'),
                    models.Index(models.F('organizer'), models.F('last_modified'), models.F('id'), models.F('state'), models.F('is_verified'), models.F('locale'), name='customer_modified_facets'),
                    models.Index(models.F('organizer'), models.F('locale'), models.F('email_key'), models.F('id'), name='customer_by_email_in_locale'),
                    models.Index(models.F('organizer'), models.F('id'), condition=models.Q(('email_key__isnull', True)), name='customer_without_email'),
                    models.Index(models.F('organizer'), models.F('external_identifier'), condition=models.Q(('external_identifier__isnull', False)), name='customer_by_external'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('organizer', 'identifier'), name='customer_identifier_in_organizer'),
                    models.UniqueConstraint(fields=('organizer', 'email_key'), name='customer_email_in_organizer'),
                    models.CheckConstraint(condition=models.Q(models.Q(('identifier', ''), _negated=True), models.Q(('email', ''), _negated=True)), name='customer_none_is_not_blank'),
                    models.CheckConstraint(condition=models.Q(('state', models.Case(models.When(models.Q(models.Q(('name', None), ('name', ''), _connector='OR'), models.Q(('email', None), ('email', ''), _connector='OR'), models.Q(('phone', None), ('phone', ''), _connector='OR'), models.Q(('external_identifier', None), ('external_identifier', ''), _connector='OR'), models.Q(('notes', None), ('notes', ''), _connector='OR'), ('is_active', False)), then=models.Value(4)), models.When(is_active=False, then=models.Value(3)), models.When(is_verified=False, then=models.Value(2)), default=models.Value(1)))), name='customer_state_is_true'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CustomerCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.SmallIntegerField()),
                ('is_verified', models.BooleanField()),
                ('locale', portal.customers.fields.CodePointCharField(max_length=50)),
                ('number', models.BigIntegerField()),
                ('organizer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='organizers.organizer')),
            ],
            options={
                'indexes': [
                    models.Index(models.F('organizer'), models.F('state'), models.F('is_verified'), models.F('locale'), name='customer_count_by_combination'),
                ],
            },
        ),
        run_sql("postgresql", COUNTS_ON_POSTGRESQL, NO_COUNTS_ON_POSTGRESQL),
        run_sql("sqlite", COUNTS_ON_SQLITE, NO_COUNTS_ON_SQLITE),
        run_sql("postgresql", SEARCH_ON_POSTGRESQL, NO_SEARCH_ON_POSTGRESQL),
        run_sql("sqlite", SEARCH_ON_SQLITE, NO_SEARCH_ON_SQLITE),
        run_sql("postgresql", AUTOVACUUM, DEFAULT_AUTOVACUUM),
    ]
