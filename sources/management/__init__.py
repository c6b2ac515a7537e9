"""Commands of the sources app."""
