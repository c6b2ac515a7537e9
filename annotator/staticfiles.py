"""Static files under hashed names, our scripts without comments and spaces, imports rewritten to the hashed names.

The workbench, the agreement page of a document and the adjudicator's are written as many modules and served as one
script each.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile, File
from rjsmin import jsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage

from annotator.bundling import bundle

OWN_SCRIPTS = "annotator/"
BUNDLED = {"annotator/workbench/main.js", "annotator/agreement/heat.js", "annotator/adjudication/main.js"}
VENDORED = "/vendor/"  # third-party files stay as their authors made them


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Without the rewriting of imports, a relative one would break in production only."""

    support_js_module_import_aggregation = True

    def stored_name(self, name: str) -> str:
        """Return the hashed name; before collectstatic has run (in tests), a file stands under its own."""
        return super().stored_name(name) if self.hashed_files else name

    def file_hash(self, name: str, content: File | None = None) -> str | None:
        """Return eight hexadecimal digits: enough to tell versions of one file apart, and every import carries them."""
        found = super().file_hash(name, content)
        return found and found[:8]

    def get_modified_time(self, name: str) -> datetime:
        """Return when a collected file was made; of a bundle never, as what it imports may be newer than its source."""
        return datetime.fromtimestamp(0, tz=UTC) if name in BUNDLED else super().get_modified_time(name)

    def save(self, name: str, content: File, max_length: int | None = None) -> str:
        """Store a collected file; our own scripts minified, so that what a reviewer downloads is the code alone."""
        if is_own_script(name):
            source = bundle(name, _source) if name in BUNDLED else content.read()
            content = ContentFile(minified(source))
        return super().save(name, content, max_length=max_length)

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Make the hashed copies; of our own scripts from what was stored, not from the sources again."""
        stored = {name: (self, name) if is_own_script(name) else source for name, source in paths.items()}
        yield from super().post_process(stored, dry_run=dry_run, **options)


def _source(name: str) -> str:
    """Return a script as it was written."""
    found = finders.find(name)
    if not found:
        raise ValueError(f"no static file is called {name}")
    return Path(found).read_text(encoding="utf-8")


def is_own_script(name: str) -> bool:
    """Whether this is a script of ours, which is served minified."""
    return name.startswith(OWN_SCRIPTS) and name.endswith(".js") and VENDORED not in name


def minified(script: bytes | str) -> bytes:
    """Return an ES module without comments and needless space. Template literals must not be nested (rjsmin)."""
    source: Any = script.decode() if isinstance(script, bytes) else script
    return jsmin(source).encode()
