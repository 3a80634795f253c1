"""Every layout of customers in a file, and files that are broken."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest

from portal.customers.importing import files as sources
from portal.customers.importing.files import BOM, CHUNK, read_block, read_blocks, read_customers
from portal.customers.importing.rows import Found, Rejection

ANN: dict[str, Any] = {"identifier": "ANN", "notes": "Zoë, \\ud800 😀"}
BOB: dict[str, Any] = {"identifier": "BOB", "name_parts": {}}


def _page(*customers: object) -> dict[str, object]:
    return {"count": 2, "next": None, "previous": None, "results": customers}


def _read(text: str | bytes) -> list[Found | Rejection]:
    content = text.encode() if isinstance(text, str) else text
    return list(read_customers(BytesIO(content), name="file"))


BOTH = [Found("file, customer 1", ANN), Found("file, customer 2", BOB)]
LINES = [Found("file, line 1", ANN), Found("file, line 2", BOB)]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("is_ascii", [True, False])
@pytest.mark.parametrize("bom", [b"", BOM])
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
    assert _read(f"{json.dumps(ANN)}\n\n{json.dumps(BOB)}")[1] == Found("file, line 3", BOB)


@pytest.mark.parametrize("broken", ["{broken", '{"a": "\\ud800"}', "{} {}"])
def test_a_broken_line_is_refused_and_the_others_are_read(broken: str) -> None:
    found = _read(f"{broken}\n{json.dumps(ANN)}\n{broken}\n{json.dumps(BOB)}\n")

    assert [type(each) for each in found] == [Rejection, Found, Rejection, Found]
    assert str(found[2]).startswith("file, line 3: is not JSON: ")


@pytest.mark.parametrize("array", ["[%s, %s", '{"results": [%s, %s', "[%s, %s, {"])
def test_a_file_that_breaks_off_is_read_up_to_there(array: str) -> None:
    found = _read(array % (json.dumps(ANN), json.dumps(BOB)))

    assert found == [*BOTH, Rejection("file, after customer 2", "breaks off in the middle")]


@pytest.mark.parametrize("rest", [b"xx", b'{"a": "\xff"}', b"\0"])
def test_what_stands_before_a_fault_is_read(rest: bytes) -> None:
    found = _read(b"[" + json.dumps(ANN).encode() + b"," + rest + b"]")

    assert found[0] == BOTH[0]
    assert str(found[1]).startswith("file, after customer 1: is not JSON: ")


@pytest.mark.parametrize("text", ["", " \n", BOM, "[]", '{"results": []}'])
def test_a_file_without_customers_is_refused(text: str | bytes) -> None:
    assert _read(text) == [Rejection("file", "holds no customers")]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"detail": "\x1b[1mNo"}, ": '\\x1b[1mNo'"),
        ({"detail": "x" * 900}, f": '{'x' * 200}'"),
        ({"error": {"results": []}}, ""),
        ({"results": {}}, ""),
        (None, ""),
    ],
)
def test_an_answer_among_pages_that_is_none_is_refused(other: object, said: str) -> None:
    answers = [other, _page(ANN), other, _page(), _page(BOB), other]

    first, ann, second, bob, third = _read("".join(map(json.dumps, answers)))

    assert [ann, bob] == BOTH
    assert [first, second, third] == [
        Rejection(place, f"is no page of customers{said}")
        for place in ["file", "file, after customer 1", "file, after customer 2"]
    ]


@pytest.mark.parametrize("text", ["hello", "<html>", b"\xff\xfe[\0", b"PK\x03\x04"])
def test_a_file_that_is_not_json_is_refused(text: str | bytes) -> None:
    [rejection] = _read(text)

    assert str(rejection).startswith("file: is not JSON: ")


@pytest.mark.parametrize("lone", ["\\ud800", "\\udc00", "\\uD800\\uD800", "\\\\\\ud83d"])
def test_a_lone_surrogate_is_not_made_a_question_mark(lone: str) -> None:
    [found] = _read(f'[{{"notes": "a {lone} b"}}]')

    assert isinstance(found, Found)
    assert "\0" in json.loads(json.dumps(found.content))["notes"]


@pytest.mark.parametrize("offset", range(14))
def test_an_escape_sequence_may_lie_across_chunks(offset: int) -> None:
    notes = "x" * (CHUNK - 24 + offset) + "😀é"

    [found] = _read(json.dumps([{"notes": notes}]))

    assert found == Found("file, customer 1", {"notes": notes})


def test_a_number_of_any_length_is_read_and_a_larger_one_is_refused() -> None:
    digits = b"1" * 5_000
    file = BytesIO(b'[{"a": %b}, {"a": 1}, {"a": 1e%b}]' % (digits, b"9" * 20))

    *read, last = read_customers(file, name="f")

    assert len(read) == 2
    assert last == Rejection("f, after customer 2", "holds a number that is too large")


def test_a_file_is_read_as_a_stream() -> None:
    class Endless(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(size) or b'{"identifier": "ANN"},' * 100

    found = read_customers(Endless(b"["), name="file")

    assert [next(found) for _ in range(1000)][-1].place == "file, customer 1000"


@pytest.mark.parametrize("text", ["", '[{"a": 1}, {"b": 2}]'])
@pytest.mark.parametrize("size", [200, 1_000])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("as_page", [False, True])
def test_a_long_array_is_cut_into_blocks(
    monkeypatch: pytest.MonkeyPatch, as_page: bool, indent: int | None, size: int, text: str
) -> None:
    customers = [{**ANN, "identifier": f"C{number}", "n": text} for number in range(99)]
    content = json.dumps(_page(*customers) if as_page else customers, indent=indent)
    monkeypatch.setattr(sources, "CHUNK", size)

    blocks = [*read_blocks(BytesIO(content.encode()), name="file")]

    assert len([block for block in blocks if isinstance(block.content, bytes)]) > 1
    found = [each for block in blocks for each in read_block(block)]
    places = [f"file, customer {number}" for number in range(1, 100)]
    assert found == [*map(Found, places, customers)]


@pytest.mark.parametrize("text", ["", "]}{", ']} {"results": [{}]}', '\\"]}{\\'])
@pytest.mark.parametrize("indent", [None, 2])
def test_many_pages_are_cut_into_blocks_as_one(
    monkeypatch: pytest.MonkeyPatch, indent: int | None, text: str
) -> None:
    customers = [{**ANN, "identifier": f"C{n}", "n": text, "results": []} for n in range(99)]
    pages = [{**_page(*customers[n : n + 3]), "next": text} for n in range(0, 99, 3)]
    monkeypatch.setattr(sources, "CHUNK", 1_000)

    content = "\n".join(json.dumps(page, indent=indent) for page in pages)
    blocks = [*read_blocks(BytesIO(content.encode()), name="file")]

    assert len([block for block in blocks if isinstance(block.content, bytes)]) > 4
    found = [each for block in blocks for each in read_block(block)]
    places = [f"file, customer {number}" for number in range(1, 100)]
    assert found == [*map(Found, places, customers)]


@pytest.mark.parametrize("size", [200, 1_000])
def test_a_long_array_that_breaks_off_is_read_up_to_there(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    customers = [{**ANN, "identifier": f"C{number}"} for number in range(99)]
    monkeypatch.setattr(sources, "CHUNK", size)

    *found, last = _read(json.dumps(customers)[:-2])

    assert [each.content for each in found if isinstance(each, Found)] == customers[:-1]
    assert last == Rejection("file, after customer 98", "breaks off in the middle")
