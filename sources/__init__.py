"""The material: outlets, documents and their immutable texts. Knows no users and imports nothing of the annotator."""
