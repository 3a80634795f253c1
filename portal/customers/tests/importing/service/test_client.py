"""Requests to a source: retries, a single origin, certificates, and error messages."""

from __future__ import annotations

import logging
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Event

import pytest
import trustme

from portal.customers.importing.service.client import (
    LONGEST_PAUSE,
    MAX_BYTES,
    PAUSES,
    SourceClient,
    SourceError,
)
from portal.customers.tests.importing.service.http_server import (
    LIST,
    Received,
    Reply,
    as_json,
    page,
    serving,
)

TOKEN = "secret-token"
HTML = Reply(b"<!DOCTYPE html><title>Shop</title>", headers={"Content-Type": "text/html"})
BREAKS_OFF = Reply(b'{"count"', headers={"Content-Length": "1000"})
INCOMPLETE = Reply(b'{"count"', headers={"Content-Type": "application/json"})
BAD_GZIP = Reply(b"not gzip", headers={"Content-Encoding": "gzip"})
BUSY = Reply(b"", 503)


class Client:
    """Reads from a URL, and stores the pauses and the messages of the client."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.said: list[str] = []

    def read(self, address: str, *, timeout: float = 10) -> bytes:
        with SourceClient(
            address, TOKEN, say=self.said.append, wait=self.pauses.append, timeout=timeout
        ) as client:
            return client.read_json(client.address)

    def error(self, address: str, *, timeout: float = 10) -> str:
        with pytest.raises(SourceError) as raised:
            self.read(address, timeout=timeout)
        text = str(raised.value)
        assert TOKEN not in text
        assert "\n" not in text
        return text


@pytest.fixture
def client() -> Client:
    return Client()


def _in_turn(*replies: Reply) -> Callable[[str], Reply]:
    remaining = iter(replies)
    return lambda _path: next(remaining)


def test_the_token_is_sent_in_the_header(client: Client) -> None:
    with serving(lambda _path: page()) as server:
        client.read(server.url)

    assert server.received == [Received(LIST, f"Token {TOKEN}")]


@pytest.mark.parametrize(
    "failure", [BUSY, Reply(b"", 429), Reply(b"", 500), BREAKS_OFF, INCOMPLETE]
)
def test_a_request_that_fails_for_a_moment_is_repeated_after_growing_pauses(
    client: Client, failure: Reply
) -> None:
    with serving(_in_turn(failure, failure, failure, page())) as server:
        content = client.read(server.url)

    assert content == page().content
    assert client.pauses == [1, 2, 4]
    assert [text.partition(" Trying again in ")[2] for text in client.said] == [
        "1 s.",
        "2 s.",
        "4 s.",
    ]


def test_a_request_that_keeps_failing_is_an_error(client: Client) -> None:
    with serving(lambda _path: BUSY) as server:
        error = client.error(server.url)

    assert error == f"{server.url} responds with 503. It failed 7 times in a row."
    assert client.pauses == [*PAUSES]


def _http_date_in(seconds: int) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("value", "pause"),
    [
        ("20", 20),
        ("0", 1),
        (_http_date_in(0), 1),
        ("86400", LONGEST_PAUSE),
        (_http_date_in(86400), LONGEST_PAUSE),
        ("9" * 400, LONGEST_PAUSE),
        ("soon", 1),
        ("Wed, 99 Foo 2026 00:00:00 GMT", 1),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 1),
    ],
)
def test_retry_after_lengthens_a_pause_up_to_five_minutes(
    client: Client, value: str, pause: float
) -> None:
    busy = Reply(b"", 429, {"Retry-After": value})

    with serving(_in_turn(busy, page())) as server:
        client.read(server.url)

    assert client.pauses == [pause]


def test_retry_after_may_be_a_date(client: Client) -> None:
    busy = Reply(b"", 503, {"Retry-After": _http_date_in(100)})

    with serving(_in_turn(busy, page())) as server:
        client.read(server.url)

    assert client.pauses == [pytest.approx(100, abs=15)]


def test_a_source_that_does_not_respond_is_an_error(client: Client) -> None:
    ended = Event()

    def never(_path: str) -> Reply:
        ended.wait(30)
        return page()

    with serving(never) as server:
        error = client.error(server.url, timeout=0.05)
        ended.set()

    assert error.startswith(f"{server.origin} fails: ")
    assert "timed out" in error
    assert client.pauses == [*PAUSES]


def test_an_address_without_a_server_is_an_error(client: Client) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = client.error(f"http://127.0.0.1:{unused.getsockname()[1]}{LIST}")

    assert "Connection refused" in error


@pytest.mark.parametrize("host", ["x.invalid", "a..b", f"{'a' * 64}.example", "127.0.0.1:99999"])
def test_an_unknown_host_is_an_error(client: Client, host: str) -> None:
    error = client.error(f"https://{host}{LIST}")

    assert host in error


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (as_json({"detail": "Invalid token."}, 401), "The token is not valid (401): it is mistyp"),
        (as_json({"detail": "Invalid token."}, 401), " The source says: 'Invalid token'."),
        (as_json({"detail": f"What is {TOKEN}\n?"}, 401), " says: 'What is ***\\n?'."),
        (
            as_json({"detail": "x" * 1_000}, 400),
            f" The source says: '{'x' * 200}'.",
        ),
        (as_json({"detail": "No."}, 403), "it needs the permission to read customers of the"),
        (as_json({"detail": ["No."]}, 403), "(403)"),
        (Reply(b"Not found", 404), "/organizers/ORGANIZER/customers/."),
        (HTML, "is not the API, but another kind of page. Customers are at http"),
        (Reply(b"\xff\xfe", 200), "is not the API"),
        (Reply(b"", 204), "responds with 204"),
        (Reply(b" " * (MAX_BYTES + 1)), "has more than 64 MB on a page"),
        (Reply(b"", 301, {"Location": LIST}), "redirects more than 5 times"),
        (Reply(b"", 302, {"Location": "https://x:port/"}), "links to an invalid URL"),
        (Reply(b"", 302, {"Location": "//x/%0a%1b[1m"}), "another server, http://x/%0a%1b[1m. The"),
    ],
)
def test_an_error_of_the_source_is_one_sentence_and_is_not_repeated(
    client: Client, reply: Reply, reason: str
) -> None:
    with serving(lambda _path: reply) as server:
        error = client.error(server.url)

    assert reason in error
    assert client.pauses == []


def test_a_redirect_within_the_origin_is_followed(client: Client) -> None:
    def respond(path: str) -> Reply:
        return page() if path == LIST else Reply(b"", 301, {"Location": LIST})

    with serving(respond) as server:
        client.read(server.url.removesuffix("/"))

    assert [each.path for each in server.received] == [LIST.removesuffix("/"), LIST]


def test_a_redirect_to_another_origin_gets_no_request(client: Client) -> None:
    with serving(lambda _path: page()) as other:
        redirect = Reply(b"", 307, {"Location": f"{other.url}?email=x"})
        with serving(lambda _path: redirect) as server:
            error = client.error(server.url)

    assert f"leads to another server, {other.url}. The token is only sent to" in error
    assert other.received == []


@pytest.mark.parametrize(
    ("link", "is_rejected"),
    [
        ("?page=2", False),
        ("HTTPS://PRETIX.example:443/api/?page=2", False),
        ("http://pretix.example/api/?page=2", True),
        ("https://pretix.example:8443/api/?page=2", True),
        ("https://pretix.example.evil/api/?page=2", True),
        ("https://pretix.example@evil.example/?page=2", True),
        ("//evil.example/?page=2", True),
        ("https://user:word@pretix.example/api/?page=2", True),
        ("file:///etc/passwd", True),
    ],
)
def test_links_lead_to_the_origin_only(link: str, *, is_rejected: bool) -> None:
    with SourceClient("https://pretix.example/api/", TOKEN, say=print) as client:
        if is_rejected:
            with pytest.raises(SourceError, match="leads to another server"):
                client.resolve(client.address, link)
        else:
            assert client.resolve(client.address, link).query == b"page=2"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://pretix.example/api/", "http:// would send the token unencrypted"),
        ("http://127.0.0.1.evil.example/", "http:// would send the token unencrypted"),
        ("http://10.0.0.1/", "http:// would send the token unencrypted"),
        ("https://user:password@pretix.example/", "must not have a user name or password"),
        ("pretix.example/api/", "must begin with https://"),
        ("ftp://pretix.example/", "must begin with https://"),
        ("https://", "must begin with https://"),
        ("https://pretix.example:port/", "The address is not a URL"),
        ("https://pretix.example/\n", "The address is not a URL"),
    ],
)
def test_an_address_that_would_not_be_safe_is_rejected(
    client: Client, address: str, reason: str
) -> None:
    error = client.error(address)

    assert reason in error
    assert "password@" not in error
    assert not error.endswith("..")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "[::1]", "localhost"])
def test_addresses_of_this_machine_may_be_unencrypted(host: str) -> None:
    with SourceClient(f"http://{host}/", TOKEN, say=print) as client:
        assert client.address.scheme == "http"


def test_a_proxy_gets_no_unencrypted_token(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda _path: page()) as proxy, serving(lambda _path: page()) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        client.read(server.url)

    assert (len(proxy.received), len(server.received)) == (0, 1)


def test_the_token_and_query_strings_are_not_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    with serving(_in_turn(BUSY, page())) as server:
        client.read(f"{server.url}?email=ann%40example.org")

    assert server.received[1].path == f"{LIST}?email=ann%40example.org"
    assert TOKEN not in caplog.text
    assert "ann" not in caplog.text
    assert "ann" not in "".join(client.said)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Make the certificate authority of the tests a trusted one."""
    authority.cert_pem.write_to_path(os.fspath(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(tmp_path / "authority.pem"))
    return iter([None])


def _tls_context(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.mark.usefixtures("trusted")
def test_a_trusted_certificate_is_accepted(client: Client, authority: trustme.CA) -> None:
    with serving(lambda _path: page(), tls=_tls_context(authority, "127.0.0.1")) as server:
        assert client.read(server.url) == page().content


def test_an_unknown_certificate_is_an_error(client: Client, authority: trustme.CA) -> None:
    with serving(lambda _path: page(), tls=_tls_context(authority, "127.0.0.1")) as server:
        error = client.error(server.url)

    assert error.startswith("The certificate of 127.0.0.1 cannot be trusted: unable to get local")
    assert (server.received, client.pauses) == ([], [])


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_name_is_an_error(client: Client, authority: trustme.CA) -> None:
    with serving(lambda _path: page(), tls=_tls_context(authority, "pretix.example")) as server:
        error = client.error(server.url)

    assert "cannot be trusted: IP address mismatch" in error
    assert (server.received, client.pauses) == ([], [])
