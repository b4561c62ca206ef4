"""The self-test on PostgreSQL: who begins a run while another does has the one that the other began."""

from concurrent.futures import ThreadPoolExecutor

from dsar import clock, db
from dsar.demo import case, stores
from dsar.jobs import self_test
from dsar.services import self_testing
from tests.stories.driving import desk


def test_two_that_begin_at_once_begin_one_run(tmp_path, postgres_database):
    stores.build(tmp_path / "stores", people=5, case=case.read())
    settings = {**stores.environment(tmp_path / "stores"), "DSAR_DATABASE_URL": postgres_database}
    with desk(tmp_path / "home", settings) as here, ThreadPoolExecutor(1) as other:
        here.apply(stores.AFTER_MAP)
        with db.begin() as session:
            mine = self_testing.begin(session, at=clock.now())
            its = other.submit(self_test.begun)
            assert not its.done()
        assert its.result(timeout=20) == mine
