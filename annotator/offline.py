"""The figures of a study computed from its JSONL export alone, without a database and without Django.

So anyone who has the file can check a published figure. In the folder of the program, with NumPy installed:

    python -m annotator.offline export.jsonl

prints the report; `--json` prints what the API answers under `/api/v1/studies/{study}/agreement/`. From Python:

    from annotator.offline import published_figures
    with open("export.jsonl", "rb") as stream:
        answer = published_figures(stream)
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from annotator.agreement.comparison import Comparison, subjects
from annotator.agreement.plain_text import report_lines
from annotator.agreement.report import Report, compare, published, report
from annotator.agreement.selection import WORK, Work, usual_work
from annotator.formats import jsonl
from annotator.formats.problems import FormatError
from annotator.reading import read_with
from annotator.records import CodebookInfo, CodedDocument, StudyInfo


class AskedError(ValueError):
    """What was asked for is not in the file; the message says what is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The report over the work asked for, of a study or of one of its documents."""

    study: StudyInfo
    document: tuple[str, int] | None
    work: Work
    include_machines: bool
    report: Report
    comparison: Comparison | None

    def as_dict(self) -> dict[str, Any]:
        """Return what the API answers."""
        return published(
            self.report,
            study=self.study.slug,
            demo=self.study.demo,
            document=self.document,
            work=self.work,
            include_machines=self.include_machines,
            comparison=self.comparison,
        )

    @property
    def heading(self) -> str:
        """What the report is of."""
        return heading(self.study.title, self.document, self.work, include_machines=self.include_machines)


def published_figures(stream: Iterable[bytes] | Iterable[str], **choice: Any) -> dict[str, Any]:
    """Compute from an export what the API answers about the same work.

    Parameters
    ----------
    stream : iterable of bytes or str
        The lines of a JSONL export with texts.
    **choice
        See `figures_of`.

    Returns
    -------
    dict
        JSON-safe; floats, and None beside a reason for what is undefined. `schema_version` rises when fields change
        their meaning.

    Raises
    ------
    FormatError
        When the file is not what it should be, or lacks its texts.
    AskedError
        As `figures_of`.
    """
    reading = jsonl.parse(stream)
    return figures_of(reading.documents, codebooks=reading.codebooks, **choice).as_dict()


def figures_of(
    documents: Sequence[CodedDocument],
    *,
    codebooks: Iterable[CodebookInfo] = (),
    study: str = "",
    document: str = "",
    revision: int | None = None,
    work: str = "",
    include_machines: bool = False,
    of: str = "",
) -> Asked:
    """Compute the report of a study, or of one of its documents, from records.

    Parameters
    ----------
    documents : sequence of CodedDocument
        As read from an export. Only submitted work counts, read with the study's codebook.
    codebooks : iterable of CodebookInfo
        Further versions, which lie between those of the documents.
    study : str
        Its slug; may be left out where all documents are of one.
    document : str
        Slug of one document; all of the study without it.
    revision : int, optional
        Its revision; the newest without it.
    work : str
        A key of `selection.WORK`; what usually counts without it.
    include_machines : bool
        Whether machines count as reviewers.
    of : str
        What reviewers are compared on, if on anything: the key of one of `comparison.subjects`.

    Raises
    ------
    AskedError
        When there is no such study, document, revision, work or subject, no work was submitted, or the study must be
        named.
    """
    studies = {each.study.slug: each.study for each in documents}
    if not studies:
        raise AskedError("The file has no document.")
    if not study and len(studies) > 1:
        raise AskedError(f"The file has several studies; name one: {', '.join(sorted(studies))}.")
    if study and study not in studies:
        raise AskedError(f"There is no study “{study}” in the file; it has {', '.join(sorted(studies))}.")
    about = studies[study] if study else next(iter(studies.values()))
    if work and work not in WORK:
        raise AskedError(f"“{work}” is no choice of work; there are {', '.join(WORK)}.")
    chosen_work = WORK[work] if work else usual_work(blind=about.blinding != "open")
    chosen = [each for each in documents if each.study.slug == about.slug]
    codebook = chosen[0].codebooks[about.codebook]
    known = {book.key: book for book in codebooks}
    for each in chosen:
        known.update(each.codebooks)
    key = _chosen_document(chosen, document, revision)
    if key is not None:
        chosen = [each for each in chosen if (each.slug, each.revision) == key]
    submitted = [
        replace(each, codings=tuple(coding for coding in each.codings if coding.state == "submitted"))
        for each in (read_with(each, codebook, known) for each in chosen)
    ]
    measured = [each for each in submitted if each.codings]
    if not measured:
        raise AskedError(nothing_submitted(about.title, key))
    comparable = {subject.key: subject for subject in subjects(codebook)}
    if of and of not in comparable:
        raise AskedError(f"Reviewers are not compared on “{of}”; there are {', '.join(comparable)}.")
    choice = {
        "rounds": chosen_work.rounds,
        "independent": chosen_work.independent,
        "include_machines": include_machines,
    }
    compared = compare(measured, comparable[of], codebook, **choice) if of else None
    return Asked(about, key, chosen_work, include_machines, report(measured, codebook, **choice), compared)


def heading(title: str, document: tuple[str, int] | None, work: Work, *, include_machines: bool) -> str:
    """Say what a report is of."""
    where = f", document {document[0]}, revision {document[1]}" if document else ""
    machines = ", machines counted as reviewers" if include_machines else ""
    return f"Agreement in “{title}”{where}: {work.name.lower()}{machines}. {work.explanation}"


def nothing_submitted(title: str, document: tuple[str, int] | None) -> str:
    """Say that there is nothing to measure."""
    if document is not None:
        return f"Nobody has submitted work on {document[0]}, revision {document[1]}, so there is nothing to compare."
    return f"Nobody has submitted work in “{title}”, so there is nothing to compare."


def add_choices(parser: argparse.ArgumentParser) -> None:
    """Take the choices that the API takes, and how to print."""
    parser.add_argument("--document", default="", help="slug of one document; all of the study without it")
    parser.add_argument("--revision", type=int, help="its revision; the newest without it")
    parser.add_argument(
        "--work",
        default="",
        help=f"which work counts, one of {', '.join(WORK)}; independent work without it, all first rounds in an open"
        " study",
    )
    parser.add_argument("--include-machines", action="store_true", help="count machines as reviewers")
    parser.add_argument("--json", action="store_true", help="print what the API answers")
    parser.add_argument("--width", type=int, help="columns to print in; those of the terminal without it")


def printed(found: Report, words: str, answer: Mapping[str, Any] | None, width: int | None) -> list[str]:
    """Return the lines to print: the API's answer as JSON if there is one, else tables under a heading."""
    if answer is not None:
        return json.dumps(answer, ensure_ascii=False, indent=1, allow_nan=False).split("\n")
    columns = max(40, width or shutil.get_terminal_size((100, 24)).columns)
    return [*report_lines(found, columns, words)]


