"""Reads JSON from a service by GET, with a token that is sent to one origin only."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Final, Self

import httpx2
import orjson

from portal.customers.importing.formats.json_stream import (
    MAX_DETAIL_LENGTH,
    without_lone_surrogates,
)

PAUSES: Final = (1, 2, 4, 8, 16, 32)  # seconds before each retry
LONGEST_PAUSE: Final = 300  # seconds, even if Retry-After is longer
TIMEOUT: Final = 60  # seconds to wait for a connection, and for the next bytes of a response
MAX_BYTES: Final = 1 << 26  # 64 MiB; a page of 50 customers has 25 KB
MAX_REDIRECTS: Final = 5

Wait = Callable[[float], None]
Say = Callable[[str], None]


class SourceError(Exception):
    """The source cannot be read. The message is one sentence, without the token."""


class _TemporaryError(Exception):
    """A request failed, but a retry after a pause may succeed."""

    def __init__(self, reason: str, pause: float = 0) -> None:
        super().__init__(reason)
        self.pause = pause


class SourceClient:
    """Sends GET requests with the token, but only to the origin of `address`.

    The origin is the scheme, host and port. `wait` is called with the seconds to pause, `say` with
    a line about each retry. All methods raise SourceError.
    """

    def __init__(
        self,
        address: str,
        token: str,
        *,
        say: Say,
        wait: Wait = time.sleep,
        timeout: float = TIMEOUT,
    ) -> None:
        self.address: Final = _parse_address(address)
        self._token = token
        self._say = say
        self._wait = wait
        self._http = httpx2.Client(
            headers={"Authorization": f"Token {token}", "Accept": "application/json"},
            timeout=timeout,
            # Proxies of the environment variables are used with https only: without TLS, a proxy
            # would see the token.
            trust_env=self.address.scheme == "https",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def read_json(self, url: httpx2.URL) -> bytes:
        """Read valid JSON from the URL. Retries if the source fails temporarily."""
        for pause in PAUSES:
            try:
                return self._follow_redirects(url)
            except _TemporaryError as error:
                seconds = min(max(pause, error.pause), LONGEST_PAUSE)
                self._say(f"{error} Trying again in {seconds:.0f} s.")
                self._wait(seconds)
        try:
            return self._follow_redirects(url)
        except _TemporaryError as error:
            raise SourceError(f"{error} It failed {len(PAUSES) + 1} times in a row.") from error

    def resolve(self, url: httpx2.URL, link: str) -> httpx2.URL:
        """The absolute URL of a link on the page at `url`.

        Raises SourceError for another origin.
        """
        try:
            target = url.join(link)
        except httpx2.InvalidURL as error:
            raise SourceError(
                f"{url_for_message(url)} links to an invalid URL: {_with_period(error)}"
            ) from error
        # If a link has a user name, httpx2 would send this user name instead of the token.
        if _origin(target) != _origin(self.address) or target.userinfo:
            raise SourceError(
                f"{url_for_message(url)} leads to another server, {url_for_message(target)}. "
                f"The token is only sent to {_origin(self.address)}."
            )
        return target

    def _follow_redirects(self, url: httpx2.URL) -> bytes:
        target = url
        for _ in range(MAX_REDIRECTS + 1):
            response, body = self._send_request(target)
            if not response.has_redirect_location:
                self._check_response(response, body)
                return body
            target = self.resolve(target, response.headers["Location"])
        raise SourceError(f"{url_for_message(url)} redirects more than {MAX_REDIRECTS} times.")

    def _send_request(self, url: httpx2.URL) -> tuple[httpx2.Response, bytes]:
        try:
            with self._http.stream("GET", url) as response:
                return response, without_lone_surrogates(_read_body(response))
        except httpx2.RequestError as error:
            raise _explain_failure(error, url) from error
        except (UnicodeError, OverflowError) as error:  # errors of socket.getaddrinfo()
            raise SourceError(f"There is no host {url.netloc.decode()}.") from error

    def _check_response(self, response: httpx2.Response, body: bytes) -> None:
        """Raise an error unless the status of the response is 200 and its body is valid JSON."""
        status, url = response.status_code, response.url
        if status == httpx2.codes.TOO_MANY_REQUESTS or status >= httpx2.codes.INTERNAL_SERVER_ERROR:
            raise _TemporaryError(
                f"{url_for_message(url)} responds with {status}.", _retry_after(response)
            )
        if status != httpx2.codes.OK:
            raise SourceError(_explain_status(status, url) + self._error_detail(body))
        if _is_json(body):
            return
        if "json" in response.headers.get("Content-Type", ""):
            raise _TemporaryError(
                f"{url_for_message(url)} responds with incomplete or invalid JSON."
            )
        raise SourceError(
            f"{url_for_message(url)} is not the API, but another kind of page. "
            f"{customers_url_hint(url)}"
        )

    def _error_detail(self, body: bytes) -> str:
        """The `detail` of the API's error as a sentence, or an empty text."""
        content = orjson.loads(body) if _is_json(body) else None
        detail = content.get("detail") if isinstance(content, dict) else None
        if not isinstance(detail, str):
            return ""
        shown = detail.replace(self._token, "***").rstrip(".")[:MAX_DETAIL_LENGTH]
        return f" The source says: {shown!a}."


