"""Controls Firefox by Marionette, Firefox's own protocol.

The commands are those of WebDriver (https://www.w3.org/TR/webdriver2/); a message is its length, a
colon and JSON.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal

PATIENCE: Final = 20  # seconds
ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"  # the key of a reference to an element
ENTER, ESCAPE, DOWN, CONTROL = "\ue007", "\ue00c", "\ue015", "\ue009"
PREFERENCES: Final[Mapping[str, Any]] = {
    "marionette.port": 0,
    "intl.accept_languages": "en-GB, en",
    # Firefox would otherwise send requests to Mozilla.
    "app.normandy.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.systemAddon.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
}
# The console also has uncaught errors of scripts, and violations of the CSP.
ERRORS = """
return Services.console.getMessageArray()
  .filter(each => each instanceof Ci.nsIScriptError && each.sourceName.startsWith("http")
    && !(each.flags & Ci.nsIScriptError.warningFlag))
  .map(each => `${each.category}: ${each.errorMessage} (${each.sourceName}:${each.lineNumber})`);
"""

TEXTS = """
const { ORDERED_NODE_SNAPSHOT_TYPE } = XPathResult;
const found = document.evaluate(arguments[0], document, null, ORDERED_NODE_SNAPSHOT_TYPE);
const elements = Array.from({ length: found.snapshotLength }, (_, at) => found.snapshotItem(at));
return elements.map(each => each.innerText.trim());
"""


class MarionetteError(Exception):
    """Firefox rejected a command."""


class Firefox:
    """A Firefox with one page."""

    def __init__(self, port: int, base_url: str) -> None:
        self._base_url = base_url
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=2 * PATIENCE)
        self._stream = self._socket.makefile("rb")
        self._numbers = itertools.count(1)
        self._receive()  # the greeting
        self.command("WebDriver:NewSession", capabilities={"alwaysMatch": {}})
        self.command("WebDriver:SetTimeouts", implicit=PATIENCE * 1000)

    def command(self, name: str, **parameters: Any) -> Any:
        """The result of a command. Raises MarionetteError."""
        message = json.dumps([0, next(self._numbers), name, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _kind, _number, error, result = self._receive()
        if error:
            raise MarionetteError(f"{name}: {error['error']}: {error['message']}")
        is_wrapped = isinstance(result, dict) and result.keys() == {"value"}
        return result["value"] if is_wrapped else result

    def _receive(self) -> Any:
        length = b""
        while (digit := self._stream.read(1)) != b":":
            if not digit:
                raise MarionetteError("Firefox has ended.")
            length += digit
        return json.loads(self._stream.read(int(length)))

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def open(self, path: str) -> None:
        """Open a page of the server."""
        self.command("WebDriver:Navigate", url=f"{self._base_url}{path}")

    def back(self) -> None:
        self.command("WebDriver:Back")

    @property
    def path(self) -> str:
        """Path and query of the page."""
        url: str = self.command("WebDriver:GetCurrentURL")
        return url.removeprefix(self._base_url)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page, and return its result."""
        return self.command("WebDriver:ExecuteScript", script=script, args=arguments)

    def run_in_browser(self, script: str, *arguments: Any) -> Any:
        """Run a script with the permissions of the browser itself, and return its result."""
        self.command("Marionette:SetContext", value="chrome")
        try:
            return self.run(script, *arguments)
        finally:
            self.command("Marionette:SetContext", value="content")

    def find(self, xpath: str) -> str:
        """The first element of this XPath. Waits up to `PATIENCE` seconds."""
        found = self.command("WebDriver:FindElement", using="xpath", value=xpath)
        element: str = found[ELEMENT]
        return element

    def click(self, xpath: str) -> None:
        self.command("WebDriver:ElementClick", id=self.find(xpath))

    def type(self, xpath: str, text: str) -> None:
        self.command("WebDriver:ElementSendKeys", id=self.find(xpath), text=text)

    def press(self, key: str, *, control: bool = False) -> None:
        """Press a key in the focused element."""
        keys = [CONTROL, key] if control else [key]
        downs = [{"type": "keyDown", "value": each} for each in keys]
        ups = [{"type": "keyUp", "value": each} for each in reversed(keys)]
        self._perform({"type": "key", "id": "keyboard", "actions": [*downs, *ups]})

    def drag(self, xpath: str, *, by: int) -> None:
        """Drag the mouse from the centre of an element by this number of pixels to the right."""
        origin = {ELEMENT: self.find(xpath)}
        start, end = ({"type": "pointerMove", "x": x, "y": 0, "origin": origin} for x in (0, by))
        down, up = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
        self._perform({"type": "pointer", "id": "mouse", "actions": [start, down, end, up]})

    def _perform(self, actions: Mapping[str, Any]) -> None:
        self.command("WebDriver:PerformActions", actions=[actions])

    def text(self, xpath: str) -> str:
        """The visible text of an element."""
        shown: str = self.command("WebDriver:GetElementText", id=self.find(xpath))
        return shown

    def texts(self, xpath: str) -> list[str]:
        """The visible texts of all elements of this XPath, read by one script."""
        shown: list[str] = self.run(TEXTS, xpath)
        return shown

    def set_preference(self, name: str, *, value: bool) -> None:
        self.run_in_browser("Services.prefs.setBoolPref(...arguments);", name, value)

    def set_width(self, pixels: int | Literal[""]) -> None:
        """Set the width of the page; "" is the width of the window, which is wider than a phone."""
        width = f"{pixels}px" if pixels else ""
        self.run_in_browser("gBrowser.selectedBrowser.style.maxWidth = arguments[0];", width)

    def take_errors(self) -> list[str]:
        """The errors in the console since the last call."""
        errors: list[str] = self.run_in_browser(ERRORS)
        self.run_in_browser("Services.console.reset();")
        return errors


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for the condition. Raises AssertionError after `PATIENCE` seconds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "The condition was not met in time."
        time.sleep(0.05)


@contextlib.contextmanager
def run_firefox(program: str, profile: Path, base_url: str) -> Iterator[Firefox]:
    """A Firefox without a window, with a new profile in this directory."""
    preferences = (f"{json.dumps(name)}, {json.dumps(to)}" for name, to in PREFERENCES.items())
    (profile / "user.js").write_text("\n".join(f"user_pref({each});" for each in preferences))
    options = ["--headless", "--no-remote", "--marionette", "--remote-allow-system-access"]
    process = subprocess.Popen(
        [program, *options, "--width=1440", "--height=1000", "--profile", profile],
        env={**os.environ, "HOME": str(profile)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until((profile / "MarionetteActivePort").exists)
        firefox = Firefox(int((profile / "MarionetteActivePort").read_text()), base_url)
        with contextlib.closing(firefox):
            yield firefox
    finally:
        process.terminate()
        process.wait(PATIENCE)
