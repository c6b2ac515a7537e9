"""TABLES: the numbers of every figure on agreement as rows of a CSV file; a row of the registry for each file.

Numbers are those of the engine, with all their digits; shares are from 0 to 1. What is undefined is an empty cell, with
the reason beside it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from annotator.agreement.comparison import Comparison, Mean
from annotator.agreement.estimate import Estimate
from annotator.agreement.intervals import Interval
from annotator.agreement.leave_out import LeftOut
from annotator.agreement.machines import machines
from annotator.agreement.revisions import Rounds, rounds
from annotator.agreement.timeline import Timeline, timeline
from annotator.agreement.units import division, groups, stretches
from annotator.formats.cells import Cell
from annotator.queries.shown import completed_documents, documents_apart, study_changes
from annotator.records import CodedDocument
from annotator.templatetags import findings
from annotator.views import document as text
from annotator.views.beside import REACHES, USUAL, published, wanted
from annotator.views.cases import Wording, places_of
from annotator.views.over_time import chosen_batch
from annotator.views.reviewers import Asked, readers
from annotator.views.rounds import pairs

Row = list[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """A file: its columns, its rows, and whether studies and single documents have it."""

    key: str
    columns: tuple[str, ...]
    rows: Callable[[Asked], Iterator[Row]]
    of_study: bool = True
    of_document: bool = True


def figure(name: str) -> tuple[str, ...]:
    """Name the columns under which `told` stands."""
    return name, f"{name}_reason"


def gave(who: str) -> tuple[str, ...]:
    """Name the columns of what somebody gave."""
    return f"{who}_gave", f"{who}_gave_name"


def told(estimate: Estimate | Mean | None) -> Row:
    """Return a figure and why there is none."""
    return [None, None] if estimate is None else [estimate.value, estimate.reason or None]


def _interval(found: Interval | None) -> Row:
    return [None] * 4 if found is None else [found.low, found.high, found.rough, found.reason or None]


def _range(found: LeftOut | None) -> Row:
    return [None, None] if found is None else [found.low, found.high]


INTERVAL: Final = ("interval_low", "interval_high", "interval_rough", "interval_reason")
RANGE: Final = ("without_one_low", "without_one_high")


def _labels(asked: Asked) -> Iterator[Row]:
    for row in asked.report.labels:
        figures = (
            row.sentence_alpha,
            row.u_alpha,
            row.character_alpha,
            row.sentence_percent,
            row.character_percent,
            row.sentence_prevalence,
            row.character_prevalence,
            row.sentence_ac1,
        )
        yield [
            row.label,
            row.name,
            *(cell for each in figures for cell in told(each)),
            *_interval(row.interval),
            *_range(row.without),
            *_interval(row.u_interval),
            *_interval(row.character_interval),
            row.n_passages,
            row.n_reviewers,
            row.n_documents,
            row.sentence_alpha.n_units,
        ]


def _scales(asked: Asked) -> Iterator[Row]:
    for row in asked.report.scales:
        yield [
            row.scale,
            row.question,
            row.level,
            row.target,
            " ".join(row.labels),
            *told(row.alpha),
            *told(row.percent),
            *told(row.coverage),
            *(cell for each in (row.nominal, row.fleiss, row.ac1, row.ac2, row.judged) for cell in told(each)),
            *_interval(row.interval),
            *_range(row.without),
            row.missing.n_ratings,
            row.missing.n_missing,
            row.missing.share,
            row.n_reviewers,
            row.n_documents,
            row.n_units,
        ]


def _together(asked: Asked) -> Iterator[Row]:
    row = asked.report.together
    for key, measure in (("u_alpha", "u"), ("unit_alpha", "|u"), ("coding_alpha", "cu"), ("coverage", "coverage")):
        estimate = getattr(row, key)
        yield [measure, *told(estimate), estimate.n_units, estimate.n_values, row.n_reviewers, row.n_documents]


def _values(asked: Asked) -> Iterator[Row]:
    for row in asked.report.together.values:
        words = findings.labels_words(row.labels, asked.codebook)
        yield [" ".join(row.labels), words, *told(row.share), *told(row.alpha), *told(row.coverage)]


def _ratings(asked: Asked) -> Iterator[Row]:
    for row in asked.report.scales:
        for point in row.distribution:
            yield [row.scale, point.value, point.name, point.missing, point.count]


def _missing(asked: Asked) -> Iterator[Row]:
    for row in asked.report.scales:
        for each in (row.missing, *row.missing_by_reviewer):
            yield [row.scale, each.reviewer or "all", each.n_ratings, each.n_missing, each.share]


def _without(asked: Asked) -> Iterator[Row]:
    rows = [("label", row.label, row.sentence_alpha, row.without) for row in asked.report.labels]
    rows += [("scale", row.scale, row.alpha, row.without) for row in asked.report.scales]
    for kind, code, every, without in rows:
        yield [kind, code, "", *told(every)]
        for reviewer, estimate in (without.without if without else {}).items():
            yield [kind, code, reviewer, *told(estimate)]


def _documents(asked: Asked) -> Iterator[Row]:
    for document in asked.report.per_document:
        place = [document.slug, document.revision, document.title, document.length, len(document.reviewers)]
        for label in document.labels:
            yield [*place, "label", label.label, *told(label.sentence_alpha), label.sentence_alpha.n_units]
        for scale in document.scales:
            yield [*place, "scale", scale.scale, *told(scale.alpha), scale.n_units]


def _left_out(asked: Asked) -> Iterator[Row]:
    report = asked.report
    yield ["documents", "fewer than two pieces of work can be compared", report.n_skipped]
    for reason, number in report.left_out.items():
        yield ["pieces of work", reason, number]
    for code, number in report.unknown_labels.items():
        yield ["passages", f"label {code} is not in the codebook", number]


def _more_documents(asked: Asked) -> Iterator[Row]:
    key = asked.query.get("narrow", "")
    reach = REACHES.get(key, REACHES[USUAL])
    for row in wanted(asked.report, reach):
        yield ["label" if row.is_label else "scale", row.code, reach, row.words]


def _yardsticks(asked: Asked) -> Iterator[Row]:
    for row in published(asked.report):
        for whose, values in row.yardstick.reported:
            for value in values:
                about = [row.yardstick.what, row.yardstick.differs, row.yardstick.source]
                yield [row.yardstick.code, row.name, *told(row.estimate), whose, value, *about]


def _followed(asked: Asked) -> Timeline:
    documents = completed_documents(asked.figures, asked.viewer, asked.counted["work"])
    batch = chosen_batch(asked.query.get("batch", ""), len(documents))
    return timeline(documents, asked.codebook, batch, study_changes(asked.figures.study, asked.viewer))


def _over_time(asked: Asked) -> Iterator[Row]:
    found = _followed(asked)
    for series in found.series:
        for step, alone, so_far in zip(found.steps, series.alone, series.so_far, strict=True):
            kind = "label" if series.is_label else "scale"
            yield [kind, series.code, step.first, step.last, len(step.reviewers), *told(alone), *told(so_far)]


def _study_changes(asked: Asked) -> Iterator[Row]:
    for each in _followed(asked).changes:
        yield [each.change.at, each.after, each.change.kind, each.change.name, each.change.detail or None]


def _versions(asked: Asked) -> Iterator[Row]:
    for version in _followed(asked).versions:
        names = " ".join(f"{slug}-{number}" for slug, number in version.codebooks)
        for row in version.labels:
            yield [names, version.n_documents, "label", row.label, *told(row.sentence_alpha), *_interval(row.interval)]
        for row in version.scales:
            yield [names, version.n_documents, "scale", row.scale, *told(row.alpha), *_interval(row.interval)]


def _again(asked: Asked) -> Rounds | None:
    documents = documents_apart(asked.figures.study, asked.viewer)
    return rounds(documents, asked.codebook, independent=asked.figures.usual.independent)


def _changes(asked: Asked) -> Iterator[Row]:
    found = _again(asked)
    for row in found.documents if found else ():
        yield [row.slug, " ".join(row.reviewers), *(getattr(row.changes, name) for name in CHANGES)]


def _machines(asked: Asked) -> Iterator[Row]:
    documents = documents_apart(asked.figures.study, asked.viewer)
    for each in machines(documents, asked.codebook, independent=asked.figures.usual.independent):
        begins = [each.machine, each.n_documents]
        for row in each.labels:
            characters = (row.machine, row.people, row.both)
            yield [
                *begins,
                "label",
                row.label,
                *told(row.alpha),
                row.alpha.n_units,
                *told(row.among_people),
                *characters,
            ]
        for row in each.scales:
            yield [*begins, "scale", row.scale, *told(row.alpha), row.alpha.n_units, *[None] * 5]


def _rounds(asked: Asked) -> Iterator[Row]:
    found = _again(asked)
    for row in pairs(found.before, found.after) if found else ():
        yield ["label" if row.is_label else "scale", row.code, *told(row.before), *told(row.after)]


def _stretches(asked: Asked) -> Iterator[Row]:
    choice, coded = _looked_at(asked)
    for piece in stretches(coded, choice.layer or None) if coded else ():
        place = [piece.start, piece.end, piece.marked, len(coded.codings), piece.pairs_apart(len(coded.codings))]
        for label, who in piece.labels.items():
            yield [*place, label, len(who), " ".join(who), coded.text[piece.start : piece.end]]


def _places(asked: Asked) -> Iterator[Row]:
    choice, coded = _looked_at(asked)
    if coded is None:
        return
    wording, layer = Wording(asked.codebook, coded), choice.layer or None
    found = groups(coded, layer)
    for place in places_of(found, division(found, stretches(coded, layer), wording.of)):
        words = wording.case(place)
        yield [
            *(place.number, place.start, place.end, words.marked, words.of, place.division),
            *(" ".join(place.group.kinds) or "alike", words.labels, words.ratings),
            coded.text[place.start : place.end],
        ]


def _looked_at(asked: Asked) -> tuple[text.Choice, CodedDocument | None]:
    """Return what the page of a text was asked for, and the work it then shows."""
    choice = text.Choice.of(asked.request, [label.code for label in asked.codebook.labels])
    study, machines = asked.figures.study, asked.counted["include_machines"]
    coded = text.shown_work(asked.request, study, asked.scope.revision, choice, include_machines=machines)
    return choice, None if coded is None else text.looked_at(coded, choice)


def _pairs(asked: Asked) -> Iterator[Row]:
    found = asked.compare()
    for row in found.pairs:
        yield [
            found.subject.key,
            row.first,
            row.second,
            row.n_documents,
            found.measure,
            *told(row.agreement),
            row.agreement.n_units,
            *told(row.percent),
            row.percent.n_units,
            *(cell for each in (row.f1_overlap, row.f1_exact, row.f1_char) for cell in told(each)),
        ]


def _counts(asked: Asked, found: Comparison, table: Any, names: list[Cell]) -> Iterator[Row]:
    """Yield the cells of a table of counts, each with the share of its row."""
    words = [findings.value_words(value, found.subject, asked.codebook) for value in found.values]
    given: list[Row] = [[_code(value), name] for value, name in zip(found.values, words, strict=True)]
    others = [*given, [None, "no majority"]]
    for place, counts in enumerate(table):
        total = sum(counts)
        for column, count in enumerate(counts):
            part = count / total if total else None
            yield [found.subject.key, *names, *given[place], *others[column], count, part]


def _code(value: Any) -> Cell:
    """Return a point of a scale, or the codes of a set of labels."""
    return (" ".join(value) or "unmarked") if isinstance(value, tuple) else value


def _confusion(asked: Asked) -> Iterator[Row]:
    found = asked.compare()
    row = asked.choice.pair(found)
    if row is not None:
        yield from _counts(asked, found, row.table, [row.first, row.second])


def _majority(asked: Asked) -> Iterator[Row]:
    found = asked.compare()
    row = asked.choice.reader(found)
    if row is not None and row.majority.value is not None:
        yield from _counts(asked, found, row.table, [row.reviewer])


def _reviewers(asked: Asked) -> Iterator[Row]:
    found = asked.compare(with_model=True)
    for each in readers(found, asked.report):
        row = each.row
        yield [
            found.subject.key,
            row.reviewer,
            found.measure,
            *told(row.agreement),
            row.agreement.n_pairs if row.agreement else None,
            *(cell for mean in (row.f1_overlap, row.f1_exact, row.f1_char) for cell in told(mean)),
            *told(each.without),
            *told(row.majority),
            row.majority.n_units,
            row.n_undecided,
            row.competence,
            found.competence_reason or None,
            each.n_ratings,
            each.n_missing,
            each.missing_share,
            row.n_units,
        ]


CHANGES: Final = ("before", "kept", "moved", "rated", "taken_back", "added", "document_ratings")
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
            _labels,
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
            _scales,
        ),
        Table(
            "together",
            ("measure", *figure("value"), "characters", "judgements", "reviewers", "documents"),
            _together,
        ),
        Table("values", ("labels", "name", *figure("share"), *figure("ku_alpha"), *figure("coverage")), _values),
        Table("ratings", ("scale", "value", "name", "cannot_be_judged", "ratings"), _ratings),
        Table("missing", ("scale", "reviewer", "ratings", "cannot_be_judged", "share"), _missing),
        Table("without", ("kind", "code", "without", *figure("alpha")), _without),
        Table(
            "documents",
            (
                *("document", "revision", "title", "characters", "reviewers"),
                *("kind", "code", *figure("alpha"), "units"),
            ),
            _documents,
            of_document=False,
        ),
        Table("more-documents", ("kind", "code", "reach", "documents_wanted"), _more_documents, of_document=False),
        Table(
            "yardsticks",
            ("code", "name", *figure("alpha"), "reported_by", "reported", "what", "differs", "source"),
            _yardsticks,
            of_document=False,
        ),
        Table(
            "over-time",
            ("kind", "code", "first", "last", "reviewers", *figure("alpha_alone"), *figure("alpha_so_far")),
            _over_time,
            of_document=False,
        ),
        Table("study-changes", ("at", "after_documents", "kind", "name", "detail"), _study_changes, of_document=False),
        Table("rounds", ("kind", "code", *figure("alpha_first"), *figure("alpha_second")), _rounds, of_document=False),
        Table(
            "stretches",
            (
                *("start", "end", "marked_by", "reviewers", "pairs_differing", "label", "marked_with_label", "by"),
                "quote",
            ),
            _stretches,
            of_study=False,
        ),
        Table(
            "places",
            (
                *("number", "start", "end", "marked_by", "reviewers", "division", "differs_in", "labels", "ratings"),
                "quote",
            ),
            _places,
            of_study=False,
        ),
        Table(
            "versions",
            ("codebooks", "documents", "kind", "code", *figure("alpha"), *INTERVAL),
            _versions,
            of_document=False,
        ),
        Table("changes", ("document", "reviewers", *CHANGES), _changes, of_document=False),
        Table(
            "machines",
            (
                *("machine", "documents", "kind", "code", *figure("alpha_with_people"), "units"),
                *(*figure("alpha_among_people"), *(f"characters_{whose}" for whose in ("machine", "people", "both"))),
            ),
            _machines,
            of_document=False,
        ),
        Table("left-out", ("of", "reason", "number"), _left_out),
        Table(
            "pairs",
            (
                *("compared_on", "first", "second", "documents", "measure", *figure("agreement"), "agreement_units"),
                *(*figure("percent"), "units", *F1),
            ),
            _pairs,
        ),
        Table(
            "confusion",
            ("compared_on", "first", "second", *gave("first"), *gave("second"), "count", "share_of_row"),
            _confusion,
        ),
        Table(
            "majority",
            ("compared_on", "reviewer", *gave("reviewer"), *gave("majority"), "count", "share_of_row"),
            _majority,
        ),
        Table(
            "reviewers",
            (
                *("compared_on", "reviewer", "measure", *figure("mean_agreement"), "pairs"),
                *(f"mean_{name}" for name in F1),
                *(*figure("alpha_without"), *figure("as_majority"), "units_with_majority", "units_without_majority"),
                *("model_competence", "model_reason", "ratings", "cannot_be_judged", "cannot_be_judged_share", "units"),
            ),
            _reviewers,
        ),
    )
}
