"""What orders does by itself every so often; each chore reads the database's clock once."""

from services.common.clock import database_now
from services.orders import use_cases


def resend_unsettled() -> int:
    """Send lost payment tasks again; returns how many."""
    return use_cases.resend_unsettled(now=database_now())


def alert_staff() -> int:
    """Tell staff of delayed orders; returns of how many."""
    return use_cases.alert_staff(now=database_now())
