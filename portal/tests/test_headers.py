"""Every response has security headers. Templates need no exception from the policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.http.response import ResponseHeaders
from django.test import Client

pytestmark = pytest.mark.any_database

FOLDERS = [settings.BASE_DIR / "templates", settings.BASE_DIR / "portal"]
TEMPLATES = sorted(path for folder in FOLDERS for path in folder.rglob("*.html"))
FORBIDDEN_MARKUP = {
    "an inline style": r"""\sstyle\s*=""",
    "a style element": r"<style\b",
    "an inline script": r"<script\b(?![^>]*\ssrc=)",
    "an event handler": r"""<[^>]*\son[a-z]+\s*=""",
    "an htmx event handler": r"""\b(?:data-)?hx-on\b""",
    "a script address": r"javascript:",
}
COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|<!--.*?-->", re.DOTALL)
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
PATHS = ["/sign-in/", "/", "/no-such-page/", "/api/v1/organizers/"]


@pytest.fixture(params=PATHS)
def headers(request: pytest.FixtureRequest, db: None, client: Client) -> ResponseHeaders:
    return client.get(request.param).headers


def test_the_policy_allows_only_files_of_this_site(headers: ResponseHeaders) -> None:
    policy = headers["Content-Security-Policy"].split(";")

    assert dict(directive.split(maxsplit=1) for directive in policy) == POLICY


def test_every_response_has_the_other_security_headers(headers: ResponseHeaders) -> None:
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_no_cache_stores_a_response(headers: ResponseHeaders) -> None:
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/", "/organizers/?all", "/organizers/bigevents/"])
def test_no_cache_stores_what_a_member_sees(member_client: Client, path: str) -> None:
    assert "no-store" in member_client.get(path)["Cache-Control"]


def test_the_check_finds_templates() -> None:
    assert TEMPLATES


@pytest.mark.parametrize("reason", FORBIDDEN_MARKUP)
def test_no_template_has_an_untranslated_text(reason: str) -> None:
    found = [
        f"{path.name}: {match[0]}"
        for path in TEMPLATES
        for match in re.finditer(FORBIDDEN_MARKUP[reason], _without_comments(path), re.IGNORECASE)
    ]

    assert found == []


def _without_comments(path: Path) -> str:
    """The HTML of a template, without comments and Django's tags and variables."""
    text = COMMENT.sub("", path.read_text())
    return re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)
