"""What codes, colours and user names may hold; names and titles follow `sources.validators`."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from sources.validators import validate_name

_INVISIBLE = re.compile("[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")

validate_code = RegexValidator(
    r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z", "Use small letters a to z, digits and single hyphens.", "code"
)
validate_colour = RegexValidator(
    r"\A#[0-9a-f]{6}\Z", "Give the colour as # and six small hexadecimal digits.", "colour"
)


def validate_visible(value: str) -> None:
    """Refuse controls, bidirectional overrides and zero-width characters: two names must not look alike."""
    validate_name(value)
    if _INVISIBLE.search(value) or "\n" in value or "\r" in value or "\t" in value:
        raise ValidationError("Remove the invisible characters: names must be told apart by eye.", "bad_text")
