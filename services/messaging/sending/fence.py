"""The fence: what is sent is on the synchronous standby, where PostgreSQL has one.

A commit that waits for its standby is not visible; after a crash of the primary it is, on no standby, and a promoted
standby has never heard of it. WAL is ordered: once a later commit is confirmed, all that was read before it is there.
"""

import threading
import time
from contextlib import suppress

import psycopg
import structlog

from ..processes.leader import Connection

logger = structlog.get_logger(__name__)

# Less than a probe's patience (worker.READY_SECONDS) and a supervisor's after SIGTERM: the relay makes steps on.
PATIENCE_SECONDS = 3.0
CANCEL_SECONDS = 5.0
# The setting changes at a reload. A crash, after which it matters most, ends the connection, and a new one is asked.
ASK_SECONDS = 5.0

# The service's own commits wait: only then does the relay. Its session's own value is lowered below.
ASK = """
SELECT current_setting('synchronous_standby_names') <> '' AND reset_val NOT IN ('off', 'local')
FROM pg_settings WHERE name = 'synchronous_commit'
"""
# A mark that is lost is a message sent twice; so the fence alone waits, and the relay can be stopped meanwhile.
WAIT_NO_MORE = "SET synchronous_commit = local"
# A commit waits only if it has an xid and wrote WAL before its own record: 96 bytes. That a wait was cancelled is told
# by a warning alone; the settings last as long as the statement, and its commit is in it.
COMMIT = """
SELECT set_config('synchronous_commit', 'on', true), set_config('client_min_messages', 'warning', true),
       pg_logical_emit_message(true, 'fence', '')
"""


class Fence:
    """Lets a batch pass that the synchronous standby has; where there is none, it costs no statement a batch."""

    def __init__(self) -> None:
        self.waits = False
        self._asked: Connection | None = None
        self._ask_at = 0.0
        self._stands = False

    def passes(self, direct: Connection) -> bool:
        """Whether all that was read on the connection is on the standby; known soon after `PATIENCE_SECONDS`."""
        if not self._is_there(direct):
            return self._tell(waits=False)
        return self._tell(waits=not commit(direct))

    def describe(self) -> dict[str, bool]:
        """For the probe."""
        return {"fence_waits": self.waits}

    def _is_there(self, direct: Connection) -> bool:
        if direct is not self._asked or time.monotonic() >= self._ask_at:
            row = direct.execute(ASK).fetchone()
            self._stands = bool(row and row[0])
            self._asked, self._ask_at = direct, time.monotonic() + ASK_SECONDS
            if self._stands:
                direct.execute(WAIT_NO_MORE)
        return self._stands

    def _tell(self, *, waits: bool) -> bool:
        if waits and not self.waits:
            logger.error("the fence waits for a synchronous standby; nothing is sent", action="fence_waits")
        elif self.waits and not waits:
            logger.info("the fence is passed again", action="fence_passed")
        self.waits = waits
        return not waits


def commit(direct: Connection) -> bool:
    """Whether a commit of our own was confirmed by the standby; a wait that anybody cancelled was not."""
    warnings: list[psycopg.errors.Diagnostic] = []
    done = threading.Event()
    patience = threading.Thread(target=lose_patience, args=[direct, done], name="patience", daemon=True)
    direct.add_notice_handler(warnings.append)
    patience.start()
    try:
        direct.execute(COMMIT)
    except psycopg.errors.QueryCanceled:  # before it came to wait
        return False
    finally:
        done.set()
        patience.join()  # so that it cancels nothing that comes later
        direct.remove_notice_handler(warnings.append)
    return not warnings


def lose_patience(direct: Connection, done: threading.Event) -> None:
    """Cancel what the connection does, again until it is done: a busy server may miss one request."""
    while not done.wait(PATIENCE_SECONDS):
        with suppress(psycopg.Error):
            direct.cancel_safe(timeout=CANCEL_SECONDS)
