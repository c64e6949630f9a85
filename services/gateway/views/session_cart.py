"""The cart of a signed-out visitor: the session keeps its id, until signing in hands it over."""

import uuid

from django.http import HttpRequest

from services.gateway.models import User
from services.gateway.use_cases import carts

SESSION_NAME = "cart"


def visitor_of(request: HttpRequest) -> carts.Visitor:
    """Whose cart the request means; one filled before signing in is the user's from now on."""
    if isinstance(request.user, User):
        hand_over_cart(request, request.user)
        return carts.Visitor(user_id=request.user.id)
    cart_id = request.session.get(SESSION_NAME)
    return carts.Visitor(cart_id=uuid.UUID(cart_id)) if cart_id else carts.Visitor()


def hand_over_cart(request: HttpRequest, user: User) -> None:
    """Give the session's cart, if it has one, to the user."""
    if SESSION_NAME in request.session:
        carts.adopt(uuid.UUID(request.session.pop(SESSION_NAME)), user.id)


def keep_cart(request: HttpRequest, cart_id: uuid.UUID) -> None:
    """Let a signed-out visitor's session find this cart again."""
    if not isinstance(request.user, User) and request.session.get(SESSION_NAME) != str(cart_id):
        request.session[SESSION_NAME] = str(cart_id)
