"""The explanation at the end of the report of a full run."""

from __future__ import annotations

from typing import Final

NOTES: Final = """\
## How it is measured

**Requests.** After a warm-up, one client sends one request after another over loopback, on one open
connection. Portal and the floor run at the same time, each in gunicorn with one worker and the
settings of `portal/server.py`. They get ten requests each in turn. A slow case ends after eight
seconds, with fewer requests. The databases of all sizes have servers at the same time, and each
case alternates between the sizes, so that other programs on the machine slow all sizes equally.

**The floor** is `benchmarks/floor.py`: a WSGI application without a framework. It runs the SQL that
Portal runs for the request, including the SQL for the session or the token, on an open connection,
and encodes the rows with `orjson`. For JSON its response equals Portal's, which the benchmark
checks. For HTML the floor returns the rows as JSON, so the ratio shows the cost of a page besides
its rows. "Queries" is the number of queries that the floor repeats. If `FACET_MILLISECONDS` ends a
query of Portal, this limit also ends the query of the floor.

**Growth** is the p50 of the largest size divided by the p50 of the smallest size. The growth of the
floor shows how much longer the database takes for the same SQL. The goals are for 1,000,000
customers on PostgreSQL and two cores. On another machine, compare the ratio to the floor.

**A middle page by number** scans half of an index, also in the floor. A client that follows `next`
never needs such a scan.

**A time range that matches few customers** has a hundred times as many matches at 1,000,000 as at
10,000. Portal counts all of them for the numbers beside the filters: nearly ten thousand rows.

**Searches** have another term at each size, so that all sizes have the same number of matches: one,
or 500 to 2,000. A third of all customers have an email at `example.org`. Half of all customers have
two certain letters in a row; two letters are too short for the trigram index.

**Imports.** A file is imported into a new database. Then the database is emptied, `seed_demo`
creates the customers of another organizer, and the file is imported twice beside these. The times
include the start of the command. The floor of the import beside others is one statement that
copies the same number of customers to a third organizer. Each row, also of the floor, updates the
indexes of all customers. Only a first import on SQLite drops the indexes and creates them again.

**Streams** return all customers of the organizer. The floor sends the rows of the same SQL. The
figure is the median of up to five streams.

**Memory** is resident memory, of a worker or of a command's largest process.

**Load.** Each client requests all pages of the table in turn, without a pause. Each client begins
with another page. The servers are new, and have a warm-up of a third of the time. Clients, workers
and the database share the processors.

**Databases.** SQLite has Portal's pragmas. PostgreSQL is a new cluster without `fsync`, reached
through a socket, after `VACUUM ANALYZE`, with a quarter of the machine's memory as
`shared_buffers`, and `random_page_cost = 1.1`. All rows and indexes that requests read are in
memory."""
