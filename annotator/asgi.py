"""The ASGI application."""

import os

from django.core.asgi import get_asgi_application

from annotator import memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotator.settings")
application = get_asgi_application()
memory.settle()
