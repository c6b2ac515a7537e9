"""Pages: one file per page, its form beside its view."""