def _chosen_document(documents: Sequence[CodedDocument], slug: str, revision: int | None) -> tuple[str, int] | None:
    if not slug:
        if revision is not None:
            raise AskedError("Name the document whose revision is meant.")
        return None
    numbers = sorted(each.revision for each in documents if each.slug == slug)
    if not numbers:
        raise AskedError(f"There is no document “{slug}” in this study of the file.")
    if revision is not None and revision not in numbers:
        raise AskedError(f"“{slug}” has no revision {revision} here; it has {', '.join(map(str, numbers))}.")
    return slug, numbers[-1] if revision is None else revision


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of a file; return 0, or 1 with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="python -m annotator.offline", description=__doc__.split("\n", 1)[0])
    parser.add_argument("file", type=Path, help="a JSONL export with texts")
    parser.add_argument("--study", default="", help="slug of the study, where the file has several")
    parser.add_argument("--of", default="", help="what reviewers are compared on in the JSON: all, label-… or scale-…")
    add_choices(parser)
    asked = vars(parser.parse_args(arguments))
    file, as_json, width = asked.pop("file"), asked.pop("json"), asked.pop("width")
    try:
        with file.open("rb") as stream:
            reading = jsonl.parse(stream)
        found = figures_of(reading.documents, codebooks=reading.codebooks, **asked)
    except OSError as error:
        return _failed(f"The file cannot be read: {error.strerror}.")
    except FormatError as error:
        rows = "\n".join(f"line {row.line}, {row.field}: {row.reason}" for row in error.rows)
        return _failed(f"The file is not as it should be; {error.total} faults:\n{rows}")
    except AskedError as error:
        return _failed(str(error))
    lines = printed(found.report, found.heading, found.as_dict() if as_json else None, width)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _failed(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
