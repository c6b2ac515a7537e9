"""Bringing recorded work back: equal records, whole or not at all, harmless when repeated."""

import io
import uuid
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from annotator.actions.adjudication import Verdict, decide_case, settle_agreed
from annotator.actions.annotation import Precondition, delete_annotation
from annotator.actions.assignments import assign_revision, reveal_assignment, revise_assignment
from annotator.actions.codebook import create_codebook
from annotator.actions.errors import ConflictError, InvalidError, NotAllowedError
from annotator.actions.imports import ImportCount, import_documents
from annotator.actions.rating import rate_document
from annotator.actions.reclaiming import give_back_assignments, reclaim_assignments, set_deadlines
from annotator.actions.scale_decisions import ScaleVerdict, decide_scale
from annotator.actions.set_up import change_study, fixed_order, sort_revisions
from annotator.actions.study import add_revisions
from annotator.formats import jsonl
from annotator.models import Annotation, Assignment, Codebook, Decision, Event, Membership, Study, User
from annotator.queries import all_coded_documents, coded_documents, verification
from annotator.records import CodedDocument, CodedPassage, CodedRating
from tests.staging import small_codebook


@pytest.fixture
def recorded(stage, cast, fill, mark, edit, submit) -> tuple[CodedDocument, ...]:
    """Two rounds of ben's with a tombstone and an edit, cleo's open work; as an export would hold them."""
    passage = fill("ben")
    edit(passage, note=" =1+1\r\n\u2028\U0001f9e0", ratings=[("slant", -2)])
    dead = mark("ben", "Harbour news", "fact", ratings=[("slant", 0)])
    delete_annotation(actor=cast.ben, annotation_id=dead.pk, versions={1})
    submit(stage.assignments["ben"])
    reveal_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk)
    revise_assignment(actor=cast.ben, assignment_id=stage.assignments["ben"].pk, reason="Saw the point")
    mark("cleo", "Fares will rise", "opinion")
    return tuple(all_coded_documents(stage.study))


def elsewhere(documents: tuple[CodedDocument, ...]) -> tuple[CodedDocument, ...]:
    """The same work as if recorded in another installation: another study, document and codebook, other ids."""
    (document,) = documents
    keys = {passage.id: uuid.uuid4() for coding in document.codings for passage in coding.passages}

    def moved(ratings: tuple[CodedRating, ...]) -> tuple[CodedRating, ...]:
        return tuple(
            replace(rating, evidence=tuple(sorted(keys[key] for key in rating.evidence))) for rating in ratings
        )

    def carried(passage: CodedPassage) -> CodedPassage:
        origin = keys.get(passage.derived_from)
        return replace(passage, id=keys[passage.id], derived_from=origin, ratings=moved(passage.ratings))

    codings = [
        replace(
            coding,
            id=uuid.uuid4(),
            codebook=("far", 1),
            passages=tuple(
                sorted(map(carried, coding.passages), key=lambda passage: (passage.start, -passage.end, passage.id))
            ),
            ratings=moved(coding.ratings),
            decisions=tuple(
                replace(
                    decision,
                    id=uuid.uuid4(),
                    annotation=keys.get(decision.annotation),
                    votes=tuple(sorted(keys[vote] for vote in decision.votes)),
                )
                for decision in coding.decisions
            ),
        )
        for coding in document.codings
    ]
    (codebook,) = document.codebooks.values()
    return (
        replace(
            document,
            study=replace(document.study, slug="far", codebook=("far", 1)),
            slug="far-text",
            codebooks={("far", 1): replace(codebook, slug="far")},
            codings=tuple(sorted(codings, key=lambda coding: coding.id)),
        ),
    )


@pytest.fixture
def far(recorded):
    return elsewhere(recorded)


def altered(documents: tuple[CodedDocument, ...], which: int = 0, **values: Any) -> tuple[CodedDocument, ...]:
    """The documents with one coding altered."""
    (document,) = documents
    codings = list(document.codings)
    codings[which] = replace(codings[which], **values)
    return (replace(document, codings=tuple(codings)),)


