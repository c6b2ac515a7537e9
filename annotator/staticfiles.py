"""Static files under hashed names, with the imports inside ES modules rewritten to those names."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Without the rewriting of imports, a relative one would break in production only."""

    support_js_module_import_aggregation = True

    def stored_name(self, name: str) -> str:
        """Return the hashed name; before collectstatic has run (in tests), a file stands under its own."""
        return super().stored_name(name) if self.hashed_files else name
