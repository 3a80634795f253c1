"""The server: rejected requests, the log, and trusted proxies."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from urllib.parse import urlencode

import pytest

from e2e.raw import Response, make_request_bytes, send_bytes
from e2e.server import PROXY, Server
from e2e.steps import BIGEVENTS

API = "/api/v1/organizers/bigevents/customers/"
LARGE = 2**20 + 1
# Rejected by Portal, as a page or as JSON.
REJECTED = {
    "a large body": (f"Content-Length: {LARGE}", "POST", 413),
    "a large body of a GET request": (f"Content-Length: {LARGE}", "GET", 413),
    "an invalid content type": ("Content-Type: a/b; x*=nope''a", "GET", 400),
}
# Rejected by gunicorn.
MALFORMED = {
    "no HTTP": (b"GARBAGE\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", 400),
    "an unknown version": (b"GET / HTTP/9.9\r\n\r\n", 400),
    "a long address": (make_request_bytes(f"{API}?x={'y' * 9000}"), 414),
    "a very long address": (make_request_bytes(f"{API}?x={'y' * 300_000}"), 414),
    "a long header": (make_request_bytes(API, f"X-Long: {'y' * 20_000}"), 431),
    "many headers": (make_request_bytes(API, *[f"X-{number}: y" for number in range(150)]), 431),
    "raw UTF-8": (make_request_bytes(f"{API}?search=\xc3\xa9"), 400),
    "a space": (make_request_bytes(f"{API}?search=a b"), 400),
    "a line break": (make_request_bytes(f"{API}?search=a\nb"), 400),
    "two hosts": (make_request_bytes(API, "Host: evil.example"), 400),
    "a method in lower case": (make_request_bytes(API, method="get"), 400),
    "an invalid method": (make_request_bytes(API, method="G(T"), 400),
    "a header with a NUL": (make_request_bytes(API, "X-Header: a\0b"), 400),
    "a header with a space": (make_request_bytes(API, "X Header: a"), 400),
    "a folded header": (make_request_bytes(API, "X-Header: a", "  b"), 400),
    "an invalid length": (make_request_bytes(API, "Content-Length: x", method="POST"), 400),
    "an unknown transfer": (make_request_bytes(API, "Transfer-Encoding: odd", method="POST"), 501),
}


def _authorized(server: Server) -> str:
    return f"Authorization: Token {server.token}"


def _check_headers(response: Response) -> None:
    assert response.headers["cache-control"] == "private, no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert response.headers["x-request-id"]


@pytest.mark.parametrize("kind", REJECTED)
def test_the_api_rejects_a_request_in_json(server: Server, kind: str) -> None:
    header, method, status = REJECTED[kind]

    response = send_bytes(server, make_request_bytes(API, header, method=method))

    assert (response.status, response.headers["content-type"]) == (status, "application/json")
    assert list(response.json) == ["detail"]
    _check_headers(response)


@pytest.mark.parametrize("kind", REJECTED)
def test_pages_reject_a_request_with_a_page(server: Server, kind: str) -> None:
    header, method, status = REJECTED[kind]

    response = send_bytes(server, make_request_bytes(BIGEVENTS, header, method=method))

    assert (response.status, response.headers["content-type"]) == (
        status,
        "text/html; charset=utf-8",
    )
    assert f'<p class="message-code">{status}</p>' in response.body.decode()
    _check_headers(response)


@pytest.mark.parametrize("kind", MALFORMED)
def test_malformed_http_is_rejected_and_the_server_continues(server: Server, kind: str) -> None:
    content, status = MALFORMED[kind]

    response = send_bytes(server, content)

    assert (response.status, response.headers["connection"]) == (status, "close")
    assert b"Traceback" not in response.body
    assert send_bytes(server, make_request_bytes(API, _authorized(server))).status == 200


@pytest.mark.parametrize("host", ["evil.example", "a b", "<>"])
def test_an_unknown_host_is_rejected(server: Server, host: str) -> None:
    response = send_bytes(server, make_request_bytes(API, host=host))

    assert (response.status, list(response.json)) == (400, ["detail"])
    _check_headers(response)


def test_too_many_parameters_are_rejected(server: Server) -> None:
    response = send_bytes(server, make_request_bytes(f"{API}?{'a=1&' * 1100}", _authorized(server)))

    assert (response.status, list(response.json)) == (400, ["detail"])


@pytest.mark.parametrize(
    ("target", "status"), [(f"{API}%FF%00%zz/", 404), (f"{API}?x=%FF%zz", 200)]
)
def test_an_invalid_encoding_is_no_server_error(server: Server, target: str, status: int) -> None:
    assert send_bytes(server, make_request_bytes(target, _authorized(server))).status == status


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 403), ("ODD", 403)])
def test_a_body_that_does_not_match_its_content_type_is_ignored(
    server: Server, method: str, status: int
) -> None:
    form = "Content-Type: multipart/form-data"

    response = send_bytes(
        server, make_request_bytes(API, _authorized(server), form, method=method, body=b"junk")
    )

    assert (response.status, response.headers["content-type"]) == (status, "application/json")


def test_a_body_in_broken_chunks_is_ignored(server: Server) -> None:
    head = make_request_bytes(API, "Transfer-Encoding: chunked", method="POST")

    assert send_bytes(server, head + b"zz\r\njunk\r\n").status == 401


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/api/%0Aforged-line", "/api/%0Aforged-line"),
        ("/api/%C4%8Desky", "/api/%C4%8Desky"),
        ('/api/"quoted"', "/api/%22quoted%22"),
    ],
)
def test_a_request_is_one_line_of_the_log(server: Server, path: str, logged: str) -> None:
    response = send_bytes(server, make_request_bytes(path))

    (line,) = (line for line in server.log.splitlines() if logged in line)
    assert f'"GET {logged}" 404 ' in line
    assert line.endswith(f"request={response.headers['x-request-id']}")


def test_a_request_that_gunicorn_rejects_is_logged(server: Server) -> None:
    send_bytes(server, make_request_bytes("/api/rejected/", "Host: evil.example"))

    (line,) = (line for line in server.log.splitlines() if "/api/rejected/" in line)
    assert '"GET /api/rejected/" 400 ' in line


@pytest.mark.parametrize("search", ["f\xfcr-private", "for private"])
def test_search_terms_are_not_in_the_log(server: Server, search: str) -> None:
    before = len(server.log)

    assert send_bytes(server, make_request_bytes(f"{API}?search={search}")).status == 400

    assert "Invalid request from ip=127.0.0.1: Invalid HTTP " in server.log[before:]
    assert "private" not in server.log


def test_the_list_accepts_a_url_of_8000_characters(server: Server) -> None:
    query = "x=".ljust(4000, "y")
    target = f"{API}?{query}&at=".ljust(8000, "y")

    assert send_bytes(server, make_request_bytes(target, _authorized(server))).status == 200


def test_a_query_string_of_more_than_4000_characters_is_rejected_in_json(server: Server) -> None:
    response = send_bytes(
        server, make_request_bytes(f"{API}?x=".ljust(4100, "y"), _authorized(server))
    )

    assert (response.status, list(response.json)) == (414, ["detail"])
    _check_headers(response)


def test_a_redirect_to_sign_in_drops_a_query_that_is_too_long(server: Server) -> None:
    response = send_bytes(server, make_request_bytes(f"{BIGEVENTS}?x={'%C3%BC' * 600}"))

    assert (response.status, response.headers["location"]) == (302, f"/sign-in/?next={BIGEVENTS}")


def test_the_headers_of_a_trusted_proxy_are_logged(server: Server) -> None:
    forwarded = ["X-Forwarded-For: 192.0.2.7", "X-Request-ID: proxied-1"]

    response = send_bytes(server, make_request_bytes(API, *forwarded), sender=PROXY)

    assert response.headers["x-request-id"] == "proxied-1"
    (line,) = (line for line in server.log.splitlines() if line.endswith("request=proxied-1"))
    assert line.startswith("192.0.2.7 ")


def test_forged_headers_of_other_clients_are_ignored(server: Server) -> None:
    forged = [
        "X-Forwarded-For: 192.0.2.9",
        "X-Forwarded-Host: evil.example",
        "X-Request-ID: forged",
    ]

    response = send_bytes(server, make_request_bytes(API, *forged))

    assert response.status == 401
    assert response.headers["x-request-id"] not in {"", "forged"}
    assert "192.0.2.9" not in server.log
    assert f"request={response.headers['x-request-id']}" in server.log


@pytest.mark.skipif(
    os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="PostgreSQL locks rows only"
)
def test_a_request_does_not_wait_for_a_writer_to_store_the_use_of_its_token(server: Server) -> None:
    with contextlib.closing(sqlite3.connect(server.directory / "portal.sqlite3")) as writer:
        writer.execute("UPDATE organizers_apitoken SET last_used = NULL")
        writer.commit()
        writer.execute("BEGIN IMMEDIATE")
        started = monotonic()

        assert send_bytes(server, make_request_bytes(API, _authorized(server))).status == 200

        assert monotonic() - started < 5  # the timeout of writers is 20 seconds
        writer.rollback()
    assert send_bytes(server, make_request_bytes(API, _authorized(server))).status == 200


def test_many_sign_ins_leave_threads_for_other_requests(server: Server) -> None:
    page = send_bytes(server, make_request_bytes("/sign-in/"))
    token = page.headers["set-cookie"].partition(";")[0].removeprefix("csrftoken=")
    headers = (f"Cookie: csrftoken={token}", "Content-Type: application/x-www-form-urlencoded")

    def sign_in(number: int) -> int:
        form = {"username": f"{number}@example.org", "password": "x", "csrfmiddlewaretoken": token}
        body = urlencode(form).encode()
        content = make_request_bytes("/sign-in/", *headers, method="POST", body=body)
        # Another address, because failed sign-ins limit the address.
        return send_bytes(server, content, sender="127.0.0.3").status

    times = []
    with ThreadPoolExecutor(16) as flood:
        responses = [flood.submit(sign_in, number) for number in range(64)]
        while not all(response.done() for response in responses):
            started = monotonic()
            assert send_bytes(server, make_request_bytes(API, _authorized(server))).status == 200
            times.append(monotonic() - started)

    assert {response.result() for response in responses} <= {200, 429}
    assert max(times) < 4  # in seconds; without the limit, the wait is more than five
