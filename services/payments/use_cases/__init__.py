"""What payments does: each function owns its transaction."""

from services.payments.use_cases.accounts import BalanceTooLarge, Deposit, NoAccount, deposit, open_account
from services.payments.use_cases.settling import settle_orders

__all__ = ["BalanceTooLarge", "Deposit", "NoAccount", "deposit", "open_account", "settle_orders"]
