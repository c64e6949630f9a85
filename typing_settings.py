"""Union of the three projects' settings, for mypy alone: one run sees every app. Never used at run time."""

import os

from services.common.secrets import HOLDERS

os.environ |= {"EMBEDDED": "1", **dict.fromkeys(HOLDERS, "k1:typing")}
os.environ |= {
    f"{name}_DATABASE_URL": "postgres://typing@localhost/typing" for name in ("GATEWAY", "ORDERS", "PAYMENTS")
}

from gateway_proj import settings as gateway
from gateway_proj.settings import *
from orders_proj import settings as orders
from orders_proj.settings import *
from payments_proj import settings as payments

AUTH_USER_MODEL = gateway.AUTH_USER_MODEL
INSTALLED_APPS = list(dict.fromkeys([*gateway.INSTALLED_APPS, *orders.INSTALLED_APPS, *payments.INSTALLED_APPS]))