def with_passages(documents: tuple[CodedDocument, ...]) -> int:
    """The number of a coding that has a passage and a document rating."""
    return next(i for i, coding in enumerate(documents[0].codings) if coding.passages and coding.ratings)


def test_records_come_back_equal(far, cast):
    count = import_documents(actor=cast.ada, documents=far)
    assert count == ImportCount(studies=1, documents=1, assignments=3, annotations=4)
    assert tuple(all_coded_documents(Study.objects.get(slug="far"))) == far
    assert verification().faults == []


def test_how_a_study_is_set_up_comes_back(stage, cast, make_document):
    """Its purpose, order and deadline, places in the order, and what was given, taken back and wanted by when."""
    spare = make_document("pier")
    add_revisions(actor=cast.ada, study=stage.study, revisions=[spare])
    sort_revisions(actor=cast.ada, study=stage.study, order=[spare.pk, stage.revision.pk])
    rules = {"purpose": "teaching", "order": "fixed", "due_on": date(2999, 1, 1)}
    study = change_study(actor=cast.ada, study=stage.study, changes=rules)
    ben, cleo = (stage.assignments[name].pk for name in ("ben", "cleo"))
    set_deadlines(actor=cast.ada, study=study, ids=[ben], due_on=date(2999, 2, 1))
    reclaim_assignments(actor=cast.ada, study=study, ids=[cleo])
    file = io.BytesIO()
    jsonl.write(all_coded_documents(study), file)
    told = jsonl.read(io.BytesIO(file.getvalue()))
    assert told == list(all_coded_documents(study))
    assert [(each.slug, each.place) for each in told] == [("harbour-text", 2), ("pier", 1)]
    away = [
        replace(
            each,
            study=replace(each.study, slug="far"),
            codings=tuple(replace(coding, id=uuid.uuid4()) for coding in each.codings),
        )
        for each in told
    ]
    import_documents(actor=cast.ada, documents=away)
    far = Study.objects.get(slug="far")
    assert {name: getattr(far, name) for name in rules} == rules
    assert fixed_order(far) == [spare.pk, stage.revision.pk]
    wanted, taken = (far.assignments.get(state=state) for state in ("open", "declined"))
    assert (wanted.due_on, wanted.place, taken.due_on, taken.reclaimed_at is None) == (date(2999, 2, 1), 1, None, False)
    assert give_back_assignments(actor=cast.ada, study=far, ids=[taken.pk]) == [taken]


def test_an_export_counts_places_among_the_documents_it_tells_of(stage, cast, make_document):
    spare = make_document("pier")
    add_revisions(actor=cast.ada, study=stage.study, revisions=[spare])
    sort_revisions(actor=cast.ada, study=stage.study, order=[spare.pk, stage.revision.pk])
    (told,) = coded_documents(stage.study, cast.ben)
    assert (told.slug, told.place) == ("harbour-text", 1)


def test_no_study_is_brought_under_the_address_of_a_page(far, cast, frames):
    (document,) = far
    with frames.refusal(InvalidError):
        import_documents(
            actor=cast.ada, documents=[replace(document, study=replace(document.study, slug="new"), codings=())]
        )


@pytest.fixture
def judged(stage, cast, mark, submit) -> tuple[CodedDocument, ...]:
    """Two submitted reviews and the gold standard of their text: a passage taken, a stretch kept as contested."""
    taken, doubted = mark("ben", "Harbour news", "fact"), mark("ben", "Fares will rise", "fact")
    mark("cleo", "Fares will rise", "opinion")
    for name in ("ben", "cleo"):
        submit(stage.assignments[name])
    gold = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )
    named = {"actor": cast.dora, "assignment_id": gold.pk, "precondition": Precondition(create=True)}
    took = Verdict("took", taken.start, taken.end, (taken.pk,), taken.pk)
    decide_case(decision_id=uuid.uuid4(), verdict=took, **named)
    kept = Verdict("contested", doubted.start, doubted.end, (doubted.pk,), reason="both hold")
    decide_case(decision_id=uuid.uuid4(), verdict=kept, **named)
    return tuple(all_coded_documents(stage.study))


