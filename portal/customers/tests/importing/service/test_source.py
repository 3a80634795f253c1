"""Imports from a service: small servers, recorded pages of pretix, and Portal itself."""

from __future__ import annotations

import io
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.core.signals import request_started
from django.db import connection
from django_scopes import scope
from pytest_django.live_server_helper import LiveServer

from portal.conftest import CustomerMaker
from portal.customers.importing.load import import_blocks
from portal.customers.importing.service.source import Source
from portal.customers.models import Customer
from portal.customers.tests.importing.service.http_server import LIST, Reply, as_json, page, serving
from portal.customers.tests.rows import GIVEN, emails_of
from portal.organizers import tokens
from portal.organizers.models import Organizer
from portal.organizers.permissions import Permission

TOKEN = "secret-token"
PAGES = sorted((Path(__file__).parents[1] / "capture").glob("page-*.json"))
CUSTOMERS: list[dict[str, Any]] = [
    {**GIVEN, "identifier": name.upper(), "email": f"{name}@example.org"}
    for name in ("ann", "bob", "cid", "dan")
]
Import = Callable[..., str]


@pytest.fixture
def import_from(monkeypatch: pytest.MonkeyPatch, organizer: Organizer) -> Import:
    """A function that imports customers from a URL into bigevents, and returns the output."""

    def run(url: str, *, token: str = TOKEN) -> str:
        out = io.StringIO()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{token}\n".encode())))
        call_command("import_customers", "bigevents", "--from", url, "--token-stdin", stdout=out)
        return out.getvalue()

    return run


def _number(path: str) -> int:
    return int(parse_qs(urlsplit(path).query).get("page", ["1"])[0])


def _numbered_page(customers: list[dict[str, Any]], number: int, *, length: int = 2) -> Reply:
    """A page of customers in the order of emails, by page number, as pretix returns it."""
    by_email = sorted(customers, key=lambda customer: str(customer["email"]))
    link = f"?page={number + 1}" if number * length < len(by_email) else None
    rows = by_email[(number - 1) * length : number * length]
    return page(*rows, total=len(by_email), link=link)


def _respond(path: str) -> Reply:
    return _numbered_page(CUSTOMERS, _number(path))


def test_all_pages_are_imported_and_a_second_import_changes_nothing(
    organizer: Organizer, import_from: Import
) -> None:
    with serving(_respond) as server:
        first, second = import_from(server.url), import_from(server.url)

    counted = "The source counted 4 customers, 4 were read.\n"
    assert first == f"{counted}4 customers: 4 created, 0 updated, 0 unchanged, 0 rejected.\n"
    assert second == f"{counted}4 customers: 0 created, 0 updated, 4 unchanged, 0 rejected.\n"
    assert emails_of(organizer) == {each["identifier"]: each["email"] for each in CUSTOMERS}


def test_recorded_pages_of_pretix_are_imported_like_files_of_them(
    organizer: Organizer, import_from: Import
) -> None:
    recorded = "http://127.0.0.1:8345"

    def respond(path: str) -> Reply:
        content = PAGES[_number(path) - 1].read_bytes()
        return Reply(content.replace(recorded.encode(), server.origin.encode()))

    with serving(respond) as server:
        output = import_from(f"{server.origin}/api/v1/organizers/alpha/customers/")
    call_command("import_customers", "bigevents", *map(str, PAGES), stdout=(files := io.StringIO()))

    assert output.startswith("The source counted 127 customers, 127 were read.\n127 customers: 127")
    assert "127 unchanged, 0 rejected" in files.getvalue()


def test_an_empty_list_is_no_error(organizer: Organizer, import_from: Import) -> None:
    with serving(lambda _path: page()) as server:
        output = import_from(server.url)

    assert output.startswith("The source counted 0 customers, 0 were read.\n0 customers: 0 created")


def test_identifiers_are_the_order_unless_the_address_has_one(
    organizer: Organizer, import_from: Import
) -> None:
    with serving(lambda _path: page()) as server:
        import_from(f"{server.url}?is_active=true")
        import_from(f"{server.url}?ordering=-date_joined")

    assert [each.path.partition("?")[2] for each in server.received] == [
        "is_active=true&ordering=identifier",
        "ordering=-date_joined",
    ]


