"""Made-up stores in PostgreSQL: a customer system and an affiliate's product, filled by the server itself.

For N customers: crm has N customers and accounts, 5N tags, orders and text messages, 10N order items;
affiliate has N/5 members and N/2 orders.  Every row follows from its number, so two builds are equal.
All people are invented.
"""

import psycopg

HEAVY = 900_000_001  # id of the one customer with many rows

CRM_TABLES = """
CREATE TABLE customer(
  id bigint PRIMARY KEY, phone varchar(20) NOT NULL, real_name varchar(80), english_name varchar(80),
  email varchar(120), gender varchar(10), birthday date, avatar varchar(200), source_store varchar(60),
  created_at timestamp NOT NULL);
CREATE TABLE account(
  id bigint PRIMARY KEY, customer_id bigint NOT NULL, login_name varchar(60), password_hash varchar(80),
  last_login_ip varchar(45), last_login_at timestamp, status varchar(12));
CREATE TABLE tag(
  id bigserial PRIMARY KEY, customer_id bigint NOT NULL, tag_key varchar(40) NOT NULL, tag_value varchar(120));
CREATE TABLE orders(
  id bigint PRIMARY KEY, customer_id bigint NOT NULL, order_no varchar(40), total_amount numeric(12,2),
  status varchar(16), receiver_name varchar(80), receiver_phone varchar(20), ship_address varchar(200),
  created_at timestamp NOT NULL);
CREATE TABLE order_item(
  id bigint PRIMARY KEY, order_id bigint NOT NULL, sku varchar(40), product_name varchar(120), qty int,
  price numeric(12,2));
CREATE TABLE sms_log(
  id bigint PRIMARY KEY, phone varchar(20) NOT NULL, template_code varchar(30), content varchar(300),
  send_status varchar(12), sent_at timestamp NOT NULL);
"""
CRM_INDEXES = """
CREATE INDEX ON customer(phone); CREATE INDEX ON customer(email); CREATE INDEX ON account(customer_id);
CREATE INDEX ON tag(customer_id); CREATE INDEX ON orders(customer_id); CREATE INDEX ON order_item(order_id);
CREATE INDEX ON sms_log(phone);
"""
AFFILIATE_TABLES = """
CREATE TABLE member(
  id bigint PRIMARY KEY, shared_account_id bigint NOT NULL, nickname varchar(60), phone varchar(20),
  email varchar(120), joined_at timestamp NOT NULL);
CREATE TABLE member_order(
  id bigint PRIMARY KEY, member_id bigint NOT NULL, order_no varchar(40), amount numeric(12,2),
  ship_address varchar(200), created_at timestamp NOT NULL);
"""
AFFILIATE_INDEXES = """
CREATE INDEX ON member(shared_account_id); CREATE INDEX ON member(phone); CREATE INDEX ON member(email);
CREATE INDEX ON member_order(member_id);
"""
NAME = (
    "(ARRAY['王','李','张','刘','陈','杨','赵','黄','周','吴'])[1+{i}%10]"
    " || (ARRAY['伟','芳','娜','敏','静','磊','洋','艳','勇','杰','涛','明'])[1+{i}/10%12]"
)
ENGLISH_NAME = (
    "(ARRAY['Anna','Ben','Carl','Dora','Eve','Finn','Gus','Hana','Ivan','June'])[1+{i}%10] || ' ' || {i}"
)
SOURCE = "(ARRAY['Tmall','JD','Offline-SH01','Offline-BJ02','MiniProgram'])[1+{i}%5]"
TAGS = "ARRAY['skin_type','member_level','favourite','price_band','child_age','channel','coupon_user','city']"
PHONE, EMAIL = "'+8613' || lpad({i}::text, 9, '0')", "'user' || {i} || '@example.com'"


def phone(customer: int) -> str:
    """The phone of a customer, as his stores write it."""
    return f"+8613{customer:09d}"


def email(customer: int) -> str:
    """The e-mail address of a customer."""
    return f"user{customer}@example.com"


def build(crm_url: str, affiliate_url: str, *, customers: int, heavy: int) -> None:
    """Fill two empty databases; `heavy`: rows that the one heavy customer has in all."""
    parts = _Parts(heavy)
    _run(crm_url, [CRM_TABLES, *_crm(customers), *_heavy_crm(parts), CRM_INDEXES])
    _run(
        affiliate_url, [AFFILIATE_TABLES, *_affiliate(customers), *_heavy_affiliate(parts), AFFILIATE_INDEXES]
    )


