"""An HTTP client for one of the two compared versions. It signs in and sends tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPMessage
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import urlencode

from benchmarks.compare.requests import Caller, Request
from benchmarks.compare.versions import HOST, PortalVersion

TIMEOUT: Final = 60  # seconds
SIGN_IN: Final = "/sign-in/"
FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Response:
    """A response. Status 0 is a failed request, whose error is the body."""

    status: int
    headers: HTTPMessage
    body: bytes


class Client:
    """Sends one request after another to one version."""

    def __init__(self, version: PortalVersion, tokens: Mapping[Caller, str]) -> None:
        self.version = version
        self._connection = HTTPConnection("127.0.0.1", version.port, timeout=TIMEOUT)
        self._callers: dict[Caller, dict[str, str]] = {Caller.ANONYMOUS: {}}
        for caller, token in tokens.items():
            self._callers[caller] = {"Authorization": f"Token {token}"}

    def close(self) -> None:
        self._connection.close()

    def sign_in(self, caller: Caller, email: str, password: str) -> None:
        """Send the form of the sign-in page. Raises RuntimeError."""
        cookies = _cookies(self._send("GET", SIGN_IN, {}))
        token = cookies["csrftoken"]
        fields = {"username": email, "password": password, "csrfmiddlewaretoken": token}
        headers = {"Cookie": f"csrftoken={token}", "Content-Type": FORM}
        response = self._send("POST", SIGN_IN, headers, urlencode(fields))
        session = _cookies(response).get("sessionid")
        if not session:
            raise RuntimeError(f"{self.version.name}: {email} cannot sign in: {response.status}")
        self._callers[caller] = {"Cookie": f"sessionid={session}"}

    def send(self, request: Request) -> Response:
        """Send the request. A failed connection is also a Response, so that it can be compared."""
        headers = {**self._callers[request.caller], **request.headers}
        try:
            return self._send("GET", request.path, headers)
        except (HTTPException, OSError) as error:
            self._connection.close()
            return Response(0, HTTPMessage(), repr(error).encode())

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: str | None = None
    ) -> Response:
        all_headers = {"Host": HOST, **headers}
        try:
            self._connection.request(method, path, body, all_headers)
            response = self._connection.getresponse()
        except ConnectionError:
            # The server closes a connection after two idle seconds.
            self._connection.close()
            self._connection.request(method, path, body, all_headers)
            response = self._connection.getresponse()
        return Response(response.status, response.headers, response.read())


def _cookies(response: Response) -> dict[str, str]:
    found: SimpleCookie = SimpleCookie()
    for line in response.headers.get_all("Set-Cookie", []):
        found.load(line)
    return {name: morsel.value for name, morsel in found.items()}
