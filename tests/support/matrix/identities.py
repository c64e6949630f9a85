"""What each identity presents at each kind of door."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from services.common.tokens import BY_HAND_SECONDS, Caller, Errand, issue
from tests.support.matrix.rules import IDENTITIES


@dataclass(frozen=True, slots=True)
class Presented:
    """The cookies and headers of a request."""

    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


Doorkeys = dict[str, Presented]


def bearer(token: str) -> Presented:
    return Presented(headers={"Authorization": f"Bearer {token}"})


def altered(text: str) -> str:
    """The same but for a letter in its middle."""
    middle = len(text) // 2
    return f"{text[:middle]}{'a' if text[middle] != 'a' else 'b'}{text[middle + 1 :]}"


def token_of_a_service() -> str:
    """Of orders, which compares its books with payments'."""
    key = getattr(settings, "SERVICE_TOKEN_KEYS", {}).get("orders", ["k" * 64])[0]
    return issue(
        key=key,
        issuer="orders",
        audience=settings.SERVICE_NAME,
        caller=Caller(scope="audit"),
        errand=None,
        lifetime_seconds=BY_HAND_SECONDS,
    )


def people() -> dict[str, Any]:
    """Those who are somebody here, by their identity."""
    flags = {"staff without rights": {"is_staff": True}, "staff": {"is_staff": True}}
    flags["superuser"] = {"is_staff": True, "is_superuser": True}
    names = ("owner", "another", *flags)
    found = {name: person(name.replace(" ", "-"), **flags.get(name, {})) for name in names}
    found["staff"].user_permissions.set(Permission.objects.all())
    return found


def person(name: str, **flags: Any) -> Any:
    return get_user_model().objects.create_user(name, **flags)  # without a password: hashes are slow


def sessions(known: dict[str, Any]) -> Doorkeys:
    """The cookie of each identity's session: signed in, or one that was never worth anything or is so no longer."""
    keys = {name: session_of(user) for name, user in known.items()}
    keys |= {name: session_of(person(name)) for name in ("expired", "stale", "revoked")}
    store = import_module(settings.SESSION_ENGINE).SessionStore
    long_ago = timezone.now() - timedelta(days=1)
    store.get_model_class().objects.filter(session_key=keys["expired"]).update(expire_date=long_ago)
    store(keys["revoked"]).delete()
    change_password("stale")
    nobodys = store()
    nobodys.create()
    keys |= {"altered": altered(keys["owner"]), "anonymous": nobodys.session_key}
    found = {name: Presented(cookies={settings.SESSION_COOKIE_NAME: key}) for name, key in keys.items()}
    found["wrong audience"] = Presented(cookies={"another_services_session": keys["owner"]})
    return complete(found | {"service": bearer(token_of_a_service())})


def session_of(user: Any) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def change_password(name: str) -> None:
    user = get_user_model().objects.get_by_natural_key(name)
    user.set_password("a-long-enough-secret")
    user.save()


def api_tokens(known: dict[str, Any]) -> Doorkeys:
    """The token of the public API of each identity."""
    from knox.models import AuthToken

    made = {name: AuthToken.objects.create(user) for name, user in known.items()}
    made |= {name: AuthToken.objects.create(person(f"{name}-token")) for name in ("expired", "stale", "revoked")}
    AuthToken.objects.filter(pk=made["expired"][0].pk).update(expiry=timezone.now() - timedelta(seconds=1))
    made["revoked"][0].delete()
    change_password("stale-token")
    secrets = {name: secret for name, (_, secret) in made.items()}
    secrets |= {
        "altered": altered(secrets["owner"]),
        "wrong audience": of_the_gateway(Caller(known["owner"].id), audience="orders"),
        "anonymous": of_the_gateway(Caller(), audience="orders"),
        "service": token_of_a_service(),
    }
    return complete({name: bearer(secret) for name, secret in secrets.items()})


def service_tokens(owner: uuid.UUID) -> Doorkeys:
    """The gateway's token for each identity, and that of another service for itself."""
    callers = {"owner": Caller(owner), "another": Caller(uuid.uuid4()), "anonymous": Caller()}
    callers |= {name: Caller(uuid.uuid4(), is_staff=True) for name in ("staff without rights", "staff", "superuser")}
    secrets = {name: of_the_gateway(caller) for name, caller in callers.items()}
    secrets |= {
        "service": token_of_a_service(),
        "wrong audience": of_the_gateway(Caller(owner), audience="gateway"),
        "expired": of_the_gateway(Caller(owner), lifetime_seconds=-3600),
        "altered": altered(secrets["owner"]),
        "stale": of_the_gateway(Caller(owner), errand=Errand("GET", "/api/v1/what-was-asked-before")),
        "revoked": of_the_gateway(Caller(owner), key="k" * 64),  # of a key that is no longer here
    }
    return complete({name: bearer(secret) for name, secret in secrets.items()})


def of_the_gateway(caller: Caller, **options: Any) -> str:
    keys = getattr(settings, "SERVICE_TOKEN_KEYS", None) or {"gateway": [settings.ORDERS_TOKEN_KEY]}
    given = {"key": keys["gateway"][0], "audience": settings.SERVICE_NAME, "errand": None}
    given |= {"lifetime_seconds": BY_HAND_SECONDS} | options  # all doors of a service may take longer than a minute
    return issue(issuer="gateway", caller=caller, **given)


def complete(found: Doorkeys) -> Doorkeys:
    """With nobody, who presents nothing; nobody else is left out."""
    found["nobody"] = Presented()
    return {name: found[name] for name in IDENTITIES}
