"""WSGI entry of the payments service; a stray variable cannot start another one."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "payments_proj.settings"

application = get_wsgi_application()
