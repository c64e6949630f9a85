"""The client of the payments service."""

import uuid
from dataclasses import dataclass

from services.gateway.clients.caller_channel import CallerChannel
from services.gateway.clients.errors import UpstreamRefused
from services.gateway.dtos import Account, Deposit, Entry, Page, Step
from services.gateway.staff_dtos import PaymentsSide


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """The account, and whether this call opened it."""

    account: Account
    created: bool


@dataclass(frozen=True, slots=True)
class MadeDeposit:
    """The deposit, and whether it is a replay of the first answer."""

    deposit: Deposit
    replayed: bool


@dataclass(frozen=True, slots=True)
class PaymentsClient:
    """Every method raises `UpstreamUnavailable` or `UpstreamRefused` (404 where the user has no account)."""

    channel: CallerChannel

    def open_account(self) -> OpenedAccount:
        """The caller's account, opened where there was none."""
        reply = self.channel.post("account", repeatable=True)
        return OpenedAccount(reply.read(Account.from_json), created=reply.status == 201)

    def account(self) -> Account:
        """The caller's account."""
        return self.channel.get("account").read(Account.from_json)

    def find_account(self) -> Account | None:
        """The caller's account, or None where it was never opened."""
        try:
            return self.account()
        except UpstreamRefused as refusal:
            if refusal.status != 404:
                raise
            return None

    def deposit(self, amount: int, *, idempotency_key: str = "") -> MadeDeposit:
        """Put this many minor units on the caller's account."""
        reply = self.channel.post("account", "deposits", json={"amount": amount}, idempotency_key=idempotency_key)
        return MadeDeposit(reply.read(Deposit.from_json), reply.replayed)

    def entries(self, *, cursor: str = "", page_size: int | None = None) -> Page[Entry]:
        """A page of the account's ledger, newest first."""
        reply = self.channel.get("account", "entries", cursor=cursor, page_size=page_size)
        return reply.read(lambda body: Page.from_json(body, Entry.from_json))

    def account_of(self, user_id: uuid.UUID) -> Account:
        """Of any user; staff alone."""
        return self.channel.get("accounts", user_id=user_id).read(Account.from_json)

    def story(self, order_id: uuid.UUID) -> PaymentsSide:
        """Every row that payments has of anybody's order; refused (403) but to staff."""
        return self.channel.get("ops", "orders", order_id).read(PaymentsSide.from_json)

    def timeline(self, order_id: uuid.UUID) -> tuple[Step, ...]:
        """What payments knows of the order's way; nothing where it has not heard of it."""
        return self.channel.get("orders", order_id, "timeline").read(
            lambda body: tuple(map(Step.from_json, body["steps"]))
        )
