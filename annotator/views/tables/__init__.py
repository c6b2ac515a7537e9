"""TABLES: the numbers of every figure on agreement as rows of a CSV file; a row of the registry for each file.

Numbers are those of the engine, with all their digits; shares are from 0 to 1. What is undefined is an empty cell, with
the reason beside it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from annotator.views.reviewers import Asked
from annotator.views.tables import figures, following, readers, texts
from annotator.views.tables.cells import INTERVAL, RANGE, Row, figure, gave


@dataclass(frozen=True, slots=True)
class Table:
    """A file: its columns, its rows, and whether studies and single documents have it."""

    key: str
    columns: tuple[str, ...]
    rows: Callable[[Asked], Iterator[Row]]
    of_study: bool = True
    of_document: bool = True


F1: Final = (*figure("f1_overlap"), *figure("f1_exact"), *figure("f1_characters"))
TABLES: Final[Mapping[str, Table]] = {
    table.key: table
    for table in (
        Table(
            "labels",
            (
                *("label", "name", *figure("alpha_sentences"), *figure("u_alpha"), *figure("alpha_characters")),
                *(*figure("percent_sentences"), *figure("percent_characters")),
                *(*figure("sentences_marked"), *figure("characters_marked"), *figure("ac1_sentences")),
                *(*INTERVAL, *RANGE, *(f"u_{name}" for name in INTERVAL), *(f"characters_{name}" for name in INTERVAL)),
                *("passages", "reviewers", "documents", "sentences"),
            ),
            figures.labels,
        ),
        Table(
            "scales",
            (
                *("scale", "question", "level", "target", "labels", *figure("alpha"), *figure("percent")),
                *(*figure("ratings_compared"), *figure("alpha_nominal"), *figure("fleiss"), *figure("ac1")),
                *(*figure("ac2_quadratic"), *figure("alpha_judged_or_not"), *INTERVAL, *RANGE),
                *("ratings", "cannot_be_judged"),
                *("cannot_be_judged_share", "reviewers", "documents", "units"),
            ),
            figures.scales,
        ),
        Table(
            "together",
            ("measure", *figure("value"), "characters", "judgements", "reviewers", "documents"),
            figures.together,
        ),
        Table("values", ("labels", "name", *figure("share"), *figure("ku_alpha"), *figure("coverage")), figures.values),
        Table("ratings", ("scale", "value", "name", "cannot_be_judged", "ratings", *figure("alpha")), figures.ratings),
        Table("missing", ("scale", "reviewer", "ratings", "cannot_be_judged", "share"), figures.missing),
        Table("without", ("kind", "code", "without", *figure("alpha")), figures.without),
        Table(
            "documents",
            (
                *("document", "revision", "title", "characters", "reviewers"),
                *("kind", "code", *figure("alpha"), "units"),
            ),
            figures.documents,
            of_document=False,
        ),
        Table(
            "more-documents", ("kind", "code", "reach", "documents_wanted"), figures.more_documents, of_document=False
        ),
        Table(
            "yardsticks",
            ("code", "name", *figure("alpha"), "reported_by", "reported", "what", "differs", "source"),
            figures.yardsticks,
            of_document=False,
        ),
        Table(
            "over-time",
            ("kind", "code", "first", "last", "reviewers", *figure("alpha_alone"), *figure("alpha_so_far")),
            following.over_time,
            of_document=False,
        ),
        Table(
            "study-changes",
            ("at", "after_documents", "kind", "name", "detail"),
            following.study_changes,
            of_document=False,
        ),
        Table(
            "rounds",
            ("kind", "code", *figure("alpha_first"), *figure("alpha_second")),
            following.rounds,
            of_document=False,
        ),
        Table(
            "stretches",
            (
                *("start", "end", "marked_by", "reviewers", "pairs_differing", "label", "marked_with_label", "by"),
                "quote",
            ),
            texts.stretches,
            of_study=False,
        ),
        Table(
            "places",
            (
                *("number", "start", "end", "marked_by", "reviewers", "division", "differs_in", "labels", "ratings"),
                "quote",
            ),
            texts.places,
            of_study=False,
        ),
        Table(
            "versions",
            ("codebooks", "documents", "kind", "code", *figure("alpha"), *INTERVAL),
            following.versions,
            of_document=False,
        ),
        Table("changes", ("document", "reviewers", *following.CHANGES), following.changes, of_document=False),
        Table(
            "machines",
            (
                *("machine", "documents", "kind", "code", *figure("alpha_with_people"), "units"),
                *(*figure("alpha_among_people"), *(f"characters_{whose}" for whose in ("machine", "people", "both"))),
            ),
            following.machines,
            of_document=False,
        ),
        Table("left-out", ("of", "reason", "number"), figures.left_out),
        Table(
            "pairs",
            (
                *("compared_on", "first", "second", "documents", "measure", *figure("agreement"), "agreement_units"),
                *(*figure("percent"), "units", *F1),
            ),
            readers.pairs,
        ),
        Table(
            "confusion",
            ("compared_on", "first", "second", *gave("first"), *gave("second"), "count", "share_of_row"),
            readers.confusion,
        ),
        Table(
            "majority",
            ("compared_on", "reviewer", *gave("reviewer"), *gave("majority"), "count", "share_of_row"),
            readers.majority,
        ),
        Table(
            "reviewers",
            (
                *("compared_on", "reviewer", "measure", *figure("mean_agreement"), "pairs"),
                *(f"mean_{name}" for name in F1),
                *(*figure("alpha_without"), *figure("as_majority"), "units_with_majority", "units_without_majority"),
                *("model_competence", "model_reason", "ratings", "cannot_be_judged", "cannot_be_judged_share", "units"),
            ),
            readers.reviewers,
        ),
    )
}
