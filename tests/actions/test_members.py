"""Members who leave and return, and texts handed out on joining: rules and history, straight at the actions."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from annotator.actions.assignments import assign_revision, submit_assignment
from annotator.actions.entrance import create_code, create_invitation, join, join_with_new_account, revoke_entrance
from annotator.actions.errors import ConflictError, InvalidError, NotFoundError, StaleError
from annotator.actions.study import add_member, remove_member
from annotator.models import Assignment, ClassCode, Event, Invitation, Membership, Study, User
from annotator.models.entrance import CODE_LENGTH, CODE_LETTERS, new_code, read_code
from sources.store import withdraw_document


def test_leaving_returns_open_work_and_coming_back_opens_it_again(stage, cast, fill, frames):
    passage = fill("ben")
    before = Membership.objects.get(study=stage.study, user=cast.ben)
    with frames.deed("left", "membership", before) as seen:
        remove_member(actor=cast.ada, study=stage.study, user=cast.ben)
    held = Assignment.objects.get(pk=stage.assignments["ben"].pk)
    assert (held.state, held.returned_at is not None) == ("declined", True)
    assert seen.event.after == {"left": True, "returned": [str(held.pk)]}
    with frames.refusal(ConflictError, "left"):
        submit_assignment(actor=cast.ben, assignment_id=held.pk, accept_gaps=True)
    with frames.deed("changed", "membership", before) as seen:
        add_member(actor=cast.ada, study=stage.study, user=cast.ben)
    held.refresh_from_db()
    assert (held.state, held.returned_at, held.informed_at) == ("open", None, None)
    assert seen.event.after["given_back"] == [str(held.pk)]
    passage.refresh_from_db()
    assert passage.assignment == held


def test_submitted_work_stays_when_its_reviewer_leaves(stage, cast, submit):
    submit(stage.assignments["ben"])
    remove_member(actor=cast.ada, study=stage.study, user=cast.ben)
    assert Assignment.objects.get(pk=stage.assignments["ben"].pk).is_submitted


def test_work_declined_otherwise_is_not_given_back(stage, cast):
    remove_member(actor=cast.ada, study=stage.study, user=cast.ben)
    Assignment.objects.filter(pk=stage.assignments["ben"].pk).update(returned_at=None)
    add_member(actor=cast.ada, study=stage.study, user=cast.ben)
    assert Assignment.objects.get(pk=stage.assignments["ben"].pk).state == "declined"


def test_an_adjudicator_who_returns_does_not_push_out_the_one_who_came_after(stage, cast):
    def give(user: User) -> Assignment:
        return assign_revision(
            actor=cast.ada, study=stage.study, revision=stage.revision, reviewer=user, role="adjudicator"
        )

    first = give(cast.dora)
    remove_member(actor=cast.ada, study=stage.study, user=cast.dora)
    second = give(cast.ada)
    add_member(actor=cast.ada, study=stage.study, user=cast.dora, role="adjudicator")
    first.refresh_from_db()
    assert (first.state, second.state) == ("declined", "open")


def test_whoever_writes_upon_an_older_version_writes_nothing(stage, cast, frames):
    read = Membership.objects.get(study=stage.study, user=cast.ben).version
    changed = add_member(actor=cast.ada, study=stage.study, user=cast.ben, role="reader", version=read)
    assert changed.version == read + 1
    with frames.refusal(StaleError) as caught:
        add_member(actor=cast.ada, study=stage.study, user=cast.ben, role="lead", version=read)
    assert caught.value.current.role == "reader"
    with frames.refusal(StaleError):
        remove_member(actor=cast.ada, study=stage.study, user=cast.ben, version=read)


def test_a_study_keeps_a_lead_whose_account_is_open(stage, cast, frames):
    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="lead")
    User.objects.filter(pk=cast.eli.pk).update(is_active=False)
    with frames.refusal(ConflictError, "last_lead"):
        remove_member(actor=cast.ada, study=stage.study, user=cast.ada)
    with frames.refusal(ConflictError, "last_lead"):
        add_member(actor=cast.ada, study=stage.study, user=cast.ada, role="adjudicator")
    User.objects.filter(pk=cast.eli.pk).update(is_active=True)
    with frames.deed("left", "membership"):
        remove_member(actor=cast.ada, study=stage.study, user=cast.ada)


def test_ways_in_are_made_and_ended_with_an_event_and_without_their_secret(stage, cast, frames):
    with frames.deed("created", "invitation") as seen:
        invitation, secret = create_invitation(actor=cast.ada, study=stage.study, role="reader", note="Nina", days=3)
    assert seen.event.ledger.study == stage.study
    assert "Nina" not in str(seen.event.after)
    with frames.deed("created", "classcode") as seen:
        code = create_code(actor=cast.ada, study=stage.study, places=3, days=3)
    assert not {code.code, secret} & set(map(str, seen.event.after.values()))
    for row in (invitation, code):
        with frames.deed("revoked", row._meta.model_name, row):
            revoke_entrance(actor=cast.ada, study=stage.study, kind=type(row), entrance_id=row.pk)
        with frames.untouched():
            revoke_entrance(actor=cast.ada, study=stage.study, kind=type(row), entrance_id=row.pk)


def test_others_make_and_end_no_way_in(stage, make_stage, cast, frames):
    code = create_code(actor=cast.ada, study=stage.study, places=3, days=3)
    other = make_stage("quay").study
    add_member(actor=cast.ada, study=other, user=cast.eli, role="lead")
    for actor in (cast.ben, cast.dora, cast.eli):
        for act in (
            lambda actor=actor: create_invitation(actor=actor, study=stage.study, role="lead"),
            lambda actor=actor: create_code(actor=actor, study=stage.study, places=3, days=3),
            lambda actor=actor: revoke_entrance(actor=actor, study=stage.study, kind=ClassCode, entrance_id=code.pk),
        ):
            with frames.refusal(NotFoundError):
                act()
    with frames.refusal(NotFoundError):
        revoke_entrance(actor=cast.eli, study=other, kind=ClassCode, entrance_id=code.pk)
    for field, options in {"places": {"places": 0}, "days": {"days": 400}, "documents": {"documents": 101}}.items():
        with frames.refusal(InvalidError) as caught:
            create_code(actor=cast.ada, study=stage.study, **{"places": 3, "days": 3, "documents": 1, **options})
        assert [fault.field for fault in caught.value.errors] == [field]


def test_joining_is_one_event_for_each_thing_that_came_into_being(stage, cast, frames):
    code = create_code(actor=cast.ada, study=stage.study, places=3, days=3, documents=1)
    known = Event.objects.count()
    joined = join_with_new_account(entrance=code, username="nina", password="quiet harbour lantern")
    events = Event.objects.order_by("pk")[known:]
    assert [(event.verb, event.kind, event.actor) for event in events] == [
        ("assigned", "assignment", joined.member.user),
        ("joined", "membership", joined.member.user),
        ("created", "user", joined.member.user),
    ]
    assert events[1].after["id"] == str(code.pk)
    assert "nina" not in str([event.after for event in events])


def people(number: int) -> list[User]:
    return [User.objects.create(username=f"person{each}") for each in range(number)]


def counts(study: Study) -> list[int]:
    """How many reviews each text of the study has, in the order of slugs."""
    texts = study.revisions.order_by("document__slug")
    return [Assignment.objects.reviews().filter(study=study, revision=text).count() for text in texts]


def test_documents_are_handed_out_to_whom_fewest_have_first(stage, cast, make_document):
    for slug in ("a", "b", "c"):
        stage.study.revisions.add(make_document(slug, f"Text {slug}.\n"))
    assert counts(stage.study) == [0, 0, 0, 2]
    code = create_code(actor=cast.ada, study=stage.study, places=10, days=1, documents=1)
    for user in people(6):
        join(entrance=code, user=user)
    assert counts(stage.study) == [2, 2, 2, 2]


def test_no_more_are_handed_out_than_the_study_wants_and_none_withdrawn(stage, cast, make_document):
    withdrawn = make_document("gone", "Gone.\n")
    stage.study.revisions.add(make_document("a", "Text a.\n"), withdrawn)
    withdraw_document(withdrawn.document, "wrong licence")
    Study.objects.filter(pk=stage.study.pk).update(reviewers_per_document=3)
    code = create_code(actor=cast.ada, study=stage.study, places=10, days=1, documents=5)
    given = [len(join(entrance=code, user=user).assignments) for user in people(5)]
    assert given == [2, 1, 1, 0, 0]
    assert counts(stage.study) == [3, 0, 3]


def test_returned_work_makes_room_for_somebody_else(stage, cast):
    Study.objects.filter(pk=stage.study.pk).update(reviewers_per_document=2)
    code = create_code(actor=cast.ada, study=stage.study, places=10, days=1)
    first, second = people(2)
    assert join(entrance=code, user=first).assignments == []
    remove_member(actor=cast.ada, study=stage.study, user=cast.ben)
    assert [each.revision for each in join(entrance=code, user=second).assignments] == [stage.revision]


@pytest.mark.parametrize(
    "values",
    [
        {"places": 0},
        {"joined": 4},
        {"expires_at": "2020-01-01T00:00:00Z"},
    ],
)
def test_the_database_refuses_a_code_that_cannot_be(stage, cast, values: dict[str, Any]):
    code = create_code(actor=cast.ada, study=stage.study, places=3, days=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClassCode.objects.filter(pk=code.pk).update(**values)


def test_the_database_keeps_used_and_revoked_links_so(stage, cast):
    invitation, _ = create_invitation(actor=cast.ada, study=stage.study, role="reader")
    member = join(entrance=invitation, user=cast.eli).member
    gone, _ = create_invitation(actor=cast.ada, study=stage.study, role="reader")
    revoke_entrance(actor=cast.ada, study=stage.study, kind=Invitation, entrance_id=gone.pk)
    rows = Invitation.objects
    for change in (
        lambda: rows.filter(pk=invitation.pk).update(used_at=None, used_by=None),
        lambda: rows.filter(pk=invitation.pk).update(digest="x" * 64),
        lambda: rows.filter(pk=gone.pk).update(revoked_at=None),
        lambda: rows.filter(pk=gone.pk).update(used_at=gone.created_at, used_by=member),
        lambda: rows.filter(pk=gone.pk).update(role="owner"),
        lambda: rows.filter(pk=invitation.pk).update(used_by=None),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_a_code_differs_from_every_slip_and_every_swap_of_itself():
    for code in (new_code() for _ in range(20)):
        letters = code.replace("-", "")
        assert (len(letters), set(letters) <= set(CODE_LETTERS), read_code(code)) == (CODE_LENGTH, True, code)
        for place, letter in enumerate(letters):
            for other in CODE_LETTERS:
                assert other == letter or read_code(letters[:place] + other + letters[place + 1 :]) is None
            for far in range(place + 1, len(letters)):
                swapped = list(letters)
                swapped[place], swapped[far] = swapped[far], swapped[place]
                assert letter == letters[far] or read_code("".join(swapped)) is None
    assert read_code("") is None
    assert read_code("K" * 9) is None
