"""The console's failures: groups of dead letters, one group opened, and a run of replays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from services.gateway.staff_dtos import Closed, Deed, Group, GroupDetail, Letter
from services.gateway.viewmodels.facts import service_label
from services.gateway.viewmodels.formats import exact
from services.gateway.viewmodels.parts import Choice, query_string

STATES = ("open", "dismissed")


def reason_label(reason: str) -> str:
    labels = {
        "unsigned": _("Not signed"),
        "bad_signature": _("Signed by somebody else"),
        "unreadable": _("Not readable"),
        "unknown_type": _("Of an unknown type"),
        "unknown_version": _("Of an unknown version"),
        "invalid": _("Not what its type says"),
        "conflict": _("Contradicts an earlier one"),
        "rejected": _("Can never succeed"),
        "failed": _("Failed for the last time"),
        "refused": _("Refused by the broker"),
    }
    return labels.get(reason, reason)


def outcome_label(outcome: str) -> str:
    """What became of a letter, or would."""
    labels = {
        "pending": _("handed back, to be handled once more"),
        "duplicate": _("had its effect already: closed without another"),
        "gone": _("its message is gone: stays open"),
        "dismissed": _("dismissed"),
        "restored": _("restored"),
        "skipped": _("set aside before its time"),
    }
    return labels.get(outcome) or _("stays open: %(reason)s") % {"reason": reason_label(outcome).lower()}


def letters_counted(count: int) -> str:
    return ngettext("%(count)d letter", "%(count)d letters", count) % {"count": count}


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group in the list; `query` names it."""

    service: str
    query: str
    reason: str
    cause: str
    count: str
    first: str
    last: str

    @classmethod
    def of(cls, service: str, group: Group, state: str) -> Self:
        return cls(
            service=service,
            query=query_string({"reason": group.reason, "cause": group.cause, "state": state}),
            reason=reason_label(group.reason),
            cause=group.cause,
            count=letters_counted(group.count),
            first=exact(group.first_at),
            last=exact(group.last_at),
        )


@dataclass(frozen=True, slots=True)
class ServiceGroups:
    """A service's groups; none where it is silent."""

    label: str
    rows: tuple[GroupRow, ...]
    silent: bool


@dataclass(frozen=True, slots=True)
class FailuresPage:
    """Every group of both services."""

    title: str
    description: str
    filters: tuple[Choice, ...]
    services: tuple[ServiceGroups, ...]
    section: str = "failures"

    @classmethod
    def of(cls, groups: Mapping[str, tuple[Group, ...] | None], state: str) -> Self:
        labels = {"open": _("Open"), "dismissed": _("Dismissed")}
        return cls(
            title=_("Failures"),
            description=_("What could not be handled, by reason and cause."),
            filters=tuple(Choice(labels[each], query_string({"state": each}), each == state) for each in STATES),
            services=tuple(
                ServiceGroups(
                    service_label(service),
                    tuple(GroupRow.of(service, group, state) for group in found or ()),
                    found is None,
                )
                for service, found in groups.items()
            ),
        )


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter of the group; `order` leads to its story."""

    id: str
    detail: str
    place: str
    at: str
    order: str

    @classmethod
    def of(cls, letter: Letter) -> Self:
        place = f"{letter.topic} · {letter.partition} · {letter.offset}" if letter.offset is not None else letter.topic
        return cls(str(letter.id), letter.detail, place, exact(letter.created_at), letter.subject or "")


@dataclass(frozen=True, slots=True)
class DeedRow:
    """Who did what to how many letters, when and why."""

    by: str
    what: str
    note: str
    at: str

    @classmethod
    def of(cls, deed: Deed, names: Mapping[str, str]) -> Self:
        by, what = names.get(deed.by, deed.by), counted_outcome(deed.outcome, deed.count)
        return cls(by, what, deed.note, exact(deed.at))


@dataclass(frozen=True, slots=True)
class GroupPage:
    """One group; `preview` says what a replay would do, once that was asked for."""

    title: str
    description: str
    service: str
    service_label: str
    reason: str
    cause: str
    state: str
    count: str
    dead_again: str
    letters: tuple[LetterRow, ...]
    deeds: tuple[DeedRow, ...]
    preview_query: str
    preview: tuple[str, ...]
    section: str = "failures"

    @classmethod
    def of(
        cls,
        service: str,
        group: tuple[str, str, str],
        detail: GroupDetail,
        names: Mapping[str, str],
        preview: Mapping[str, int] | None = None,
    ) -> Self:
        reason, cause, state = group
        query = {"reason": reason, "cause": cause, "state": state, "preview": "1"}
        return cls(
            title=reason_label(reason),
            description=cause,
            service=service,
            service_label=service_label(service),
            reason=reason,
            cause=cause,
            state=state,
            count=letters_counted(detail.count),
            dead_again=again_text(detail.dead_again),
            letters=tuple(map(LetterRow.of, detail.letters)),
            deeds=tuple(DeedRow.of(deed, names) for deed in detail.deeds),
            preview_query=query_string(query),
            preview=tuple(counted_outcome(outcome, count) for outcome, count in (preview or {}).items()),
        )

    @property
    def is_open(self) -> bool:
        return bool(self.letters) and self.state == "open"

    @property
    def can_be_restored(self) -> bool:
        return bool(self.letters) and self.state == "dismissed"


def counted_outcome(outcome: str, count: int) -> str:
    return f"{letters_counted(count)}: {outcome_label(outcome)}"


def again_text(count: int) -> str:
    if not count:
        return ""
    text = ngettext(
        "%(count)d of them was replayed before and is dead again.",
        "%(count)d of them were replayed before and are dead again.",
        count,
    )
    return text % {"count": count}


def closed(done: Closed) -> str:
    return _("Dismissed: %(letters)s; left: %(left)d.") % {"letters": letters_counted(done.count), "left": done.left}


def restored(done: Closed) -> str:
    return _("Restored: %(letters)s; left: %(left)d.") % {"letters": letters_counted(done.count), "left": done.left}
