"""What could not be handled, in both services."""

import uuid
from collections.abc import Iterable, Mapping
from functools import partial

from services.gateway.clients.errors import unless_silent
from services.gateway.clients.upstreams import Upstreams
from services.gateway.models import User
from services.gateway.staff_dtos import Deed, Group


def groups_of(upstreams: Upstreams, state: str) -> Mapping[str, tuple[Group, ...] | None]:
    """Each service's groups; None where it is silent."""
    clients = upstreams.operating.items()
    return {service: unless_silent(partial(client.groups, state)) for service, client in clients}


def names_of(deeds: Iterable[Deed]) -> Mapping[str, str]:
    """The names of those who did it, by what the services know of them, as far as they are our users."""
    ids = {deed.by for deed in deeds if is_uuid(deed.by)}
    return {str(user_id): name for user_id, name in User.objects.filter(id__in=ids).values_list("id", "username")}


def is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
