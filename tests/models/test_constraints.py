"""Each constraint refuses by itself, on whatever database the tests run on."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotator.models import (
    Annotation,
    Assignment,
    Codebook,
    Comment,
    CommentVersion,
    Decision,
    Ledger,
    Membership,
    Rating,
    Recoding,
    Scale,
    Study,
    TextPlace,
    Token,
    User,
)


def refused(name: str, make: Any) -> None:
    """Assert that the database refuses and names the constraint, or the columns it covers on SQLite."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        make()
    words = str(caught.value)
    assert name in words or "UNIQUE constraint failed" in words, words


def test_a_passage_begins_before_it_ends(stage: Any) -> None:
    label = stage.codebook.labels.get(code="fact")

    def make(start: int, end: int) -> Annotation:
        return Annotation.objects.create(assignment=stage.assignments["ben"], label=label, start=start, end=end)

    make(3, 4)
    refused("annotation_start_before_end", lambda: make(4, 4))
    refused("annotation_start_before_end", lambda: make(5, 4))


def test_a_negative_offset_is_refused(stage: Any) -> None:
    label = stage.codebook.labels.get(code="fact")
    with pytest.raises(IntegrityError), transaction.atomic():
        Annotation.objects.create(assignment=stage.assignments["ben"], label=label, start=-1, end=4)


def test_the_same_live_span_and_label_stands_once(stage: Any) -> None:
    label = stage.codebook.labels.get(code="fact")

    def make(**extra: Any) -> Annotation:
        return Annotation.objects.create(assignment=stage.assignments["ben"], label=label, start=0, end=4, **extra)

    make(deleted_at=timezone.now())
    make()
    refused("annotation_span_label_is_unique", make)


def test_versions_begin_at_one(stage: Any) -> None:
    label = stage.codebook.labels.get(code="fact")
    refused(
        "annotation_version_is_positive",
        lambda: Annotation.objects.create(assignment=stage.assignments["ben"], label=label, start=0, end=4, version=0),
    )


def test_an_unknown_derivation_is_refused(stage: Any) -> None:
    label = stage.codebook.labels.get(code="fact")
    refused(
        "annotation_derivation_is_known",
        lambda: Annotation.objects.create(
            assignment=stage.assignments["ben"], label=label, start=0, end=4, derivation="guessed"
        ),
    )


def test_a_passage_is_rated_once_on_each_scale(stage: Any, mark: Any) -> None:
    passage = mark("ben", "Harbour", "fact", ratings=[("slant", 1)])
    scale = stage.codebook.scales.get(code="slant")
    refused(
        "rating_of_passage_is_unique",
        lambda: Rating.objects.create(
            assignment=passage.assignment, annotation=passage, scale=scale, point=scale.points.first()
        ),
    )


def test_a_document_is_rated_once_on_each_scale(stage: Any) -> None:
    scale = stage.codebook.scales.get(code="credibility")

    def make() -> Rating:
        return Rating.objects.create(assignment=stage.assignments["ben"], scale=scale, point=scale.points.first())

    make()
    refused("rating_of_document_is_unique", make)


def test_submitted_work_is_dated_and_open_work_is_not(stage: Any) -> None:
    own = Assignment.objects.filter(pk=stage.assignments["ben"].pk)
    refused("assignment_submitted_iff_dated", lambda: own.update(state="submitted"))
    refused("assignment_submitted_iff_dated", lambda: own.update(submitted_at=timezone.now()))
    own.update(state="submitted", submitted_at=timezone.now())


def test_nothing_is_revealed_before_submission(stage: Any) -> None:
    own = Assignment.objects.filter(pk=stage.assignments["ben"].pk)
    now = timezone.now()
    own.update(state="submitted", submitted_at=now)
    refused("assignment_revealed_after_submission", lambda: own.update(revealed_at=now - timedelta(seconds=1)))


def test_a_reviewer_has_one_assignment_for_a_text_and_round(stage: Any) -> None:
    first = stage.assignments["ben"]
    refused(
        "assignment_reviewer_round_is_unique",
        lambda: Assignment.objects.create(
            study=first.study, revision=first.revision, reviewer=first.reviewer, codebook=first.codebook
        ),
    )


