"""The flow in one process: each step is the real code, on real PostgreSQL, over the broker in memory."""

import uuid
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from services.messaging import faults
from services.messaging.conf import configuration
from services.messaging.models import DeadLetter, InboxMessage, PendingDelivery, pending_inbox
from services.messaging.operating.choice import open_letters
from services.messaging.operating.prune import prune_messages
from services.messaging.operating.redrive import Redriver
from services.messaging.processes.leader import open_connection
from services.messaging.receiving.consumer import Consumer
from services.messaging.receiving.inbox import Inbox
from services.messaging.sending.relay import Relay
from services.messaging.testing import losing_the_process
from services.orders.models import Order
from services.orders.use_cases import place_order, resend_unsettled
from services.payments.models import Settlement
from services.payments.use_cases import deposit, open_account
from tests.saga.broker import Broker, Publisher, Subscription
from tests.saga.business import failing, handlers_of_both

POISONS = (b"not JSON", b"\x00", b"[]")


HOLD = "SELECT FROM payments_account WHERE user_id = %s FOR UPDATE"


class Shop:
    """Both services' databases, relay, consumer, watchdog and clients; any of them can be stepped, or crash in it."""

    def __init__(self):
        self.broker = Broker(configuration().topic_partitions)
        self.users = [uuid.UUID(int=number, version=4) for number in range(3)]  # the same at each replay
        self.keys = self.hours = 0
        self._relay = self._consumer = self._zombie = self._holder = self.held = None
        failing.clear()

    def crash_at(self, point, hits, step):
        """Do the step, and lose the process where it comes to the point."""
        with losing_the_process(point, hits) as loss:
            step()
        if loss.happened:
            self.forget()

    def forget(self):
        """What a killed process leaves: nothing but what was committed."""
        if self._relay:
            self._relay.close(seconds=0)
        connection.close()
        self._relay = self._consumer = self._zombie = None

    def place(self, user, quantity=1):
        self.keys += 1
        key, quantities = str(self.keys), {"green-tea": quantity}
        user_id = self.users[user]
        place_order(user_id=user_id, quantities=quantities, now=timezone.now(), idempotency_key=key)

    def deposit(self, user, amount):
        if user == self.held:
            return  # its client waits, and nobody with it
        self.keys += 1
        user_id, now = self.users[user], timezone.now()
        open_account(user_id=user_id, now=now)
        deposit(user_id=user_id, amount=amount, now=now, idempotency_key=str(self.keys))

    def relay(self):
        if self._relay is None:
            self._relay = Relay(
                lambda: open_connection("saga"), new_publisher=lambda: Publisher(self.broker), batch_size=4
            )
        self._relay._looks = 0
        self._relay.step()

    def relay_all(self):
        """Far faster than the watchdog enqueues, as in life: else what it sends again would starve the rest."""
        while PendingDelivery.objects.exists():
            self.relay()

    def consume(self, limit=4):
        self._consumer = self._consumer or self._new_consumer()
        make_step(self._consumer, limit)

    def awaken(self):
        """A consumer that was suspended goes on from its own positions, and does not know of its successor."""
        self._zombie = self._zombie or self._new_consumer()
        make_step(self._zombie, limit=4)

    def _new_consumer(self):
        return Consumer(configuration().receives, new_inbox(), self._subscribe)

    def _subscribe(self, topics, **callbacks):
        return Subscription(self.broker, on_commit=require_stored, **callbacks)

    def rebalance(self):
        if self._consumer is not None:
            self._consumer._source.rebalance()

    def hold(self, user):
        """Somebody begins a transaction on the user's account and forgets it; or remembers."""
        if self.held is not None:
            self.release()
            return
        self.held, self._holder = user, open_connection("saga")
        self._holder.autocommit = False
        self._holder.execute(HOLD, [self.users[user]])

    def release(self):
        if self._holder:
            self._holder.close()
        self.held = self._holder = None

    def watch(self):
        """An hour later than the last time."""
        self.hours += 1
        resend_unsettled(now=timezone.now() + timedelta(hours=self.hours))
        faults.fault_point("chore.after_commit")

    def let_time_pass(self):
        """Every back-off is over."""
        InboxMessage.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))

    def redrive(self):
        """Whoever wrote the dead letters off gives all of them another chance."""
        redriver = Redriver(new_inbox(), by="saga", wait=lambda seconds: None)
        return list(redriver.redrive(open_letters(), rate=1e9))

    def mend(self):
        failing.clear()
        self.let_time_pass()

    def flow(self):
        """A message and its answer, there and back."""
        for step in (self.relay, self.consume, self.relay, self.consume):
            step()

    def lose(self, loss, partition, place):
        """Something goes wrong that no code of ours has done."""
        if loss in ("drop", "duplicate", "reorder"):
            getattr(self.broker, loss)(partition, place)
        elif loss in ("rewind", "skip"):
            getattr(self.broker, loss)(partition)
            self.rebalance()
        elif loss == "wipe":
            self.broker.wipe()
        elif loss == "power":
            self.broker.down = not self.broker.down
        elif loss == "poison":
            self.broker.append("saga", str(self.users[place % 3]).encode(), POISONS[place % len(POISONS)], ())
        elif loss == "prune":
            prune_messages(now=timezone.now() + timedelta(days=400))
        elif orders := list(Order.objects.order_by("created_at").values_list("id", flat=True)):
            failing.add(orders[place % len(orders)])

    def heal(self):
        """All faults end, and an account that is held comes last: till then, all others' orders must settle.

        Returns after how many rounds nothing moved any more.
        """
        self.broker.down = False
        failing.clear()
        if self.held is not None:
            self._converge(besides=self.users[self.held])
        self.release()
        return self._converge()

    def _converge(self, besides=None):
        for number in range(50):
            self.let_time_pass()
            self.redrive()
            self.watch()
            for _ in range(3):
                self.relay_all()
                self.consume(1000)
            new = Order.objects.filter(status="NEW").exclude(user_id=besides)
            waiting = pending_inbox().exclude(key=str(besides))
            if not (new.exists() or PendingDelivery.objects.exists() or waiting.exists()):
                return number
        raise AssertionError(f"it does not converge: {self.what_moves()}")

    def what_moves(self):
        """For whoever reads the failure."""
        waiting = list(pending_inbox().values("type", "subject", "partition", "failures", "attempt", "last_error"))
        new = list(Order.objects.filter(status="NEW").values("id", "attempt"))
        settled = list(Settlement.objects.values_list("order_id", flat=True))
        unsent = list(PendingDelivery.objects.values("message__type", "message__subject", "attempt"))
        return {"inbox": waiting, "new": new, "settled": settled, "unsent": unsent, "offsets": self.broker.offsets}


def new_inbox():
    return Inbox(handlers=handlers_of_both(), keys=configuration().keys)


def make_step(consumer, limit):
    consumer._batch_size = limit
    consumer._inbox.pending.expect_work()
    consumer.step()


def require_stored(records):
    """An offset may be committed only when its record is in the database, as a message or as a dead letter."""
    assert not connection.in_atomic_block
    for record in records:
        subject = dict(record.headers).get("ce_subject", b"").decode()
        known = subject and InboxMessage.objects.filter(type=dict(record.headers)["ce_type"].decode(), subject=subject)
        letters = DeadLetter.objects.filter(offset=record.offset, partition=record.partition, value=record.value)
        assert (known and known.exists()) or letters.exists(), "an offset is committed before its record is stored"
