import pytest

from tests.support.configure import configure
from tests.support.replication import running_pair
from tests.whole.failover.orders import Orders


@pytest.fixture(scope="module")
def servers():
    with running_pair() as started:
        yield started


@pytest.fixture
def pair(servers):
    """Both at work, whatever the test before has done to them."""
    servers.mend()
    return servers


@pytest.fixture
def orders(pair, tmp_path):
    """Orders with its tables on the primary, and so on the standby."""
    service = Orders(pair, tmp_path)
    service.run("migrate", "--verbosity", "0")
    return service


@pytest.fixture
def messaging(settings):
    """What a relay in this process must know; no project of these tests has messaging."""
    settings.MESSAGING = {}
    configure(settings, SERVICE="failover", SENDS={"*": "failover"}, KEYS={"failover": {"k1": b"failover"}})
