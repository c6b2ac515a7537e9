"""Codebooks in the admin: a draft is written, published, frozen, and continued in a new version."""

from dataclasses import replace

import pytest

from annotator.actions.codebook import create_codebook, publish_codebook
from annotator.actions.curation import (
    delete_codebook,
    delete_codebook_part,
    retire_codebook,
    save_codebook,
    save_codebook_part,
)
from annotator.actions.errors import ConflictError, NotAllowedError
from annotator.models import Codebook, Event, Label, Scale, ScalePoint
from tests.staging import small_codebook


def label_form(code, **changes):
    return {
        "code": code,
        "name": code.title(),
        "definition": "What it is.",
        "colour_light": "#0b6bb0",
        "colour_dark": "#7cc0ff",
        "shortcut": "",
        "position": "1",
        **changes,
    }


def post_of(codebook_fields, labels=(), scales=None):
    """The form of a codebook page; each label or scale is a dict, with `id` where it exists."""
    form = dict(codebook_fields)
    for prefix, rows in (("labels", labels), *([("scales", scales)] if scales is not None else [])):
        form[f"{prefix}-TOTAL_FORMS"] = len(rows)
        form[f"{prefix}-INITIAL_FORMS"] = sum("id" in row for row in rows)
        for index, row in enumerate(rows):
            form.update({f"{prefix}-{index}-{name}": value for name, value in row.items()})
    return form


ABOUT = {"title": "Tone", "slug": "tone", "version": "1", "guidelines": "Read first.\n"}


@pytest.fixture
def draft(cast):
    return create_codebook(actor=cast.ada, info=replace(small_codebook(), slug="drafted"))


@pytest.fixture
def frozen(cast):
    return publish_codebook(actor=cast.ada, codebook=create_codebook(actor=cast.ada, info=small_codebook()))


def test_curator_writes_a_draft_with_labels(kim, sign_in):
    form = post_of(ABOUT, [label_form("calm", shortcut="1"), label_form("harsh", shortcut="2")])
    assert sign_in(kim).post("/admin/annotator/codebook/add/", form).status_code == 302
    codebook = Codebook.objects.get(slug="tone")
    assert [label.code for label in codebook.labels.all()] == ["calm", "harsh"]
    assert codebook.guidelines == "Read first.\n"  # letter for letter
    verbs = Event.objects.filter(kind="codebook", object_id=str(codebook.pk)).order_by("seq").values_list("verb")
    assert [verb for (verb,) in verbs] == ["created", "changed", "changed"]


def test_unfit_label_is_refused_beside_its_field(kim, sign_in):
    for change in ({"code": "Not a code"}, {"colour_light": "red"}, {"shortcut": "x"}, {"position": "0"}):
        answer = sign_in(kim).post("/admin/annotator/codebook/add/", post_of(ABOUT, [{**label_form("calm"), **change}]))
        assert answer.status_code == 200, change
        assert answer.context["errors"], change
    assert not Codebook.objects.exists()


def test_curator_changes_parts_of_a_draft(draft, kim, sign_in):
    client = sign_in(kim)
    labels = list(draft.labels.all())
    kept = [
        {"id": label.pk, **label_form(label.code, shortcut=label.shortcut, position=label.position)} for label in labels
    ]
    kept[0]["definition"] = "Said otherwise."
    about = {"title": draft.title, "slug": draft.slug, "version": draft.version, "guidelines": "Mark **sentences**."}
    new_scale = {
        **{"code": "tone", "question": "Which tone?", "level": "ordinal", "target": "passage", "position": "4"},
        "labels": [labels[0].pk, labels[1].pk],
    }
    answer = client.post(f"/admin/annotator/codebook/{draft.pk}/change/", post_of(about, kept, [new_scale]))
    assert answer.status_code == 302
    assert Label.objects.get(pk=labels[0].pk).definition == "Said otherwise."
    scale = Scale.objects.get(codebook=draft, code="tone")
    assert set(scale.labels.all()) == set(labels[:2])
    event = Event.objects.filter(kind="codebook", object_id=str(draft.pk)).order_by("-seq").first()
    assert event.after["scale tone"]["labels"] == sorted(label.name for label in labels[:2])


def test_label_is_taken_out_of_a_draft(kim, sign_in):
    client = sign_in(kim)
    client.post("/admin/annotator/codebook/add/", post_of(ABOUT, [label_form("calm"), label_form("harsh")]))
    codebook = Codebook.objects.get(slug="tone")
    rows = [{"id": label.pk, **label_form(label.code)} for label in codebook.labels.all()]
    rows[1]["DELETE"] = "on"
    client.post(f"/admin/annotator/codebook/{codebook.pk}/change/", post_of(ABOUT, rows, []))
    assert [label.code for label in codebook.labels.all()] == ["calm"]
    event = Event.objects.filter(kind="codebook", object_id=str(codebook.pk)).order_by("-seq").first()
    assert event.after == {"label harsh": None}


def scale_post(scale, points):
    form = {"code": scale.code, "question": scale.question, "level": scale.level, "target": scale.target}
    return post_of({**form, "position": scale.position}) | {
        "points-TOTAL_FORMS": len(points),
        "points-INITIAL_FORMS": sum("id" in point for point in points),
        **{f"points-{n}-{name}": value for n, point in enumerate(points) for name, value in point.items()},
    }


