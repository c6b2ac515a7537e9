"""Fixtures of the sources tests: a media folder of their own, and a document to store texts in."""

from pathlib import Path

import pytest

from sources.models import Document


@pytest.fixture(autouse=True)
def media_folder(tmp_path, settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def document(db) -> Document:
    return Document.objects.create(slug="item", title="An item", language="en")
