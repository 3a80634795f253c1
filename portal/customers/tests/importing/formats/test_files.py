"""All layouts of customers in a file, and broken files."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest

from portal.customers.importing.formats.decoding import UTF8_BOM
from portal.customers.importing.formats.files import (
    CHUNK_BYTES,
    read_block,
    read_blocks,
    read_customers_from_file,
)
from portal.customers.importing.rows import ParsedRow, Rejection

ANN: dict[str, Any] = {"identifier": "ANN", "notes": "Zoë, \\ud800 😀"}
BOB: dict[str, Any] = {"identifier": "BOB", "name_parts": {}}


def _page(*customers: object) -> dict[str, object]:
    return {"count": 2, "next": None, "previous": None, "results": customers}


def _read(text: str | bytes, *, chunk_bytes: int = CHUNK_BYTES) -> list[ParsedRow | Rejection]:
    content = text.encode() if isinstance(text, str) else text
    return list(read_customers_from_file(BytesIO(content), name="file", chunk_bytes=chunk_bytes))


BOTH = [ParsedRow("file, customer 1", ANN), ParsedRow("file, customer 2", BOB)]
LINES = [ParsedRow("file, line 1", ANN), ParsedRow("file, line 2", BOB)]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("is_ascii", [True, False])
@pytest.mark.parametrize("bom", [b"", UTF8_BOM])
@pytest.mark.parametrize("contents", [[[ANN, BOB]], [_page(ANN, BOB)], [_page(ANN), _page(BOB)]])
def test_arrays_and_pages_are_read(
    contents: list[object], bom: bytes, is_ascii: bool, indent: int | None
) -> None:
    texts = [json.dumps(each, ensure_ascii=is_ascii, indent=indent) for each in contents]

    assert _read(bom + "\n".join(texts).encode()) == BOTH


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_one_customer_per_line_is_read_with_its_line(end: str) -> None:
    assert _read(f"{json.dumps(ANN)}\n{json.dumps(BOB)}{end}") == LINES


def test_customers_one_after_another_over_many_lines_are_read() -> None:
    assert _read(f"{json.dumps(ANN, indent=1)}\n{json.dumps(BOB, indent=1)}") == BOTH


def test_empty_lines_count_as_lines() -> None:
    assert _read(f"{json.dumps(ANN)}\n\n{json.dumps(BOB)}")[1] == ParsedRow("file, line 3", BOB)


@pytest.mark.parametrize("broken", ["{broken", '{"a": "\\ud800"}', "{} {}"])
def test_a_broken_line_is_rejected_and_the_others_are_read(broken: str) -> None:
    rows = _read(f"{broken}\n{json.dumps(ANN)}\n{broken}\n{json.dumps(BOB)}\n")

    assert [type(each) for each in rows] == [Rejection, ParsedRow, Rejection, ParsedRow]
    assert str(rows[2]).startswith("file, line 3: is not JSON: ")


@pytest.mark.parametrize("array", ["[%s, %s", '{"results": [%s, %s', "[%s, %s, {"])
def test_a_file_that_breaks_off_is_read_up_to_the_break(array: str) -> None:
    rows = _read(array % (json.dumps(ANN), json.dumps(BOB)))

    assert rows == [*BOTH, Rejection("file, after customer 2", "breaks off in the middle")]


@pytest.mark.parametrize("rest", [b"xx", b'{"a": "\xff"}', b"\0"])
def test_customers_before_an_error_are_read(rest: bytes) -> None:
    rows = _read(b"[" + json.dumps(ANN).encode() + b"," + rest + b"]")

    assert rows[0] == BOTH[0]
    assert str(rows[1]).startswith("file, after customer 1: is not JSON: ")


@pytest.mark.parametrize("text", ["[]", '{"results": []}', "Customer ID,Email"])
def test_a_file_without_customers_is_rejected(text: str) -> None:
    assert _read(text) == [Rejection("file", "contains no customers")]


@pytest.mark.parametrize(
    ("other", "detail"),
    [
        ({"detail": "\x1b[1mNo"}, ": '\\x1b[1mNo'"),
        ({"detail": "x" * 900}, f": '{'x' * 200}'"),
        ({"error": {"results": []}}, ""),
        ({"results": {}}, ""),
        (None, ""),
    ],
)
def test_a_response_among_pages_that_is_not_a_page_is_rejected(other: object, detail: str) -> None:
    responses = [other, _page(ANN), other, _page(), _page(BOB), other]

    first, ann, second, bob, third = _read("".join(map(json.dumps, responses)))

    assert [ann, bob] == BOTH
    assert [first, second, third] == [
        Rejection(position, f"is not a page of customers{detail}")
        for position in ["file", "file, after customer 1", "file, after customer 2"]
    ]


@pytest.mark.parametrize("size", [50, CHUNK_BYTES])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_list_of_pages_is_read(indent: int | None, size: int) -> None:
    pages = [_page(ANN), {"detail": "Throttled."}, _page(BOB, 7), _page(), {"results": 1}]

    assert _read(json.dumps(pages, indent=indent), chunk_bytes=size) == [
        ParsedRow("file, page 1, customer 1", ANN),
        Rejection("file, customer 2", "is not a customer: 'Throttled.'"),
        ParsedRow("file, page 3, customer 1", BOB),
        ParsedRow("file, page 3, customer 2", 7),
        ParsedRow("file, customer 5", {"results": 1}),
    ]


def test_an_error_of_the_api_is_not_a_customer() -> None:
    assert _read('{"detail": "Invalid token."}') == [
        Rejection("file, line 1", "is not a customer: 'Invalid token.'")
    ]


@pytest.mark.parametrize("lone", ["\\ud800", "\\udc00", "\\uD800\\uD800", "\\\\\\ud83d"])
def test_a_lone_surrogate_does_not_become_a_question_mark(lone: str) -> None:
    [rows] = _read(f'[{{"notes": "a {lone} b"}}]')

    assert isinstance(rows, ParsedRow)
    assert "\0" in json.loads(json.dumps(rows.content))["notes"]


@pytest.mark.parametrize("offset", range(14))
def test_an_escape_sequence_may_be_split_by_chunks(offset: int) -> None:
    notes = "x" * (CHUNK_BYTES - 24 + offset) + "😀é"

    [rows] = _read(json.dumps([{"notes": notes}]))

    assert rows == ParsedRow("file, customer 1", {"notes": notes})


def test_a_long_number_is_read_and_a_too_large_one_is_rejected() -> None:
    digits = b"1" * 5_000
    file = BytesIO(b'[{"a": %b}, {"a": 1}, {"a": 1e%b}]' % (digits, b"9" * 20))

    *read, last = read_customers_from_file(file, name="f")

    assert len(read) == 2
    assert last == Rejection("f, after customer 2", "contains a number that is too large")


def test_a_file_is_read_as_a_stream() -> None:
    class Endless(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(size) or b'{"identifier": "ANN"},' * 100

    rows = read_customers_from_file(Endless(b"["), name="file")

    assert [next(rows) for _ in range(1000)][-1].position == "file, customer 1000"


@pytest.mark.parametrize("text", ["", '[{"a": 1}, {"b": 2}]'])
@pytest.mark.parametrize("size", [200, 1_000])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("as_page", [False, True])
def test_a_long_array_is_split_into_blocks(
    as_page: bool, indent: int | None, size: int, text: str
) -> None:
    customers = [{**ANN, "identifier": f"C{number}", "n": text} for number in range(99)]
    content = json.dumps(_page(*customers) if as_page else customers, indent=indent)

    blocks = [*read_blocks(BytesIO(content.encode()), name="file", chunk_bytes=size)]

    assert len([block for block in blocks if isinstance(block.content, bytes)]) > 1
    rows = [each for block in blocks for each in read_block(block)]
    positions = [f"file, customer {number}" for number in range(1, 100)]
    assert rows == [*map(ParsedRow, positions, customers)]


@pytest.mark.parametrize("text", ["", "]}{", ']} {"results": [{}]}', '\\"]}{\\'])
@pytest.mark.parametrize("indent", [None, 2])
def test_many_pages_are_split_into_blocks_as_one(indent: int | None, text: str) -> None:
    customers = [{**ANN, "identifier": f"C{n}", "n": text, "results": []} for n in range(99)]
    pages = [{**_page(*customers[n : n + 3]), "next": text} for n in range(0, 99, 3)]
    content = "\n".join(json.dumps(page, indent=indent) for page in pages)

    blocks = [*read_blocks(BytesIO(content.encode()), name="file", chunk_bytes=1_000)]

    assert len([block for block in blocks if isinstance(block.content, bytes)]) > 4
    rows = [each for block in blocks for each in read_block(block)]
    positions = [f"file, customer {number}" for number in range(1, 100)]
    assert rows == [*map(ParsedRow, positions, customers)]


@pytest.mark.parametrize("size", [200, 1_000])
def test_a_long_array_that_breaks_off_is_read_up_to_the_break(size: int) -> None:
    customers = [{**ANN, "identifier": f"C{number}"} for number in range(99)]

    *rows, last = _read(json.dumps(customers)[:-2], chunk_bytes=size)

    assert [each.content for each in rows if isinstance(each, ParsedRow)] == customers[:-1]
    assert last == Rejection("file, after customer 98", "breaks off in the middle")
