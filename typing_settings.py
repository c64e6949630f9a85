"""Union of all projects' settings, for mypy alone: one run sees every app. Never used at run time."""

import os
from importlib import import_module

from services.common.secrets import HOLDERS
from services.registry import SERVICES

os.environ |= {"EMBEDDED": "1", **dict.fromkeys(HOLDERS, "k1:typing")}
os.environ |= {service.database_url: "postgres://typing@localhost/typing" for service in SERVICES.values()}

# The types of what code reads from `django.conf.settings`.
from gateway_proj.settings import *
from orders_proj.settings import *
from payments_proj.settings import *

PROJECTS = [import_module(service.settings) for service in SERVICES.values()]
AUTH_USER_MODEL = "gateway.User"
INSTALLED_APPS = list(dict.fromkeys(app for project in PROJECTS for app in project.INSTALLED_APPS))
