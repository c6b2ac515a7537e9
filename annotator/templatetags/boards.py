"""Spans of time as the boards print them."""

from django import template

register = template.Library()

MINUTE, HOUR = 60, 3600


@register.filter
def duration(seconds: float) -> str:
    """Print a span of time no finer than it is known: 40 s, 12 min, 1.5 h, 14 h."""
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 100 * MINUTE:
        return f"{seconds / MINUTE:.0f} min"
    hours = seconds / HOUR
    return f"{hours:.1f} h" if hours < 10 else f"{hours:,.0f} h"
