"""A real browser on the real application: Chromium, axe, and how wide a page turns out."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from waitress.server import create_server

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
)  # fmt: skip
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 320, "height": 740}
TOO_WIDE = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll('body *')].filter(
    e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1
  ).slice(0, 3).map(e => e.tagName + '.' + (e.getAttribute('class') || ''))"""


@contextmanager
def served(app) -> Iterator[str]:
    """The application behind waitress, on a free port; its address."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(10)


@contextmanager
def chromium(fonts: Path) -> Iterator[Browser]:
    """Debian's Chromium, with our fonts for the Chinese it would not have."""
    with sync_playwright() as playwright:
        environment = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), env=environment)
        yield browser
        browser.close()


class Visitor:
    """Somebody at a browser window; every page he names is looked at in two widths."""

    def __init__(self, browser: Browser, address: str, lang: str, shots: Path | None) -> None:
        self.context: BrowserContext = browser.new_context(locale=lang, viewport=WIDE, accept_downloads=True)
        self.address, self.lang, self.shots = address, lang, shots
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._said)

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def press(self, what: str) -> None:
        """Press the first such link or button, and wait for the page behind it."""
        with self.page.expect_navigation():
            self.page.locator(what).first.click()

    def enter(self) -> None:
        """Press Enter where the cursor is, and wait for the page behind it."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def look(self, name: str) -> None:
        """Look at the page as it stands: axe, and that nothing sticks out, wide and narrow."""
        for size in (WIDE, NARROW):
            self.page.set_viewport_size(size)
            width = size["width"]
            found = Axe().run(self.page, options=RULES)
            self.complaints += [
                f"{name} {width}: {one['id']} {_where(one)}" for one in found.response["violations"]
            ]
            self.complaints += [f"{name} {width}: sticks out: {one}" for one in self.page.evaluate(TOO_WIDE)]
            if self.shots:
                self.page.screenshot(path=self.shots / f"{name}-{width}-{self.lang}.png", full_page=True)
        self.page.set_viewport_size(WIDE)

    def _said(self, message) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.complaints.append(f"console: {message.text}")


def _where(violation: dict) -> str:
    nodes = violation["nodes"]
    return f"{len(nodes)}x {nodes[0]['target']} {nodes[0].get('failureSummary', '')[:200]}"