def test_a_text_has_one_adjudicator(stage: Any, cast: Any) -> None:
    def make(user: User, **extra: Any) -> Assignment:
        return Assignment.objects.create(
            study=stage.study,
            revision=stage.revision,
            reviewer=user,
            codebook=stage.codebook,
            role="adjudicator",
            **extra,
        )

    make(cast.eli, state="declined")
    make(cast.dora)
    refused("assignment_one_adjudicator", lambda: make(cast.ada))


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"round": 0}, "assignment_round_is_positive"),
        ({"state": "lost"}, "assignment_state_is_known"),
        ({"role": "judge"}, "assignment_role_is_known"),
    ],
)
def test_an_assignment_refuses_unknown_words(stage: Any, values: dict[str, Any], name: str) -> None:
    own = Assignment.objects.filter(pk=stage.assignments["ben"].pk)
    refused(name, lambda: own.update(**values))


def test_a_member_joins_a_study_once_under_one_pseudonym(stage: Any, cast: Any) -> None:
    taken = Membership.objects.get(study=stage.study, user=cast.ben).pseudonym
    refused("membership_study_user_is_unique", lambda: Membership.objects.create(study=stage.study, user=cast.ben))
    refused(
        "membership_study_pseudonym_is_unique",
        lambda: Membership.objects.create(study=stage.study, user=cast.eli, pseudonym=taken),
    )
    refused(
        "membership_role_is_known",
        lambda: Membership.objects.create(study=stage.study, user=cast.eli, role="boss"),
    )


def test_a_study_refuses_unknown_words(stage: Any) -> None:
    refused("study_blinding_is_known", lambda: Study.objects.update(blinding="sometimes"))
    refused("study_purpose_is_known", lambda: Study.objects.update(purpose="fun"))
    refused("study_extra_measure_is_known", lambda: Study.objects.update(extra_measure="by eye"))
    refused("study_order_is_known", lambda: Study.objects.update(order="by mood"))


def test_a_text_has_one_place_in_a_study(stage: Any) -> None:
    def make() -> TextPlace:
        return TextPlace.objects.create(study=stage.study, revision=stage.revision, place=1)

    make()
    refused("textplace_study_revision_is_unique", make)


def test_a_codebook_version_stands_once(stage: Any) -> None:
    refused("codebook_slug_version_is_unique", lambda: Codebook.objects.create(slug="small", version=1, title="x"))
    refused("codebook_version_is_positive", lambda: Codebook.objects.create(slug="other", version=0, title="x"))


@pytest.mark.parametrize(
    ("values", "name"),
    [({"level": "ratio"}, "scale_level_is_known"), ({"target": "paragraph"}, "scale_target_is_known")],
)
def test_a_scale_refuses_unknown_words(db: None, values: dict[str, Any], name: str) -> None:
    draft = Codebook.objects.create(slug="draft", title="Draft")
    refused(name, lambda: Scale.objects.create(codebook=draft, code="s", question="?", **values))


def test_codes_keys_and_values_are_unique_in_a_codebook(db: None) -> None:
    draft = Codebook.objects.create(slug="draft", title="Draft")

    def label(code: str, shortcut: str) -> Any:
        return draft.labels.create(
            code=code, name=code, definition="d", colour_light="#000000", colour_dark="#ffffff", shortcut=shortcut
        )

    label("a", "1")
    label("b", "")
    label("c", "")
    refused("label_codebook_code_is_unique", lambda: label("a", "2"))
    refused("label_shortcut_is_unique", lambda: label("d", "1"))
    refused("label_shortcut_is_a_digit", lambda: label("e", "x"))
    scale = Scale.objects.create(codebook=draft, code="s", question="?")
    refused("scale_codebook_code_is_unique", lambda: Scale.objects.create(codebook=draft, code="s", question="!"))
    scale.points.create(value=1, name="one")
    refused("scale_point_value_is_unique", lambda: scale.points.create(value=1, name="uno"))


