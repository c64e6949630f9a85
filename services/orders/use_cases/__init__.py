"""What orders does: each function owns its transaction."""

from services.orders.use_cases.adopting import adopt_settlements
from services.orders.use_cases.alerting import alert_staff
from services.orders.use_cases.applying import SettledMeanwhile, UnknownOrder, apply_settlements
from services.orders.use_cases.auditing import AuditReport, FindingKind, audit
from services.orders.use_cases.audits import is_audit_waiting, request_audit, run_audit, schedule_audit
from services.orders.use_cases.catalogue import load_catalogue
from services.orders.use_cases.placing import PlacedOrder, PriceChanged, TotalTooLarge, UnknownProducts, place_order
from services.orders.use_cases.resending import resend_tasks, resend_unsettled

__all__ = [
    "AuditReport",
    "FindingKind",
    "PlacedOrder",
    "PriceChanged",
    "SettledMeanwhile",
    "TotalTooLarge",
    "UnknownOrder",
    "UnknownProducts",
    "adopt_settlements",
    "alert_staff",
    "apply_settlements",
    "audit",
    "is_audit_waiting",
    "load_catalogue",
    "place_order",
    "request_audit",
    "resend_tasks",
    "resend_unsettled",
    "run_audit",
    "schedule_audit",
]
