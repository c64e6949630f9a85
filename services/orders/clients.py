"""What orders asks payments over HTTP: its books, to compare them. Read-only."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import requests

from services.common.tokens import Caller, Errand, issue

TIMEOUTS = (0.5, 20.0)


class PaymentsUnavailable(Exception):
    """Payments did not answer, or not as it should."""


@dataclass(frozen=True, slots=True)
class SettlementDTO:
    """A settlement, and what the ledger took from its customer: minus the amount, or 0."""

    order_id: uuid.UUID
    user_id: uuid.UUID
    amount: int
    currency: str
    status: str
    reason: str
    entries_sum: int

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        return cls(
            order_id=uuid.UUID(body["order_id"]),
            user_id=uuid.UUID(body["user_id"]),
            amount=body["amount"],
            currency=body["currency"],
            status=body["status"],
            reason=body["reason"] or "",
            entries_sum=body["entries_sum"],
        )


@dataclass(frozen=True, slots=True)
class BooksDTO:
    """The sum of all ledger entries, and the accounts whose balance is not the sum of their own."""

    entries_sum: int
    wrong_balances: tuple[str, ...]


class PaymentsClient:
    """Payments' API for the audit, with a token of that scope alone."""

    def __init__(self, url: str, *, key: str) -> None:
        self._api = f"{url.rstrip('/')}/api/v1"
        self._key = key
        self._session = requests.Session()
        self._session.trust_env = False

    def settlements(self, after: uuid.UUID | None = None) -> Iterator[list[SettlementDTO]]:
        """All settlements after this order id, page by page, in the order of their order ids."""
        while True:
            body = self._get("settlements", {"after": str(after)} if after else {})
            yield [SettlementDTO.from_json(each) for each in body["results"]]
            if body["next_after"] is None:
                return
            after = uuid.UUID(body["next_after"])

    def settlement(self, order_id: uuid.UUID) -> SettlementDTO | None:
        """The settlement of this order, as it is now."""
        body = self._get("settlements", {"after": str(uuid.UUID(int=order_id.int - 1))})
        found = [SettlementDTO.from_json(each) for each in body["results"][:1]]
        return found[0] if found and found[0].order_id == order_id else None

    def books(self) -> BooksDTO:
        """What payments' ledger says about itself."""
        body = self._get("books", {})
        return BooksDTO(body["entries_sum"], tuple(body["wrong_balances"]))

    def _get(self, path: str, query: Mapping[str, str]) -> Any:
        token = issue(
            key=self._key,
            issuer="orders",
            audience="payments",
            caller=Caller(scope="audit"),
            errand=Errand("GET", f"/api/v1/{path}"),
        )
        headers = {"Authorization": f"Bearer {token}"}
        try:
            answer = self._session.get(f"{self._api}/{path}", params=query, headers=headers, timeout=TIMEOUTS)
            answer.raise_for_status()
            return answer.json()
        except (requests.RequestException, ValueError) as error:
            raise PaymentsUnavailable(f"{path}: {error}") from error
