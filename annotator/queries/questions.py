"""What a lead may ask reviewers about their work, a page of texts at a time: of work that the lead may see only."""

from dataclasses import dataclass, replace
from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import Max, OuterRef, Subquery

from annotator.models import Study, User
from annotator.models.assignment import AssignmentQuerySet
from annotator.models.descriptions import codebook_info
from annotator.queries.coded_documents import coded_documents
from annotator.queries.shown import shown_work
from annotator.questions import Question, questions_of
from annotator.records import CodedDocument
from sources.models import Revision

TEXTS_ON_A_PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions about one text."""

    document: CodedDocument
    questions: tuple[Question, ...]


def first_rounds(study: Study, viewer: User) -> AssignmentQuerySet:
    """Return people's submitted first rounds that the viewer may see."""
    return shown_work(study, viewer).reviews().filter(round=1, reviewer__kind=User.Kind.HUMAN)


def study_questions(
    study: Study, viewer: User, *, reviewer: str = "", kind: str = "", page: str = "", size: int = TEXTS_ON_A_PAGE
) -> tuple[Page, list[Asked]]:
    """Return a page of texts with submitted work, the latest handed in first, and the questions about these texts.

    Of a `reviewer` (a pseudonym) only the texts they submitted, and the questions about their work; of a `kind` of
    question only these. A fixed number of queries. Nothing for whoever does not run the study.
    """
    work = first_rounds(study, viewer) if study.is_run_by(viewer) else first_rounds(study, viewer).none()
    here = work.filter(reviewer__memberships__study=study, reviewer__memberships__pseudonym=reviewer)
    latest = work.filter(revision=OuterRef("pk")).order_by().values("revision").annotate(at=Max("submitted_at"))
    texts = Revision.objects.filter(pk__in=(here if reviewer else work).values("revision"))
    texts = texts.annotate(handed_in=Subquery(latest.values("at")[:1])).order_by("-handed_in", "pk").only("pk")
    shown = Paginator(texts, size).get_page(page)
    order = [revision.pk for revision in shown]
    counted = set(work.filter(revision__in=order).values_list("pk", flat=True))
    info = codebook_info(study.codebook)
    found = {}
    for document in coded_documents(study, viewer, revisions=shown, purpose="agreement"):
        chosen = replace(document, codings=tuple(each for each in document.codings if each.id in counted))
        questions = tuple(
            each
            for each in questions_of(chosen, info)
            if (not reviewer or each.reviewer == reviewer) and (not kind or each.kind == kind)
        )
        found[document.slug, document.revision] = Asked(chosen, questions)
    names = Revision.objects.filter(pk__in=order).values_list("pk", "document__slug", "number")
    place = {pk: (slug, number) for pk, slug, number in names}
    return shown, [found[place[pk]] for pk in order]
