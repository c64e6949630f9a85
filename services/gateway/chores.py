"""What the gateway does by itself: tokens that are over go, and carts that nobody can come back to."""

from knox.models import AuthToken

from services.common.chores import delete_in_steps
from services.common.clock import database_now
from services.gateway.limits import CARTS_KEPT
from services.gateway.models import Cart


def clear_tokens() -> int:
    """Tokens that are over go; returns how many."""
    return delete_in_steps(AuthToken.objects.filter(expiry__lt=database_now()))


def clear_carts() -> int:
    """Carts of signed-out visitors that nobody changed for 30 days go; a user's stays. Returns how many."""
    return delete_in_steps(Cart.objects.filter(user=None, updated_at__lt=database_now() - CARTS_KEPT))
