"""The client of the payments service."""

import uuid
from dataclasses import dataclass
from typing import Protocol

from services.gateway.dtos import Account, Deposit, Entry, Page, Step


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """The account, and whether this call opened it."""

    account: Account
    created: bool


@dataclass(frozen=True, slots=True)
class MadeDeposit:
    """The deposit, and whether it is the first answer told again."""

    deposit: Deposit
    replayed: bool


class PaymentsClient(Protocol):
    """Every method raises `UpstreamUnavailable` or `UpstreamRefused` (404 where the user has no account)."""

    def open_account(self) -> OpenedAccount: ...

    def account(self) -> Account: ...

    def deposit(self, amount: int, *, idempotency_key: str = "") -> MadeDeposit: ...

    def entries(self, *, cursor: str = "", page_size: int | None = None) -> Page[Entry]: ...

    def account_of(self, user_id: uuid.UUID) -> Account:
        """Of any user; staff alone."""
        ...

    def timeline(self, order_id: uuid.UUID) -> tuple[Step, ...]: ...
