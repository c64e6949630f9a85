import tempfile

import pytest

from services.messaging.sending.fence import Fence

pytestmark = pytest.mark.django_db(transaction=True)


def test_batch_costs_no_statement_where_no_synchronous_standby_is_wanted(direct):
    """What the fence does where one is: tests/whole/failover."""
    fence, connection = Fence(), direct()
    assert fence.passes(connection)
    with tempfile.TemporaryFile() as spoken:
        connection.pgconn.trace(spoken.fileno())
        assert all(fence.passes(connection) for _ in range(100))
        connection.pgconn.untrace()
        spoken.seek(0)
        assert spoken.read() == b""
