"""No page breaks a rule that a machine can check: axe-core on each of them, in light and dark."""

import hashlib
import os
import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.browser.places import PLACES, Place

FOLDER = Path(__file__).parents[1] / "vendor" / "axe-core"
# Rules that want an answer from a person are not asked here; `preload` would fetch what the page has already.
RUN = """() => axe.run(document, { resultTypes: ['violations'], preload: false }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map((node) =>
    `${id}: ${node.target.join(' ')} ${node.failureSummary.replaceAll('\\n', ' ').slice(0, 300)}`)))"""
SEED = 20261125


def chosen() -> list[Place]:
    """A quarter of the pages and a tenth of the admin, at random but the same for a seed; all with CREDENCE_FULL=1."""
    if os.environ.get("CREDENCE_FULL"):
        return PLACES
    pick = random.Random(SEED)
    kept = {one.name for one in PLACES if pick.random() < (0.1 if one.name.startswith("admin") else 0.25)}
    return [one for one in PLACES if one.name in kept]


@cache
def axe() -> str:
    """The script as vendored."""
    return (FOLDER / "axe.min.js").read_text()


def violations(page: Any) -> list[str]:
    """What axe-core finds in a page, by rule and element. It comes in past the policy, which stays as it is."""
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")  # colours that turn in the admin
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(axe())
    return page.evaluate(RUN)


def test_axe_core_is_the_file_its_note_names():
    digest = hashlib.sha256((FOLDER / "axe.min.js").read_bytes()).hexdigest()
    note = (FOLDER / "VERSION.txt").read_text()
    assert f"SHA-256 of axe.min.js: {digest}" in note
    assert axe().startswith("/*! axe v4.14.1")
    assert "axe-core 4.14.1" in note
    assert "Mozilla Public License" in (FOLDER / "LICENSE").read_text()


@pytest.mark.parametrize("place", chosen(), ids=lambda place: place.name)
def test_axe_core_finds_nothing_in_light_and_dark(visit, place: Place):
    place.go(visit)
    found = {}
    for theme in ("light", "dark"):
        visit.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found[theme] = violations(visit.page)
    assert found == {"light": [], "dark": []}
