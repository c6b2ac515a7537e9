"""Numbers, dates and icons as the pages print them."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django import template
from django.conf.locale import LANG_INFO
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from annotator.ids import uuid7
from annotator.models import Codebook

register = template.Library()

MINUS, NARROW_SPACE = "−", "\u202f"
SIGNED = re.compile(r"[A-Z\d][ .:–]+\S")
"""A point's name that begins with a sign of its own: "B Usually reliable". The workbench reads names alike."""


@register.filter
def coefficient(value: float | None) -> str:
    """Print an agreement figure with two decimals and without the zero before the point; a dash where undefined."""
    if value is None:
        return "–"
    digits = f"{abs(value):.2f}"
    if float(digits) == 0:
        return ".00"
    return (MINUS if value < 0 else "") + digits.removeprefix("0")


@register.filter
def share(value: float | None) -> str:
    """Print a share between 0 and 1 as whole percent; a dash where undefined. Never 0 or 100 for what is not quite."""
    if value is None:
        return "–"
    if 0 < value < 0.005:
        return f"<{NARROW_SPACE}1{NARROW_SPACE}%"
    if 0.995 <= value < 1:
        return f">{NARROW_SPACE}99{NARROW_SPACE}%"
    return f"{value * 100:.0f}{NARROW_SPACE}%"


@register.filter
def tenths(value: float) -> str:
    """Print a share between 0 and 1 as percent with one decimal."""
    return f"{value * 100:.1f}{NARROW_SPACE}%"


@register.filter
def thousandths(value: float) -> str:
    """Print a figure between 0 and 1 with three decimals and without the zero before the point."""
    return f"{value:.3f}".removeprefix("0")


@register.filter
def signed(value: int) -> str:
    """Print a scale value with its sign."""
    return f"{MINUS}{-value}" if value < 0 else f"+{value}" if value > 0 else "0"


@register.filter
def with_minus(value: int) -> str:
    """Print a whole number; a negative one with a minus and no hyphen."""
    return f"{MINUS}{-value}" if value < 0 else str(value)


@register.filter
def worded(point: Any, points: Iterable[Any]) -> str:
    """Print a point of a scale: value and name, or the name alone where all names on the scale begin with a sign."""
    everyone = list(points)
    return point.name if _name_signs(everyone) else f"{sign(point, everyone)} {point.name}".strip()


def sign(point: Any, points: Iterable[Any]) -> str:
    """Print the shortest that tells a point of a scale from the others: the sign its name begins with, or its value."""
    everyone = list(points)
    if _name_signs(everyone):
        return point.name[0]
    if point.missing:
        return "–"
    return signed(point.value) if any(each.value < 0 for each in everyone) else str(point.value)


def _name_signs(points: Iterable[Any]) -> bool:
    """Whether the names of all points begin with a sign."""
    return all(SIGNED.match(each.name) for each in points)


@register.filter
def thousands(value: int) -> str:
    """Print a count with commas."""
    return f"{value:,}"


@register.filter
def counted(value: int, noun: str) -> str:
    """Print a count with its noun, which takes an s but for one: `3 passages`. "reply,replies" gives both forms."""
    one, _, many = noun.partition(",")
    return f"{value:,} {one if value == 1 else many or one + 's'}"


@register.filter
def language_name(tag: str) -> str:
    """Name a language by its BCP 47 tag in English; the tag itself where it has no name here."""
    if tag in ("", "und"):
        return "not stated"
    for known in (tag.lower(), tag.lower().split("-")[0]):
        if "name" in LANG_INFO.get(known, {}):
            return LANG_INFO[known]["name"]
    return {"zh": "Chinese"}.get(tag.lower().split("-")[0], tag)


@register.filter
def on_day(value: date) -> str:
    """Print the day of an act: 23 Nov 2026."""
    return f"{value.day} {value:%b %Y}"


@register.simple_tag
def new_id() -> UUID:
    """Return an id for what a form will make, so that one sent twice makes it once."""
    return uuid7()


@register.simple_tag
@cache  # a page has hundreds, of few kinds
def icon(name: str, extra: str = "") -> SafeString:
    """Draw a symbol of the sprite; the words beside it name the thing."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" {extra}" if extra else "",
        static("annotator/icons.svg"),
        name,
    )


@register.simple_tag
def labels_css(codebook: Codebook) -> SafeString:
    """Link the stylesheet of a codebook's labels."""
    return format_html(
        '<link rel="stylesheet" href="{}">', reverse("labels-css", args=[codebook.slug, codebook.version])
    )


@register.simple_tag(takes_context=True)
def asking(context: template.Context, **changes: object) -> str:
    """Return this page's query with some parts changed, or left out where None. Never empty: that would change none."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def turning(context: template.Context, key: str, number: int) -> str:
    """Return this page's query with another page of a list, whose parameter is `key`, or "page" where it is empty."""
    return asking(context, **{key or "page": number})


@register.simple_tag(takes_context=True)
def carry(context: template.Context, *own: str) -> SafeString:
    """Write this page's query as hidden fields, all but those of the form's own."""
    pairs = [(key, value) for key, value in context["request"].GET.items() if key not in own]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.inclusion_tag("annotator/_csv.html", takes_context=True)
def csv_of(context: template.Context, key: str, words: str, **choices: str) -> dict[str, str]:
    """Link the file of a figure's numbers, by this page's own choices; `choices` are those it made for the reader."""
    document = context.get("document")
    if document:
        address = reverse("document-figure", args=[context["study"].slug, document.slug, key])
    else:
        address = reverse("study-figure", args=[context["study"].slug, key])
    query = context["request"].GET.copy()
    for name, value in choices.items():
        query[name] = value
    return {"address": f"{address}?{query.urlencode()}" if query else address, "words": words}
