"""The self-test over real engines: people in PostgreSQL, orders in MariaDB, suggestions in Redis."""

import redis
import sqlalchemy as sa

from tests.self_test.seeded import apply, plain, write

PEOPLE = """create table customer (id serial primary key, phone varchar(20) not null, email text, card text, name text,
  picture text, secret bytea, born date, tags jsonb, vip boolean)"""
ORDERS = """create table purchase (id int auto_increment primary key, customer_id int not null, order_no varchar(20),
  price decimal(9, 2), done_at datetime, address text, locked tinyint not null default 0)"""
SEED = {
    "name": "自检",
    "secret": "eA==",
    "card": "T-{n}",
    "born": "1990-01-01",
    "tags": '{"a": [1]}',
    "vip": True,
}


def run(url, *statements):
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        return [connection.execute(sa.text(one)) for one in statements][-1]


def rows(url, table):
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        return connection.execute(sa.text(f"select * from {table} order by id")).all()


def test_a_run_on_real_engines(shop, postgres_database, mariadb_database, redis_url):
    run(postgres_database, PEOPLE, "insert into customer (phone, name) values ('19900000012', 'Ann')")
    run(mariadb_database, ORDERS, "insert into purchase (customer_id, order_no) values (1, 'A-1')")
    client = redis.Redis.from_url(redis_url)
    client.zadd("suggest", {"19900000012": 0, "Ann 19900000012": 0})
    made = plain(crm_customer=SEED)
    fields = made["stores"]["crm"]["collections"]["customer"]["fields"]
    for name in ("born", "tags", "vip"):
        fields[name] = {"title": {"zh": name, "en": name}, "category": "basic"}
    made["stores"]["box"] = made["stores"]["box"] | {
        "connector": "redis_suggest",
        "url": "${BOX_URL}",
        "key": "suggest",
    }
    for key in ("table", "column"):
        del made["stores"]["box"][key]
    entry = made["stores"]["box"]["collections"]["entry"]
    entry["fields"] = {"entry": entry["fields"]["text"]}
    entry["found_by"] = {"phone": {"column": "entry", "form": "any"}}
    shop.env |= {"CRM_URL": postgres_database, "ORDERS_URL": mariadb_database, "BOX_URL": redis_url}
    before = (
        rows(postgres_database, "customer"),
        rows(mariadb_database, "purchase"),
        client.zrange("suggest", 0, -1),
    )
    applied = shop.run("map", "apply", write(shop.folder, made))
    assert applied.code == 0, applied.err
    assert shop.run("map", "check", shop.folder / "self-test.yaml").code == 0
    came = shop.run("self-test", "run", "--json")
    assert (came.code, came.json["misses"]) == (0, {}), came
    assert came.json["records"] == {"crm.customer": [1, 1], "orders.purchase": [1, 1], "box.entry": [1, 1]}
    after = (
        rows(postgres_database, "customer"),
        rows(mariadb_database, "purchase"),
        client.zrange("suggest", 0, -1),
    )
    assert after == before


def test_an_account_that_may_not_put_records_in_is_named(shop, postgres_database):
    run(postgres_database, PEOPLE)
    run(
        postgres_database,
        "do $$ begin create role no_insert login; exception when duplicate_object then null; end $$",
        "grant select, delete on customer to no_insert",
    )
    url = sa.make_url(postgres_database).set(username="no_insert")
    shop.env |= {"CRM_URL": url.render_as_string(hide_password=False)}
    apply(shop, crm_customer={"name": "自检"})
    came = shop.run("self-test", "run", "--json")
    denied = "store crm, table customer, does not let this account do that; grant it the right (42501)"
    assert (came.code, came.json["misses"]) == (1, {"refused": [denied]})
    run(postgres_database, "drop owned by no_insert")
