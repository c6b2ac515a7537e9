"""Static files under hashed names, with the imports inside ES modules rewritten to those names."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Without the rewriting, a relative import would break in production only."""

    support_js_module_import_aggregation = True
    manifest_strict = False  # before collectstatic has run, names stand for themselves
