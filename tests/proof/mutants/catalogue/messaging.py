"""Mutants of messaging: what is enqueued is sent, received and handled once, in order, and nothing is lost."""

from tests.proof.mutants.mutant import FAILOVER, MESSAGING, SAGA, of_messaging

RECEIVE = "self._inbox.receive(records)"
COMMIT_FIRST = "self._source.commit(records); self._inbox.receive(records)"
BEHIND_THE_LAST = """WHERE waiting.message_id > coalesce((SELECT max(message_id) FROM messaging_delivery), 0)
    AND waiting.message_id <> ALL(%b::bigint[])"""

HELD_BACK = "            AND (earlier.failures > 0 OR earlier.next_attempt_at > clock_timestamp())\n"

ONCE_IN_ORDER = (
    of_messaging("offset committed before the database", "receiving/consumer", RECEIVE, COMMIT_FIRST, SAGA),
    of_messaging(
        "relay by cursor",
        "sending/relay",
        "WHERE waiting.message_id <> ALL(%b::bigint[])",
        BEHIND_THE_LAST,
        MESSAGING,
        SAGA,
    ),
    of_messaging(
        "mark before confirmation",
        "sending/relay",
        'fault_point("relay.after_send")',
        'publisher.confirmed.append(Confirmation((identity, attempt), 0, 0)); fault_point("relay.after_send")',
        MESSAGING,
    ),
    of_messaging("every relay leads", "processes/leader", "return bool(row and row[0])", "return True", MESSAGING),
    of_messaging(
        "no lock on partitions",
        "receiving/locks",
        "    if taken:\n",
        "    if False:\n",
        MESSAGING,
    ),
    of_messaging(
        "what was taken away amid a poll is handled",
        "receiving/consumer",
        "for record in polled if record.partition in self._assigned]",
        "for record in polled]",
        MESSAGING,
    ),
    of_messaging(
        "contradictions are dropped",
        "receiving/duplicates",
        "agrees = arrival.fingerprint == known[arrival.identity].fingerprint",
        "agrees = True",
        MESSAGING,
    ),
    of_messaging(
        "duplicates are handled again",
        "receiving/inbox",
        "ON CONFLICT (type, subject) DO NOTHING\n",
        "ON CONFLICT (type, subject) DO UPDATE SET duplicates = excluded.duplicates\n",
        MESSAGING,
    ),
    of_messaging(
        "signatures are not checked", "receiving/decode", "    check_signature(record, headers, keys)\n", "", MESSAGING
    ),
    of_messaging(
        "new groups skip what waits",
        "kafka/config",
        '"auto.offset.reset": "earliest"',
        '"auto.offset.reset": "latest"',
        MESSAGING,
    ),
    of_messaging(
        "later messages overtake a failed one",
        "receiving/pending",
        HELD_BACK,
        "            AND false\n",
        MESSAGING,
    ),
    of_messaging(
        "prune takes what waits to be sent again",
        "operating/prune",
        "AND NOT EXISTS (SELECT FROM messaging_pendingdelivery WHERE message_id = message.id)\n",
        "\n",
        MESSAGING,
        times=2,
    ),
    of_messaging(
        "prune looks at no lock of who enqueues",
        "operating/prune",
        'LIMIT %b FOR UPDATE SKIP LOCKED\n"""\nDELETE_SENT',
        'LIMIT %b\n"""\nDELETE_SENT',
        MESSAGING,
    ),
    of_messaging(
        "enqueue works outside a transaction",
        "sending/outbox",
        "if not connection.in_atomic_block:",
        "if False:",
        MESSAGING,
    ),
    of_messaging(
        "a newer attempt on its way counts as sent",
        "sending/relay",
        "WHERE waiting.message_id = given.message_id AND waiting.attempt = given.attempt",
        "WHERE waiting.message_id = given.message_id",
        MESSAGING,
    ),
    of_messaging(
        "the fence is passed without a commit",
        "sending/fence",
        "waits=not commit(direct)",
        "waits=False",
        f"{FAILOVER}/test_failovers.py",
    ),
    of_messaging(
        "a wait for the standby that was cancelled counts as confirmed",
        "sending/fence",
        "return not warnings",
        "return True",
        f"{FAILOVER}/test_fence.py",
    ),
    of_messaging(
        "dead letters can be deleted in the admin",
        "read_only",
        """    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
""",
        "",
        MESSAGING + "/test_admin.py",
    ),
    of_messaging(
        "one failure that waits stops every key",
        "receiving/pending",
        "WHERE earlier.key = message.key AND earlier.id < message.id",
        "WHERE earlier.id < message.id",
        MESSAGING + "/test_inbox.py",
        times=2,
    ),
    of_messaging(
        "chores lead on after they lost the lock",
        "processes/chores",
        'self.leadership.direct.execute("SELECT 1")',
        "pass",
        MESSAGING + "/test_chores.py",
    ),
    of_messaging(
        "relay is ready without a broker",
        "sending/relay",
        "return self._publisher is not None and self._publisher.answers()",
        "return True",
        MESSAGING + "/test_relay.py",
    ),
    of_messaging(
        "offsets are one short",
        "kafka/subscription",
        "record.offset + 1)",
        "record.offset)",
        MESSAGING + "/test_subscription.py",
    ),
    of_messaging(
        "redrive has no brake",
        "operating/redrive",
        "                self._wait(1 / rate)\n",
        "",
        MESSAGING + "/test_redrive.py",
    ),
    of_messaging(
        "nobody wakes the relay",
        "sending/outbox",
        "    transaction.on_commit(wake_relay, robust=True)\n",
        "",
        MESSAGING + "/test_relay.py",
        MESSAGING + "/test_outbox.py",
    ),
    of_messaging(
        "signatures of answers are not checked",
        "receiving/decode",
        "    check_signature(record, headers, keys.get(record.topic, {}))\n",
        '    if b"order_settled" not in (record.value or b""):\n'
        "        check_signature(record, headers, keys.get(record.topic, {}))\n",
        "tests/orders/test_forged_settlements.py",
    ),
    of_messaging(
        "own messages are trusted",
        "operating/wiring",
        "keys={topic: conf.keys[topic] for topic in conf.receives}",
        "keys=conf.keys",
        MESSAGING + "/test_wiring.py",
    ),
    of_messaging(
        "dismissed letters lose their history",
        "operating/dismiss",
        "    Redrive.objects.bulk_create(history, batch_size=1000)\n",
        "",
        MESSAGING + "/test_dismiss.py",
    ),
    of_messaging(
        "a contradiction redriven in vain is closed",
        "operating/redrive",
        "self.outcome in RESOLVED and self.outcome != self.letter.reason",
        "self.outcome in RESOLVED",
        MESSAGING + "/test_redrive.py",
    ),
    of_messaging(
        "a payload may speak over its envelope",
        "message",
        "if taken := envelope.keys() & self.payload.keys():",
        "if taken := ():",
        f"{MESSAGING}/test_outbox.py",
    ),
    of_messaging(
        "the time of another zone is stamped as UTC",
        "message",
        "moment.astimezone(UTC).strftime",
        "moment.strftime",
        f"{MESSAGING}/test_outbox.py",
    ),
    of_messaging(
        "a failed message is given up after two minutes",
        "receiving/policy",
        "give_up_seconds: float = 3600.0",
        "give_up_seconds: float = 120.0",
        f"{MESSAGING}/test_policy.py",
    ),
    of_messaging(
        "the policy of a type is not heard",
        "receiving/policy",
        "**policies.get(message_type, {})",
        "",
        f"{MESSAGING}/test_policy.py",
    ),
    of_messaging(
        "what can never be handled is a conflict, whatever it is",
        "receiving/failures",
        "Reason.REJECTED if isinstance",
        "Reason.CONFLICT if isinstance",
        f"{MESSAGING}/test_pending.py",
    ),
    of_messaging(
        "what the code no longer reads is tried for an hour",
        "receiving/failures",
        "PermanentError | Unreadable",
        "PermanentError",
        f"{MESSAGING}/test_pending.py",
    ),
    of_messaging(
        "dismissed letters stay open",
        "operating/dismiss",
        "Outcome.DISMISSED, resolved_at=timezone.now()",
        "Outcome.DISMISSED, resolved_at=None",
        f"{MESSAGING}/test_dismiss.py",
    ),
)
