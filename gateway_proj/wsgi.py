"""WSGI entry of the gateway service; a stray variable cannot start another one."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "gateway_proj.settings"

application = get_wsgi_application()
