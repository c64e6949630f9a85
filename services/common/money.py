"""Money: whole minor units of a currency. Only view-models format it."""

from dataclasses import dataclass

MAX_AMOUNT = 10**12


@dataclass(frozen=True, slots=True)
class Money:
    """Minor units (kopecks) of an ISO 4217 currency."""

    amount: int
    currency: str
