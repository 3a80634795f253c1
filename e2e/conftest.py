"""Fixtures of the end-to-end tests: a real server, a real Chromium, and checks of every page."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState

from e2e.guard import REPORT_VIOLATIONS, PageErrorGuard
from e2e.server import ROOT, Server, prepare, serve
from e2e.steps import PLAYHOUSE, sign_in_once

CLARA = "clara@example.org"
CLARAS_PASSWORD = "playhouse-clara-1"
GAIL = "gail@example.org"
GAILS_PASSWORD = "gallery-gail-1"
NAMES_OF_TWO_PARTS = """
from portal.organizers.models import Organizer
Organizer.objects.filter(slug="gallery").update(name_scheme="given_family")
"""
CAPTURE = [f"portal/customers/tests/importing/capture/page-{number}.json" for number in (1, 2, 3)]

# `make clients` and `make reliability` run these tests.
collect_ignore = ["clients", "reliability"]
NewContext = Callable[..., BrowserContext]
IdleContexts = dict[str, list[BrowserContext]]
SIGNED_OUT: StorageState = {"cookies": [], "origins": []}
# Chromium would otherwise send requests to Google.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# All pages of a context share one process. Otherwise Chromium starts a second process in advance.
ONE_PROCESS = "--renderer-process-limit=1"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "expects_console_errors: the test provokes responses that a console reports"
    )


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of a server with the demo, for servers to copy. Creating the demo takes seconds."""
    directory = tmp_path_factory.mktemp("prepared")
    prepare(directory)
    return directory


@pytest.fixture(scope="module")
def directory(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a module's own server."""
    return shutil.copytree(prepared, tmp_path_factory.mktemp("portal"), dirs_exist_ok=True)


@pytest.fixture(scope="session")
def server(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of all modules without their own server."""
    directory = tmp_path_factory.mktemp("portal")
    shutil.copytree(prepared, directory, dirs_exist_ok=True)
    with serve(directory) as server:
        yield server


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    return server.url


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    given = os.environ.get("CHROMIUM")
    return given or subprocess.check_output([ROOT / ".ci" / "find-chromium"], text=True).strip()


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], chromium: str
) -> dict[str, Any]:
    # Chromium's sandbox does not work as root, the user of containers.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    arguments = [*QUIET, ONE_PROCESS, *sandbox]
    return {**browser_type_launch_args, "executable_path": chromium, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "viewport": {"width": 1440, "height": 900},
        "locale": "en-GB",
        "timezone_id": "Europe/Berlin",
    }


@pytest.fixture
def guard(request: pytest.FixtureRequest, base_url: str) -> Iterator[PageErrorGuard]:
    """Fails a test whose pages logged errors, violated the CSP or sent requests to another site."""
    marker = request.node.get_closest_marker("expects_console_errors")
    guard = PageErrorGuard(base_url, allows_errors=marker is not None)
    yield guard
    assert not guard.complaints, "\n".join(guard.complaints)


@pytest.fixture(scope="session")
def idle_contexts() -> IdleContexts:
    """The browser contexts of tests that have ended, by their options.

    Later tests use them again: for a new context, Chromium starts a process and reads all scripts
    and styles again.
    """
    return defaultdict(list)


@pytest.fixture
def new_context(
    guard: PageErrorGuard,
    browser: Browser,
    browser_context_args: dict[str, Any],
    idle_contexts: IdleContexts,
) -> Iterator[NewContext]:
    """Creates the browser contexts of a test, so that the guard watches every page.

    A context has no cookies but those of the given state, and no pages of other tests.
    """
    used: list[tuple[str, BrowserContext]] = []

    def make(storage_state: StorageState = SIGNED_OUT, **options: Any) -> BrowserContext:
        key = repr(sorted(options.items()))
        if idle_contexts[key]:
            context = idle_contexts[key].pop()
        else:
            context = browser.new_context(**browser_context_args, **options)
            context.add_init_script(REPORT_VIOLATIONS)
            context.new_page()  # Without a page, the process of the context would end.
        context.add_cookies(storage_state["cookies"])  # type: ignore[arg-type]  # Both types have equal keys.
        guard.watch(context)
        used.append((key, context))
        return context

    yield make
    for key, context in used:
        _close_and_sign_out(context)
        guard.unwatch(context)
        idle_contexts[key].append(context)


def _close_and_sign_out(context: BrowserContext) -> None:
    """Closes all pages of the context except the first, and removes cookies and permissions."""
    for page in context.pages[1:]:
        page.close()
    context.clear_cookies()
    context.clear_permissions()


@pytest.fixture(scope="session")
def playhouse(server: Server) -> str:
    """The list of a second organizer, which always has 127 customers.

    Clara is a member of both organizers. The demo's member of staff is not a member of the second
    organizer.
    """
    berlin = ("--name", "Playhouse", "--timezone", "Europe/Berlin")
    server.manage_at_once(
        ["create_organizer", "playhouse", *berlin],
        ["create_staff", CLARA, "--organizer", "playhouse", "--password-stdin"],
        ["create_staff", CLARA, "--organizer", "bigevents", "--password-stdin"],
        ["import_customers", "playhouse", *CAPTURE],
        typed=f"{CLARAS_PASSWORD}\n" * 2,
    )
    return PLAYHOUSE


@pytest.fixture(scope="session")
def staff_state(browser: Browser, browser_context_args: dict[str, Any]) -> StorageState:
    """The cookies of the demo's member of staff. The sign-in is done once for all tests."""
    with browser.new_context(**browser_context_args) as context:
        return sign_in_once(context.new_page())


@pytest.fixture(scope="session")
def clara_state(
    browser: Browser, browser_context_args: dict[str, Any], playhouse: str
) -> StorageState:
    with browser.new_context(**browser_context_args) as context:
        return sign_in_once(context.new_page(), CLARA, CLARAS_PASSWORD)


@pytest.fixture(scope="session")
def gallery_state(
    server: Server, browser: Browser, browser_context_args: dict[str, Any]
) -> StorageState:
    """The cookies of a member of an organizer whose names have two parts; tests change customers.

    No test counts the customers of this organizer.
    """
    zone = ("--timezone", "Europe/Berlin", "--country", "DE")
    server.manage_at_once(
        ["create_organizer", "gallery", "--name", "Gallery", *zone],
        ["create_staff", GAIL, "--organizer", "gallery", "--password-stdin"],
        ["shell", "--no-imports", "--command", NAMES_OF_TWO_PARTS],
        typed=f"{GAILS_PASSWORD}\n",
    )
    with browser.new_context(**browser_context_args) as context:
        return sign_in_once(context.new_page(), GAIL, GAILS_PASSWORD)


@pytest.fixture
def staff_page(new_context: NewContext, staff_state: StorageState) -> Page:
    """A page, signed in as the demo's member of staff."""
    return new_context(storage_state=staff_state).new_page()


@pytest.fixture
def clara_page(new_context: NewContext, clara_state: StorageState) -> Page:
    """A page with the list of the playhouse, signed in as Clara."""
    page = new_context(storage_state=clara_state).new_page()
    page.goto(PLAYHOUSE)
    return page
