"""Rules: which identity gets through a route's door, by method; and the rules of the routes that every service has."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

IDENTITIES = (
    "nobody",
    "owner",
    "another",
    "staff without rights",
    "staff",
    "superuser",
    "service",
    "wrong audience",
    "expired",
    "altered",
    "anonymous",
    "stale",
    "revoked",
)
GROUPS = {
    "owner": ("owner",),
    "people": ("owner", "another", "staff without rights", "staff", "superuser"),
    "staff": ("staff without rights", "staff", "superuser"),
    "rights": ("staff", "superuser"),
    "service": ("service",),
    "anonymous": ("anonymous",),
}


class Outcome(StrEnum):
    """What became of a request, as far as it concerns who asked."""

    IN = "in"  # whatever was answered then
    SIGN_IN = "sign in"
    FORBIDDEN = "forbidden"
    HIDDEN = "hidden"
    NO_METHOD = "no method"


IN, SIGN_IN, FORBIDDEN, HIDDEN = Outcome.IN, Outcome.SIGN_IN, Outcome.FORBIDDEN, Outcome.HIDDEN
Expected = Mapping[str, Outcome]


def expect(rest: Outcome, **groups: Outcome) -> Expected:
    """The outcome for each identity; a later group overrides an earlier one."""
    found = dict.fromkeys(IDENTITIES, rest)
    for name, outcome in groups.items():
        found |= dict.fromkeys(GROUPS[name], outcome)
    return found


class Door(StrEnum):
    """By what a route knows who asks."""

    SESSION = "session"
    TOKEN = "token"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who gets through a door, by method; what is not listed lets nobody in."""

    door: Door
    methods: Mapping[str, Expected]
    query: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, str] = field(default_factory=dict)  # of the path, where not those of all rules


def pages(**methods: Expected) -> Rule:
    return Rule(Door.SESSION, methods)


def resource(query: Mapping[str, str] | None = None, **methods: Expected) -> Rule:
    return Rule(Door.TOKEN, methods, query or {})


ANYBODY = expect(IN)
NOT_THERE = expect(HIDDEN)
STAFF = expect(SIGN_IN, staff=IN)
RIGHTS = expect(SIGN_IN, staff=FORBIDDEN, rights=IN)
NO_STAFF = expect(SIGN_IN, staff=FORBIDDEN)
NOT_THERE_FOR_STAFF = expect(SIGN_IN, staff=HIDDEN)
ANY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE")


def everywhere(expected: Expected) -> Rule:
    """The same for each method: what looks at no method must not need to."""
    return pages(**dict.fromkeys(ANY_METHOD, expected))


def looked_at(expected: Expected) -> Rule:
    return pages(GET=expected)


COMMON = {
    "api/schema/": looked_at(ANYBODY),
    "swagger-ui/": looked_at(ANYBODY),
    "problems/<slug:slug>": replace(everywhere(ANYBODY), arguments={"slug": "not-found"}),
    "metrics": everywhere(ANYBODY),
    "livez": everywhere(ANYBODY),
    "readyz": everywhere(ANYBODY),
    "admin/": everywhere(STAFF),
    "admin/login/": pages(GET=ANYBODY, POST=ANYBODY, PUT=ANYBODY),
    # By another method who is nobody here is led to the front, whatever it is.
    "admin/logout/": pages(**dict.fromkeys(ANY_METHOD, expect(IN, staff=Outcome.NO_METHOD)) | {"POST": ANYBODY}),
    "admin/password_change/": pages(GET=STAFF, POST=STAFF, PUT=STAFF),
    "admin/password_change/done/": looked_at(STAFF),
    "admin/autocomplete/": looked_at(NO_STAFF),  # no field of ours is completed
    "admin/jsi18n/": looked_at(STAFF),
    "admin/r/<path:content_type_id>/<path:object_id>/": everywhere(NOT_THERE_FOR_STAFF),
    "admin/(?P<url>.*)$": everywhere(NOT_THERE_FOR_STAFF),
}

# Of messages, for who has a reader's key; none of these has.
FEED = {"messaging/feed/<str:topic>": pages(GET=expect(SIGN_IN))}
# Rows that are not there: rights are asked for first.
COMMON_ARGUMENTS = {"topic": "inbox", "object_id": "0", "content_type_id": "0", "url": "nothing-here/", "id": "0"}
EVERYTHING = ("add", "change", "delete")


def admin_of(model: str, *may: str) -> dict[str, Rule]:
    """The admin's routes of a model, which who has rights may look at, and `add`, `change` or `delete` where said."""
    allowed = {action: RIGHTS if action in may else NO_STAFF for action in EVERYTHING}
    looking = dict.fromkeys(ANY_METHOD, RIGHTS)
    rules = {
        "": everywhere(RIGHTS),
        "add/": everywhere(allowed["add"]),
        "<path:object_id>/history/": everywhere(STAFF),  # of a row that is not there Django says so to all staff
        "<path:object_id>/delete/": everywhere(allowed["delete"]),
        "<path:object_id>/change/": pages(**looking | {"POST": allowed["change"]}),
        "<path:object_id>/": everywhere(STAFF),  # leads to the change
    }
    return {f"admin/{model}/{route}": rule for route, rule in rules.items()}


def admin_of_users(apps: str, users: str = "auth/user") -> dict[str, Rule]:
    """The admin's routes of people and groups, and of the apps of the service, as its regular expression has them."""
    return {
        **admin_of("auth/group", *EVERYTHING),
        **admin_of(users, *EVERYTHING),
        f"admin/{users}/<id>/password/": everywhere(expect(SIGN_IN, staff=FORBIDDEN, rights=HIDDEN)),
        rf"admin/^(?P<app_label>{apps})/$": everywhere(expect(SIGN_IN, staff=HIDDEN, rights=IN)),
    }


def admin_of_messaging() -> dict[str, Rule]:
    """The admin's routes of messaging, where everything is looked at and nothing edited."""
    models = ("outboxmessage", "delivery", "inboxmessage", "deadletter", "redrive", "feedposition")
    return {route: rule for model in models for route, rule in admin_of(f"messaging/{model}").items()}


def operating_api(staff: Expected, nothing_there: Expected, message_id: str) -> dict[str, Rule]:
    """The API for staff that orders and payments share; of the message they know nothing."""
    posts = ("dead-letters/replay", "dead-letters/dismiss", "dead-letters/restore", "skip")
    gets = ("dead-letters", "dead-letters/group", "dead-letters/preview", "facts")
    return {
        **{f"api/v1/ops/{route}": resource(GET=staff) for route in gets},
        **{f"api/v1/ops/{route}": resource(POST=staff) for route in posts},
        "api/v1/ops/messages/<uuid:message_id>": replace(
            resource(GET=nothing_there), arguments={"message_id": message_id}
        ),
    }
