"""Which texts of a study have a gold standard, whose it is, and how much submitted work it can rest on."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q

from annotator.models import Assignment, Study
from sources.models import Revision

TEXTS_ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class GoldRow:
    """A text, how many of its first rounds are submitted and open, and who settles it; None = nobody yet."""

    revision: Revision
    n_submitted: int
    n_open: int
    gold: Assignment | None
    pseudonym: str

    @property
    def may_be_given(self) -> bool:
        """Whether somebody can still be asked to settle it."""
        return self.gold is None and not self.revision.document.is_withdrawn


def gold_rows(study: Study, page: str = "") -> tuple[Page, list[GoldRow]]:
    """Return a page of the study's texts with what settles them, in four queries; for those who run the study."""
    reviews = Q(
        assignments__study=study,
        assignments__role=Assignment.Role.REVIEWER,
        assignments__round=1,
        assignments__purpose=Assignment.Purpose.STUDY,
    )
    counted = {
        "n_submitted": Count("assignments", filter=reviews & Q(assignments__state=Assignment.State.SUBMITTED)),
        "n_open": Count("assignments", filter=reviews & Q(assignments__state=Assignment.State.OPEN)),
    }
    texts = study.revisions.without_text().select_related("document").annotate(**counted)
    shown = Paginator(texts.order_by("document__title", "number"), TEXTS_ON_A_PAGE).get_page(page)
    gold = Assignment.objects.gold().filter(study=study, revision__in=[text.pk for text in shown])
    held = {each.revision_id: each for each in gold.exclude(state=Assignment.State.DECLINED)}
    names = dict(study.memberships.values_list("user_id", "pseudonym"))
    return shown, [
        GoldRow(text, text.n_submitted, text.n_open, found, names[found.reviewer_id] if found else "")
        for text in shown
        for found in [held.get(text.pk)]
    ]
