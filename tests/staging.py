"""The cast and the stage as plain functions, and the usual stage that is set up once for many tests."""

import copy
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from annotator.records import CodebookInfo, LabelInfo, PointInfo, ScaleInfo

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


def make_cast() -> SimpleNamespace:
    """Store ada (superuser), ben and cleo (reviewers), dora (adjudicator), eli (outsider)."""
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


def store_text(slug: str, text: str = TEXT, language: str = "en") -> Any:
    """Store a text as a document and return its revision."""
    from sources.importers.draft import Draft
    from sources.store import store_document

    raw = text.encode()
    draft = Draft(f"{slug}.txt", raw, text, "text/plain", title=slug.title(), slug=slug, language=language)
    return store_document(draft).current_revision


def set_up(
    cast: SimpleNamespace,
    slug: str = "harbour",
    blinding: str = "until_submitted",
    reviewers: tuple[str, ...] = ("ben", "cleo"),
    text: str = TEXT,
) -> Stage:
    """Set up a study over one text."""
    from annotator.actions.assignments import assign_revision
    from annotator.actions.codebook import create_codebook, publish_codebook
    from annotator.actions.study import add_member, create_study
    from annotator.models import Codebook

    codebook = Codebook.objects.filter(slug="small").first()
    if codebook is None:
        codebook = publish_codebook(actor=cast.ada, codebook=create_codebook(actor=cast.ada, info=small_codebook()))
    revision = store_text(f"{slug}-text", text)
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


class Usual:
    """The usual stage, set up once in a transaction that stays open: a test has a savepoint of its own in it.

    Whoever does not want the stage finds the database as the migrations left it: the transaction is rolled back first.
    """

    def __init__(self) -> None:
        self._block: transaction.Atomic | None = None
        self._blocker: Any = None
        self._held: Any = None
        self._made: tuple[Stage, SimpleNamespace] | None = None
        self._files = Path()

    def hold(self, blocker: Any, originals: Path, folders: pytest.TempPathFactory) -> None:
        """Set it up unless it stands; put the original of its text where this test keeps files."""
        with blocker.unblock():
            if not self._stands():
                self.let_go()
                self._blocker, self._block = blocker, transaction.atomic()
                self._block.__enter__()
                self._held = connection.connection
                cast = make_cast()
                self._made = set_up(cast), cast
                self._files = folders.mktemp("standing") / "originals"
                shutil.copytree(originals, self._files)
            else:
                shutil.copytree(self._files, originals)

    def _stands(self) -> bool:
        """Whether it was set up on the connection there is, and no test has broken that."""
        whole = self._held is connection.connection and not connection.needs_rollback
        return self._made is not None and whole

    def copied(self) -> tuple[Stage, SimpleNamespace]:
        """Copies of the stage and its cast, which the test may change."""
        return copy.deepcopy(self._made)

    def let_go(self) -> None:
        """Roll back, if it stands."""
        if self._block is None:
            return
        block, self._block, self._made = self._block, None, None
        with self._blocker.unblock():
            transaction.set_rollback(True)
            block.__exit__(None, None, None)
