"""The tests' servers: each fixture gives a real and empty one; a private one can be stopped and started."""

from contextlib import closing

import kombu
import pytest
import redis
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from tests import servers


@pytest.mark.parametrize("fixture", ["postgres_database", "mariadb_database"])
def test_a_database_is_empty_and_keeps_chinese(fixture, request):
    engine = create_engine(request.getfixturevalue(fixture))
    with engine.begin() as connection:
        connection.execute(text("create table person (name varchar(20))"))
        connection.execute(text("insert into person values (:name)"), {"name": "罗𠮷"})
        assert connection.scalar(text("select name from person")) == "罗𠮷"
    engine.dispose()


def test_a_redis_database_is_empty(redis_url):
    with closing(redis.Redis.from_url(redis_url)) as client:
        assert client.dbsize() == 0
        client.set("a", "b")


def test_two_redis_databases_are_apart(redis_url):
    other, _ = servers._redis()
    assert redis_url.startswith(other)
    with closing(redis.Redis.from_url(redis_url)) as client:
        assert client.dbsize() == 0


def test_a_broker_carries_a_message(rabbitmq_url):
    carry_a_message(rabbitmq_url)


def test_a_private_broker_carries_a_message():
    with servers.database_on(servers.start_rabbitmq()) as url:
        carry_a_message(url)


def carry_a_message(url: str) -> None:
    with kombu.Connection(url) as connection, closing(connection.SimpleQueue("errands")) as queue:
        queue.put({"id": 7})
        message = queue.get(timeout=5)
        message.ack()
        assert message.payload == {"id": 7}


@pytest.mark.parametrize("fixture", ["private_postgres", "private_mariadb"])
def test_a_private_server_keeps_its_data_over_a_stop(fixture, request):
    server, process = request.getfixturevalue(fixture)
    with servers.database_on(server) as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("create table kept (id int)"))
        process.stop()
        with pytest.raises(OperationalError), engine.connect() as connection:
            connection.execute(text("select count(*) from kept"))
        process.start()
        with engine.connect() as connection:
            assert connection.scalar(text("select count(*) from kept")) == 0
        engine.dispose()


def test_a_paused_server_does_not_answer(private_postgres):
    server, process = private_postgres
    url = make_url(server.url("postgres")).update_query_dict({"connect_timeout": "2"})
    engine = create_engine(url)
    process.pause()
    try:
        with pytest.raises(OperationalError, match="timeout"):
            engine.connect()
    finally:
        process.resume()
    with engine.connect() as connection:
        assert connection.scalar(text("select 1")) == 1
    engine.dispose()
