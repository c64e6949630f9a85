"""WSGI entry of the orders service; a stray variable cannot start another one."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "orders_proj.settings"

application = get_wsgi_application()
