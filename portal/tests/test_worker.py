"""The request that stands in for one that cannot be read: short, and in the same form."""

from __future__ import annotations

import pytest

from portal.worker import _stand_in


@pytest.mark.parametrize(
    ("beginning", "line"),
    [
        (b"GET /api/v1/?x=1 HTTP/1.1\r\n", b"GET /api/v1/ HTTP/1.1"),
        (b"POST /sign-in/ HTTP/1.1\r\n", b"GET /sign-in/ HTTP/1.1"),
        (b"HEAD /api/v1/ HTTP/9.9\r\n", b"HEAD /api/v1/ HTTP/1.1"),
        (b"get http://evil.example/api/#x HTTP/1.1\r\n", b"GET /api/ HTTP/1.1"),
        (b"GET /api/" + b"x" * 9000, b"GET /api/" + b"x" * 1996 + b" HTTP/1.1"),
        (b"GET /\xc3\xa9\x00/%zz HTTP/1.1\r\n", b"GET /%C3%A9%00/%zz HTTP/1.1"),
        (b"\x16\x03\x01", b"GET / HTTP/1.1"),
        (b"", b"GET / HTTP/1.1"),
    ],
)
def test_the_path_is_kept_as_far_as_it_can_be_made_out(beginning: bytes, line: bytes) -> None:
    assert _stand_in(beginning) == line + b"\r\n\r\n"


def test_headers_that_count_are_kept_and_no_others() -> None:
    beginning = (
        b"GET / HTTP/1.1\r\nHost: x\r\naccept: application/json\r\nCookie: a=b\r\n"
        b"X-Forwarded-For: 192.0.2.1\r\nX-Request-ID: abc\r\nAccept: a\x00b\r\nAccept: cut o"
    )

    assert _stand_in(beginning).split(b"\r\n")[1:-2] == [
        b"accept: application/json",
        b"X-Forwarded-For: 192.0.2.1",
        b"X-Request-ID: abc",
    ]
