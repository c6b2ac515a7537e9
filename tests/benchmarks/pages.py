"""Assignments of a wanted size, for benchmarks: a text made of the seeds and passages spread over all but its end."""

import json
from collections.abc import Mapping

from tests.processes import run_script

MAKE = """
import json, random
from datetime import timedelta
from pathlib import Path
from django.utils import timezone
from annotator.actions.assignments import assign_revision
from annotator.actions.study import add_revisions
from annotator.ids import uuid7
from annotator.models import Annotation, Assignment, Rating, Study, User
from sources.importers.draft import Draft
from sources.models import Revision
from sources.store import store_document
length, passages, name = %r, %r, %r
words = "\\n".join(path.read_text() for path in sorted(Path("fixtures/documents").glob("*.txt")))
text = (words * (length // len(words) + 1))[:length].rstrip()
admin, reviewer = User.objects.get(username="admin"), User.objects.get(username=name)
study = Study.objects.get(slug="seeds")
slug = f"bench-{length}-{passages}"
draft = Draft(f"{slug}.txt", text.encode(), text, "text/plain", title=slug, slug=slug, language="en")
revision = store_document(draft).current_revision
add_revisions(actor=admin, study=study, revisions=[revision])
assignment = assign_revision(actor=admin, study=study, revision=revision, reviewer=reviewer)
chance = random.Random(7)
labels = list(study.codebook.labels.all())
made, step = [], 0.9 * len(text) / max(1, passages / len(labels))
for index in range(passages):
    label, turn = labels[index %% len(labels)], index // len(labels)
    start = int(turn * step) + chance.randrange(max(1, int(step / 4)))
    end = min(len(text), start + max(1, int(step * chance.uniform(0.2, 0.7))))
    made.append(Annotation(id=uuid7(), assignment=assignment, label=label, start=start, end=end))
Annotation.objects.bulk_create(made, batch_size=1000)
ratings = []
for row in made:
    for scale in study.codebook.scales.filter(target="passage", required=True, labels=row.label_id):
        ratings.append(Rating(assignment=assignment, annotation=row, scale=scale, point=scale.points.first()))
Rating.objects.bulk_create(ratings, batch_size=1000)
print(json.dumps(str(assignment.pk)))
"""


def make_assignment(environment: Mapping[str, str], *, length: int, passages: int, reviewer: str) -> str:
    """Store a text of `length` code points with rated passages of one reviewer; return the assignment's id."""
    return json.loads(run_script(environment, MAKE % (length, passages, reviewer)))
