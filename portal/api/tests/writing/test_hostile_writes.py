"""Random writes with wrong types, sizes, encodings, nesting and repeated keys: no server error.

The environment variable HOSTILE_WRITES sets the number of requests. HOSTILE_SEED repeats a run.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from random import Random, randrange
from typing import Any, Final

from django.test import Client

from portal.conftest import CustomerMaker

REQUESTS: Final = int(os.environ.get("HOSTILE_WRITES", "400"))
SEED: Final = int(os.environ.get("HOSTILE_SEED", randrange(10**6)))  # noqa: S311  repeatable
LIST: Final = "/api/v1/organizers/bigevents/customers/"
NAMES: Final = (
    *("email", "phone", "name_parts", "is_active", "is_verified", "locale", "notes"),
    *("external_identifier", "send_email", "password", "identifier", "name", "__class__", "\0"),
)
HALF_PAIR: Final = chr(0xD800)  # mypy cannot store it as a literal
TEXTS: Final = (
    *("", " ", "a@b.example", "A@B.EXAMPLE", "x@exämple.org", "+49 6221 321770", "de", "true", "1"),
    *(
        "\0",
        "a\0b",
        HALF_PAIR,
        f"x{HALF_PAIR}",
        "\U0001f600",
        "\u202e",
        "İ" * 200,
        "x" * 300,
        "9" * 5000,
    ),
    *("{}", "[]", "null", "NaN", "' OR 1=1 --", "<script>", "_scheme", "full", "%", "é\u0301" * 90),
)
PARTS: Final = (
    "_scheme",
    "full_name",
    "given_name",
    "_legacy",
    "zzz",
    "",
    "\0",
    HALF_PAIR,
    "degree",
)
NUMBERS: Final = (0, 1, -1, 2, 1.5, 10**400, -(10**30), 1e308, float("nan"), float("inf"))
TYPES: Final = (
    *["application/json"] * 12,
    *("application/json; charset=utf-16", "application/json; charset=latin1", "text/plain", ""),
    *("application/json; charset=bz2", "application/json; charset=idna", "a/b"),
    *["application/x-www-form-urlencoded"] * 3,
    *("application/x-www-form-urlencoded; charset=unicode_escape", "multipart/form-data"),
    *["multipart/form-data; boundary=x"] * 3,
)
RAW: Final = (
    *(b"", b"{", b"[" * 50_000, b'{"a":' * 50_000, b"9" * 5_000, b"\xff\xfe", b"null", b"NaN"),
    *(b'{"email": "\\ud800"}', b'{"\\u0000": 1}', b'"\\ud800"', b"\0" * 999, b"{}" * 9),
    *(b"email=%FF%00&name_parts={", b"a=1&" * 1_001, b"name_parts=%5B%5B%5B", b"locale=\\ud800"),
)


def random_value(random: Random, depth: int = 0) -> Any:
    kind = random.randrange(6 if depth < 60 else 4)
    if kind < 2:
        return random.choice(TEXTS)
    if kind < 4:
        return random.choice((*NUMBERS, None, True, False))
    if kind == 4:
        return {
            random.choice(PARTS): random_value(random, depth + 1)
            for _ in range(random.randrange(4))
        }
    return [random_value(random, depth + 1) for _ in range(random.randrange(3))]


def json_body(random: Random) -> bytes:
    """A random JSON object, in which a key may occur several times."""
    pairs = [(random.choice(NAMES), random_value(random)) for _ in range(random.randrange(6))]
    members = ", ".join(f"{json.dumps(name)}: {json.dumps(each)}" for name, each in pairs)
    body = f"{{{members}}}"
    return body.encode(errors="surrogatepass")


def random_part(random: Random) -> bytes:
    name = random.choice(NAMES).replace("\0", "n").encode()
    file = b'; filename="f"' if random.random() < 0.2 else b""
    text = random.choice(TEXTS).encode(errors="surrogatepass")
    return (
        b'--x\r\nContent-Disposition: form-data; name="' + name + b'"' + file + b"\r\n\r\n" + text
    )


def random_body(random: Random, content_type: str) -> bytes:
    if random.random() < 0.1:
        return random.choice(RAW)
    if content_type.startswith("multipart"):
        return b"\r\n".join([*(random_part(random) for _ in range(3)), b"--x--\r\n"])
    if "urlencoded" in content_type:
        texts = (random.choice(TEXTS).encode(errors="surrogatepass") for _ in range(3))
        return b"&".join(random.choice(NAMES).encode() + b"=" + text for text in texts)
    return json_body(random)


def random_headers(random: Random) -> dict[str, str]:
    odd = ("*", '"1-00000000"', "W/", "x" * 900, '"', "é", "a,b", '"9999999999999999999-00000000"')
    names = ("X-Idempotency-Key", "If-Match", "If-None-Match", "Prefer", "Accept")
    return {name: random.choice(odd) for name in names if random.random() < 0.05}


def test_hostile_writes_get_no_server_error(
    writer_client: Client, make_customer: CustomerMaker
) -> None:
    make_customer(email="a@b.example")
    writer_client.raise_request_exception = False
    statuses: Counter[int] = Counter()
    paths = (("POST", LIST), ("PATCH", f"{LIST}C000001/"), ("PUT", f"{LIST}C000001/"))

    for number in range(REQUESTS):
        random = Random(f"{SEED}:{number}")  # noqa: S311  repeatable
        method, path = random.choice((*paths, ("POST", f"{LIST}C000001/anonymize/")))
        content_type = random.choice(TYPES)
        content = random_body(random, content_type)
        response = writer_client.generic(
            method, path, content, content_type, headers=random_headers(random)
        )
        statuses[response.status_code] += 1
        assert response.status_code < 500, (SEED, number, method, content_type, content[:300])
        json.loads(response.content)

    assert {200, 201, 400, 415} <= set(statuses), statuses
