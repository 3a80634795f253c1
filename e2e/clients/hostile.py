"""Hostile requests, generated from a seed: equal seeds give equal requests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes

RECORDED: Final = Path(__file__).parents[2] / "portal/api/tests/contract/cases.json"
PAGES: Final = (
    *("/", "/sign-in/", "/sign-out/", "/favicon.ico", "/static/", "/organizers/", "/api/", "/api"),
    *("/organizers/{organizer}/", "/organizers/{organizer}/customers/"),
    *("/organizers/{organizer}/customers/{identifier}/", "/organizers/{organizer}/tokens/"),
    *("/organizers/{organizer}/tokens/1/revoke/", "/organizers/{organizer}/api/"),
    *("/api/v1/openapi.json", "/api/v1/me", "/api/v1/organizers/{organizer}/events/"),
    "/api/v1/organizers/{organizer}/customers/{identifier}/anonymize/",
)
METHODS: Final = (
    *["GET"] * 30,
    *("HEAD", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "INVENTED"),
)
TEXTS: Final = (
    *("", " ", "0", "-1", "1", "last", "true", "false", "maybe", "null", "NaN", "1e999", "9" * 400),
    *("de", "xx", "json", "email", "-name", "identifier,email", "notes", "../..", "%", "_", "\\"),
    *("' OR 1=1 --", '"; DROP TABLE x; --', "<script>", "{{7*7}}", "${7*7}", "\0", "a\0b", "\r\n"),
    *("\x7f", "\x85", "\u2028", "\u202e", "\ufeff", "\ud7ff", "\uffff", "\U0001f600", "é" * 300),
    *(
        "ß",
        "İ",
        "ı",
        "ﬁ",
        "\uff41",
        "٢",
        "२",
        "straße.example",
        "e\u0301" * 99,
        "x" * 300,
        " " * 300,
    ),
    *("guest1@vault.example", "a@b", "@", "a+b@c", "," * 300, "email," * 99, "-" * 99, "24:00"),
    *("2024-01-31", "2024-02-30", "0000-00-00", "9999-12-31T23:59:59Z", "2024-W01-1"),
    *("2024-01-31T02:30", "2024-01-31T10:00:00+23:59", "2024-01-31T10:00:00.999999999Z"),
)
# Percent-encoded bytes that are not valid UTF-8.
BYTES: Final = ("%FF%FE", "%C3%28", "%ED%A0%80", "%ZZ", "%", "%00", "%u0041", "+", "%2B%20")
ACCEPTS: Final = (
    *("*/*", "application/json", "application/x-ndjson", "text/csv", "text/html", "text/*", ""),
    *("application/json; q=0", "x", "*/*;q=0.1, text/csv", "a/b; x*=a; x*0=b", ",;,", "a" * 500),
)
LARGE: Final = b"x" * (2**20 + 1)
BODIES: Final = (
    *(b"", b"{}", b"[]", b"null", b"{", b'{"email": "a@b.example"}', b"[" * 5000, b"\xff" * 99),
    *(b'{"a":' * 999, b"1e999", b"email=a%00b", b"--x\r\n\r\n--x--", b"<a/>", b"\0" * 4096),
)
HEADERS: Final[Mapping[str, Sequence[str]]] = {
    "Host": ("evil.example", "", "127.0.0.1:1", "[::1]", "127.0.0.1@evil.example", "a b"),
    "Content-Type": (
        *("application/json", "application/x-www-form-urlencoded", "multipart/form-data", "a/b"),
        *("multipart/form-data; boundary=x", "a/b; x*=nope''a", "x", "; ;"),
    ),
    "Cookie": ("sessionid=x", "sessionid=\xff", "csrftoken=x", "a=b; " * 99, "=", 'a="\\'),
    "Prefer": ("handling=strict", "handling=strict, handling=lenient", "handling", ",;=", "=" * 99),
    "Accept-Language": ("de", "xx", "*", "de;q=x", "a" * 600),
    "Accept-Encoding": ("gzip", "identity;q=0", "x"),
    "If-Modified-Since": ("Mon, 23 Nov 2037 00:00:00 GMT", "x"),
    "If-None-Match": ("*", '"', "W/"),
    "Range": ("bytes=0-0", "bytes=-", "x"),
    "Origin": ("https://evil.example", "null"),
    "Referer": ("http://[", "x"),
    "X-Forwarded-For": ("1.2.3.4", "::1, x", "x" * 99),
    "X-Forwarded-Host": ("evil.example",),
    "X-Forwarded-Proto": ("https", "x"),
    "X-HTTP-Method-Override": ("DELETE", "x"),
    "X-Request-ID": ("x", "x" * 300, "\xff", "<b>"),
    "X-CSRFToken": ("x",),
    "HX-Request": ("true", "x"),
    "HX-Target": ("div#results", "x"),
    "HX-Current-URL": ("http://[", "/organizers/vault/customers/", "\xff"),
    "HX-History-Restore-Request": ("true",),
    "Expect": ("100-continue",),
}
# Malformed HTTP, after which the server closes the connection: a request line, or a header.
LINES: Final = (
    "",
    "GET",
    "G\0T / HTTP/1.1",
    "GET / HTTP/9.9",
    "get / HTTP/1.1",
    "GET /a b HTTP/1.1",
)
FRAMES: Final = (
    *("Content-Length: 1", "Content-Length: 99", "Content-Length: x", "Content-Length: -1"),
    *("Transfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 4", "X Y: z"),
    *("Host: a\r\nHost: b", "X: a\0b", "X: " + "y" * 20_000, ":", "X: a\r\n  b", "\xff: x"),
)


@dataclass(frozen=True)
class HostileRequest:
    """A request as bytes. `path` is the path that the server should read."""

    content: bytes
    method: str
    path: str
    ends_connection: bool


@dataclass(frozen=True)
class RequestGenerator:
    """Requests of a seed. Some have the names of existing organizers, customers and parameters."""

    seed: int
    document: Mapping[str, Any] = field(repr=False)  # OpenAPI
    tokens: Sequence[str] = field(repr=False)
    cookie: str = field(repr=False)
    organizers: Sequence[str]
    identifiers: Sequence[str]
    cursors: Sequence[str] = field(repr=False)

    def request(self, number: int) -> HostileRequest:
        random = Random(f"{self.seed}:{number}")  # noqa: S311  repeatable
        method, target = random.choice(METHODS), self._target(random)
        headers = self._headers(random, is_page=target.startswith("/organizers/"))
        body = _random_body(random, 0.03 if method in ("GET", "HEAD") else 1)
        if body:
            headers.append(f"Content-Length: {len(body)}")
        lines = [f"{method} {target} HTTP/1.1", *headers]
        is_broken = random.random() < 0.03
        if is_broken:
            lines = _insert_line_breaks(random, lines)
        content = "\r\n".join([*lines, "", ""]).encode("latin-1") + body
        path = unquote_to_bytes(target.partition("?")[0]).decode("latin-1")
        # The server may close the connection before it has read a large body.
        return HostileRequest(content, method, path, is_broken or body is LARGE)

    def _target(self, random: Random) -> str:
        if random.random() < 0.1:
            return self._recorded_target(random)
        path = random.choice([*list(self.document["paths"]) * 4, *PAGES])
        path = path.format(
            organizer=_escape_some(random, random.choice(self.organizers)),
            identifier=_escape_some(random, random.choice(self.identifiers)),
        )
        number = random.choice((0, 0, 1, 1, 2, 3, 9))
        query = "&".join(self._parameter(random) for _ in range(number))
        return _damage(random, path) + (f"?{query}" if query else "")

    def _recorded_target(self, random: Random) -> str:
        path: str = random.choice(_recorded())
        return path.replace("bigevents", random.choice(self.organizers))

    def _parameter(self, random: Random) -> str:
        name = random.choice((*self._names, "cursor", "x", "size", "\0", "a[]", "__class__"))
        if name == "cursor" and random.random() < 0.8:
            return f"cursor={_damage(random, random.choice(self.cursors), 0.3)}"
        return f"{_escape_some(random, name, 0.1)}={self._value(random)}"

    @cached_property
    def _names(self) -> Sequence[str]:
        paths = self.document["paths"].values()
        operations = [operation for methods in paths for operation in methods.values()]
        parameters = [each for one in operations for each in one["parameters"]]
        return [each["name"] for each in parameters if each["in"] == "query"]

    def _value(self, random: Random) -> str:
        if random.random() < 0.1:
            return random.choice(BYTES) + random.choice(BYTES)
        length = 3_000 if random.random() < 0.01 else 1
        return quote(random.choice(TEXTS) * length, safe=random.choice(("", "/,:@")))[:8_000]

    def _headers(self, random: Random, *, is_page: bool) -> list[str]:
        values = {"Host": "127.0.0.1"}
        if random.random() < (0.8 if is_page else 0.1):
            values["Cookie"] = self.cookie
        else:
            values["Authorization"] = self._authorization(random)
        if random.random() < 0.3:
            values["Accept"] = random.choice(ACCEPTS)
        for name in random.sample(sorted(HEADERS), random.choice((0, 0, 0, 1, 2))):
            if name != "Host" or random.random() < 0.3:
                values[name] = random.choice(HEADERS[name])
        return [f"{name}: {value}" for name, value in values.items()]

    def _authorization(self, random: Random) -> str:
        token = random.choice(self.tokens)
        if random.random() < 0.8:
            return f"Token {token}"
        flipped = token[:-1] + chr(ord(token[-1]) ^ 1)
        variants = (f"token  {token}", f"Token {flipped}", f"Device {token}", f"Bearer {token}")
        odd = ("Token", "", "Token a b", "Token \xff", "Basic Og==", "Token " + "x" * 4_000, "=,=")
        return random.choice((*variants, *odd))


@cache
def _recorded() -> Sequence[str]:
    return [case["request"]["path"] for case in json.loads(RECORDED.read_text())]


def _random_body(random: Random, chance: float) -> bytes:
    if random.random() >= chance:
        return b""
    return LARGE if random.random() < 0.01 else random.choice(BODIES)


def _insert_line_breaks(random: Random, lines: Sequence[str]) -> list[str]:
    first, *headers = lines
    if random.random() < 0.3:
        return [random.choice(LINES), *headers]
    return [first, *headers, random.choice(FRAMES)]


def _escape_some(random: Random, text: str, chance: float = 0.06) -> str:
    """Percent-encodes a text for a URL.

    With the probability `chance`, encodes every byte of a changed or another text instead.
    """
    if random.random() >= chance:
        return quote(text, safe="")
    odd = random.choice((text.upper(), f"{text} ", f"{text}.json", *TEXTS[:60]))
    return "".join(f"%{byte:02x}" for byte in odd.encode()) or "."


def _damage(random: Random, text: str, chance: float = 0.06) -> str:
    """The text, sometimes with a part doubled, removed or replaced."""
    if random.random() >= chance:
        return text
    start = random.randrange(1, max(2, len(text)))
    end = start + random.randrange(4)
    odd = random.choice(("", "/", "//", "/../", "/.", "%2f", "%00", ";", "%ff", ".json", "~"))
    odd = random.choice((odd, quote_from_bytes(random.randbytes(3))))
    return text[:start] + odd + text[end:]
