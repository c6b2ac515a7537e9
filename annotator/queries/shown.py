"""What a viewer's figures are made of, where a page wants to know more of it than the figures."""

from collections import defaultdict

from django.db.models import Q

from annotator.agreement.selection import Work, select
from annotator.agreement.timeline import Change, Completed
from annotator.models import Assignment, Event, Membership, Study, User
from annotator.models.study import AssignmentQuerySet
from annotator.queries.agreement import hidden_revisions
from annotator.queries.coded_documents import coded_documents, coding_of, study_info
from annotator.queries.figures import Figures
from annotator.records import CodedDocument, Coding
from sources.models import Revision


def shown_work(study: Study, viewer: User) -> AssignmentQuerySet:
    """Submitted work that may enter the viewer's figures; of a text that is hidden yet not even the viewer's own."""
    hidden = hidden_revisions(study, viewer).values("pk")
    return Assignment.objects.filter(study=study).measured_for(viewer).exclude(revision__in=hidden)


def shown_documents(study: Study, viewer: User) -> tuple[CodedDocument, ...]:
    """Return the texts whose figures the viewer is shown, with all submitted work that may enter them."""
    return _documents(study, viewer, shown_work(study, viewer))


def documents_apart(study: Study, viewer: User) -> tuple[CodedDocument, ...]:
    """Return of these texts those with a later round or a machine's work, which the figures leave out."""
    apart = Q(round__gt=1) | Q(reviewer__kind=User.Kind.MACHINE)
    return _documents(study, viewer, shown_work(study, viewer).filter(apart))


def _documents(study: Study, viewer: User, seen: AssignmentQuerySet) -> tuple[CodedDocument, ...]:
    texts = Revision.objects.filter(pk__in=seen.values("revision")).only("pk")
    return tuple(coded_documents(study, viewer, revisions=texts, purpose="agreement"))


def completed_documents(figures: Figures, viewer: User, work: Work) -> list[Completed]:
    """Return the documents that count, with whose work they were completed and when, and their sums as kept."""
    study, about = figures.study, study_info(figures.study)
    pseudonyms = dict(study.memberships.values_list("user_id", "pseudonym"))
    codings: dict[tuple[str, int], list[Coding]] = defaultdict(list)
    titles: dict[tuple[str, int], str] = {}
    rows = shown_work(study, viewer).with_independence().select_related("codebook", "reviewer", "revision__document")
    for row in rows.defer("revision__text"):
        key = (row.revision.document.slug, row.revision.number)
        titles[key] = row.revision.document.title
        codings[key].append(coding_of(row, pseudonyms[row.reviewer_id]))
    bare = [
        CodedDocument(about, {}, slug, titles[slug, number], "", "", number, codings=tuple(given))
        for (slug, number), given in codings.items()
    ]
    tallies = figures.tallies(work)
    return [
        Completed(document, tallies[key].sums)
        for document in select(bare, rounds=work.rounds, independent=work.independent).documents
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
