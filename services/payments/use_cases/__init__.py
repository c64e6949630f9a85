"""What payments does: each function owns its transaction."""

from services.payments.use_cases.accounts import BalanceTooLarge, Deposit, NoAccount, deposit, open_account
from services.payments.use_cases.deciding import Task, decide_orders

__all__ = ["BalanceTooLarge", "Deposit", "NoAccount", "Task", "decide_orders", "deposit", "open_account"]
