"""How work made with other versions of a codebook is read with one: label by label, with how much of it there is."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from annotator.models import Annotation, Codebook, Study, User
from annotator.models.descriptions import codebook_info, codebooks_behind
from annotator.queries.shown import shown_work
from annotator.reading import heirs_of


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One label of the version work was made with, and what it is read as with another."""

    version: int
    label: str
    name: str
    heirs: tuple[str, ...]
    merged: bool
    n_annotations: int

    @property
    def what(self) -> str:
        """In a word: same, renamed, merged, split or gone."""
        if len(self.heirs) > 1:
            return "split"
        if not self.heirs:
            return "gone"
        return "merged" if self.merged else "same" if self.heirs == (self.label,) else "renamed"

    @property
    def differs(self) -> bool:
        """Whether the passages are read as something else than was chosen."""
        return self.heirs != (self.label,)


def readable_with(study: Study, viewer: User) -> QuerySet[Codebook]:
    """Return the published versions of its codebook that a study can be read with, newest first."""
    versions = Codebook.objects.visible_to(viewer).published().filter(slug=study.codebook.slug)
    return versions.order_by("-version")


def reading_rows(study: Study, codebook: Codebook, viewer: User) -> list[ReadingRow]:
    """Return how the study's work would be read with a version: the submitted work that enters this viewer's figures.

    A row for each label of each version that such work was made with; of the version itself none.
    """
    seen = shown_work(study, viewer)
    live = Annotation.objects.filter(assignment__in=seen.values("pk"), deleted_at__isnull=True)
    columns = ("assignment__codebook", "label__code")
    counts = {row[:2]: row[2] for row in live.values_list(*columns).annotate(Count("pk")).order_by()}
    newer = codebook_info(codebook)
    known = codebooks_behind(newer, {newer.key: newer})
    rows = []
    for made_with in (
        Codebook.objects.filter(pk__in=seen.values("codebook")).exclude(pk=codebook.pk).order_by("version")
    ):
        older = codebook_info(made_with)
        heirs = heirs_of(older, newer, known)
        firsts = [found[0] for found in heirs.values() if len(found) == 1]
        rows += [
            ReadingRow(
                version=older.version,
                label=label.code,
                name=label.name,
                heirs=heirs[label.code],
                merged=len(heirs[label.code]) == 1 and firsts.count(heirs[label.code][0]) > 1,
                n_annotations=counts.get((made_with.pk, label.code), 0),
            )
            for label in older.labels
        ]
    return rows
