"""A reader without JavaScript: opens pages, fills in forms as they stand, looks at every page."""

from typing import Self

from werkzeug.test import TestResponse

from tests.web.page import Page, checked


class Reader:
    """One browser; `page` is what he sees, `status` its HTTP status, `path` where he is."""

    def __init__(self, client, lang: str) -> None:
        self.client = client
        self.headers = {"Accept-Language": lang}
        self.page: Page
        self.response: TestResponse
        self.path = ""
        self.seen: list[str] = []

    def get(self, url: str) -> Self:
        """Open an address."""
        self.path = url
        return self._look(self.client.get(url, headers=self.headers, buffered=True))

    def follow(self, words: str) -> Self:
        """Follow the link that says so."""
        return self.get(self.page.link(words))

    def submit(self, button: str | None = None, **answers) -> Self:
        """Fill in the page's form (the one with that button) and send it by the button, or by Enter."""
        target, data = self.page.filled(button, answers)
        path = target or self.path
        return self._look(self.client.post(path, data=data, headers=self.headers, buffered=True), at=path)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        return self.page.text

    def _look(self, response: TestResponse, at: str | None = None) -> Self:
        self.path = at or self.path
        self.seen.append(self.path)
        for _ in range(5):
            if response.status_code not in (302, 303):
                break
            self.path = response.headers["Location"]
            self.seen.append(self.path)
            response = self.client.get(self.path, headers=self.headers)
        self.response = response
        if response.mimetype == "text/html":
            self.page = checked(response.text)
        return self
