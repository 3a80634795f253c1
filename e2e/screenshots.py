"""Takes the screenshots of the README: `python -m e2e.screenshots`."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, StorageState, sync_playwright

from e2e.server import ROOT, serve
from e2e.steps import BIGEVENTS, sign_in

PICTURES: Final = ROOT / "docs" / "screenshots"
DETAIL: Final = f"{BIGEVENTS}8WSAJCJ/"
FILTERED: Final = f"{BIGEVENTS}?search=anna&state=active&locale=de&ordering=name"


@dataclass(frozen=True)
class Screenshot:
    """A screenshot: its file, its page, and the size and scheme of the window."""

    name: str
    path: str
    width: int = 1440
    height: int = 900
    scheme: Literal["light", "dark"] = "light"


ENTRANCE: Final = Screenshot("sign-in", "/sign-in/")
PAGES: Final = (
    Screenshot("organizers", "/organizers/?all"),
    Screenshot("customers", BIGEVENTS),
    Screenshot("customers-filtered", FILTERED),
    Screenshot("customer", DETAIL),
    Screenshot("customer-dark", DETAIL, scheme="dark"),
    Screenshot("api", "/organizers/bigevents/api/"),
    Screenshot("tokens", "/organizers/bigevents/tokens/"),
    Screenshot("customers-phone", BIGEVENTS, width=390, height=844),
)


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as directory,
        serve(Path(directory)) as server,
        sync_playwright() as playwright,
    ):
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=sandbox)
        state = _sign_in(browser, server.url)
        _take_picture(browser, server.url, ENTRANCE, None)
        for picture in PAGES:
            _take_picture(browser, server.url, picture, state)
        browser.close()


def _sign_in(browser: Browser, url: str) -> StorageState:
    with browser.new_context(base_url=url) as context:
        page = context.new_page()
        page.goto("/sign-in/")
        sign_in(page)
        page.wait_for_url(f"**{BIGEVENTS}")
        return context.storage_state()


def _take_picture(
    browser: Browser, url: str, picture: Screenshot, state: StorageState | None
) -> None:
    with browser.new_context(
        base_url=url,
        storage_state=state,
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.scheme,
        reduced_motion="reduce",
        locale="en-GB",
    ) as context:
        page = context.new_page()
        # Also wait for the counts of the saved views.
        page.goto(picture.path, wait_until="networkidle")
        # A blinking cursor would make each picture different.
        page.screenshot(path=PICTURES / f"{picture.name}.png", animations="disabled", caret="hide")


if __name__ == "__main__":
    main()
