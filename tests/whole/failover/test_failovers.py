"""Failovers one after another under load: what was sent is there, and what was acknowledged is sent."""

import os
import random

import pytest

from services.messaging.sending.fence import Fence
from tests.support.backing_services import wait_until
from tests.support.replication import SECONDS
from tests.whole.failover.load import WRITERS, Load, message_ids

FAILOVERS = 20 if os.environ.get("PROOF") else 2
SEED = int(os.environ.get("SEED", "7"))


def primary_dies(pair, load):
    pair.primary.kill()
    pair.promote()


def commits_wait_and_are_seen_after_a_restart(pair, load):
    """Rows that no standby has, whose writers were never answered, in the sight of a relay."""
    pair.standby.kill()
    wait_until(lambda: pair.primary.waiting_commits() >= WRITERS, seconds=SECONDS, what="commits that wait")
    pair.primary.kill()
    sent = load.published()
    load.relay.fence = Fence()  # one that knows nothing of waits before the crash
    pair.primary.start()

    def relay_has_decided():
        return load.relay.fence.waits or load.published() > sent

    wait_until(relay_has_decided, seconds=SECONDS, what="a relay that reads")


def primary_dies_with_rows_that_it_has_alone(pair, load):
    commits_wait_and_are_seen_after_a_restart(pair, load)
    pair.primary.kill()
    pair.standby.start()
    pair.promote()


def standby_returns_before_the_primary_dies(pair, load):
    commits_wait_and_are_seen_after_a_restart(pair, load)
    sent = load.published()
    pair.standby.start()
    pair.wait_for_standby()
    wait_until(lambda: load.published() > sent, seconds=SECONDS, what="a relay that goes on")
    primary_dies(pair, load)


def standby_is_promoted_beside_a_living_primary(pair, load):
    old = pair.promote()
    wait_until(lambda: old.waiting_commits() >= WRITERS, seconds=SECONDS, what="writers on the old primary")
    old.kill()


def work_goes_on(load):
    sent = len(load.published())
    wait_until(lambda: len(load.published()) > sent + 50, seconds=SECONDS, what="work between failovers")


FIRST = (primary_dies_with_rows_that_it_has_alone, standby_returns_before_the_primary_dies)
SCENES = (*FIRST, primary_dies, standby_is_promoted_beside_a_living_primary)


def scenes():
    """The window first, then whatever the seed says."""
    chance = random.Random(SEED)
    return [*FIRST, *(chance.choice(SCENES) for _ in range(FAILOVERS - len(FIRST)))]


@pytest.mark.timeout(300 + 60 * FAILOVERS)
def test_nothing_is_orphaned_or_missing_when_standbys_take_over_under_load(pair, orders, messaging):
    load, counted = Load(pair), []
    with load.running():
        for scene in scenes():
            work_goes_on(load)
            scene(pair, load)
            sent = load.published()
            orphans = sent - message_ids(pair.primary)
            counted.append((scene.__name__, len(sent), len(orphans)))
            assert not orphans, f"sent and on no server, after {counted} (SEED={SEED})"
            pair.follow()
    load.drain()
    missing = load.acknowledged - message_ids(pair.primary)
    unsent = load.acknowledged - load.published()
    assert (len(counted), len(missing), len(unsent)) == (FAILOVERS, 0, 0), f"{counted} (SEED={SEED})"
    print(*counted, f"acknowledged {len(load.acknowledged)}, sent {len(load.published())}", sep="\n")
