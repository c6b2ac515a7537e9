"""Codebooks beside one another: those shipped as files, and what a version changes in the one before."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from annotator.formats import codebook as codebook_file
from annotator.formats.codebook_changes import Change, changes
from annotator.models import Codebook, User
from annotator.models.descriptions import codebook_info
from annotator.records import CodebookInfo

FIXTURES = Path(settings.BASE_DIR) / "fixtures"


@cache
def presets() -> dict[str, CodebookInfo]:
    """Return the shipped codebooks by slug: the default first, the others by title."""
    files = [FIXTURES / "codebook.toml", *sorted((FIXTURES / "codebooks").glob("*.toml"))]
    default, *others = (codebook_file.parse(file.read_bytes()) for file in files)
    return {info.slug: info for info in [default, *sorted(others, key=lambda info: info.title)]}


@dataclass(frozen=True, slots=True)
class Since:
    """What a version changes in an earlier one."""

    codebook: Codebook
    changes: tuple[Change, ...]


def changes_since(codebook: Codebook, viewer: User) -> Since | None:
    """Return what differs from the newest earlier version the viewer may see, published ones only; None without one."""
    rows = Codebook.objects.visible_to(viewer).published().filter(slug=codebook.slug, version__lt=codebook.version)
    earlier = rows.order_by("-version").first()
    if earlier is None:
        return None
    return Since(earlier, tuple(changes(codebook_info(earlier), codebook_info(codebook))))
