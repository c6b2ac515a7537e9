"""What names, titles and language tags may hold; shared by every app that stores words people typed."""

import re

from django.core.exceptions import ValidationError

# Controls that no name or title has a use for. TAB, LF and CR stay allowed: pasted titles carry them.
UNFIT_FOR_NAMES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

# RFC 5646, section 2.1, without the grandfathered tags: language, script, region, variants, extensions, private use.
LANGUAGE_TAG = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[0-9a-wyz](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+",
    re.IGNORECASE | re.ASCII,
)


def validate_name(value: str) -> None:
    """Refuse control characters, noncharacters and lone surrogates in a name or title (code `bad_text`)."""
    found = UNFIT_FOR_NAMES.search(value)
    if found:
        raise ValidationError(
            "Character %(number)d is a control character (%(code)s). Remove it.",
            code="bad_text",
            params={"number": found.start() + 1, "code": f"U+{ord(found.group()):04X}"},
        )


def validate_language(value: str) -> None:
    """Refuse what is not a well-formed BCP 47 language tag such as en, zh-Hant or fa-AF (code `invalid`)."""
    if not LANGUAGE_TAG.fullmatch(value):
        raise ValidationError(
            "“%(value)s” is not a language tag. Write one such as en, zh-Hant or fa-AF; und if it is not known.",
            code="invalid",
            params={"value": value},
        )
