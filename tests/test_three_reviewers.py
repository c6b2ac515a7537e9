"""Three reviewers label one document with known disagreements; every figure equals an independent library's."""

import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pytest
from django.test import Client

from annotator.models import Annotation, Membership

TEXT = (Path(__file__).parent.parent / "fixtures/documents/003_be121be4527ba801.txt").read_text(encoding="utf-8")

# By sentence number: label and slant (9 = cannot be judged). The disagreements are these and no others.
CODED = {
    "ben": {1: ("fact", 1), 2: ("fact", 0), 4: ("opinion", 1), 5: ("opinion", 2), 7: ("fact", -1), 9: ("opinion", 0)},
    "cleo": {1: ("fact", 1), 2: ("opinion", 1), 4: ("opinion", 1), 5: ("opinion", 1), 7: ("fact", -2), 8: ("fact", 0)},
    "eli": {1: ("fact", 2), 2: ("fact", 0), 4: ("opinion", 9), 5: ("fact", 1), 7: ("fact", -1), 8: ("fact", 1)},
}
CREDIBILITY = {"ben": 2, "cleo": 4, "eli": 2}


class Window:
    """One signed-in browser, as far as the API can tell."""

    def __init__(self, user: Any) -> None:
        self.client = Client()
        self.client.force_login(user)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = self.client.generic(
            method, path, json.dumps(body or {}), content_type="application/json", headers=headers
        )
        assert answer.status_code < 300, answer.content
        return answer


def put_all(
    window: Window, assignment: Any, coded: dict[int, tuple[str, int]], sentences: list[tuple[int, int]]
) -> None:
    for number, (label, slant) in coded.items():
        start, end = sentences[number]
        body = {
            "assignment": str(assignment.pk),
            "label": label,
            "start": start,
            "end": end,
            "quote": TEXT[start:end],
            "note": "",
            "ratings": [{"scale": "slant", "point": slant}],
        }
        window.send("PUT", f"/api/v1/annotations/{uuid.uuid4()}/", body, **{"if-none-match": "*"})


@pytest.fixture
def coded(make_stage: Callable[..., Any], cast: Any) -> Any:
    """The study after ben, cleo and eli have submitted; dora is assigned and has not."""
    stage = make_stage(reviewers=("ben", "cleo", "eli", "dora"), text=TEXT)
    ends = list(stage.revision.sentences)
    sentences = []
    for start, end in zip([0, *ends], ends, strict=False):
        words = TEXT[start:end]
        sentences.append((start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())))
    for name, labels in CODED.items():
        window, assignment = Window(getattr(cast, name)), stage.assignments[name]
        put_all(window, assignment, labels, sentences)
        path = f"/api/v1/assignments/{assignment.pk}"
        window.send(
            "PUT",
            f"{path}/ratings/credibility/",
            {"point": CREDIBILITY[name], "evidence": []},
            **{"if-none-match": "*"},
        )
        window.send("POST", f"{path}/submit/", {"accept_gaps": False})
    return stage


def expected(stage: Any, label: str) -> dict[str, float]:
    """Sentence and character alpha by the krippendorff package, percent agreement by counting pairs."""
    ends = list(stage.revision.sentences)
    by_sentence = np.array(
        [[int(coded.get(n, ("",))[0] == label) for n in range(len(ends))] for coded in CODED.values()]
    )
    by_character = np.zeros((len(CODED), len(TEXT)), dtype=int)
    for row, coded in enumerate(CODED.values()):
        for number, (given, _) in coded.items():
            if given == label:
                start = ends[number - 1] if number else 0
                words = TEXT[start : ends[number]]
                begin = start + len(words) - len(words.lstrip())
                by_character[row, begin : begin + len(words.strip())] = 1
    agreeing = [
        np.mean([by_sentence[a, n] == by_sentence[b, n] for a, b in ((0, 1), (0, 2), (1, 2))]) for n in range(len(ends))
    ]
    return {
        "sentence_alpha": krippendorff.alpha(by_sentence, level_of_measurement="nominal"),
        "character_alpha": krippendorff.alpha(by_character, level_of_measurement="nominal"),
        "sentence_percent": float(np.mean(agreeing)),
    }


def expected_slant() -> float:
    """Ordinal alpha over the sentences that two or more rated; "cannot be judged" is missing."""
    numbers = sorted({number for coded in CODED.values() for number in coded})
    data = [
        [np.nan if n not in coded or coded[n][1] == 9 else coded[n][1] for n in numbers] for coded in CODED.values()
    ]
    return krippendorff.alpha(reliability_data=np.array(data, dtype=float), level_of_measurement="ordinal")


def test_figures_in_api_and_page_are_those_of_independent_libraries(coded: Any, cast: Any) -> None:
    window = Window(cast.ben)
    window.send("POST", f"/api/v1/assignments/{coded.assignments['ben'].pk}/reveal/")
    slug = coded.revision.document.slug
    report = window.send("GET", f"/api/v1/studies/harbour/agreement/?document={slug}").json()["report"]
    page = window.client.get(f"/studies/harbour/documents/{slug}/").content.decode()
    rows = {row["label"]: row for row in report["labels"]}
    for label in ("fact", "opinion"):
        for figure, value in expected(coded, label).items():
            assert rows[label][figure]["value"] == pytest.approx(value, abs=1e-12), (label, figure)
            if figure.endswith("alpha"):
                shown = f"{value:.2f}".replace("0.", ".").replace("-", "−")
                assert re.search(rf">\s*{re.escape(shown)}\s*<", page), (label, figure, shown)
    scales = {row["scale"]: row for row in report["scales"]}
    assert scales["slant"]["alpha"]["value"] == pytest.approx(expected_slant(), abs=1e-12)
    assert scales["slant"]["missing"]["share"] == pytest.approx(1 / 18)
    assert rows["ai"]["sentence_alpha"]["value"] is None
    assert rows["ai"]["sentence_alpha"]["reason"].startswith("Not computable")
    assert rows["ai"]["sentence_alpha"]["reason"] in page


def test_the_split_stands_on_the_passage(coded: Any, cast: Any) -> None:
    window = Window(cast.ben)
    window.send("POST", f"/api/v1/assignments/{coded.assignments['ben'].pk}/reveal/")
    page = window.client.get(f"/studies/harbour/documents/{coded.revision.document.slug}/").content.decode()
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert "3 of 3: Fact 2, Opinion 1; slant 0 to +1" in words.replace("…", " to ")


def test_who_has_not_submitted_sees_none_of_the_figures(coded: Any, cast: Any) -> None:
    blind = Window(cast.dora)
    slug = coded.revision.document.slug
    traces = [str(row.pk) for row in Annotation.objects.all()]
    traces += [str(coded.assignments[name].pk) for name in CODED]
    traces += [row.pseudonym for row in Membership.objects.filter(user__username__in=CODED)]
    for path in (
        f"/studies/harbour/documents/{slug}/",
        "/studies/harbour/",
        f"/api/v1/studies/harbour/agreement/?document={slug}",
        "/api/v1/studies/harbour/agreement/",
        "/api/v1/annotations/",
        "/api/v1/studies/harbour/export/jsonl/",
        "/api/v1/studies/harbour/export/csv/",
    ):
        answer = blind.client.get(path)
        said = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        for label in ("fact", "opinion"):
            for value in expected(coded, label).values():
                assert f"{value:.6f}"[:7] not in said, path
        for mark in traces:
            assert mark not in said, (path, mark)
