"""The server itself: what it refuses and who does so, what it logs, and whom it believes."""

from __future__ import annotations

import pytest

from e2e.raw import Answer, request, send
from e2e.server import PROXY, Server
from e2e.steps import BIGEVENTS

API = "/api/v1/organizers/bigevents/customers/"
LARGE = 2**20 + 1
# By Portal, in the form that the path expects.
REFUSED = {
    "a large body": (f"Content-Length: {LARGE}", "POST", 413),
    "a large body where none belongs": (f"Content-Length: {LARGE}", "GET", 413),
    "a content type that is none": ("Content-Type: a/b; x*=nope''a", "GET", 400),
}
# By gunicorn, before Portal is asked.
MALFORMED = {
    "no HTTP": (b"GARBAGE\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", 400),
    "an unknown version": (b"GET / HTTP/9.9\r\n\r\n", 400),
    "a long address": (request(f"{API}?x={'y' * 9000}"), 414),
    "a very long address": (request(f"{API}?x={'y' * 300_000}"), 414),
    "a long header": (request(API, f"X-Long: {'y' * 20_000}"), 431),
    "many headers": (request(API, *[f"X-{number}: y" for number in range(150)]), 431),
    "raw UTF-8": (request(f"{API}?search=\xc3\xa9"), 400),
    "a space": (request(f"{API}?search=a b"), 400),
    "a line break": (request(f"{API}?search=a\nb"), 400),
    "two hosts": (request(API, "Host: evil.example"), 400),
    "a method in lower case": (request(API, method="get"), 400),
    "a method that is none": (request(API, method="G(T"), 400),
    "a header with a NUL": (request(API, "X-Header: a\0b"), 400),
    "a header with a space": (request(API, "X Header: a"), 400),
    "a folded header": (request(API, "X-Header: a", "  b"), 400),
    "a length that is none": (request(API, "Content-Length: x", method="POST"), 400),
    "an unknown transfer": (request(API, "Transfer-Encoding: odd", method="POST"), 501),
}


def _authorized(server: Server) -> str:
    return f"Authorization: Token {server.token}"


def _check_headers(answer: Answer) -> None:
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("kind", REFUSED)
def test_a_program_is_refused_in_json(server: Server, kind: str) -> None:
    header, method, status = REFUSED[kind]

    answer = send(server, request(API, header, method=method))

    assert (answer.status, answer.headers["content-type"]) == (status, "application/json")
    assert list(answer.json) == ["detail"]
    _check_headers(answer)


@pytest.mark.parametrize("kind", REFUSED)
def test_a_person_is_refused_with_a_page(server: Server, kind: str) -> None:
    header, method, status = REFUSED[kind]

    answer = send(server, request(BIGEVENTS, header, method=method))

    assert (answer.status, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert f'<p class="message-code">{status}</p>' in answer.body.decode()
    _check_headers(answer)


@pytest.mark.parametrize("kind", MALFORMED)
def test_malformed_http_is_refused_and_the_server_goes_on(server: Server, kind: str) -> None:
    content, status = MALFORMED[kind]

    answer = send(server, content)

    assert (answer.status, answer.headers["connection"]) == (status, "close")
    assert b"Traceback" not in answer.body
    assert send(server, request(API, _authorized(server))).status == 200


@pytest.mark.parametrize("host", ["evil.example", "a b", "<>"])
def test_an_unknown_host_is_refused(server: Server, host: str) -> None:
    answer = send(server, request(API, host=host))

    assert (answer.status, list(answer.json)) == (400, ["detail"])
    _check_headers(answer)


def test_too_many_parameters_are_refused(server: Server) -> None:
    answer = send(server, request(f"{API}?{'a=1&' * 1100}", _authorized(server)))

    assert (answer.status, list(answer.json)) == (400, ["detail"])


@pytest.mark.parametrize(
    ("target", "status"), [(f"{API}%FF%00%zz/", 404), (f"{API}?x=%FF%zz", 200)]
)
def test_an_encoding_that_is_none_is_no_fault(server: Server, target: str, status: int) -> None:
    assert send(server, request(target, _authorized(server))).status == status


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 405), ("ODD", 405)])
def test_a_body_that_is_not_what_it_says_is_not_even_read(
    server: Server, method: str, status: int
) -> None:
    form = "Content-Type: multipart/form-data"

    answer = send(server, request(API, _authorized(server), form, method=method, body=b"junk"))

    assert (answer.status, answer.headers["content-type"]) == (status, "application/json")


def test_a_body_in_broken_chunks_is_not_read_either(server: Server) -> None:
    head = request(API, "Transfer-Encoding: chunked", method="POST")

    assert send(server, head + b"zz\r\njunk\r\n").status == 401


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/api/%0Aforged-line", "/api/%0Aforged-line"),
        ("/api/%C4%8Desky", "/api/%C4%8Desky"),
        ('/api/"quoted"', "/api/%22quoted%22"),
    ],
)
def test_a_request_is_one_line_of_the_log(server: Server, path: str, logged: str) -> None:
    answer = send(server, request(path))

    (line,) = (line for line in server.log.splitlines() if logged in line)
    assert f'"GET {logged}" 404 ' in line
    assert line.endswith(f"request={answer.headers['x-request-id']}")


def test_a_request_that_gunicorn_refuses_is_logged_as_well(server: Server) -> None:
    send(server, request("/api/refused/", "Host: evil.example"))

    (line,) = (line for line in server.log.splitlines() if "/api/refused/" in line)
    assert '"GET /api/refused/" 400 ' in line


@pytest.mark.parametrize("search", ["f\xfcr-nobody", "for nobody"])
def test_what_somebody_searched_for_is_not_in_the_log(server: Server, search: str) -> None:
    before = len(server.log)

    assert send(server, request(f"{API}?search={search}")).status == 400

    assert "Invalid request from ip=127.0.0.1: Invalid HTTP " in server.log[before:]
    assert "nobody" not in server.log


def test_the_list_takes_an_address_of_8000_characters(server: Server) -> None:
    target = f"{API}?x=".ljust(8000, "y")

    assert send(server, request(target, _authorized(server))).status == 200


def test_an_address_that_is_too_long_to_come_back_to_loses_its_query(server: Server) -> None:
    target = f"{BIGEVENTS}?x=".ljust(7998, "%")

    answer = send(server, request(target))

    assert (answer.status, answer.headers["location"]) == (302, f"/sign-in/?next={BIGEVENTS}")


def test_a_trusted_proxy_names_the_asker_and_the_request(server: Server) -> None:
    brought = ["X-Forwarded-For: 192.0.2.7", "X-Request-ID: proxied-1"]

    answer = send(server, request(API, *brought), sender=PROXY)

    assert answer.headers["x-request-id"] == "proxied-1"
    (line,) = (line for line in server.log.splitlines() if line.endswith("request=proxied-1"))
    assert line.startswith("192.0.2.7 ")


def test_nobody_else_does(server: Server) -> None:
    forged = [
        "X-Forwarded-For: 192.0.2.9",
        "X-Forwarded-Host: evil.example",
        "X-Request-ID: forged",
    ]

    answer = send(server, request(API, *forged))

    assert answer.status == 401
    assert answer.headers["x-request-id"] not in {"", "forged"}
    assert "192.0.2.9" not in server.log
    assert f"request={answer.headers['x-request-id']}" in server.log
