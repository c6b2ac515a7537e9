"""Rows of what a report tells: labels, scales, documents, and what stands beside them."""

from collections.abc import Iterator

from annotator.templatetags import findings
from annotator.views.beside import REACHES, USUAL, published, wanted
from annotator.views.reviewers import Asked
from annotator.views.tables.cells import Row, interval, told, without_one


def labels(asked: Asked) -> Iterator[Row]:
    """A row for each label: its figures, intervals and counts."""
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
            *interval(row.interval),
            *without_one(row.without),
            *interval(row.u_interval),
            *interval(row.character_interval),
            row.n_passages,
            row.n_reviewers,
            row.n_documents,
            row.sentence_alpha.n_units,
        ]


def scales(asked: Asked) -> Iterator[Row]:
    """A row for each scale."""
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
            *interval(row.interval),
            *without_one(row.without),
            row.missing.n_ratings,
            row.missing.n_missing,
            row.missing.share,
            row.n_reviewers,
            row.n_documents,
            row.n_units,
        ]


def together(asked: Asked) -> Iterator[Row]:
    """A row for each measure over all labels together."""
    row = asked.report.together
    for key, measure in (("u_alpha", "u"), ("unit_alpha", "|u"), ("coding_alpha", "cu"), ("coverage", "coverage")):
        estimate = getattr(row, key)
        yield [measure, *told(estimate), estimate.n_units, estimate.n_values, row.n_reviewers, row.n_documents]


def values(asked: Asked) -> Iterator[Row]:
    """A row for each set of labels that text has."""
    for row in asked.report.together.values:
        words = findings.labels_words(row.labels, asked.codebook)
        yield [" ".join(row.labels), words, *told(row.share), *told(row.alpha), *told(row.coverage)]


def ratings(asked: Asked) -> Iterator[Row]:
    """How often each point of each scale was given, and alpha of it or any other."""
    for row in asked.report.scales:
        for point in row.distribution:
            yield [row.scale, point.value, point.name, point.missing, point.count, *told(point.alpha)]


def missing(asked: Asked) -> Iterator[Row]:
    """How often each reviewer, and all together, could not judge, scale by scale."""
    for row in asked.report.scales:
        for each in (row.missing, *row.missing_by_reviewer):
            yield [row.scale, each.reviewer or "all", each.n_ratings, each.n_missing, each.share]


def without(asked: Asked) -> Iterator[Row]:
    """Each figure over all reviewers, and with each left out."""
    rows = [("label", row.label, row.sentence_alpha, row.without) for row in asked.report.labels]
    rows += [("scale", row.scale, row.alpha, row.without) for row in asked.report.scales]
    for kind, code, every, without in rows:
        yield [kind, code, "", *told(every)]
        for reviewer, estimate in (without.without if without else {}).items():
            yield [kind, code, reviewer, *told(estimate)]


def documents(asked: Asked) -> Iterator[Row]:
    """The figures of each document."""
    for document in asked.report.per_document:
        place = [document.slug, document.revision, document.title, document.length, len(document.reviewers)]
        for label in document.labels:
            yield [*place, "label", label.label, *told(label.sentence_alpha), label.sentence_alpha.n_units]
        for scale in document.scales:
            yield [*place, "scale", scale.scale, *told(scale.alpha), scale.n_units]


def left_out(asked: Asked) -> Iterator[Row]:
    """What does not count, why, and how much of it there is."""
    report = asked.report
    yield ["documents", "fewer than two pieces of work can be compared", report.n_skipped]
    for reason, number in report.left_out.items():
        yield ["pieces of work", reason, number]
    for code, number in report.unknown_labels.items():
        yield ["passages", f"label {code} is not in the codebook", number]


def more_documents(asked: Asked) -> Iterator[Row]:
    """How many more documents would narrow each interval."""
    key = asked.query.get("narrow", "")
    reach = REACHES.get(key, REACHES[USUAL])
    for row in wanted(asked.report, reach):
        yield ["label" if row.is_label else "scale", row.code, reach, row.words]


def yardsticks(asked: Asked) -> Iterator[Row]:
    """Published figures beside those of the study."""
    for row in published(asked.report):
        for whose, values in row.yardstick.reported:
            for value in values:
                about = [row.yardstick.what, row.yardstick.differs, row.yardstick.source]
                yield [row.yardstick.code, row.name, *told(row.estimate), whose, value, *about]
