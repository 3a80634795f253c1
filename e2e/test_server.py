"""The server itself: what it cannot read it refuses as Portal does, to each in their form."""

from __future__ import annotations

import pytest

from e2e.raw import Answer, request, send
from e2e.server import PROXY, Server
from e2e.steps import BIGEVENTS

API = "/api/v1/organizers/bigevents/customers/"
LARGE = 2**20 + 1
REFUSED = {
    "a long address": ("{path}?x=" + "y" * 9000, [], "GET", 414),
    "a very long address": ("{path}?x=" + "y" * 300_000, [], "GET", 414),
    "a long header": ("{path}", ["X-Long: " + "y" * 20_000], "GET", 431),
    "many headers": ("{path}", [f"X-{number}: y" for number in range(150)], "GET", 431),
    "a large body": ("{path}", [f"Content-Length: {LARGE}"], "POST", 413),
    "a large body where none belongs": ("{path}", [f"Content-Length: {LARGE}"], "GET", 413),
    "raw UTF-8": ("{path}?search=\xc3\xa9", [], "GET", 400),
    "a space": ("{path}?search=a b", [], "GET", 400),
    "two hosts": ("{path}", ["Host: evil.example"], "GET", 400),
    "a method in lower case": ("{path}", [], "get", 400),
    "a method that is none": ("{path}", [], "G(T", 400),
    "a header with a NUL": ("{path}", ["X-Header: a\0b"], "GET", 400),
    "a header with a space": ("{path}", ["X Header: a"], "GET", 400),
    "a content type that is none": ("{path}", ["Content-Type: a/b; x*=nope''a"], "GET", 400),
    "a folded header": ("{path}", ["X-Header: a", "  b"], "GET", 400),
    "a length that is none": ("{path}", ["Content-Length: x"], "POST", 400),
    "an unknown transfer": ("{path}", ["Transfer-Encoding: odd"], "POST", 400),
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
    target, headers, method, status = REFUSED[kind]

    answer = send(server, request(target.format(path=API), *headers, method=method))

    assert (answer.status, answer.headers["content-type"]) == (status, "application/json")
    assert list(answer.json) == ["detail"]
    _check_headers(answer)


@pytest.mark.parametrize("kind", REFUSED)
def test_a_person_is_refused_with_a_page(server: Server, kind: str) -> None:
    target, headers, method, status = REFUSED[kind]

    answer = send(server, request(target.format(path=BIGEVENTS), *headers, method=method))

    assert (answer.status, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert f'<p class="message-code">{status}</p>' in answer.body.decode()
    _check_headers(answer)


@pytest.mark.parametrize(
    ("accept", "form"), [("application/json", "application/json"), ("text/html", "text/html")]
)
def test_where_no_path_can_be_made_out_the_header_decides(
    server: Server, accept: str, form: str
) -> None:
    answer = send(server, f"GARBAGE\r\nAccept: {accept}\r\n\r\n".encode())

    assert (answer.status, answer.headers["content-type"].split(";")[0]) == (400, form)


def test_a_refusal_of_head_has_no_body(server: Server) -> None:
    answer = send(server, request(f"{API}?x={'y' * 9000}", method="HEAD"))

    assert (answer.status, answer.body) == (414, b"")


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


def test_a_body_in_broken_pieces_gets_one_answer(server: Server) -> None:
    head = f"POST {API} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"

    assert send(server, f"{head}zz\r\njunk\r\n".encode()).status == 401


def test_a_path_cannot_write_lines_of_its_own_into_the_log(server: Server) -> None:
    send(server, request("/api/%0Aforged-line"))

    assert "/api/%0Aforged-line" in server.log
    assert "\nforged-line" not in server.log


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


@pytest.mark.parametrize("target", [API, f"{API}?x={'y' * 9000}"])
def test_nobody_else_does(server: Server, target: str) -> None:
    forged = [
        "X-Forwarded-For: 192.0.2.9",
        "X-Forwarded-Host: evil.example",
        "X-Request-ID: forged",
    ]

    answer = send(server, request(target, *forged))

    assert answer.status in {401, 414}
    assert answer.headers["x-request-id"] not in {"", "forged"}
    assert "192.0.2.9" not in server.log
    assert f"request={answer.headers['x-request-id']}" in server.log
