"""How a full run measures, for the end of its report."""

from __future__ import annotations

from typing import Final

NOTES: Final = """\
## How it is measured

**Requests.** One client sends one request after another over loopback, on a connection that stays
open, after a warm-up. Portal and the floor run at the same time, each in gunicorn as
`portal/server.py` configures it but with one worker, and serve ten requests each in turn. A slow
case ends after eight seconds, with fewer requests. The databases of all sizes are served at once,
and each case alternates between them, so that other programs on the machine slow all sizes alike.

**The floor** is `benchmarks/floor.py`: a WSGI application without a framework. It runs the SQL that
Portal runs for the request, including the SQL for the session or the token, on an open connection,
and encodes the rows with `orjson`. For JSON its response equals Portal's, which the benchmark
checks. For HTML it returns the rows as JSON, so the ratio says what a page costs besides its rows.
"Queries" counts what the floor repeats. Where `FACET_MILLISECONDS` ends a query of Portal, it ends
that of the floor too.

**Growth** is the p50 of the largest size divided by the p50 of the smallest size. The growth of the
floor is what the database takes longer for the same SQL. Goals are for 1,000,000 customers on
PostgreSQL and two cores; on another machine, look at the ratio to the floor.

**A middle page by number** scans half of an index, and so does its floor. Clients that follow
`next` never need this.

**A time range that matches few customers** matches a hundred times as many at 1,000,000 as at
10,000, and each is counted for the facets: nearly ten thousand rows, close to the goal for growth.

**Searches** have another term at each size, so that the number of matches stays the same: one, or
500 to 2,000. A third of all customers have an email at `example.org`; half of all have two certain
letters, which are too few for the trigram index.

**Imports.** One file is imported into a new database, `seed_demo` fills the other organizer of an
emptied database, and the file is imported beside it, twice. The times include the start of the
command. The floor of the import beside others is one statement that copies as many customers to a
third organizer. Each row updates the indexes of all customers, for the floor too. Only a first
import on SQLite drops the indexes and creates them again.

**Streams** return all customers of the organizer. The floor sends the rows that the same SQL
returns. The figure is the median of up to five streams.

**Memory** of a worker is its resident memory; that of a command is of its largest process.

**Load.** Each client requests all pages of the table in turn, each beginning with another page, as
fast as it gets responses, from new servers, after a warm-up of a third of this time. Clients,
workers and the database share the processors.

**Databases.** SQLite has Portal's pragmas. PostgreSQL is a new cluster without `fsync`, reached
through a socket, after `VACUUM ANALYZE`, with a quarter of the machine's memory as
`shared_buffers`, and `random_page_cost = 1.1`. Everything that requests read is in memory."""