def test_a_second_import_reads_customers_that_moved_during_the_first(
    organizer: Organizer, import_from: Import
) -> None:
    customers = [{**each} for each in CUSTOMERS]

    def respond(path: str) -> Reply:
        reply = _numbered_page(customers, _number(path))
        # The new email moves the customer to the first page, which was read before.
        customers[2]["email"] = "aaa@example.org"
        return reply

    with serving(respond) as server:
        first = import_from(server.url)
        missed = {"CID"} - emails_of(organizer).keys()
        second = import_from(server.url)

    assert missed == {"CID"}
    assert first.startswith(
        "The source counted 4 customers, 3 were read. Its list changed meanwhile: import again "
        "for the rest.\n"
    )
    assert "1 created, 0 updated, 3 unchanged, 0 rejected.\n" in second
    assert emails_of(organizer) == {each["identifier"]: each["email"] for each in customers}


def test_a_count_that_changes_is_reported(organizer: Organizer, import_from: Import) -> None:
    first = page(*CUSTOMERS[:2], total=4, link="?page=2")
    last = page(CUSTOMERS[2], total=3)

    with serving(lambda path: last if "page" in path else first) as server:
        output = import_from(server.url)

    assert "counted 4 customers at first and 3 at last, 3 were read. Its list changed" in output


def test_a_customer_with_a_lone_surrogate_is_rejected_and_the_others_are_loaded(
    organizer: Organizer, import_from: Import, capsys: pytest.CaptureFixture[str]
) -> None:
    ann, bob = CUSTOMERS[:2]

    with (
        serving(lambda _path: page({**ann, "notes": "\ud800"}, bob)) as server,
        pytest.raises(CommandError, match="Some rows were rejected"),
    ):
        import_from(server.url)

    assert (
        "127.0.0.1, customer 1 (ANN): notes: contains a NUL character\n" in capsys.readouterr().err
    )
    assert emails_of(organizer).keys() == {"BOB"}


NO_LISTS: list[object] = [None, [], {}, CUSTOMERS[2], {"detail": "No."}, {"results": []}]
FAILURES: list[tuple[Reply, str]] = [
    (Reply(b"", 404), "There is nothing at http"),
    (page(CUSTOMERS[2], link=LIST), "repeat: `next` leads back to one of them."),
    (page(CUSTOMERS[2], link="?page=2"), "repeat: `next` leads back to one of them."),
    (page(CUSTOMERS[2], link="http://127.0.0.2/"), "leads to another server, http://127.0.0.2/."),
    *(
        (as_json(content), "is not a list of customers. Customers are at http")
        for content in NO_LISTS
    ),
    (as_json({"count": "2", "next": None, "results": []}), "is not a list of customers."),
    (as_json({"count": 2, "next": 3, "results": []}), "is not a list of customers."),
    (as_json({"count": 2, "next": None, "results": {}}), "is not a list of customers."),
    (page({"slug": "bigevents"}), "is not a list of customers."),
]


@pytest.mark.parametrize(("second", "reason"), FAILURES)
def test_a_source_that_fails_on_the_second_page_changes_nothing(
    organizer: Organizer, import_from: Import, second: Reply, reason: str
) -> None:
    def respond(path: str) -> Reply:
        return second if "page" in path else page(*CUSTOMERS[:2], total=4, link="?page=2")

    with serving(respond) as server, pytest.raises(CommandError) as raised:
        import_from(server.url)

    assert reason in str(raised.value)
    assert str(raised.value).endswith(" Nothing was changed.")
    assert TOKEN not in str(raised.value)
    assert emails_of(organizer) == {}


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Set the default handler of SIGINT.

    Python ignores SIGINT in a background process of a shell.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_import_changes_nothing(organizer: Organizer, import_from: Import) -> None:
    main = threading.main_thread().ident or 0

    def respond(path: str) -> Reply:
        if "page=2" in path:
            signal.pthread_kill(main, signal.SIGINT)
        return _respond(path)

    with (
        serving(respond) as server,
        pytest.raises(CommandError, match="Interrupted: nothing was changed") as raised,
    ):
        import_from(server.url)

    assert raised.value.returncode == 130
    assert emails_of(organizer) == {}


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_the_source(organizer: Organizer) -> None:
    replies = iter([Reply(b"", 503), page(*CUSTOMERS)])
    is_open: list[bool] = []

    with serving(lambda _path: next(replies)) as server:
        source = Source(
            server.url, TOKEN, wait=lambda _pause: is_open.append(connection.in_atomic_block)
        )
        report = import_blocks(organizer, source.read_blocks())

    assert (report.created, is_open) == (4, [False])


@pytest.mark.parametrize("is_quiet", [True, False])
def test_progress_and_retries_are_shown_on_a_terminal(
    organizer: Organizer, monkeypatch: pytest.MonkeyPatch, *, is_quiet: bool
) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    replies = iter([Reply(b"", 503), page(*CUSTOMERS)])

    with serving(lambda _path: next(replies)) as server:
        source = Source(server.url, TOKEN, is_quiet=is_quiet, wait=lambda _pause: None)
        import_blocks(organizer, source.read_blocks())

    shown = terminal.getvalue()
    assert ("127.0.0.1: 100%" in shown and "4/4" in shown) is not is_quiet
    assert (f"{server.url} responds with 503. Trying again in 1 s.\n" in shown) is not is_quiet


