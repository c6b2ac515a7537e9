"""The page of a large study, first with nothing kept, then again, then after one document has changed.

Run on request: python -m tests.benchmarks.agreement_live [documents] [reviewers]. The study has the default codebook,
texts of sixty sentences, and of each reviewer some 18 rated passages in each. Prints seconds, their ratio to the page
computed with nothing kept, and the SQL queries of each request. Times depend on the machine and its other work.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

SENTENCES, LENGTH = 60, 70
"""Sentences of a text, and the length of each in code points."""
PASSAGES = 18
APART = 397
"""Pieces of work between one that is edited and the next: so many that they are of different texts."""


def make_texts(n_documents: int) -> list[Any]:
    """Store texts that differ."""
    from sources.models import Document, Revision, Segmentation

    ends = list(range(LENGTH, SENTENCES * LENGTH + 1, LENGTH))
    revisions = []
    for number in range(n_documents):
        slug = f"text-{number:05}"
        document = Document.objects.create(slug=slug, title=f"Text {number:05}")
        text = (f"{slug} says it was so." + " word" * LENGTH)[: LENGTH - 2] + ". "
        text = text * SENTENCES
        digest = sha256(text.encode()).hexdigest()
        revisions.append(Revision(document=document, number=1, text=text, sha256=digest, length=len(text)))
    Revision.objects.bulk_create(revisions, batch_size=200)
    Segmentation.objects.bulk_create(
        [
            Segmentation(revision=each, kind="sentence", method="lines", method_version="1", ends=ends)
            for each in revisions
        ]
    )
    return revisions


def make_work(study: Any, revisions: list[Any], reviewers: list[Any]) -> None:
    """Let every reviewer mark and rate every text: alike in three of four sentences."""
    from django.utils import timezone

    from annotator.models import Annotation, Assignment, Rating

    chance = random.Random(7)
    labels = list(study.codebook.labels.all())
    scales = list(study.codebook.scales.prefetch_related("points", "labels"))
    points = {scale.pk: list(scale.points.all()) for scale in scales}
    asked = {
        label.pk: [scale for scale in scales if scale.target == "passage" and label in scale.labels.all()]
        for label in labels
    }
    of_document = [scale for scale in scales if scale.target == "document"]
    begun = timezone.now() - timedelta(days=1)
    for revision in revisions:
        truth = {number: chance.choice(labels) for number in chance.sample(range(SENTENCES), PASSAGES)}
        assignments, passages, ratings = [], [], []
        for reviewer in reviewers:
            assignment = Assignment(
                study=study,
                revision=revision,
                reviewer=reviewer,
                codebook=study.codebook,
                state="submitted",
                begun_at=begun,
                submitted_at=begun + timedelta(seconds=chance.randrange(80_000)),
            )
            assignments.append(assignment)
            ratings += [
                Rating(assignment=assignment, scale=each, point=chance.choice(points[each.pk])) for each in of_document
            ]
            for number, label in truth.items():
                marked = label if chance.random() < 0.75 else chance.choice([*labels, None])
                if marked is None:
                    continue
                start = number * LENGTH
                passage = Annotation(assignment=assignment, label=marked, start=start, end=start + LENGTH)
                passages.append(passage)
                ratings += [
                    Rating(assignment=assignment, annotation=passage, scale=each, point=chance.choice(points[each.pk]))
                    for each in asked[marked.pk]
                ]
        Assignment.objects.bulk_create(assignments)
        Annotation.objects.bulk_create(passages)
        Rating.objects.bulk_create(ratings)


def edit(study: Any, lead: Any, turn: int = 0) -> None:
    """Hand one piece of work back, take a passage away, and submit it again: as people do, each turn elsewhere."""
    from annotator.actions.annotation import delete_annotation
    from annotator.actions.assignments import reopen_assignment, submit_assignment
    from annotator.models import Annotation

    work = study.assignments.filter(revealed_at=None).order_by("pk")
    assignment = work[turn * APART % work.count()]
    reopen_assignment(actor=lead, assignment_id=assignment.pk, reason="Look again.")
    passage = Annotation.objects.live().filter(assignment=assignment).first()
    delete_annotation(actor=assignment.reviewer, annotation_id=passage.pk, versions=[passage.version])
    submit_assignment(actor=assignment.reviewer, assignment_id=assignment.pk, accept_gaps=True)


def redo(study: Any, lead: Any) -> None:
    """Hand one piece of work back and let its reviewer do it all anew, so that every figure of the study changes."""
    from annotator.actions.annotation import Precondition, delete_annotation, save_annotation
    from annotator.actions.assignments import reopen_assignment, submit_assignment
    from annotator.actions.rating import rate_document
    from annotator.ids import uuid7
    from annotator.models import Annotation, Rating

    chance = random.Random(7)
    assignment = study.assignments.filter(revealed_at=None).order_by("pk").last()
    text, own = assignment.revision.text, {"actor": assignment.reviewer, "assignment_id": assignment.pk}
    reopen_assignment(actor=lead, assignment_id=assignment.pk, reason="Read it again from the start.")

    def another(rating: Any) -> tuple[str, int]:
        return rating.scale.code, chance.choice(list(rating.scale.points.exclude(pk=rating.point_id))).value

    for passage in Annotation.objects.live().filter(assignment=assignment).select_related("label"):
        ratings = [another(rating) for rating in passage.ratings.select_related("scale")]
        delete_annotation(actor=assignment.reviewer, annotation_id=passage.pk, versions=[passage.version])
        start, end = passage.start, passage.end - 10
        save_annotation(
            **own,
            annotation_id=uuid7(),
            label=passage.label.code,
            start=start,
            end=end,
            quote=text[start:end],
            ratings=ratings,
            precondition=Precondition(create=True),
        )
    for rating in Rating.objects.filter(assignment=assignment, annotation=None).select_related("scale"):
        scale, point = another(rating)
        rate_document(**own, scale=scale, point=point, precondition=Precondition(versions=frozenset([rating.version])))
    submit_assignment(actor=assignment.reviewer, assignment_id=assignment.pk, accept_gaps=True)


class Counted:
    """Counts queries without writing them down, which would take as long as some of them."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute: Callable[..., Any], *query: Any) -> Any:
        self.queries += 1
        return execute(*query)


