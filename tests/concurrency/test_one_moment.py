"""What a page, a table or an export says is of one moment, whatever is stored while it is made."""

import json
from pathlib import Path

import pytest

from tests.processes import demo_database, run_script

# A piece of work becomes another and back in one commit each: by another connection, before some query of a request.
MEANWHILE = """
import json, re, threading
from datetime import timedelta
from itertools import count
from django.conf import settings
from django.core.cache import caches
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.utils import timezone
from annotator.models import Annotation, Assignment, Rating, User

settings.ALLOWED_HOSTS = ["testserver"]
reviews = Assignment.objects.submitted().reviews().filter(study__slug="demonstration", round=1, reviewer__kind="human")
work = reviews.order_by("submitted_at").last()
passage = Annotation.objects.live().filter(assignment=work).order_by("pk").first()
rating = Rating.objects.filter(assignment=work, annotation=None, point__missing=False).order_by("pk").first()
other = rating.scale.points.filter(missing=False).exclude(pk=rating.point_id).first()
text = Assignment.objects.filter(study=work.study, revision=work.revision)
POINTS, GONE, MONTH = (rating.point, other), (None, timezone.now()), timedelta(days=30)


def become(state):
    with transaction.atomic():
        text.update(submitted_at=F("submitted_at") + (-MONTH if state else MONTH))
        Rating.objects.filter(pk=rating.pk).update(point=POINTS[state])
        Annotation.objects.filter(pk=passage.pk).update(deleted_at=GONE[state])


def elsewhere(state):
    def act():
        become(state)
        connection.close()

    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


client = Client()
client.force_login(User.objects.get(username="admin"))


def get():
    caches["figures"].clear()
    answer = client.get("{ADDRESS}")
    assert answer.status_code == 200, answer
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", body)


def get_with(act):
    "The answer, and how many queries it took; `act` is called with the number of each before it is asked."
    numbers = count(1)

    def ask(execute, sql, *rest):
        act(next(numbers))
        return execute(sql, *rest)

    with connection.execute_wrapper(ask):
        return get(), next(numbers) - 1


answers = []
for state in (1, 0):
    become(state)
    answers.insert(0, get())
assert answers[0] != answers[1]
_, n_queries = get_with(lambda number: None)
found = []
for place in sorted({round(1 + step * (n_queries - 2) / 11) for step in range(12)}):
    body, _ = get_with(lambda number: elsewhere(1 - state) if number == place else None)
    found.append(answers.index(body) if body in answers else -1)
    state = 1 - state
print(json.dumps([n_queries, found]))
"""


@pytest.mark.parametrize(
    "address",
    [
        "/studies/demonstration/report/",
        "/studies/demonstration/over-time/",
        "/studies/demonstration/figures/over-time.csv",
        "/api/v1/studies/demonstration/export/jsonl/",
        "/api/v1/studies/demonstration/export/csv/",
    ],
)
def test_nothing_told_is_half_of_before_and_half_of_after(tmp_path: Path, address: str) -> None:
    with demo_database(tmp_path) as environment:
        n_queries, found = json.loads(run_script(environment, MEANWHILE.replace("{ADDRESS}", address)))
    assert n_queries > 5
    assert {0, 1} <= set(found), "the change came before some queries that tell of it and after others"
    assert -1 not in found, f"of neither moment, by where the change came: {found}"
