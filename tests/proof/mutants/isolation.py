"""Mutants that make the trouble of one record, key, topic or session everybody's."""

from tests.proof.mutants.mutant import MESSAGING, of_messaging

ISOLATION = (
    of_messaging(
        "the inbox stores without the partitions' locks",
        "receiving/inbox",
        "        lock_partitions(record.place for record in records)\n",
        "",
        f"{MESSAGING}/test_consumer.py",
    ),
    of_messaging(
        "what waits is handled without its partition's lock",
        "receiving/pending",
        "            lock_partitions((row.topic, row.partition) for row in group)\n",
        "",
        f"{MESSAGING}/test_pending.py",
    ),
    of_messaging(
        "a partition's lock outlives its transaction",
        "receiving/locks",
        "pg_try_advisory_xact_lock",
        "pg_try_advisory_lock",
        f"{MESSAGING}/test_consumer.py",
        f"{MESSAGING}/test_vanished_host.py",
    ),
    of_messaging(
        "a duplicate whose keys are busy spoils its batch",
        "receiving/duplicates",
        "tell_apart if apart else tell_handler",
        "tell_handler",
        f"{MESSAGING}/test_duplicates.py",
    ),
    of_messaging(
        "a traceparent is believed unchecked",
        "receiving/decode",
        'return text if TRACEPARENT.fullmatch(text) else ""',
        "return text",
        f"{MESSAGING}/test_decode.py",
    ),
    of_messaging(
        "a time that no clock shows is raised",
        "kafka/subscription",
        "except OverflowError:",
        "except LookupError:",
        f"{MESSAGING}/test_hostile_records.py",
    ),
    of_messaging(
        "keys that are busy count as failures",
        "receiving/pending",
        "postpone([row.id for row in group if row.key in busy.keys])",
        "[record_failure(row.id, busy) for row in group if row.key in busy.keys]",
        f"{MESSAGING}/test_pending.py",
    ),
    of_messaging(
        "time-outs of the database count as failures",
        "receiving/pending",
        "            postpone([row.id])\n",
        "            record_failure(row.id, error)\n",
        f"{MESSAGING}/test_pending.py",
    ),
    of_messaging(
        "a topic that the broker lacks holds up the others",
        "sending/parking",
        "return list(self._look_at)",
        "return []",
        f"{MESSAGING}/test_relay.py",
    ),
    of_messaging(
        "the server keeps a silent leader's session",
        "processes/leader",
        '    "idle_session_timeout": f"{IDLE_SECONDS * 1000}",\n',
        "",
        f"{MESSAGING}/test_vanished_host.py",
    ),
    of_messaging(
        "a back-off ends by the process's clock",
        "receiving/failures",
        "fetch(FAIL, [told, policy.delay(failures), identity])",
        "pending_inbox().filter(id=identity).update(failures=failures, last_error=told, next_attempt_at="
        '__import__("django.utils.timezone").utils.timezone.now() + '
        '__import__("datetime").timedelta(seconds=policy.delay(failures)))',
        f"{MESSAGING}/test_pending.py",
    ),
    of_messaging(
        "the attempt is not signed",
        "signature",
        "topic.encode(), key, attempt, value)",
        "topic.encode(), key, value)",
        f"{MESSAGING}/test_signature.py",
        times=2,
    ),
    of_messaging(
        "other content for a subject is taken for the same",
        "sending/outbox",
        "WHERE kept.value <> given.value LIMIT 1",
        "WHERE false",
        f"{MESSAGING}/test_outbox.py",
    ),
    of_messaging(
        "a float is sent",
        "message",
        "if has_float(self.payload):",
        "if False:",
        f"{MESSAGING}/test_outbox.py",
    ),
    of_messaging(
        "a step works for as long as something waits",
        "receiving/pending",
        "while rows and time.monotonic() < deadline:",
        "while rows:",
        f"{MESSAGING}/test_pending.py",
        times=2,
    ),
)