def test_a_gold_standard_comes_back_with_its_decisions(judged, cast):
    (gold,) = [coding for coding in judged[0].codings if coding.role == "adjudicator"]
    assert [each.distribution for each in gold.decisions] == [(), (("fact", 1), ("", 1))]
    import_documents(actor=cast.ada, documents=judged)  # here already, and equal
    far = elsewhere(judged)
    import_documents(actor=cast.ada, documents=far)
    assert tuple(all_coded_documents(Study.objects.get(slug="far"))) == far
    assert verification().faults == []
    at = next(number for number, coding in enumerate(far[0].codings) if coding.decisions)
    other = altered(far, at, decisions=(replace(far[0].codings[at].decisions[1], reason="other"),))
    with pytest.raises(ConflictError, match="other content"):
        import_documents(actor=cast.ada, documents=other)


def test_decisions_on_scales_come_back_with_their_points(stage, cast, mark, submit):
    for name, slant, step in (("ben", 1, 1), ("cleo", -1, 3)):
        mark(name, "Harbour news", "fact", ratings=[("slant", slant)])
        rate_document(
            actor=getattr(cast, name),
            assignment_id=stage.assignments[name].pk,
            scale="credibility",
            point=step,
            precondition=Precondition(create=True),
        )
        submit(stage.assignments[name])
    gold = assign_revision(
        actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=cast.dora, role="adjudicator"
    )
    (whole,) = settle_agreed(actor=cast.dora, assignment_id=gold.pk)
    named = {"actor": cast.dora, "assignment_id": gold.pk, "precondition": Precondition(create=True)}
    decide_scale(decision_id=uuid.uuid4(), verdict=ScaleVerdict("slant", "took", 1, whole.annotation_id), **named)
    decide_scale(decision_id=uuid.uuid4(), verdict=ScaleVerdict("credibility", "contested"), **named)
    judged = tuple(all_coded_documents(stage.study))
    (told,) = [coding.decisions for coding in judged[0].codings if coding.decisions]
    assert sorted((each.scale, each.point, each.points) for each in told) == [
        ("", None, ()),
        ("credibility", None, ((1, 1), (3, 1))),
        ("slant", 1, ()),
    ]
    far = elsewhere(judged)
    import_documents(actor=cast.ada, documents=far)
    assert tuple(all_coded_documents(Study.objects.get(slug="far"))) == far
    assert import_documents(actor=cast.ada, documents=far) == ImportCount()
    at = next(number for number, coding in enumerate(far[0].codings) if coding.decisions)
    moved = tuple(replace(each, point=each.point and -1) for each in far[0].codings[at].decisions)
    with pytest.raises(ConflictError):
        import_documents(actor=cast.ada, documents=altered(far, at, decisions=moved))
    assert verification().faults == []


def test_a_decision_over_passages_of_another_text_is_refused_and_one_over_unknown_passages_is_not(judged, cast, frames):
    far = elsewhere(judged)
    at = next(number for number, coding in enumerate(far[0].codings) if coding.decisions)
    first, *rest = far[0].codings[at].decisions
    elsewhere_here = next(coding.decisions[0].votes for coding in judged[0].codings if coding.decisions)
    strange = replace(first, votes=(*first.votes, *elsewhere_here))
    with frames.refusal(InvalidError) as caught:
        import_documents(actor=cast.ada, documents=altered(far, at, decisions=(strange, *rest)))
    assert [fault.field for fault in caught.value.errors] == [f"decisions.{first.id}.votes"]
    assert str(elsewhere_here[0]) in caught.value.errors[0].detail
    unknown = replace(first, votes=(*first.votes, uuid.uuid4()))
    import_documents(actor=cast.ada, documents=altered(far, at, decisions=(unknown, *rest)))
    assert set(Decision.objects.get(pk=first.id).votes.values_list("pk", flat=True)) == set(first.votes)


