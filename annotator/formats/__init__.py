"""The file formats in which labels leave and return: one module each, over records alone.

Every module has TITLE, MEDIA_TYPE, EXTENSION, `lines(documents, options)`, which is the primitive and yields the file
as text a line at a time, and `write(documents, out, options)`, which pours those lines into a file. A format that can
be read back also has `read(stream)`. What may be seen is chosen by the caller: a format writes every record it gets.
"""

from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from annotator.formats import assignments, jsonl, tabular
from annotator.formats.output import Options
from annotator.formats.problems import FormatError, Problem

FORMATS: Mapping[str, ModuleType] = MappingProxyType(
    {
        "jsonl": jsonl,  # ours, lossless, read back
        "csv": tabular,  # one row per annotation
        "assignments-csv": assignments,  # one row per assignment: who read what, and the document ratings
    }
)

__all__ = ["FORMATS", "FormatError", "Options", "Problem"]
