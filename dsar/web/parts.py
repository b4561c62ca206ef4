"""What pages are made of, in plain values: the macros of templates/macros draw them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """A state: the shape it is drawn with (done seen kept wait bad none), and the word."""

    kind: str
    words: str


@dataclass(frozen=True)
class Choice:
    """One of several that a form offers: its value, its name, and what it means."""

    value: str
    name: str
    hint: str = ""
