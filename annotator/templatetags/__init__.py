"""What the page templates are written with: figures in words, icons, charts and marked text."""
