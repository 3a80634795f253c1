"""What every answer of the journey says about itself, and how much of it there is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Response

from e2e.steps import BIGEVENTS

JOURNEY = [
    "/organizers/?all",
    BIGEVENTS,
    f"{BIGEVENTS}?search=an",
    f"{BIGEVENTS}8WSAJCJ/",
    "/api/v1/organizers/bigevents/customers/8WSAJCJ/",
]
LARGEST_PAGE = 40 * 1024


@pytest.mark.parametrize("path", ["/sign-in/", *JOURNEY])
def test_every_page_refuses_what_it_does_not_need(staff_page: Page, path: str) -> None:
    response = staff_page.goto(path)
    assert response
    policy = response.headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", JOURNEY[1:])
def test_customers_are_kept_by_no_cache(staff_page: Page, path: str) -> None:
    response = staff_page.goto(path)

    assert response
    assert response.headers["cache-control"] == "private, no-store"


def test_nothing_of_a_customer_is_kept_in_the_browser(staff_page: Page) -> None:
    staff_page.goto(f"{BIGEVENTS}?search=8WSAJCJ")
    staff_page.get_by_role("columnheader", name="Name").get_by_role("link").click()

    kept = staff_page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")

    assert "John" not in kept
    assert "8WSAJCJ" not in kept


def test_the_whole_list_is_light(staff_page: Page) -> None:
    answers: list[Response] = []
    staff_page.on("response", lambda answer: answers.append(answer))
    staff_page.goto(BIGEVENTS, wait_until="networkidle")

    sizes = {answer.url: answer.request.sizes()["responseBodySize"] for answer in answers}

    assert sum(sizes.values()) < LARGEST_PAGE, sizes
