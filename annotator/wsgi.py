"""The WSGI application."""

import codecs
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

from annotator import memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotator.settings")
_django = get_wsgi_application()
memory.settle()


def _names_a_codec_of_no_text(content_type: str) -> bool:
    """Whether the charset is one of Python's codecs that do not decode text, such as rot13 or base64."""
    try:
        charset = parse_header_parameters(content_type)[1].get("charset", "utf-8")
        codecs.lookup(charset)
    except (LookupError, ValueError):
        return False  # unknown to Python, and ignored by Django
    try:
        "".encode(charset)
    except LookupError:
        return True
    return False


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request. Django 5.2 fails on such a charset before any middleware could refuse it."""
    if _names_a_codec_of_no_text(environ.get("CONTENT_TYPE", "")):
        environ = {**environ, "CONTENT_TYPE": "application/octet-stream"}
    return _django(environ, start_response)