def test_points_of_a_scale_are_written_on_its_page(draft, kim, sign_in):
    scale = draft.scales.get(code="basis")
    points = [{"id": p.pk, "value": p.value, "name": p.name, "anchor": p.anchor} for p in scale.points.all()]
    points.append({"value": "9", "name": "cannot say", "anchor": "", "missing": "on"})
    answer = sign_in(kim).post(f"/admin/annotator/scale/{scale.pk}/change/", scale_post(scale, points))
    assert answer.status_code == 302
    assert ScalePoint.objects.get(scale=scale, value=9).missing


def test_draft_is_published_and_then_refuses_every_edit(draft, kim, sign_in):
    client = sign_in(kim)
    assert client.get(f"/admin/annotator/codebook/{draft.pk}/do/publish/").status_code == 200
    assert not Codebook.objects.get(pk=draft.pk).is_frozen  # a look changes nothing
    assert client.post(f"/admin/annotator/codebook/{draft.pk}/do/publish/").status_code == 302
    assert Codebook.objects.get(pk=draft.pk).is_frozen
    scale = draft.scales.first()
    for address in (
        f"codebook/{draft.pk}/change/",
        f"codebook/{draft.pk}/delete/",
        f"scale/{scale.pk}/change/",
    ):
        assert client.post(f"/admin/annotator/{address}", {"title": "Other", "post": "yes"}).status_code == 403
    assert client.post(f"/admin/annotator/codebook/{draft.pk}/do/publish/").status_code == 404
    page = client.get(f"/admin/annotator/codebook/{draft.pk}/change/").content.decode()
    assert 'name="title"' not in page
    assert 'name="labels-0-name"' not in page
    assert "Checkable." in page


def test_draft_without_labels_is_not_published(kim, sign_in):
    client = sign_in(kim)
    client.post("/admin/annotator/codebook/add/", post_of(ABOUT))
    codebook = Codebook.objects.get(slug="tone")
    answer = client.post(f"/admin/annotator/codebook/{codebook.pk}/do/publish/")
    assert answer.status_code == 200
    assert "at least one label" in answer.content.decode()
    assert not Codebook.objects.get(pk=codebook.pk).is_frozen


def test_actions_refuse_what_a_colleague_published_in_between(draft, cast, kim):
    label, point = draft.labels.first(), ScalePoint.objects.filter(scale__codebook=draft).first()
    publish_codebook(actor=cast.ada, codebook=draft)
    draft.title, label.name, point.name = "Other", "Other", "Other"
    for attempt in (
        lambda: save_codebook(actor=kim, codebook=draft),
        lambda: save_codebook_part(actor=kim, part=label),
        lambda: save_codebook_part(actor=kim, part=point),
        lambda: delete_codebook_part(actor=kim, part=point),
        lambda: delete_codebook(actor=kim, codebook=draft),
    ):
        with pytest.raises(ConflictError, match="is frozen"):
            attempt()
    assert Codebook.objects.get(pk=draft.pk).title == "Small codebook"


def test_actions_refuse_whom_no_group_permits(draft, cast):
    for attempt in (
        lambda: save_codebook(actor=cast.ben, codebook=draft),
        lambda: delete_codebook(actor=cast.ben, codebook=draft),
        lambda: retire_codebook(actor=cast.ben, codebook=draft),
    ):
        with pytest.raises(NotAllowedError):
            attempt()


def test_new_version_continues_the_old_one(frozen, kim, sign_in):
    answer = sign_in(kim).post(f"/admin/annotator/codebook/{frozen.pk}/do/next/")
    draft = Codebook.objects.get(slug="small", version=2)
    assert answer.headers["Location"] == f"/admin/annotator/codebook/{draft.pk}/change/"
    assert not draft.is_frozen
    assert [label.code for label in draft.labels.all()] == [label.code for label in frozen.labels.all()]
    assert draft.scales.get(code="slant").points.count() == frozen.scales.get(code="slant").points.count()
    assert draft.labels.get(code="fact").replaces.get() == frozen.labels.get(code="fact")


def test_retired_version_is_not_offered_to_new_studies(frozen, kim, lou, sign_in):
    offered = f'<option value="{frozen.pk}">'
    assert offered in sign_in(lou).get("/admin/annotator/study/add/").content.decode()
    sign_in(kim).post(f"/admin/annotator/codebook/{frozen.pk}/do/retire/")
    assert offered not in sign_in(lou).get("/admin/annotator/study/add/").content.decode()
    sign_in(kim).post(f"/admin/annotator/codebook/{frozen.pk}/do/reinstate/")
    assert offered in sign_in(lou).get("/admin/annotator/study/add/").content.decode()


def test_draft_is_discarded_whole(draft, kim, sign_in):
    client = sign_in(kim)
    page = client.get(f"/admin/annotator/codebook/{draft.pk}/delete/")
    assert page.status_code == 200
    assert client.post(f"/admin/annotator/codebook/{draft.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Codebook.objects.filter(pk=draft.pk).exists()
    assert not Label.objects.exists()
    before = Event.objects.get(kind="codebook", verb="deleted").before
    assert (before["slug"], before["version"], before["content"]["slug"]) == ("drafted", 1, "drafted")