def test_a_decision_makes_an_annotation_exactly_where_its_outcome_does(stage: Any, mark: Any) -> None:
    passage = mark("ben", "Harbour", "fact")

    def make(**values: Any) -> Decision:
        return Decision.objects.create(assignment=passage.assignment, **{"start": 0, "end": 4, **values})

    make(outcome="took", annotation=passage)
    make(outcome="contested")
    refused("decision_annotation_iff_made", lambda: make(outcome="took"))
    refused("decision_annotation_iff_made", lambda: make(outcome="nothing_here", annotation=passage))
    refused("decision_annotation_iff_made", lambda: make(outcome="shrugged"))
    refused("decision_start_before_end", lambda: make(outcome="contested", start=4))
    refused("decision_version_is_positive", lambda: make(outcome="contested", version=0))


def test_a_decision_on_a_scale_has_a_point_exactly_where_one_is_taken_and_is_the_only_one(
    stage: Any, mark: Any
) -> None:
    passage = mark("ben", "Harbour", "fact")
    slant, credibility = (stage.codebook.scales.get(code=code) for code in ("slant", "credibility"))

    def make(scale: Any, **values: Any) -> Decision:
        return Decision.objects.create(
            assignment=passage.assignment, **{"start": 0, "end": 4, "scale": scale, "outcome": "took", **values}
        )

    point, other = slant.points.get(value=1), credibility.points.get(value=1)
    refused("decision_point_iff_taken", lambda: make(slant, annotation=passage))
    refused("decision_point_iff_taken", lambda: make(slant, annotation=passage, outcome="contested", point=point))
    refused("decision_point_iff_taken", lambda: make(slant, annotation=passage, outcome="merged", point=point))
    refused("decision_point_iff_taken", lambda: make(None, annotation=passage, point=point))
    make(slant, annotation=passage, point=point)
    refused(
        "decision_on_passage_scale_is_unique", lambda: make(slant, annotation=passage, outcome="contested", point=None)
    )
    make(credibility, outcome="contested")
    refused("decision_on_document_scale_is_unique", lambda: make(credibility, point=other))
    make(credibility, point=other, deleted_at=timezone.now())


def test_a_comment_has_a_place_and_answers_another(stage: Any, cast: Any) -> None:
    def make(**values: Any) -> Comment:
        given = {"study": stage.study, "revision": stage.revision, "author": cast.ben, "words": "Why?"}
        return Comment.objects.create(**{**given, "start": 0, "end": 4, **values})

    comment = make()
    refused("comment_start_before_end", lambda: make(start=4))
    refused("comment_version_is_positive", lambda: make(version=0))
    refused("comment_answers_another", lambda: Comment.objects.filter(pk=comment.pk).update(thread=comment))
    former = {"comment": comment, "number": 1, "words": "What?", "written_at": timezone.now()}
    CommentVersion.objects.create(**former)
    refused("comment_version_number_is_unique", lambda: CommentVersion.objects.create(**former))


def test_an_answer_about_a_split_label_is_one_row(stage: Any, mark: Any) -> None:
    passage = mark("ben", "Harbour", "fact")
    given = {"assignment": passage.assignment, "annotation": passage, "codebook": stage.codebook}
    Recoding.objects.create(**given)
    refused("recoding_annotation_codebook_is_unique", lambda: Recoding.objects.create(**given))
    refused("recoding_version_is_positive", lambda: Recoding.objects.update(version=0))


def test_the_site_has_one_ledger(stage: Any) -> None:
    refused("ledger_of_the_site_is_one", lambda: Ledger.objects.create(study=None))


def test_an_event_number_is_used_once(stage: Any) -> None:
    ledger = Ledger.objects.get(study=stage.study)
    first = ledger.events.order_by("seq").first()
    first.pk = None
    first._state.adding = True
    refused("event_ledger_seq_is_unique", first.save)


def test_users_and_tokens_refuse_unknown_words(cast: Any) -> None:
    refused("user_kind_is_known", lambda: User.objects.filter(pk=cast.ben.pk).update(kind="robot"))
    refused("user_erased_is_inactive", lambda: User.objects.filter(pk=cast.ben.pk).update(erased_at=timezone.now()))
    now = timezone.now()
    refused("token_scope_is_known", lambda: Token.objects.create(user=cast.ben, name="t", digest="1", scope="all"))
    refused(
        "token_expires_after_creation",
        lambda: Token.objects.create(user=cast.ben, name="t", digest="2", created_at=now, expires_at=now),
    )
