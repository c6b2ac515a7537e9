"""How well the colours of labels stand out from the page, by the formula of WCAG 2.2."""

LIGHT_GROUND, DARK_GROUND = "#ffffff", "#14171a"  # the pages that labels are drawn on
LEAST_CONTRAST = 3.0  # WCAG 2.2, 1.4.11


def channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue of a #rrggbb colour, 0 to 255 each."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    parts = [channel / 255 for channel in channels(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two #rrggbb colours, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
