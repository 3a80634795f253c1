"""One connection to one version, and the ways in that its people and programs have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPMessage
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import urlencode

from benchmarks.compare.questions import Caller, Question
from benchmarks.compare.versions import HOST, Version

PATIENCE: Final = 60  # seconds
SIGN_IN: Final = "/sign-in/"
FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """Status 0 is no answer; the body says why."""

    status: int
    headers: HTTPMessage
    body: bytes


class Asker:
    """Asks one version, one question after another."""

    def __init__(self, version: Version, tokens: Mapping[Caller, str]) -> None:
        self.version = version
        self._connection = HTTPConnection("127.0.0.1", version.port, timeout=PATIENCE)
        self._callers: dict[Caller, dict[str, str]] = {Caller.NOBODY: {}}
        for caller, token in tokens.items():
            self._callers[caller] = {"Authorization": f"Token {token}"}

    def close(self) -> None:
        self._connection.close()

    def sign_in(self, caller: Caller, email: str, password: str) -> None:
        """By the form, as people do. Raises RuntimeError."""
        cookies = _cookies(self._send("GET", SIGN_IN, {}))
        token = cookies["csrftoken"]
        fields = {"username": email, "password": password, "csrfmiddlewaretoken": token}
        headers = {"Cookie": f"csrftoken={token}", "Content-Type": FORM}
        answer = self._send("POST", SIGN_IN, headers, urlencode(fields))
        session = _cookies(answer).get("sessionid")
        if not session:
            raise RuntimeError(f"{self.version.name}: {email} cannot sign in: {answer.status}")
        self._callers[caller] = {"Cookie": f"sessionid={session}"}

    def ask(self, question: Question) -> Answer:
        """Whatever happens is an answer, so that both versions can be compared in it."""
        headers = {**self._callers[question.caller], **question.headers}
        try:
            return self._send("GET", question.path, headers)
        except (HTTPException, OSError) as error:
            self._connection.close()
            return Answer(0, HTTPMessage(), repr(error).encode())

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: str | None = None
    ) -> Answer:
        everything = {"Host": HOST, **headers}
        try:
            self._connection.request(method, path, body, everything)
            response = self._connection.getresponse()
        except ConnectionError:
            # The server closes a connection that was idle for two seconds.
            self._connection.close()
            self._connection.request(method, path, body, everything)
            response = self._connection.getresponse()
        return Answer(response.status, response.headers, response.read())


def _cookies(answer: Answer) -> dict[str, str]:
    found: SimpleCookie = SimpleCookie()
    for line in answer.headers.get_all("Set-Cookie", []):
        found.load(line)
    return {name: morsel.value for name, morsel in found.items()}
