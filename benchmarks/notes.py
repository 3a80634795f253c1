"""What the report says behind its tables: how it was measured, and how to read it."""

from __future__ import annotations

from typing import Final

NOTES: Final = """\
## How to read this

One client asks over loopback, one request after another on a connection that is kept open, after
a warm-up. Portal and the floor run at the same time, each in gunicorn as `portal/server.py`
configures it but with one worker, and are asked in turns, ten requests each. A case that takes long
ends after eight seconds, with fewer requests.

The floor is `benchmarks/floor.py`: a WSGI application without a framework that runs the SQL which
Portal runs for this request, that which finds out who asks among it, on a connection that stays
open, and answers with `orjson`. For JSON it answers what Portal answers, which the
benchmark checks; for pages it answers the same rows as JSON, so there the ratio says what a page
costs beside its rows. Queries counts what the floor replays. Where Portal's own limit of time ends
a query (`FACET_MILLISECONDS`), it ends the floor's as well.

Growth is from the smallest number of customers to the largest one, of the p50. All sizes are served
at once, each from a database of its own, and a case is asked of all of them in turns, a round each:
a machine that others use as well is not equally fast all the time. What the floor grows by is what
the database takes longer for the same SQL. Goals are for
1,000,000 customers on PostgreSQL and two cores; where a machine differs, the ratio to the floor
counts.

A middle page by number passes half of all customers in an index, and so does its floor: nothing
knows who is in the middle. So it is near its goal, on either side. Whoever follows `next` never
asks that.

On PostgreSQL the first import of many fills a table of the organizer's own, and makes its indexes
at the end, whoever has customers beside it. Its floor is one statement that copies customers who
are there already to a third organizer, into such a table; about half of that is for the trigrams.
How fast the machine is shows here first: on 2026-11-26 two full runs had 19,221 and 24,520 a second
beside others at 1,000,000, one of PostgreSQL alone 23,545, and by hand it was 23,300, twice. SQLite
has one table for all. Each row goes into its indexes one after another, and so it does for the
floor: half of the goal is out of reach there.

A range of time that few are in has a hundred times as many at 1,000,000 as at 10,000, and each is
looked at for the numbers beside the filters: with nearly ten thousand, its growth is near the goal,
on either side.

A search with about a thousand hits, 500 to 2,000, looks at each of them where the trigrams say, and
numbers them there; the page then looks at nobody but whom it shows.

What is searched for differs with the number of customers, so that the number of hits does not:
one, about a thousand. A third of all have an email at `example.org`; half of all have two certain
letters, which are too few for the index.

A stream is the whole list of the organizer; its floor sends what the same SQL returns, a line for
each row; where that takes long it is sent once, not five times. The memory of a worker is what its
process has in RAM; that of a command is of its largest process.

Under load each client asks for all of these pages in turn, each beginning with another one, as
fast as it gets answers, of servers that are started for it, after a third of this time as a
warm-up. Clients, workers and the database share the processors. On SQLite all together are nearer
to 4 than each page is: its quick answers take a fifth of what a page takes.

The SQLite connection has Portal's pragmas. PostgreSQL is a cluster of its own, without `fsync`,
after `VACUUM ANALYZE`, with what `docs/postgresql.md` says to set: a quarter of the machine's
memory as `shared_buffers`, and `random_page_cost = 1.1`. It is reached through a socket, and what
is asked for is in memory. The rates of the commands hold their start. The same customers are
imported into one organizer while there is nobody else, made by `seed_demo` in the other one, after
all have been dropped, and imported beside those, twice."""
