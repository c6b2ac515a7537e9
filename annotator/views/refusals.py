"""Putting what an action refused beside the fields of the form that asked; waiting after too many guesses."""

import math

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse

from annotator.actions.errors import ActionError
from annotator.actions.sign_in import TooManyFailuresError
from annotator.templatetags.figures import counted


def tell(form: forms.Form, refusal: ActionError | ValidationError) -> None:
    """Show a refusal beside the fields it names, or above the form."""
    if isinstance(refusal, ActionError):
        for fault in refusal.errors:
            form.add_error(fault.field if fault.field in form.fields else None, fault.detail)
        if not refusal.errors:
            form.add_error(None, refusal.detail)
    elif hasattr(refusal, "error_dict"):
        for field, messages in refusal.message_dict.items():
            form.add_error(field if field in form.fields else None, messages)
    else:
        form.add_error(None, refusal.messages)


def waiting_words(error: TooManyFailuresError) -> str:
    """Say how long to wait."""
    minutes = math.ceil(error.wait.total_seconds() / 60)
    return f"Too many wrong attempts. Wait {counted(minutes, 'minute')} and try again."


def told_to_wait(response: HttpResponse, error: TooManyFailuresError) -> HttpResponse:
    """Make a page the answer 429, with Retry-After."""
    response.status_code = 429
    response.headers["Retry-After"] = str(math.ceil(error.wait.total_seconds()))
    return response