class _Parts:
    """How the rows of the heavy customer are spread."""

    def __init__(self, total: int) -> None:
        self.orders, self.items, self.tags, self.member_orders = (total * n // 100 for n in (20, 55, 2, 8))
        self.messages = total - self.orders - self.items - self.tags - self.member_orders - 3


def _crm(n: int) -> list[str]:
    return [
        *_people(f"generate_series(1::bigint, {n}) i"),
        _tags(f"generate_series(1::bigint, {5 * n}) i", _spread(n, 1)),
        _orders(f"generate_series(1::bigint, {5 * n}) i", _spread(n, 2)),
        _items(f"generate_series(1::bigint, {10 * n}) i", "(i + 1) / 2"),
        _messages(f"generate_series(1::bigint, {5 * n}) i", _spread(n, 3)),
    ]


def _affiliate(n: int) -> list[str]:
    members = max(n // 5, 1)
    return [
        _members(f"generate_series(1::bigint, {members}) i", "i * 5"),
        _member_orders(f"generate_series(1::bigint, {n // 2}) i", _spread(members, 4)),
    ]


def _heavy_crm(parts: _Parts) -> list[str]:
    first = 1_000_000_000
    return [
        *_people(f"(SELECT {HEAVY}::bigint AS i) one"),
        _tags(f"generate_series(1::bigint, {parts.tags}) i", str(HEAVY)),
        _orders(f"generate_series({first + 1}::bigint, {first + parts.orders}) i", str(HEAVY)),
        _items(
            f"generate_series({first + 1}::bigint, {first + parts.items}) i",
            f"{first + 1} + (i - {first + 1}) % {parts.orders}",
        ),
        _messages(f"generate_series({first + 1}::bigint, {first + parts.messages}) i", str(HEAVY)),
    ]


def _heavy_affiliate(parts: _Parts) -> list[str]:
    first = 1_000_000_000
    return [
        _members(f"(SELECT {HEAVY}::bigint AS i) one", "i"),
        _member_orders(f"generate_series({first + 1}::bigint, {first + parts.member_orders}) i", str(HEAVY)),
    ]


def _spread(among: int, salt: int) -> str:
    """A repeatable number from 1 to `among`, spread out."""
    return f"((hashint8extended(i, {salt}) & 9223372036854775807) % {among}) + 1"


def _people(rows: str) -> list[str]:
    i = {"i": "i"}
    return [
        f"""INSERT INTO customer SELECT i, {PHONE.format(**i)}, {NAME.format(**i)}, {ENGLISH_NAME.format(**i)},
            {EMAIL.format(**i)}, CASE WHEN i % 2 = 0 THEN 'F' ELSE 'M' END,
            date '1960-01-01' + (i * 37 % 16000)::int, 'https://img.example.com/avatar/' || md5(i::text) || '.png',
            {SOURCE.format(**i)}, timestamp '2020-01-01' + (i % 100000) * interval '17 minutes' FROM {rows}""",
        f"""INSERT INTO account SELECT i, i, 'login' || i, md5('p' || i) || md5('q' || i),
            '10.' || i % 250 || '.' || i / 7 % 250 || '.' || i / 11 % 250,
            timestamp '2025-01-01' + (i % 50000) * interval '9 minutes', 'active' FROM {rows}""",
    ]


def _tags(rows: str, customer: str) -> str:
    return f"""INSERT INTO tag(customer_id, tag_key, tag_value)
        SELECT {customer}, ({TAGS})[1 + i % 8], 'value-' || i % 997 FROM {rows}"""


def _orders(rows: str, customer: str) -> str:
    return f"""INSERT INTO orders SELECT i, c, 'NO' || lpad(i::text, 12, '0'), (i % 50000) / 100.0 + 9.9,
        (ARRAY['paid','shipped','done','refunded'])[1 + i % 4], {NAME.format(i="c")}, {PHONE.format(i="c")},
        'Shanghai Road ' || i % 9000 || ', Building ' || c % 300 || ', Room ' || i % 40,
        timestamp '2021-01-01' + (i % 900000) * interval '3 minutes' FROM (SELECT i, {customer} AS c FROM {rows}) s"""


def _items(rows: str, order: str) -> str:
    return f"""INSERT INTO order_item SELECT i, {order}, 'SKU' || i % 4000, 'Product name ' || i % 4000 || ' 50ml',
        1 + i % 3, (i % 30000) / 100.0 + 1 FROM {rows}"""


def _messages(rows: str, customer: str) -> str:
    return f"""INSERT INTO sms_log SELECT i, {PHONE.format(i="c")}, 'SMS_' || i % 40,
        'Dear customer, your order NO' || lpad((i % 99999)::text, 12, '0') || ' has shipped. Reply T to unsubscribe.',
        'delivered', timestamp '2022-01-01' + (i % 700000) * interval '3 minutes'
        FROM (SELECT i, {customer} AS c FROM {rows}) s"""


def _members(rows: str, customer: str) -> str:
    return f"""INSERT INTO member SELECT i, a, 'nick' || a, {PHONE.format(i="a")}, {EMAIL.format(i="a")},
        timestamp '2023-01-01' + (i % 100000) * interval '5 minutes' FROM (SELECT i, {customer} AS a FROM {rows}) s"""


def _member_orders(rows: str, member: str) -> str:
    return f"""INSERT INTO member_order SELECT i, {member}, 'AF' || lpad(i::text, 12, '0'), (i % 30000) / 100.0 + 5,
        'Beijing Street ' || i % 9000, timestamp '2023-06-01' + (i % 400000) * interval '3 minutes' FROM {rows}"""


def _run(url: str, statements: list[str]) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        for statement in statements:
            connection.execute(statement.encode())
        connection.execute("VACUUM ANALYZE")