@pytest.mark.parametrize(
    ("arguments", "given", "reason"),
    [
        (["--from", "https://x.example/"], b"", "--from needs --token-stdin"),
        (["--token-stdin"], b"", "--token-stdin is for --from only"),
        ([__file__, "--from", "https://x.example/", "--token-stdin"], b"", "either files or"),
        (["--from", "https://x.example/", "--token-stdin"], b" \n", "must have one token"),
        (["--from", "https://x.example/", "--token-stdin"], b"a b", "must have one token"),
        (["--from", "https://x.example/", "--token-stdin"], b"\xff", "must have one token"),
        (["--from", "https://x.example/", "--token-stdin"], b"a\nHost: b", "must have one token"),
        (["--from", "http://x.example/", "--token-stdin"], b"token", "unencrypted"),
    ],
)
def test_invalid_options_are_explained(
    organizer: Organizer,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    given: bytes,
    reason: str,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))

    with pytest.raises(CommandError, match=reason):
        call_command("import_customers", "bigevents", *arguments)


def test_a_token_is_not_typed_into_a_terminal(
    organizer: Organizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(b"token"))
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)

    with pytest.raises(CommandError, match="The terminal would show the token"):
        call_command(
            "import_customers", "bigevents", "--from", "https://x.example/", "--token-stdin"
        )


@pytest.fixture
def other_portal(
    live_server: LiveServer, rival: Organizer, make_customer: CustomerMaker
) -> tuple[str, str]:
    """The URL of a list of 60 customers on a running Portal, and a token for this list."""
    for number in range(60):
        fields = {"email": f"{number:02}@rival.example", "phone": f"+49301234{number:02}"}
        make_customer(of=rival, identifier=f"R{number:02}", **fields)
    token = tokens.create_token(rival, name="sync", permissions=[Permission.READ_CUSTOMERS])
    return f"{live_server.url}/api/v1/organizers/rival/customers/", token


def test_customers_of_another_portal_are_imported(
    organizer: Organizer, rival: Organizer, import_from: Import, other_portal: tuple[str, str]
) -> None:
    url, token = other_portal

    output = import_from(url, token=token)

    assert output.startswith("The source counted 60 customers, 60 were read.\n60 customers: 60")
    assert emails_of(organizer) == emails_of(rival)


def test_fields_that_another_portal_does_not_send_stay(
    organizer: Organizer, import_from: Import, other_portal: tuple[str, str]
) -> None:
    url, token = other_portal

    import_from(f"{url}?include=phone", token=token)
    import_from(url, token=token)

    with scope(organizer=organizer):
        assert Customer.objects.get(identifier="R01").phone == "+4930123401"


def test_customers_of_another_portal_that_move_meanwhile_are_not_missed(
    organizer: Organizer, rival: Organizer, import_from: Import, other_portal: tuple[str, str]
) -> None:
    url, token = other_portal

    requests = count(1)

    def move(**_: object) -> None:
        """Move customers from the end to the start of the list before the second page is read."""
        if next(requests) == 2:
            with scope(organizer=rival):
                last = Customer.objects.get(identifier="R59")
                last.email = "+@rival.example"
                last.save()

    request_started.connect(move)
    try:
        import_from(url, token=token)
    finally:
        request_started.disconnect(move)

    assert emails_of(organizer) == emails_of(rival)
    assert emails_of(organizer)["R59"] == "+@rival.example"


@pytest.mark.parametrize(
    ("path", "token", "reason"),
    [
        ("/api/v1/organizers/bigevents/customers/", None, "The token may not read these customers"),
        ("/api/v1/organizers/rival/customers/", "wrong", "The token is not valid \\(401\\): it is"),
        ("/api/v1/organizers/rival/orders/", None, "There is nothing at http"),
        ("/api/v1/organizers/rival/customers/R01/", None, "is not a list of customers"),
        ("/api/v1/organizers/rival/", None, "is not a list of customers"),
        ("/organizers/rival/customers/", None, "is not the API, but another kind of page"),
    ],
)
def test_wrong_addresses_and_tokens_of_another_portal_are_explained(
    organizer: Organizer,
    import_from: Import,
    other_portal: tuple[str, str],
    live_server: LiveServer,
    path: str,
    token: str | None,
    reason: str,
) -> None:
    with pytest.raises(CommandError, match=reason):
        import_from(live_server.url + path, token=token or other_portal[1])
