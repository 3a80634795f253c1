"""Files of other formats are rejected with a message that names the format."""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile

import pytest

from portal.customers.importing.formats.recognition import FileFormat, recognize_format
from portal.customers.importing.rows import UnusableFile


def _zip_with(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, "x")
    return content.getvalue()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "looks like a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "looks like an image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "looks like an image"),
        (gzip.compress(b"{}"), "looks like a gzip archive: unpack it first"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "looks like an old Excel file"),
        (b"\n <!DOCTYPE html><title>Sign in</title>", "looks like a web page"),
        ("<html><head>".encode("utf-16"), "looks like a web page"),
        (b"<?xml version='1.0'?><a/>", "looks like XML"),
        (b"a,b\0\x01\x02", "looks like a binary file"),
        (b"Dear customers", "looks like text without columns"),
        (b"", "is empty"),
        (codecs.BOM_UTF8 + b" \n", "is empty"),
        (codecs.BOM_UTF16_LE, "is empty"),
    ],
)
def test_a_file_of_an_unknown_format_is_rejected_with_the_name_of_its_format(
    head: bytes, kind: str
) -> None:
    with pytest.raises(UnusableFile) as raised:
        recognize_format(head)

    message = str(raised.value)
    assert message.startswith(kind)
    assert message.endswith("; JSON, NDJSON, CSV and XLSX are taken")
    assert message.isprintable()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"identifier"', FileFormat.JSON),
        ('\n{"results": []}', FileFormat.JSON),
        ('broken\n{"identifier": "ANN"}\n', FileFormat.JSON),
        ("Customer ID,Email\n", FileFormat.CSV),
        ("a;b", FileFormat.CSV),
        ("Kundennummer\tE-Mail", FileFormat.CSV),
        ("identifier\nANN\n", FileFormat.CSV),
        ("sep=;\nKundennummer", FileFormat.CSV),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_json_and_csv_are_recognized_in_every_encoding(
    text: str, expected: FileFormat, encoding: str
) -> None:
    assert recognize_format(text.encode(encoding)) is expected


def test_an_error_before_pages_is_json() -> None:
    assert recognize_format(b'null{"count": 1, "results": [') is FileFormat.JSON


def test_a_workbook_is_recognized() -> None:
    assert recognize_format(_zip_with("xl/workbook.xml")) is FileFormat.XLSX
