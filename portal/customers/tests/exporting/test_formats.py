"""NDJSON and CSV as bytes, without a database."""

from __future__ import annotations

import csv
import json
from io import StringIO

from portal.customers.exporting.formats import ROWS_PER_CHUNK, encode_csv, encode_ndjson


def test_ndjson_has_one_row_a_line() -> None:
    chunks = encode_ndjson(['{"name":"Zoë"}', '{"name":null}'])

    assert b"".join(chunks) == '{"name":"Zoë"}\n{"name":null}\n'.encode()


def test_ndjson_escapes_the_line_separators_of_unicode() -> None:
    row = json.dumps({"notes": "one\u2028two\u2029three\x85four"}, ensure_ascii=False)

    text = b"".join(encode_ndjson([row, row])).decode()

    assert len(text.splitlines()) == 2
    assert [json.loads(line) for line in text.splitlines()] == [json.loads(row)] * 2


def test_ndjson_without_rows_is_empty() -> None:
    assert list(encode_ndjson([])) == []


def test_csv_begins_with_the_names_of_the_fields() -> None:
    chunks = encode_csv(["identifier", "email"], [("A", "a@example.org"), ("B", None)])

    assert b"".join(chunks) == b"identifier,email\r\nA,a@example.org\r\nB,\r\n"


def test_csv_without_rows_has_only_the_names_of_the_fields() -> None:
    assert list(encode_csv(["identifier"], [])) == [b"identifier\r\n"]


def test_csv_quotes_commas_quotes_and_line_breaks() -> None:
    row = ("a,b", 'c"d', "e\r\nf", "\u2028")

    text = b"".join(encode_csv(["w", "x", "y", "z"], [row])).decode()

    assert text == 'w,x,y,z\r\n"a,b","c""d","e\r\nf",\u2028\r\n'
    assert [*csv.reader(StringIO(text, newline=""))][1] == list(row)


def test_a_chunk_is_encoded_before_later_rows_are_read() -> None:
    rows = iter([str(number) for number in range(ROWS_PER_CHUNK + 1)])

    first = next(encode_ndjson(rows))

    assert first.count(b"\n") == ROWS_PER_CHUNK
    assert list(rows) == [str(ROWS_PER_CHUNK)]
