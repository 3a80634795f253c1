"""Watches pages for errors, violations of the CSP and requests to other sites."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

# The event is standardized; the text of the browser's own message is not.
REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", violation => console.error(
  `Content Security Policy: ${violation.violatedDirective} blocked ${violation.blockedURI}`
));
"""
# URLs with these schemes cause no network request.
LOCAL = ("data:", "blob:", "about:")


class PageErrorGuard:
    """Collects errors of the pages of a context. `allows_errors` ignores console errors."""

    def __init__(self, base_url: str, *, allows_errors: bool) -> None:
        self.base_url = base_url
        self.allows_errors = allows_errors
        self.complaints: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        """Watch every page of the context from now on. Its pages run REPORT_VIOLATIONS."""
        context.on("console", self._record_console_message)
        context.on("weberror", self._record_page_error)
        context.on("request", self._record_request_to_another_site)
        context.on("requestfailed", self._record_failed_request)

    def unwatch(self, context: BrowserContext) -> None:
        """Stop watching the pages of the context."""
        context.remove_listener("console", self._record_console_message)
        context.remove_listener("weberror", self._record_page_error)
        context.remove_listener("request", self._record_request_to_another_site)
        context.remove_listener("requestfailed", self._record_failed_request)

    def _record_console_message(self, message: ConsoleMessage) -> None:
        is_violation = "Content Security Policy" in message.text
        if is_violation or (message.type == "error" and not self.allows_errors):
            self.complaints.append(f"console: {message.text}")

    def _record_page_error(self, failure: WebError) -> None:
        self.complaints.append(f"uncaught: {failure.error}")

    def _record_request_to_another_site(self, request: Request) -> None:
        if not request.url.startswith((f"{self.base_url}/", *LOCAL)):
            self.complaints.append(f"another site: {request.method} {request.url}")

    def _record_failed_request(self, request: Request) -> None:
        # The page aborted the request: a newer request replaced it, or the page was closed.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.method} {request.url}: {request.failure}")
