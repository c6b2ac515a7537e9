"""What a viewer's figures are made of, where a page wants to know more of it than the figures."""

from collections import defaultdict
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from annotator.agreement.selection import Work, select
from annotator.agreement.timeline import Change, Completed
from annotator.models import Annotation, Assignment, Event, Membership, Study, User
from annotator.models.assignment import AssignmentQuerySet, is_first_look
from annotator.queries.agreement import hidden_revisions
from annotator.queries.coded_documents import coded_documents, documents_with, first_reveals, study_info
from annotator.queries.figures import Figures
from annotator.records import CodedDocument, Coding
from sources.models import Revision

OF_TEXTS: Final = ("revision_id", "revision__document__slug", "revision__document__title", "revision__number")
OF_CODINGS: Final = (
    *("pk", "reviewer_id", "reviewer__kind", "codebook__slug", "codebook__version"),
    *("role", "round", "state", "informed_at", "begun_at", "submitted_at"),
)


def shown_work(study: Study, viewer: User) -> AssignmentQuerySet:
    """Submitted work that may enter the viewer's figures; of a text that is hidden yet not even the viewer's own."""
    hidden = hidden_revisions(study, viewer).values("pk")
    return Assignment.objects.measured_for(viewer, study).exclude(revision__in=hidden)


def documents_apart(study: Study, viewer: User) -> tuple[CodedDocument, ...]:
    """Return of the texts whose figures the viewer is shown those with what the figures leave out, with all work.

    That is a later round or a machine's work.
    """
    apart = shown_work(study, viewer).filter(Q(round__gt=1) | Q(reviewer__kind=User.Kind.MACHINE))
    texts = Revision.objects.filter(pk__in=apart.values("revision")).only("pk")
    return tuple(coded_documents(study, viewer, revisions=texts, purpose="agreement"))


def shown_codings(study: Study, viewer: User) -> tuple[list[CodedDocument], dict[UUID, int]]:
    """Return the texts whose figures the viewer is shown, with all submitted work; and its passages, by coding id.

    Neither texts nor passages are read of documents whose work was all done with the study's codebook: they are left
    out. Other work is read with that codebook first, which may leave passages or a coding's independence away.
    """
    about, seen = study_info(study), shown_work(study, viewer)
    reveals = first_reveals(study)
    pseudonyms = dict(study.memberships.values_list("user_id", "pseudonym"))
    codings: dict[int, list[Coding]] = defaultdict(list)
    texts: dict[int, CodedDocument] = {}
    rows = seen.order_by("revision__document__title", "revision__document__slug", "revision__number", "pk")
    for row in rows.values_list(*OF_TEXTS, *OF_CODINGS, named=True):
        codings[row.revision_id].append(
            Coding(
                id=row.pk,
                reviewer=pseudonyms[row.reviewer_id],
                codebook=(row.codebook__slug, row.codebook__version),
                kind=row.reviewer__kind,
                role=row.role,
                round=row.round,
                state=row.state,
                independent=study.is_blind and is_first_look(row, reveals.get(row.reviewer_id)),
                submitted_at=row.submitted_at,
            )
        )
        if row.revision_id not in texts:
            slug, title = row.revision__document__slug, row.revision__document__title
            texts[row.revision_id] = CodedDocument(about, {}, slug, title, "", "", row.revision__number)
    older = [pk for pk, given in codings.items() if any(each.codebook != about.codebook for each in given)]
    counts = Annotation.objects.live().filter(assignment__in=seen.exclude(revision__in=older).values("pk"))
    passages = dict(counts.values_list("assignment").annotate(Count("pk")).order_by())
    found = {pk: replace(text, codings=tuple(codings[pk])) for pk, text in texts.items()}
    read = {(each.slug, each.revision): each for each in documents_with(study, older, seen)} if older else {}
    for pk in older:
        found[pk] = read[found[pk].slug, found[pk].revision]
        passages |= {coding.id: len(coding.passages) for coding in found[pk].codings}
    return list(found.values()), passages


def completed_documents(figures: Figures, viewer: User, work: Work) -> list[Completed]:
    """Return the documents that count, with whose work they were completed and when, and their sums as kept."""
    tallies = figures.tallies(work)
    documents, _ = shown_codings(figures.study, viewer)
    return [
        Completed(document, tallies[key].sums)
        for document in select(documents, rounds=work.rounds, independent=work.independent).documents
        if (key := (document.slug, document.revision)) in tallies and not tallies[key].n_skipped
    ]


def study_changes(study: Study, viewer: User) -> list[Change]:
    """Return when another codebook version came into force, and when members came, left or took another role.

    To those who run the study; to others nothing: when somebody joined is none of their business.
    """
    if not study.is_run_by(viewer):
        return []
    members = {str(pk): name for pk, name in study.memberships.values_list("pk", "pseudonym")}
    seen = Event.objects.visible_to(viewer).filter(ledger__study=study, assignment__isnull=True)
    codebooks = Q(kind="study", verb="changed", before__version__isnull=False, after__version__isnull=False)
    acts = seen.filter(codebooks | Q(kind="membership")).order_by("seq")
    found = []
    for kind, key, verb, at, before, after in acts.values_list("kind", "object_id", "verb", "at", "before", "after"):
        before, after = before or {}, after or {}
        if kind == "study":
            found.append(Change(at, "codebook", f"v{after['version']}", f"v{before['version']}"))
        elif key in members:
            comes = verb in ("added", "joined") or before.get("left")
            what = "left" if verb == "left" else "joined" if comes else "role"
            role = Membership.Role(after["role"]).label if after.get("role") else ""
            found.append(Change(at, what, members[key], role))
    return found