def test_an_import_is_one_event_in_the_ledger_of_its_study(far, cast):
    import_documents(actor=cast.ada, documents=far)
    (event,) = Event.objects.filter(ledger__study__slug="far")
    assert (event.verb, event.kind, event.actor) == ("imported", "study", cast.ada)
    assert event.after == {"assignments": 3}


def test_a_study_without_work_leaves_its_event_too(far, cast, frames):
    import_documents(actor=cast.ada, documents=far)
    bare = replace(far[0], study=replace(far[0].study, slug="bare"), slug="bare-text", codings=())
    with frames.deed("imported", "study") as seen:
        import_documents(actor=cast.ada, documents=(bare,))
    assert (seen.event.ledger.study.slug, seen.event.after) == ("bare", {"assignments": 0})


def test_repeating_an_import_is_harmless(far, cast, frames):
    import_documents(actor=cast.ada, documents=far)
    with frames.untouched():
        assert import_documents(actor=cast.ada, documents=far) == ImportCount()


def test_bringing_back_what_was_never_away_changes_nothing(recorded, cast, frames):
    with frames.untouched():
        assert import_documents(actor=cast.ada, documents=recorded) == ImportCount()


def test_reviewers_unknown_here_become_accounts_that_cannot_sign_in(far, cast):
    before = set(User.objects.values_list("pk", flat=True))
    import_documents(actor=cast.ada, documents=far)
    made = User.objects.exclude(pk__in=before)
    assert made.count() == 2
    assert not any(user.has_usable_password() for user in made)
    names = set(Membership.objects.filter(study__slug="far").values_list("pseudonym", flat=True))
    assert names == {coding.reviewer for coding in far[0].codings}


def test_reviewers_keep_pseudonyms_that_no_user_name_may_be(far, cast):
    (document,) = far
    names = ("Ann B.", "ann-b.")
    codings = tuple(replace(coding, reviewer=name) for coding, name in zip(document.codings[:2], names, strict=True))
    import_documents(actor=cast.ada, documents=(replace(document, codings=codings),))
    members = Membership.objects.filter(study__slug="far")
    assert dict(members.values_list("pseudonym", "user__username")) == {
        "Ann B.": "far-ann-b.",
        "ann-b.": "far-ann-b.-2",
    }


def test_a_rest_of_the_work_is_added_to_what_is_here(far, cast):
    (document,) = far
    import_documents(actor=cast.ada, documents=(replace(document, codings=document.codings[:1]),))
    count = import_documents(actor=cast.ada, documents=far)
    assert (count.studies, count.documents, count.assignments) == (0, 0, 2)


@pytest.mark.parametrize("change", ["note", "rating", "evidence", "answer", "state", "reviewer", "reason", "passages"])
def test_an_assignment_that_is_here_with_other_content_is_refused(far, cast, frames, change):
    import_documents(actor=cast.ada, documents=far)
    which = with_passages(far)
    coding = far[0].codings[which]
    first, *rest = coding.passages
    rated = next(rating for rating in coding.ratings if rating.evidence)
    wrong = {
        "note": {"passages": (replace(first, note="other words"), *rest)},
        "rating": {
            "passages": tuple(
                replace(p, ratings=tuple(replace(r, value=2) for r in p.ratings)) for p in coding.passages
            )
        },
        "evidence": {"ratings": (replace(rated, evidence=()),)},
        "answer": {"ratings": (replace(rated, value=5),)},
        "state": {"state": "declined", "submitted_at": None, "revealed_at": None},
        "reviewer": {"reviewer": "R-ELSE"},
        "reason": {"reason": "another reason"},
        "passages": {"passages": tuple(rest)},
    }[change]
    with frames.refusal(ConflictError, "different"):
        import_documents(actor=cast.ada, documents=altered(far, which, **wrong))


def test_another_text_under_the_same_name_is_refused(far, cast, frames):
    import_documents(actor=cast.ada, documents=far)
    with frames.refusal(ConflictError, "different"):
        import_documents(actor=cast.ada, documents=(replace(far[0], sentences=(far[0].sentences[-1],)),))


