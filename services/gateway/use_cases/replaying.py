"""A careful replay: one letter first, then small steps, and a stop by itself where the rest fails like the first."""

from dataclasses import replace

from services.gateway.clients.operating import OperatingClient
from services.gateway.replays import Run, Stop
from services.gateway.staff_dtos import Replayed

STEP = 20
MOST_FAILURES = 20  # in a row, or dead again


def next_step(run: Run, client: OperatingClient) -> Run:
    """One step further; raises as the client does, and then the same step can be made again.

    What an unheard step closed stays closed; what it left open is tried once more.
    """
    limit = 1 if not run.tried else min(STEP, run.wanted - run.tried, MOST_FAILURES - run.in_a_row)
    step = client.replay(
        run.reason,
        run.cause,
        note=run.note,
        after=run.after,
        limit=limit,
        since=run.since,
        stop_at=1 if run.tried == 1 else MOST_FAILURES,
    )
    return judged(counted(run, step), step)


def counted(run: Run, step: Replayed) -> Run:
    closed = sum(resolved for _, resolved in step.results)
    in_a_row = run.in_a_row
    for _, resolved in step.results:
        in_a_row = 0 if resolved else in_a_row + 1
    return replace(
        run,
        after=step.after,
        since=step.since,
        handed_back=run.handed_back + closed,
        failed=run.failed + len(step.results) - closed,
        in_a_row=in_a_row,
        dead_again=step.dead_again,
        left=step.left,
    )


def judged(run: Run, step: Replayed) -> Run:
    """Whether it is over, and why."""
    if run.failed == run.tried == 1 and run.wanted > 1:
        return replace(run, stop=Stop.FIRST_FAILED)
    if run.in_a_row >= MOST_FAILURES:
        return replace(run, stop=Stop.FAILURES_IN_A_ROW)
    if not step.results and step.left and step.dead_again:
        return replace(run, stop=Stop.DEAD_AGAIN)
    if run.tried >= run.wanted or not step.left:
        return replace(run, stop=Stop.DONE)
    return run
