"""What the browser is told to refuse, and templates that need no exception from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.http.response import ResponseHeaders
from django.test import Client

FOLDERS = [settings.BASE_DIR / "templates", settings.BASE_DIR / "portal"]
TEMPLATES = sorted(path for folder in FOLDERS for path in folder.rglob("*.html"))
FORBIDDEN = {
    "an inline style": r"""\sstyle\s*=""",
    "a style element": r"<style\b",
    "an inline script": r"<script\b(?![^>]*\ssrc=)",
    "an event handler": r"""<[^>]*\son[a-z]+\s*=""",
    "an htmx event handler": r"""\b(?:data-)?hx-on\b""",
    "a script address": r"javascript:",
}
COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|<!--.*?-->", re.DOTALL)
STRICT = {
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


def test_the_browser_loads_only_what_we_serve(headers: ResponseHeaders) -> None:
    policy = headers["Content-Security-Policy"].split(";")

    assert dict(directive.split(maxsplit=1) for directive in policy) == STRICT


def test_the_browser_guesses_no_type_and_tells_no_other_site(headers: ResponseHeaders) -> None:
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_there_are_templates_to_look_at() -> None:
    assert TEMPLATES


@pytest.mark.parametrize("reason", FORBIDDEN)
def test_no_template_has(reason: str) -> None:
    found = [
        f"{path.name}: {match[0]}"
        for path in TEMPLATES
        for match in re.finditer(FORBIDDEN[reason], _without_comments(path), re.IGNORECASE)
    ]

    assert found == []


def _without_comments(path: Path) -> str:
    """The template without comments, nor tags and variables of Django's that are no HTML."""
    text = COMMENT.sub("", path.read_text())
    return re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)
