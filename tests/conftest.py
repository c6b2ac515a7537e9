"""The cast and the stage: who takes part in most tests, and a study over one short text with an emoji."""

import gc
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import hypothesis
import pytest
from django.contrib.auth.hashers import make_password

from annotator.records import CodebookInfo, LabelInfo, PointInfo, ScaleInfo

# `.ci/run --full` looks at many more examples than the gate's sample, which is the same at every run.
hypothesis.settings.register_profile("sample", derandomize=True, deadline=None)
hypothesis.settings.register_profile("full", max_examples=2000, deadline=None)
hypothesis.settings.load_profile("full" if os.environ.get("CREDENCE_FULL") else "sample")

# Queries are trees of thousands of short-lived objects; looking for cycles after each 700 is a tenth of all the time.
gc.set_threshold(50_000, 20, 100)


# The browser's tests first, since those of a folder stay together; then what takes many seconds at a time.
LONGEST_FIRST = (
    "tests/browser/",
    "tests/concurrency/",
    "tests/test_demo.py",
    "tests/test_operator.py",
    "tests/access/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, so that of two sides neither waits for the other at the end."""

    def rank(item: pytest.Item) -> int:
        return next((at for at, start in enumerate(LONGEST_FIRST) if item.nodeid.startswith(start)), len(LONGEST_FIRST))

    items.sort(key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where tests run side by side (`-n 2`), those of one folder in a browser stay together: they share a server."""
    from xdist.scheduler import LoadScopeScheduling

    class Sides(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.rpartition("/")[0] if nodeid.startswith("tests/browser/") else nodeid

    return Sides(config, log)


TEXT = (
    "Harbour news\n"
    "\U0001f9e0 Parts of this text were made with AI help.\n"
    "The ferry carried 1,200 people in May. It is the best ferry on the coast.\n"
    "کشتی دیروز آمد.\n"
    "Fares will rise, the mayor said. Nobody should be surprised.\n"
)
PASSWORD = "correct horse battery"


def hashed_password() -> str:
    """The cast's password as it is stored."""
    return make_password(PASSWORD)


def small_codebook() -> CodebookInfo:
    """A codebook with the shape of the default one: three labels, passage scales and document scales."""
    slant = [*(PointInfo(value, f"slant {value}") for value in range(-2, 3)), PointInfo(9, "cannot judge", "", True)]
    return CodebookInfo(
        slug="small",
        version=1,
        title="Small codebook",
        guidelines="Mark **sentences**.",
        labels=(
            LabelInfo("fact", "Fact", "Checkable.", shortcut="1", position=1, colour_light="#0b6bb0"),
            LabelInfo("opinion", "Opinion", "A judgement.", shortcut="2", position=2, colour_light="#9a5b00"),
            LabelInfo("ai", "AI-generated", "Machine-made.", shortcut="3", position=3, colour_light="#a0307e"),
        ),
        scales=(
            ScaleInfo("slant", "Which way?", "ordinal", "passage", tuple(slant), ("fact", "opinion"), True, position=1),
            ScaleInfo(
                "basis",
                "What does it rest on?",
                "nominal",
                "passage",
                (PointInfo(1, "declared"), PointInfo(2, "suspected")),
                ("ai",),
                True,
                position=2,
            ),
            ScaleInfo(
                "credibility",
                "How credible?",
                "ordinal",
                "document",
                (*(PointInfo(value, f"step {value}") for value in range(1, 6)), PointInfo(6, "cannot", "", True)),
                required=True,
                position=3,
            ),
        ),
    )


@pytest.fixture(autouse=True)
def _apart_and_quick(settings: Any, tmp_path: Path) -> None:
    """Keep files apart and the cache empty; hash passwords quickly (tests/test_demo.py looks at the real hasher).

    A client would look through all static files at its first request; so they are looked up when they are asked for.
    """
    settings.WHITENOISE_AUTOREFRESH = True
    settings.MEDIA_ROOT = tmp_path / "originals"
    settings.CACHES = {**settings.CACHES, "figures": {**settings.CACHES["figures"], "LOCATION": tmp_path / "figures"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@dataclass(frozen=True)
class Stage:
    """One study over one text: ben and cleo review it, dora adjudicates, ada runs it, eli stands outside."""

    study: Any
    revision: Any
    codebook: Any
    assignments: dict[str, Any]

    def span(self, words: str) -> tuple[int, int]:
        """Code points of the first occurrence of `words`."""
        start = self.revision.text.index(words)
        return start, start + len(words)


@pytest.fixture
def cast(db: None) -> SimpleNamespace:
    """ada (superuser), ben and cleo (reviewers), dora (adjudicator), eli (outsider)."""
    from annotator.models import User

    def make_user(username: str, **flags: bool) -> Any:
        return User.objects.create(username=username, password=hashed_password(), **flags)

    return SimpleNamespace(
        ada=make_user("ada", is_staff=True, is_superuser=True),
        ben=make_user("ben"),
        cleo=make_user("cleo"),
        dora=make_user("dora"),
        eli=make_user("eli"),
    )


@pytest.fixture
def make_document(db: None) -> Callable[..., Any]:
    """A function that stores a text as a document and returns its revision."""
    from sources.importers.draft import Draft
    from sources.store import store_document

    def make(slug: str, text: str = TEXT, language: str = "en") -> Any:
        raw = text.encode()
        draft = Draft(f"{slug}.txt", raw, text, "text/plain", title=slug.title(), slug=slug, language=language)
        return store_document(draft).current_revision

    return make


@pytest.fixture
def make_stage(cast: SimpleNamespace, make_document: Callable[..., Any]) -> Callable[..., Stage]:
    """A function that sets up a study; `blinding` and the reviewers may be chosen."""
    from annotator.actions.assignments import assign_revision
    from annotator.actions.codebook import create_codebook, publish_codebook
    from annotator.actions.study import add_member, create_study
    from annotator.models import Codebook

    def make(
        slug: str = "harbour",
        blinding: str = "until_submitted",
        reviewers: tuple[str, ...] = ("ben", "cleo"),
        text: str = TEXT,
    ) -> Stage:
        codebook = Codebook.objects.filter(slug="small").first()
        if codebook is None:
            codebook = publish_codebook(actor=cast.ada, codebook=create_codebook(actor=cast.ada, info=small_codebook()))
        revision = make_document(f"{slug}-text", text)
        study = create_study(
            actor=cast.ada, slug=slug, title=slug.title(), codebook=codebook, blinding=blinding, revisions=[revision]
        )
        add_member(actor=cast.ada, study=study, user=cast.dora, role="adjudicator")
        assignments = {}
        for name in reviewers:
            user = getattr(cast, name)
            add_member(actor=cast.ada, study=study, user=user)
            assignments[name] = assign_revision(actor=cast.ada, study=study, revision=revision, reviewer=user)
        return Stage(study, revision, codebook, assignments)

    return make


@pytest.fixture
def stage(make_stage: Callable[..., Stage]) -> Stage:
    """The usual study, blind until submitted."""
    return make_stage()


@pytest.fixture
def school(stage: Stage, cast: SimpleNamespace, make_document: Callable[..., Any]) -> Any:
    """Gold standards of another study, with which the usual one may train its reviewers."""
    from tests.schooling import School

    return School(cast, stage, make_document)


@pytest.fixture
def mark(stage: Stage) -> Callable[..., Any]:
    """A function by which somebody marks words of the stage's text."""
    from annotator.actions.annotation import Precondition, save_annotation
    from annotator.ids import uuid7

    def make(who: str, words: str, label: str, annotation_id: UUID | None = None, **extra: Any) -> Any:
        assignment = extra.pop("assignment", stage.assignments[who])
        start, end = stage.span(words)
        annotation, _ = save_annotation(
            actor=assignment.reviewer,
            annotation_id=annotation_id or uuid7(),
            assignment_id=assignment.pk,
            label=label,
            start=start,
            end=end,
            quote=words,
            precondition=Precondition(create=True),
            **extra,
        )
        return annotation

    return make