def test_a_text_that_is_not_its_hash_is_refused(far, cast, frames):
    with frames.refusal(ConflictError, "different"):
        import_documents(actor=cast.ada, documents=(replace(far[0], sha256="0" * 64),))


def test_another_study_under_the_same_name_is_refused(far, cast, frames):
    import_documents(actor=cast.ada, documents=far)
    with frames.refusal(ConflictError, "different"):
        import_documents(actor=cast.ada, documents=(replace(far[0], study=replace(far[0].study, demo=True)),))


def test_a_codebook_that_differs_or_is_a_draft_is_refused(far, cast, frames):
    (info,) = far[0].codebooks.values()
    fewer = replace(info, scales=info.scales[:-1])
    mark = transaction.savepoint()
    create_codebook(actor=cast.ada, info=fewer)
    with frames.refusal(ConflictError, "different"):
        import_documents(actor=cast.ada, documents=far)
    transaction.savepoint_rollback(mark)
    create_codebook(actor=cast.ada, info=replace(info, published_at=None))
    with frames.refusal(ConflictError, "draft"):
        import_documents(actor=cast.ada, documents=far)


def test_an_id_that_is_taken_by_other_work_is_refused(recorded, far, cast, frames):
    which = with_passages(far)
    taken = Annotation.objects.filter(assignment__study__slug="harbour").live().first()
    first, *rest = far[0].codings[which].passages
    wrong = altered(far, which, passages=(replace(first, id=taken.pk, ratings=()), *rest), ratings=())
    with frames.refusal(ConflictError, "id_taken"):
        import_documents(actor=cast.ada, documents=wrong)
    with frames.refusal(ConflictError, "different"):
        import_documents(actor=cast.ada, documents=altered(far, which, id=recorded[0].codings[0].id))


@pytest.mark.parametrize(
    "wrong",
    [{"label": "rumour"}, {"end": 10_000}, {"start": 9, "end": 9}, {"ratings": (CodedRating("slant", 5),)}],
    ids=["label", "outside", "empty", "point"],
)
def test_work_that_does_not_fit_is_refused_whole(far, cast, frames, wrong):
    which = with_passages(far)
    first, *rest = far[0].codings[which].passages
    with frames.refusal(InvalidError) as caught:
        import_documents(
            actor=cast.ada, documents=altered(far, which, passages=(replace(first, **wrong), *rest), ratings=())
        )
    assert caught.value.errors


def test_nothing_is_added_under_the_name_of_somebody_who_can_sign_in(far, cast, frames):
    import_documents(actor=cast.ada, documents=far)
    (document,) = far
    reviewer = User.objects.get(memberships__pseudonym=document.codings[0].reviewer, username__startswith="far")
    reviewer.set_password("seven slow herons")
    reviewer.save()
    import_documents(actor=cast.ada, documents=far)  # what is here already stays allowed
    more = replace(document.codings[0], id=uuid.uuid4(), round=9, passages=(), ratings=())
    with frames.refusal(ConflictError, "identity"):
        import_documents(actor=cast.ada, documents=(replace(document, codings=(more,)),))


def test_only_staff_who_keep_sources_and_run_studies_import(far, stage, cast, frames):
    from django.contrib.auth.models import Group

    from annotator.actions.study import add_member

    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="lead")
    curator = User.objects.create(username="kim", is_staff=True)
    curator.groups.add(Group.objects.get(name="curators"))
    for actor in (cast.ben, cast.dora, cast.eli, curator):
        with frames.refusal(NotAllowedError):
            import_documents(actor=actor, documents=far)


def test_a_codebook_of_the_same_words_is_shared(recorded, cast):
    import_documents(actor=cast.ada, documents=recorded)
    assert Codebook.objects.filter(slug="small").count() == 1
    assert small_codebook().key == recorded[0].codings[0].codebook
    assert Assignment.objects.count() == 3
