"""Headers, caches, browser storage and size of the most visited pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Response

from e2e.steps import BIGEVENTS

PAGES = [
    "/organizers/?all",
    BIGEVENTS,
    f"{BIGEVENTS}?search=an",
    f"{BIGEVENTS}8WSAJCJ/",
    *(f"{BIGEVENTS}8WSAJCJ/{page}/" for page in ("edit", "edit/email", "erase", "notes")),
    "/organizers/bigevents/new-customer/",
    "/organizers/bigevents/history/",
    "/api/v1/organizers/bigevents/customers/8WSAJCJ/",
]
MAX_BYTES = 40 * 1024
MAX_REQUESTS = 12


@pytest.mark.parametrize("path", ["/sign-in/", *PAGES])
def test_every_page_has_a_strict_policy(staff_page: Page, path: str) -> None:
    response = staff_page.goto(path)
    assert response
    policy = response.headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PAGES[1:])
def test_caches_must_not_store_customers(staff_page: Page, path: str) -> None:
    response = staff_page.goto(path)

    assert response
    assert response.headers["cache-control"] == "private, no-store"


def test_the_browser_storage_has_no_customers(staff_page: Page) -> None:
    staff_page.goto(f"{BIGEVENTS}?search=8WSAJCJ")
    staff_page.get_by_role("columnheader", name="Name").get_by_role("link").click()

    stored = staff_page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")

    assert "John" not in stored
    assert "8WSAJCJ" not in stored


def test_the_first_visit_of_the_list_loads_few_bytes(staff_page: Page) -> None:
    responses: list[Response] = []
    staff_page.on("response", lambda response: responses.append(response))
    staff_page.goto(BIGEVENTS, wait_until="networkidle")

    sizes = {each.url: each.request.sizes()["responseBodySize"] for each in responses}

    assert sum(sizes.values()) <= MAX_BYTES, sizes
    assert len(responses) <= MAX_REQUESTS, sizes