def timed(what: str, ask: Callable[[], Any], base: float | None = None) -> float:
    """Print how long a request took and how many queries it made; return its seconds."""
    from django.db import connection

    counted = Counted()
    with connection.execute_wrapper(counted):
        began, worked = time.perf_counter(), time.process_time()
        answer = ask()
        size = sum(map(len, answer.streaming_content)) if answer.streaming else len(answer.content)
        took, worked = time.perf_counter() - began, time.process_time() - worked
    if answer.status_code not in (200, 304):
        raise SystemExit(f"{what}: {answer.status_code}")
    ratio = took / base if base else 1
    times = f"{took:7.3f} s ({worked:6.3f} s of processor)  ratio {ratio:6.4f}"
    print(f"{what:40} {times} {counted.queries:6} queries {size:11,} bytes")  # noqa: T201
    return took


def build(n_documents: int, n_reviewers: int) -> tuple[Any, Any, list[Any]]:
    """Store the study; return it with its lead and its reviewers, the first of whom has revealed everything."""
    from django.core.management import call_command

    from annotator.actions.codebook import create_codebook, publish_codebook
    from annotator.actions.study import add_member, add_revisions, create_study
    from annotator.formats import codebook as codebook_file
    from annotator.models import Study, User

    call_command("migrate", verbosity=0)
    lead = User.objects.create(username="lead", is_staff=True, is_superuser=True)
    reviewers = [User.objects.create(username=f"reviewer{number}") for number in range(n_reviewers)]
    with Path("fixtures/codebook.toml").open("rb") as stream:
        book = publish_codebook(actor=lead, codebook=create_codebook(actor=lead, info=codebook_file.read(stream)))
    study = create_study(
        actor=lead, slug="large", title="Large", codebook=book, blinding="until_submitted", revisions=[]
    )
    for each in reviewers:
        add_member(actor=lead, study=study, user=each)
    revisions = make_texts(n_documents)
    add_revisions(actor=lead, study=study, revisions=revisions)
    make_work(study, revisions, reviewers)
    Study.objects.get(pk=study.pk).assignments.filter(reviewer=reviewers[0]).update(
        revealed_at=study.created_at + timedelta(days=1)
    )
    return study, lead, reviewers


def visitors(*users: Any) -> dict[str, Callable[..., Any]]:
    """Return what asks for a page in the name of each user, by name, from a server that is up and running."""
    from django.test import Client

    from annotator import memory

    asks = {}
    for user in users:
        client = Client(SERVER_NAME="localhost")
        client.force_login(user)
        asks[user.username] = lambda path, client=client, **more: client.get(path, **more)
    memory.settle()  # as a started server does
    next(iter(asks.values()))("/studies/")  # load what every first request loads
    return asks


def measure(n_documents: int, n_reviewers: int) -> None:
    """Build the study and ask for its pages."""
    from django.core.cache import caches

    study, lead, reviewers = build(n_documents, n_reviewers)
    ask = visitors(lead, reviewers[0])
    page, api = "/studies/large/", "/api/v1/studies/large/agreement/"
    print(f"{n_documents:,} documents × {n_reviewers} reviewers")  # noqa: T201
    cold = timed("study page, nothing kept", lambda: ask["lead"](page))
    timed("again", lambda: ask["lead"](page), cold)
    timed("page 7 of its documents", lambda: ask["lead"](f"{page}?page=7"), cold)
    for turn in range(3):
        edit(study, lead, turn)
        timed(f"after one edit ({turn + 1})", lambda: ask["lead"](page), cold)
    redo(study, lead)
    timed("after one piece of work was done anew", lambda: ask["lead"](page), cold)
    for name in (
        "pairs/?of=label-fact",
        "pairs/?of=scale-slant",
        "reviewers/?of=label-fact",
        "reviewers/?of=scale-slant",
    ):
        timed(name, lambda name=name: ask["lead"](page + name), cold)
        timed("again", lambda name=name: ask["lead"](page + name), cold)
    edit(study, lead, 3)
    timed("pairs after one edit", lambda: ask["lead"](f"{page}pairs/?of=label-fact"), cold)
    timed("reviewers after that edit", lambda: ask["lead"](f"{page}reviewers/?of=scale-slant"), cold)
    timed("a reviewer who has revealed all, first", lambda: ask["reviewer0"](page), cold)
    timed("again", lambda: ask["reviewer0"](page), cold)
    timed("JSON", lambda: ask["lead"](api), cold)
    tag = ask["lead"](api).headers["ETag"]
    timed("JSON, known already (304)", lambda: ask["lead"](api, headers={"if-none-match": tag}), cold)
    folder = Path(caches["figures"]._dir)
    sizes = [path.stat().st_size for path in folder.iterdir()]
    print(f"kept: {len(sizes):,} files, {sum(sizes) / 1e6:.1f} MB")  # noqa: T201


def run(measure: Callable[[int, int], None]) -> None:
    """Measure as many documents and reviewers as the command line says, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"CREDENCE_DATA": folder, "DJANGO_SETTINGS_MODULE": "annotator.settings"}
        import django

        django.setup()
        numbers = [int(each) for each in sys.argv[1:]]
        measure(*(numbers + [1000, 5][len(numbers) :]))


if __name__ == "__main__":
    run(measure)
