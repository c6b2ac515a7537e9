"""Texts whose agreement is so low that the study's rule asks for one reviewer more."""

from dataclasses import dataclass

from django.db.models import QuerySet

from annotator.agreement.measured import DocumentReport
from annotator.models import Assignment, Study, texts_all_in
from annotator.queries.figures import Figures
from sources.models import Revision


@dataclass(frozen=True, slots=True)
class LowText:
    """A text, the figure it has by the rule's measure, and over how many reviews."""

    revision: Revision
    value: float
    n_reviews: int


def value_of(row: DocumentReport, measure: str) -> float | None:
    """Return a document's figure by a measure of the rule; None where it is undefined, as where nobody marked much."""
    if measure == Study.ExtraMeasure.TOGETHER:
        return row.together.u_alpha.value
    values = [each.sentence_alpha.value for each in row.labels if each.sentence_alpha.value is not None]
    return min(values, default=None)


def low_texts(study: Study, among: QuerySet[Revision] | None = None) -> list[LowText]:
    """Return the texts, of `among` if given, that the rule asks a further review of, by title.

    Over all submitted work, for the rule itself to act on; whoever shows any of it asks first what its viewer may see.
    A text without a figure is not low: there is nothing that another review would settle.
    """
    texts = texts_all_in(study).without_text().select_related("document")
    if among is not None:
        texts = texts.filter(pk__in=among.values("pk"))
    found = {(text.document.slug, text.number): text for text in texts}
    if not found:
        return []
    asked = [text.pk for text in found.values()]
    submitted = Assignment.objects.filter(study=study, revision__in=asked).submitted().without_training()
    figures = Figures(study, submitted, Revision.objects.filter(pk__in=asked))
    low = []
    for row in figures.rows(figures.usual):
        value = value_of(row, study.extra_measure)
        if value is not None and value < study.extra_below:
            text = found[row.key]
            low.append(LowText(text, value, text.n_submitted))
    return sorted(low, key=lambda each: (each.revision.document.title.casefold(), each.revision.pk))
