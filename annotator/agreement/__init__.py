"""Agreement between reviewers: records in, numbers with their reasons out. NumPy only; `report` is the front door."""
