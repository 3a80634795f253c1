"""Encodings of files, independently of the size of chunks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal.customers.importing.formats.decoding import convert_to_utf8, decode_text

TEXT = "Customer ID;Full name\nANN;Anna Weiß\nBOB;Žofie “Bö” €\n"
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]


def _split_into_chunks(content: bytes, size: int) -> Iterator[bytes]:
    # The first chunk has the byte-order mark.
    yield content[: size + 3]
    for start in range(size + 3, len(content), size):
        yield content[start : start + size]


@pytest.mark.parametrize("size", [1, 2, 7, 1_000])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_text_is_decoded(encoding: str, size: int) -> None:
    assert "".join(decode_text(_split_into_chunks((TEXT * 9).encode(encoding), size))) == TEXT * 9


@pytest.mark.parametrize("size", [1, 7, 1_000])
@pytest.mark.parametrize("end", ["Weiß", "“Weiß”, Žofie, €\n", "àà"])
def test_text_of_excel_on_windows_is_decoded(end: str, size: int) -> None:
    text = "a,b\n" * 99 + "Jürgen, Zoë, " * (len(end) > 5) + end

    assert "".join(decode_text(_split_into_chunks(text.encode("cp1252"), size))) == text


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_converted_to_utf8_without_a_mark(encoding: str) -> None:
    assert b"".join(convert_to_utf8(_split_into_chunks(TEXT.encode(encoding), 7))) == TEXT.encode()


@pytest.mark.parametrize("size", [3, 1_000])
@pytest.mark.parametrize(
    "content",
    [
        "Weiß, Bö\n".encode() + b"\xff",
        "Weiß, Bö".encode()[:-1] + b"\n",
        "Weiß".encode("utf-16") + b"\n",
        "Weiß".encode("utf-16") + b"\0\xd8",
        "Wei\ud800ß".encode("utf-16-le", "surrogatepass"),
    ],
)
def test_invalid_bytes_become_characters_that_no_row_may_have(content: bytes, size: int) -> None:
    text = "".join(decode_text(_split_into_chunks(content, size)))

    assert text.startswith("Wei")
    with pytest.raises(UnicodeEncodeError):
        text.encode()
