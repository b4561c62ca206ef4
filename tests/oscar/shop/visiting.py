"""Goes through the pages of the shop as its customers do; what they see is printed as one JSON object."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence

from django.test import Client
from oscar.core.loading import get_model

from tests.oscar.people import PASSWORD, Customer

# made for each look: the token against forged forms, and the minute in which the page was made
OF_THE_LOOK = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|<meta name="created" content="[^"]*"')
ACCOUNT = ("profile", "orders", "addresses", "wishlists", "emails", "alerts", "notifications/inbox")
Order, Product = get_model("order", "Order"), get_model("catalogue", "Product")


def show(numbers: Sequence[int]) -> None:
    """Everybody's pages, and those of these customers, each signed in with his own password."""
    pages = {path: seen(Client(), path) for path in _public()}
    for who in map(Customer, numbers):
        client = Client()
        pages |= {f"{who.number}: {path}": seen(client, path) for path in _own(client, who)}
    json.dump(pages, sys.stdout)


def seen(client: Client, path: str) -> str:
    """What a page answers, but for what is made for each look at it."""
    answer = client.get(path)
    return f"{answer.status_code} {OF_THE_LOOK.sub(b'', answer.content).decode()}"


def _public() -> Iterator[str]:
    yield from ("/", "/catalogue/", "/about/", "/search/?q=Kettle")
    yield from (product.get_absolute_url() for product in Product.objects.order_by("id"))


def _own(client: Client, who: Customer) -> Iterator[str]:
    orders = Order.objects.order_by("id")
    if who.guest:
        for order in orders.filter(guest_email=who.email):
            place = f"{order.number}/{order.verification_hash()}/"
            client.post(f"/accounts/order-status-form/{place}", {"email": who.email})
            yield f"/accounts/order-status/{place}"
        return
    form = {
        "login-username": who.email,
        "login-password": PASSWORD,
        "login_submit": "Log In",
        "login-redirect_url": "",
    }
    client.post("/accounts/login/", form)
    yield from (f"/accounts/{page}/" for page in ACCOUNT)
    yield "/basket/"
    yield from (f"/accounts/orders/{order.number}/" for order in orders.filter(user__email=who.email))
