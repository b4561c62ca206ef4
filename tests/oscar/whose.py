"""Whose the rows of the shop are, in the shop's own terms: written down by hand, beside what the product finds."""

from __future__ import annotations

import psycopg

from tests.oscar.people import Customer

_USER = "(select id from auth_user where email = %(email)s)"
_ORDERS = f"(select id from order_order where user_id in {_USER} or guest_email = %(email)s)"
_LINES = f"(select id from order_line where order_id in {_ORDERS})"
_BASKETS = f"(select id from basket_basket where owner_id in {_USER})"
_WISHES = f"(select id from wishlists_wishlist where owner_id in {_USER})"

OWN = {  # table: when a row of it is the person's
    "auth_user": "email = %(email)s",
    **dict.fromkeys(
        ("address_useraddress", "analytics_userproductview", "analytics_userrecord", "analytics_usersearch",
         "payment_bankcard", "reviews_vote"),
        f"user_id in {_USER}",
    ),
    **dict.fromkeys(("communication_email", "customer_productalert", "reviews_productreview"), "email = %(email)s"),
    "communication_notification": f"recipient_id in {_USER}",
    "basket_basket": f"owner_id in {_USER}",
    "basket_line": f"basket_id in {_BASKETS}",
    "basket_basket_vouchers": f"basket_id in {_BASKETS}",
    "basket_lineattribute": f"line_id in (select id from basket_line where basket_id in {_BASKETS})",
    "wishlists_wishlist": f"owner_id in {_USER}",
    "wishlists_line": f"wishlist_id in {_WISHES}",
    "wishlists_wishlistsharedemail": f"wishlist_id in {_WISHES}",
    "order_order": f"id in {_ORDERS}",
    **dict.fromkeys(
        ("order_line", "order_lineprice", "order_orderdiscount", "order_ordernote", "order_orderstatuschange",
         "order_paymentevent", "order_shippingevent", "order_communicationevent", "payment_source",
         "voucher_voucherapplication"),
        f"order_id in {_ORDERS}",
    ),
    **dict.fromkeys(
        ("order_lineattribute", "order_orderlinediscount", "order_paymenteventquantity", "order_shippingeventquantity"),
        f"line_id in {_LINES}",
    ),
    "order_shippingaddress": f"id in (select shipping_address_id from order_order where id in {_ORDERS})",
    "order_billingaddress": f"id in (select billing_address_id from order_order where id in {_ORDERS})",
    "payment_transaction": f"source_id in (select id from payment_source where order_id in {_ORDERS})",
}  # fmt: skip
MENTIONED = {"django_admin_log": "object_repr = %(email)s"}  # staff's records, in which he stands


def rows_of(url: str, who: Customer, tables: dict[str, str] = OWN) -> dict[str, set[str]]:
    """The ids of a customer's rows, by table; tables without any are left out."""
    plain = url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(plain) as connection:
        found = {
            table: {
                str(id)
                for (id,) in connection.execute(f"select id from {table} where {when}", {"email": who.email})
            }
            for table, when in tables.items()
        }
    return {table: ids for table, ids in found.items() if ids}
