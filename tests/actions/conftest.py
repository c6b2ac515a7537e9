"""Two frames for tests of actions: a deed leaves exactly one event, a refusal leaves no trace at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    """Nobody types a password here; a slow hash of five of them would be most of each test's time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of ours, links between rows included."""
    from django.apps import apps

    models = [model for label in ("annotator", "sources") for model in apps.get_app_config(label).get_models()]
    models += [field.remote_field.through for model in models for field in model._meta.local_many_to_many]
    return {model._meta.label: sorted(model._base_manager.values_list(), key=repr) for model in models}


@contextmanager
def untouched() -> Iterator[None]:
    """Fail if a row came, went or changed inside."""
    before = everything()
    yield
    after = everything()
    assert [name for name in before if before[name] != after[name]] == []


@contextmanager
def deed(verb: str, kind: str, row: Any = None) -> Iterator[SimpleNamespace]:
    """Fail unless exactly one event came of what is inside, and every check of `verification()` still holds.

    Gives an object that carries the event as `.event` afterwards. `row` is what it must name, if known before.
    """
    from annotator.models import Event
    from annotator.queries import verification

    known = set(Event.objects.values_list("pk", flat=True))
    found = SimpleNamespace(event=None)
    yield found
    (found.event,) = Event.objects.exclude(pk__in=known)
    assert (found.event.verb, found.event.kind) == (verb, kind)
    if row is not None:
        assert found.event.object_id == str(row.pk)
    assert verification().faults == []


@contextmanager
def refusal(error: type[Exception], code: str | None = None) -> Iterator[Any]:
    """Fail unless the error is raised with this code and nothing is stored, no event either."""
    with untouched(), pytest.raises(error) as caught:
        yield caught
    if code is not None:
        assert caught.value.code == code


@pytest.fixture
def frames() -> SimpleNamespace:
    """`deed`, `refusal` and `untouched`."""
    return SimpleNamespace(deed=deed, refusal=refusal, untouched=untouched)


@pytest.fixture
def edit(stage: Any) -> Callable[..., Any]:
    """A function that saves a passage again: what is not named stays as it is."""
    from annotator.actions.annotation import Precondition, save_annotation

    def make(annotation: Any, **wanted: Any) -> Any:
        annotation.refresh_from_db()
        start, end = stage.span(wanted.pop("words")) if "words" in wanted else (annotation.start, annotation.end)
        values = {
            "actor": annotation.assignment.reviewer,
            "annotation_id": annotation.pk,
            "assignment_id": annotation.assignment_id,
            "label": annotation.label.code,
            "start": start,
            "end": end,
            "quote": stage.revision.text[start:end],
            "note": annotation.note,
            "precondition": Precondition(versions=frozenset({annotation.version})),
        }
        return save_annotation(**{**values, **wanted})

    return make


@pytest.fixture
def fill(stage: Any, mark: Callable) -> Callable[..., Any]:
    """A function by which somebody does the whole work: one passage, rated, and the document rated with it."""
    from annotator.actions.annotation import Precondition
    from annotator.actions.rating import rate_document

    def make(who: str, label: str = "fact") -> Any:
        passage = mark(who, "The ferry carried 1,200 people in May.", label, ratings=[("slant", 1)])
        rate_document(
            actor=stage.assignments[who].reviewer,
            assignment_id=stage.assignments[who].pk,
            scale="credibility",
            point=3,
            evidence=[passage.pk],
            precondition=Precondition(create=True),
        )
        return passage

    return make


@pytest.fixture
def submit() -> Callable[..., Any]:
    """A function that submits an assignment, with whatever gaps it has."""
    from annotator.actions.assignments import submit_assignment

    def make(assignment: Any, accept_gaps: bool = True) -> Any:
        return submit_assignment(actor=assignment.reviewer, assignment_id=assignment.pk, accept_gaps=accept_gaps)

    return make
