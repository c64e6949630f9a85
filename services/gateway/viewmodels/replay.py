"""A replay of dead letters as its page shows it, step by step."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Self

from django.utils.translation import gettext as _

from services.gateway.replays import Run, Stop
from services.gateway.viewmodels.failures import again_text, letters_counted, reason_label
from services.gateway.viewmodels.parts import query_string


@dataclass(frozen=True, slots=True)
class ReplayPage:
    """A run; while it goes on, `fields` is its next step's form, and `delay` how long the page waits before it."""

    title: str
    description: str
    service: str
    heading: str
    state: str
    lines: tuple[str, ...]
    tried: int
    wanted: int
    delay: str
    fields: tuple[tuple[str, str], ...]
    group_query: str
    section: str = "failures"

    @classmethod
    def of(cls, service: str, run: Run) -> Self:
        return cls(
            title=reason_label(run.reason),
            description=run.cause,
            service=service,
            heading=heading_of(run.stop),
            state="info" if run.stop in (None, Stop.DONE) else "bad",
            lines=tuple(lines_of(run)),
            tried=run.tried,
            wanted=max(run.wanted, run.tried),
            delay="" if run.stop else delay_of(run),
            fields=tuple((name, str(value)) for name, value in asdict(run).items() if name != "stop"),
            group_query=query_string({"reason": run.reason, "cause": run.cause}),
        )


def delay_of(run: Run) -> str:
    """Longer after the first, so that it shows whether it dies again."""
    return "3s" if run.tried == 1 else "500ms"


def heading_of(stop: Stop | None) -> str:
    headings = {
        None: _("Replaying…"),
        Stop.DONE: _("The replay is over"),
        Stop.FIRST_FAILED: _("Stopped: the first one still cannot be handled"),
        Stop.FAILURES_IN_A_ROW: _("Stopped: twenty in a row still cannot be handled"),
        Stop.DEAD_AGAIN: _("Stopped: what was replayed is dead again"),
    }
    return headings[stop]


def lines_of(run: Run) -> Iterator[str]:
    """What became of them; being handed back is no success yet, and is not called one."""
    yield _("Handed back or closed: %(letters)s. Whether they are handled now, the group shows in a moment.") % {
        "letters": letters_counted(run.handed_back)
    }
    if run.failed:
        yield _("Still cannot be handled, and open as before: %(letters)s.") % {"letters": letters_counted(run.failed)}
    if run.dead_again:
        yield again_text(run.dead_again)
    if run.stop and run.left:
        yield _("Not tried: %(letters)s.") % {"letters": letters_counted(run.left)}