def url_for_message(url: httpx2.URL) -> str:
    """The URL for messages.

    The query string and the user name, which may be confidential, are left out.
    """
    path = url.raw_path.partition(b"?")[0].decode("ascii")  # percent-encoded
    return f"{_origin(url)}{path}"


def customers_url_hint(url: httpx2.URL) -> str:
    """A sentence that shows the URL of a list of customers on this server."""
    return f"Customers are at {_origin(url)}/api/v1/organizers/ORGANIZER/customers/."


def _parse_address(address: str) -> httpx2.URL:
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL as error:
        raise SourceError(f"The address is not a URL: {_with_period(error)}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise SourceError("The address must begin with https:// and a host.")
    if url.userinfo:
        raise SourceError("The address must not have a user name or password.")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise SourceError(
            "http:// would send the token unencrypted. Use https://; only addresses of this "
            "machine, such as 127.0.0.1, are read by http://."
        )
    return url


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _origin(url: httpx2.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _read_body(response: httpx2.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_BYTES:
            raise SourceError(
                f"{url_for_message(response.url)} has more than {MAX_BYTES >> 20} MB on a page."
            )
    return bytes(body)


def _is_json(body: bytes) -> bool:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True


def _explain_failure(error: httpx2.RequestError, url: httpx2.URL) -> SourceError | _TemporaryError:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return SourceError(
                f"The certificate of {url.host} cannot be trusted: {cause.verify_message}."
            )
        if isinstance(cause, socket.gaierror) and cause.errno != socket.EAI_AGAIN:
            return SourceError(f"There is no host {url.host}.")
    return _TemporaryError(f"{_origin(url)} fails: {_with_period(error)}")


def _with_period(error: Exception) -> str:
    """The message of an exception with exactly one period at its end."""
    return f"{str(error).rstrip('.') or type(error).__name__}."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


def _explain_status(status: int, url: httpx2.URL) -> str:
    match status:
        case 401:
            return "The token is not valid (401): it is mistyped, revoked or expired."
        case 403:
            return (
                "The token may not read these customers (403): it needs the permission to read "
                f"customers of the organizer in the address, {url_for_message(url)}."
            )
        case 404:
            return f"There is nothing at {url_for_message(url)} (404). {customers_url_hint(url)}"
    return f"{url_for_message(url)} responds with {status}."


def _retry_after(response: httpx2.Response) -> float:
    """The seconds of the header Retry-After, which is a number or a date. 0 without the header."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0
    # A date without a time zone is in UTC.
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()
