"""The console's first page: what needs a hand, whether money is sound, how fast it goes, how each service is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from services.gateway.dtos import Audit, Finding
from services.gateway.staff_dtos import Pulse, Reading
from services.gateway.viewmodels.facts import FactRow, advice_of, fact_label, service_label, value_of
from services.gateway.viewmodels.formats import duration, moment, tenths

REFRESH = "5s"
MOST_FINDINGS = 20


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that needs a hand, and the first thing to do."""

    service: str
    text: str
    advice: str
    leads_to_failures: bool = False


@dataclass(frozen=True, slots=True)
class Soundness:
    """Whether money is sound: what the last audit found; `waiting` while another is asked for."""

    state: str
    heading: str
    text: str
    findings: tuple[Finding, ...]
    waiting: bool

    @classmethod
    def of(cls, audits: tuple[Audit, ...] | None) -> Self:
        if audits is None:
            return cls("wait", _("Not known"), _("Orders does not answer, and it keeps the audits."), (), False)
        waiting = any(audit.state == "waiting" for audit in audits)
        made = next((audit for audit in audits if audit.finished_at), None)
        if made is None or made.finished_at is None:
            return cls("wait", _("Not known yet"), _("There was no audit yet."), (), waiting)
        when = _("Audit of %(moment)s.") % {"moment": moment(made.finished_at)}
        if made.state == "clean":
            told = _("The books agree: orders %(orders)s, settlements %(settled)s; the ledger adds up to 0.") % {
                "orders": made.counts.get("orders", 0),
                "settled": made.counts.get("settled", 0),
            }
            return cls("good", _("Money is sound"), f"{told} {when}", (), waiting)
        if made.state == "failed":
            return cls("wait", _("The last audit could not be made"), f"{made.failure} {when}", (), waiting)
        heading = ngettext("%(count)d exception", "%(count)d exceptions", made.exceptions)
        heading %= {"count": made.exceptions}
        return cls("bad", heading, when, made.findings[:MOST_FINDINGS], waiting)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, large, and what it is of."""

    label: str
    value: str


def figures_of(pulse: Pulse | None) -> tuple[Figure, ...]:
    if pulse is None:
        return ()
    times = (
        (_("Order to settled, half within"), pulse.p50_ms),
        (_("Order to settled, 95 of 100 within"), pulse.p95_ms),
    )
    return (
        Figure(_("Orders a minute"), tenths(pulse.orders_a_minute)),
        *(Figure(label, "–" if ms is None else duration(timedelta(milliseconds=ms))) for label, ms in times),
        Figure(_("Orders timed, of the last hour"), str(pulse.timed)),
    )


@dataclass(frozen=True, slots=True)
class Side:
    """A service and its facts; none where it is silent."""

    label: str
    rows: tuple[FactRow, ...]
    silent: bool


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The overview; as a fragment it follows by itself."""

    title: str
    description: str
    troubles: tuple[Trouble, ...]
    soundness: Soundness
    figures: tuple[Figure, ...]
    sides: tuple[Side, ...]
    delay: str
    section: str = "overview"

    @classmethod
    def of(
        cls,
        facts: Mapping[str, tuple[Reading, ...] | None],
        audits: tuple[Audit, ...] | None,
        pulse: Pulse | None,
    ) -> Self:
        return cls(
            title=_("Console"),
            description=_("How it stands with the shop, and what needs a hand."),
            troubles=tuple(troubles_of(facts)),
            soundness=Soundness.of(audits),
            figures=figures_of(pulse),
            sides=tuple(
                Side(service_label(service), tuple(map(FactRow.of, readings or ())), readings is None)
                for service, readings in facts.items()
            ),
            delay=REFRESH,
        )


def troubles_of(facts: Mapping[str, tuple[Reading, ...] | None]) -> Iterator[Trouble]:
    """Silent services first, then every fact that is out of its bounds."""
    for service, readings in facts.items():
        if readings is None:
            advice = _("See whether its web server and its database run: manage.py %(service)s doctor says.")
            yield Trouble(service_label(service), _("Does not answer"), advice % {"service": service})
    for service, readings in facts.items():
        for reading in readings or ():
            if reading.degraded:
                text = f"{fact_label(reading)}: {value_of(reading)}"
                yield Trouble(service_label(service), text, advice_of(reading), reading.name == "dead_letters")


def audit_asked_for() -> str:
    return _("An audit is asked for; this page shows what it finds.")
