"""How SQLite counts customers: one row for each combination, kept up by triggers of each row."""
# ruff: noqa: S608  Nothing in this SQL comes from outside.

from __future__ import annotations

from typing import Final

from portal.customers.counts import KEY

TABLE: Final = """
CREATE TABLE IF NOT EXISTS customers_customercount (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    organizer_id bigint NOT NULL,
    is_active bool NOT NULL,
    is_verified bool NOT NULL,
    locale varchar(50) NOT NULL,
    number bigint NOT NULL)"""
INDEX: Final = f"""
CREATE UNIQUE INDEX IF NOT EXISTS customer_count_by_combination ON customers_customercount ({KEY})
"""
ONE_MORE: Final = f"""
    INSERT INTO customers_customercount ({KEY}, number)
    VALUES (NEW.organizer_id, NEW.is_active, NEW.is_verified, NEW.locale, 1)
    ON CONFLICT ({KEY}) DO UPDATE SET number = number + 1"""
ONE_LESS: Final = """
    UPDATE customers_customercount SET number = number - 1
    WHERE organizer_id = OLD.organizer_id AND is_active = OLD.is_active
    AND is_verified = OLD.is_verified AND locale = OLD.locale"""
NAMES: Final = ("customer_count_inserts", "customer_count_deletes", "customer_count_updates")
TRIGGERS: Final = (
    f"""
CREATE TRIGGER IF NOT EXISTS customer_count_inserts AFTER INSERT ON customers_customer
BEGIN {ONE_MORE}; END""",
    f"""
CREATE TRIGGER IF NOT EXISTS customer_count_deletes AFTER DELETE ON customers_customer
BEGIN {ONE_LESS}; END""",
    f"""
CREATE TRIGGER IF NOT EXISTS customer_count_updates AFTER UPDATE ON customers_customer
WHEN (OLD.organizer_id, OLD.is_active, OLD.is_verified, OLD.locale)
    IS NOT (NEW.organizer_id, NEW.is_active, NEW.is_verified, NEW.locale)
BEGIN {ONE_LESS}; {ONE_MORE}; END""",
)
DROPS: Final = tuple(f"DROP TRIGGER IF EXISTS {name}" for name in NAMES)
MAKE: Final = (TABLE, INDEX, *TRIGGERS)
