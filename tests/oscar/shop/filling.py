"""Fills the shop through its own code: models, services and signals, as its pages use them.

Run in a process of its own: python -m tests.oscar.shop CUSTOMERS, with SHOP_URL in the environment.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.contrib.flatpages.models import FlatPage
from django.core.management import call_command
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from oscar.apps.basket.signals import basket_addition
from oscar.apps.catalogue.signals import product_viewed
from oscar.apps.search.signals import user_search
from oscar.core.loading import get_class, get_model

from tests.oscar.people import PASSWORD, STAFF, Customer, customers

Address, Country = get_model("address", "UserAddress"), get_model("address", "Country")
Basket, Line = get_model("basket", "Basket"), get_model("basket", "Line")
Benefit, Condition = get_model("offer", "Benefit"), get_model("offer", "Condition")
Offer, Range = get_model("offer", "ConditionalOffer"), get_model("offer", "Range")
Voucher = get_model("voucher", "Voucher")
Category, Product = get_model("catalogue", "Category"), get_model("catalogue", "Product")
Option, ProductClass = get_model("catalogue", "Option"), get_model("catalogue", "ProductClass")
Partner, StockRecord = get_model("partner", "Partner"), get_model("partner", "StockRecord")
Order, OrderNote = get_model("order", "Order"), get_model("order", "OrderNote")
Shipping, Billing = get_model("order", "ShippingAddress"), get_model("order", "BillingAddress")
ShippingEventType = get_model("order", "ShippingEventType")
PaymentEventType = get_model("order", "PaymentEventType")
EmailType = get_model("communication", "CommunicationEventType")
Source, SourceType = get_model("payment", "Source"), get_model("payment", "SourceType")
Bankcard = get_model("payment", "Bankcard")
Review, Alert = get_model("reviews", "ProductReview"), get_model("customer", "ProductAlert")
WishList, SharedWith = get_model("wishlists", "WishList"), get_model("wishlists", "WishListSharedEmail")

Applicator = get_class("offer.applicator", "Applicator")
Creator, Dispatcher = get_class("order.utils", "OrderCreator"), get_class("order.utils", "OrderDispatcher")
Calculator = get_class("checkout.calculators", "OrderTotalCalculator")
EventHandler = get_class("order.processing", "EventHandler")
Free = get_class("shipping.methods", "Free")
Strategy = get_class("partner.strategy", "Default")
Registration = get_class("customer.utils", "CustomerDispatcher")
User = get_model("auth", "User")

GOODS = ("Kettle", "Teapot", "Lamp", "Chair", "Desk", "Clock", "Scarf", "Basket")


class Shop:
    """What customers find when they come."""

    def __init__(self) -> None:
        self.country = Country.objects.create(
            iso_3166_1_a2="CN",
            iso_3166_1_a3="CHN",
            printable_name="China",
            name="CHINA",
            is_shipping_country=True,
        )
        self.staff = User.objects.create_user(
            STAFF, STAFF, PASSWORD, is_staff=True, is_superuser=True, first_name="Zhou", last_name="Ping"
        )
        self.products = self._catalogue()
        self.voucher = self._voucher()
        self.paid = SourceType.objects.create(name="Card")
        self.shipped = ShippingEventType.objects.create(name="Shipped")
        self.settled = PaymentEventType.objects.create(name="Settle")
        for code, name in (("ORDER_PLACED", "Order placed"), ("REGISTRATION", "Registration")):
            EmailType.objects.create(code=code, name=name)
        page = FlatPage.objects.create(
            url="/about/", title="About the shop", content="We sell what a house needs."
        )
        page.sites.add(1)

    def _catalogue(self) -> list:
        root = Category.add_root(name="House")
        kind = ProductClass.objects.create(name="Thing", track_stock=True)
        kind.options.add(Option.objects.create(name="Engraving", code="engraving", required=False))
        partner = Partner.objects.create(name="Warehouse South", code="south")
        partner.users.add(self.staff)
        partner.addresses.create(
            line1="Harbour road 1", line4="Shenzhen", postcode="518000", country=self.country
        )
        products = []
        for n, name in enumerate(GOODS):
            product = Product.objects.create(
                title=name, upc=f"{n:013}", product_class=kind, description=f"<p>A good {name.lower()}.</p>"
            )
            product.categories.add(root)
            StockRecord.objects.create(
                product=product, partner=partner, partner_sku=f"S-{n}", num_in_stock=1_000_000,
                price=Decimal(20 + n), price_currency="CNY",
            )  # fmt: skip
            products.append(product)
        return products

    def _voucher(self) -> object:
        everything = Range.objects.create(name="Everything", includes_all_products=True)
        offer = Offer.objects.create(
            name="Ten per cent off", offer_type=Offer.VOUCHER,
            condition=Condition.objects.create(range=everything, type=Condition.COUNT, value=1),
            benefit=Benefit.objects.create(range=everything, type=Benefit.PERCENTAGE, value=10),
        )  # fmt: skip
        voucher = Voucher.objects.create(
            name="Welcome", code="WELCOME", usage=Voucher.MULTI_USE,
            start_datetime=timezone.now() - timedelta(days=1), end_datetime=timezone.now() + timedelta(days=30),
        )  # fmt: skip
        voucher.offers.add(offer)
        return voucher

    def register(self, who: Customer) -> object:
        """An account, its address and its card, and the mail that says welcome."""
        user = User.objects.create_user(
            who.email, who.email, PASSWORD, first_name=who.first_name, last_name=who.last_name
        )
        Registration().send_registration_email_for_user(
            user, {"user": user, "site": "the shop", "request": None}
        )
        Address.objects.create(user=user, is_default_for_shipping=True, **self._address(who))
        Bankcard.objects.create(
            user=user,
            number="4000000000000002",
            expiry_date=date(2031, 1, 31),
            name=who.name,
            card_type="Visa",
        )
        return user

    def visit(self, who: Customer, user: object) -> None:
        """What somebody looks at, looks for, wishes and says."""
        mine, other = self._things(who)
        for product in (mine, other):
            product_viewed.send(
                sender=None,
                product=product,
                user=user,
                request=RequestFactory().get("/"),
                response=HttpResponse(),
            )
        user_search.send(sender=None, session=None, user=user, query=f"{mine.title} for {who.last_name}")
        wishes = WishList.objects.create(owner=user, name=f"{who.first_name}'s wishes", visibility="Shared")
        wishes.add(other)
        SharedWith.objects.create(wishlist=wishes, email=f"friend-of-{who.email}")
        Alert.objects.create(product=other, user=user, email=who.email)
        Alert.objects.create(product=mine, email=who.email, key=Alert().get_random_key())
        Review.objects.create(
            product=mine, user=user, score=4, title="Does what it should", name=who.name, email=who.email,
            body=f"I bought it as a present. Questions to {who.phone}.", status=Review.APPROVED,
        )  # fmt: skip
        with transaction.atomic():
            said = Review.objects.exclude(user=user).order_by("id").last()
            if said:
                said.vote_up(user)

    def buy(self, who: Customer, user: object | None) -> object:
        """An order with a voucher, from an account or as a guest; what follows from it, up to the parcel."""
        basket, buyer = Basket.objects.create(owner=user), user or AnonymousUser()
        basket.strategy = Strategy()
        for product in self._things(who):
            basket.add_product(product, quantity=1 + who.number % 3, options=self._engraving(who, product))
            basket_addition.send(sender=None, product=product, user=buyer, request=None)
        basket.vouchers.add(self.voucher)
        Applicator().apply(basket, buyer)
        order = self._placed(who, user, buyer, basket)
        self._handle(who, order)
        return order

    def _placed(self, who: Customer, user: object | None, buyer: object, basket: object) -> object:
        charge = Free().calculate(basket)
        request = RequestFactory().get("/")
        order = Creator().place_order(
            basket, Calculator().calculate(basket, charge), Free(), charge, user=buyer, request=request,
            shipping_address=Shipping.objects.create(**self._address(who), notes=f"Ring for {who.last_name}"),
            billing_address=Billing.objects.create(**self._address(who, billing=True)),
            **({} if user else {"guest_email": who.email}),
        )  # fmt: skip
        basket.submit()
        source = Source.objects.create(order=order, source_type=self.paid, currency="CNY", label=who.name)
        source.allocate(order.total_incl_tax, reference=f"A-{order.number}")
        source.debit(order.total_incl_tax, reference=f"D-{order.number}")
        if user:
            Dispatcher().send_order_placed_email_for_user(
                order, {"user": user, "order": order, "lines": order.lines.all()}
            )
        return order

    def _handle(self, who: Customer, order: object) -> None:
        """What staff do."""
        handler, lines = EventHandler(self.staff), list(order.lines.all())
        quantities = [line.quantity for line in lines]
        handler.handle_order_status_change(order, "Being processed")
        paid = handler.create_payment_event(order, self.settled, order.total_incl_tax, lines, quantities)
        sent = handler.create_shipping_event(
            order, self.shipped, lines, quantities, reference=f"P-{who.number}"
        )
        paid.shipping_event = sent
        paid.save()
        OrderNote.objects.create(
            order=order,
            user=self.staff,
            note_type="Info",
            message=f"{who.name} rang from {who.phone} about the parcel",
        )

    def come_again(self, who: Customer, user: object) -> None:
        """An open basket, a session, a notification, and an entry in the log of the staff's own pages."""
        basket = Basket.objects.create(owner=user)
        basket.strategy = Strategy()
        basket.add_product(self._things(who)[1])
        client = Client()
        client.force_login(user, backend="oscar.apps.customer.auth_backends.EmailBackend")
        Dispatcher().dispatcher.notify_user(
            user, f"Dear {who.first_name}, your parcel is on its way", body="Soon."
        )
        LogEntry.objects.create(
            user=self.staff, content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk),
            object_repr=str(user), action_flag=CHANGE, change_message="[]",
        )  # fmt: skip

    def _things(self, who: Customer) -> list:
        return [self.products[(who.number + step) % len(self.products)] for step in (0, 1)]

    def _engraving(self, who: Customer, product: object) -> list:
        option = product.get_product_class().options.get()
        return [{"option": option, "value": f"For {who.first_name}"}]

    def _address(self, who: Customer, *, billing: bool = False) -> dict[str, object]:
        plain = {
            "first_name": who.first_name, "last_name": who.last_name, "line1": who.street, "line4": who.city,
            "postcode": who.postcode, "country": self.country,
        }  # fmt: skip
        return plain if billing else {**plain, "phone_number": who.phone}


def fill(count: int) -> None:
    """The shop and its customers; every fourth order is a guest's."""
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        shop = Shop()
        for who in customers(count):
            user = None if who.guest else shop.register(who)
            if user:
                shop.visit(who, user)
            shop.buy(who, user)
            if user:
                shop.come_again(who, user)
