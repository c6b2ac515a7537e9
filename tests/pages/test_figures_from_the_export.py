"""Every figure that the pages of a study and of its texts print, recomputed from the export by other libraries.

The export is read with nothing but `json` (`recomputing`), the pages as a browser would (`drawn`).
"""

from collections import Counter
from itertools import combinations

import pytest
from sklearn.metrics import cohen_kappa_score

from tests.agreement.test_unitizing_by_definition import GAP, by_definition, expected_of, one_minus, sums_of
from tests.pages import recomputing as again
from tests.pages.drawn import assert_printed, assert_range, made_documents, opened


@pytest.fixture
def exported(cast):
    """The export of the drawn study as recomputed, and what opens a page as its lead."""
    return opened(cast.ada, made_documents())


def u_sums(text, label):
    """The sums of one document's layer by their definition, in fractions; they add up over documents."""
    marked = {
        read.reviewer: {label: [(each["start"], each["end"]) for each in read.marks if each["label"] == label]}
        for read in text.reads
    }
    return sums_of([(marked, len(text.text))], joined=True)


def u_alpha_of(parts):
    lengths, squares = Counter(), Counter()
    for length, square, _ in parts:
        lengths.update(length)
        squares.update(square)
    values = {GAP, *squares}
    e, _ = expected_of(lengths, squares, values)
    unlike = [(c, k) for c in values for k in values if c != k]
    found = one_minus(sum(lengths[pair] for pair in unlike), sum(e[pair] for pair in unlike))
    return None if found is None else float(found)


def assert_label(export, cells, label, texts, *, whole):
    sentences = [export.table_of_sentences(text, label["code"]) for text in texts]
    characters = [export.table_of_characters(text, label["code"]) for text in texts]
    parts = [u_sums(text, label["code"]) for text in texts]
    pooled = again.pool(sentences)
    (value, *_), hidden = cells[1][0].split() or ["–"], cells[1][1]
    assert cells[0][0] == label["name"]
    assert_printed(value, again.alpha(pooled))
    left = [each for each in again.without_each(pooled, "nominal") if each is not None]
    assert_range(hidden, (min(left), max(left)) if left else None)
    if whole:
        assert_range(cells[1][0], again.alpha_ends(sentences, "nominal", rarer=True))
        without = [u_alpha_of(parts[:at] + parts[at + 1 :]) for at in range(len(parts))]
        assert_range(cells[3][0], again.jackknife(u_alpha_of(parts), without, again.masses_of(characters)))
        assert_range(cells[4][0], again.alpha_ends(characters, "nominal", rarer=True))
    assert_printed(cells[3][0].split()[0], u_alpha_of(parts))
    assert_printed(cells[4][0].split()[0], again.alpha(again.pool(characters)))
    assert_printed(cells[5][0], again.percent(pooled))
    assert_printed(cells[6][0], again.prevalence(pooled))
    marks = [each for text in texts for read in text.reads for each in read.marks if each["label"] == label["code"]]
    reviewers = {read.reviewer for text in texts for read in text.reads}
    counts = [len(marks), len(reviewers), *([len(texts)] if whole else []), pooled.shape[1]]
    assert [cell[0] for cell in cells[7:]] == [str(each) for each in counts]


def assert_scale(export, cells, scale, texts, *, whole):
    tables = [export.table_of_ratings(text, scale) for text in texts]
    pooled = again.pool(tables)
    kept = again.pairable(pooled)
    assert cells[0][0].startswith(scale["question"])
    assert cells[1][0] == f"α {scale['level']}"
    assert_printed(cells[2][0].split()[0], again.alpha(pooled, scale["level"]))
    if whole:
        assert_range(cells[2][0], again.alpha_ends(tables, scale["level"], rarer=False))
    left = [each for each in again.without_each(pooled, scale["level"]) if each is not None]
    assert_range(cells[2][1], (min(left), max(left)) if left else None)
    assert_printed(cells[4][0], again.percent(pooled))
    given = [rating for _, rating in export.answers(scale, texts)]
    judged = [rating for rating in given if not rating["missing"]]
    assert_printed(cells[5][0], 1 - len(judged) / len(given) if given else None)
    assert_printed(cells[6][0], (~again.np.isnan(kept)).sum() / len(judged) if judged else None)
    assert [cells[7][0], cells[8][0]] == [str((~again.np.isnan(kept)).any(axis=1).sum()), str(kept.shape[1])]


def assert_more(export, shown, texts, scales):
    for cells, label in zip(shown.named("More measures of each label"), export.codebook["labels"], strict=True):
        sentences = again.pool([export.table_of_sentences(text, label["code"]) for text in texts])
        characters = again.pool([export.table_of_characters(text, label["code"]) for text in texts])
        assert_printed(cells[1][0], again.chance_corrected(sentences, [0, 1], "gwet"))
        assert_printed(cells[2][0], again.percent(sentences))
        assert_printed(cells[3][0], again.percent(characters))
        assert_printed(cells[4][0], again.prevalence(characters))
    for cells, scale in zip(shown.named("More measures of each scale"), scales, strict=True):
        pooled = again.pool([export.table_of_ratings(text, scale) for text in texts])
        categories = [point["value"] for point in scale["points"] if not point["missing"]]
        nominal = again.alpha(pooled)
        assert_printed(cells[1][0], nominal)
        fleiss = again.chance_corrected(pooled, categories, "fleiss") if nominal is not None else None
        assert_printed(cells[2][0], fleiss)
        assert_printed(cells[3][0], again.chance_corrected(pooled, categories, "gwet"))
        if scale["level"] == "nominal":
            assert cells[4][0] == "no order"
        else:
            assert_printed(cells[4][0], again.chance_corrected(pooled, categories, "gwet", quadratic=True))
        if any(point["missing"] for point in scale["points"]):
            judged = again.pool([export.table_of_ratings(text, scale, judged=True) for text in texts])
            assert_printed(cells[5][0], again.alpha(judged))
        else:
            assert cells[5][0] == "always judged"


def assert_together(export, shown, texts, *, whole):
    """The u-alpha family of all labels, pair of segments by pair of segments in fractions."""
    marked, book = [export.marked(text) for text in texts], export.codebook
    found, (lengths, _, _) = by_definition(marked, joined=True), sums_of(marked, joined=True)
    rows = shown.named("Agreement on all labels together")
    reviewers = {read.reviewer for text in texts for read in text.reads}
    for cells, name in zip(rows, ("u", "|u", "cu"), strict=True):
        assert_printed(cells[2][0], found[name])
        assert cells[5][0] == str(len(reviewers))
        assert not whole or cells[6][0] == str(len(texts))
    assert_printed(rows[2][4][0], found["coverage"])
    names = {label["name"]: label["code"] for label in book["labels"]}
    rows = shown.named("(k)u-α of each set of labels")
    printed = [frozenset(names[word] for word in cells[0][0].split(" + ")) for cells in rows]
    assert set(printed) == {frozenset([code]) for code in names.values()} | found["(k)u"].keys()
    for value, cells in zip(printed, rows, strict=True):
        alone = sum(length for (one, _), length in lengths.items() if one == value)
        assert_printed(cells[1][0], alone / sum(lengths.values()))
        assert_printed(cells[2][0], found["(k)u"].get(value))
        assert_printed(cells[4][0], found["coverages"].get(value))


def assert_distributions(export, shown, texts, scales):
    for scale in scales:
        given = Counter(rating["point"] for _, rating in export.answers(scale, texts))
        rows = shown.named(scale["question"])
        assert [cells[1][0] for cells in rows] == [str(given[point["value"]]) for point in scale["points"]]
        assert [cells[0][0].split(maxsplit=1)[1] for cells in rows] == [point["name"] for point in scale["points"]]
        pooled = again.pool([export.table_of_ratings(text, scale) for text in texts])
        for cells, point in zip(rows, scale["points"], strict=True):
            if point["missing"]:
                assert cells[2][0] == ""
            else:
                recoded = again.np.where(again.np.isnan(pooled), again.np.nan, pooled == point["value"])
                assert_printed(cells[2][0], again.alpha(recoded))


def assert_documents_wanted(export, shown):
    """The rows of those figures that have an interval; the others say why there is none."""
    labels, scales = export.codebook["labels"], export.codebook["scales"]
    parts = [
        again.left_out([export.table_of_sentences(text, label["code"]) for text in export.texts], "nominal", rarer=True)
        for label in labels
    ]
    parts += [
        again.left_out([export.table_of_ratings(text, scale) for text in export.texts], scale["level"], rarer=False)
        for scale in scales
    ]
    for cells, part in zip(shown.named("Documents that would narrow each interval"), parts, strict=True):
        if again.jackknife(*part) is None:
            assert cells[1][0].startswith("No interval")
            continue
        more, now = again.documents_wanted(*part, 0.1)
        assert more, "nothing is narrow enough yet"
        told, printed = cells[1][0].split(", now ± ")
        assert told.removeprefix("about ").removesuffix("s like these") == f"{more} more document"
        assert_printed(printed, now)


def test_study_page_prints_what_its_export_gives(exported):
    export, tables = exported
    shown = tables("/studies/drawn/")
    assert len(export.texts) == 5
    assert len(export.reviewers) == 4
    labels, scales = export.codebook["labels"], export.codebook["scales"]
    for cells, label in zip(shown.named("Agreement for each label"), labels, strict=True):
        assert_label(export, cells, label, export.texts, whole=True)
    for cells, scale in zip(shown.named("Agreement for each scale"), scales, strict=True):
        assert_scale(export, cells, scale, export.texts, whole=True)
    assert_more(export, shown, export.texts, scales)
    assert_together(export, shown, export.texts, whole=True)
    assert_distributions(export, shown, export.texts, scales)
    assert_documents_wanted(export, shown)


def test_page_of_reviewers_prints_what_the_export_gives(exported):
    export, tables = exported
    shown = tables("/studies/drawn/reviewers/")
    labels, scales = export.codebook["labels"], export.codebook["scales"]
    for cells, figure in zip(shown.named("α of all reviewers, and without each"), [*labels, *scales], strict=True):
        is_label = "definition" in figure
        made = export.table_of_sentences if is_label else export.table_of_ratings
        pooled = again.pool([made(text, figure["code"] if is_label else figure) for text in export.texts])
        left = again.without_each(pooled, "nominal" if is_label else figure["level"])
        whole = again.alpha(pooled, "nominal" if is_label else figure["level"])
        for cell, value in zip(cells[1:], [whole, *left], strict=True):
            assert_printed(cell[0], value)
    for cells, scale in zip(shown.named("Share of ratings that are"), scales, strict=True):
        answers = export.answers(scale, export.texts)
        assert cells[0][0] == scale["question"]
        for cell, name in zip(cells[1:], ["", *export.reviewers], strict=True):
            given = [rating["missing"] for reviewer, rating in answers if name in ("", reviewer)]
            assert cell[0].endswith(f"{sum(given)} of {len(given)}")
            assert_printed(cell[0].partition("%")[0] + "%", sum(given) / len(given))


def test_sheet_to_cite_prints_what_the_export_gives_of_every_two_reviewers(exported):
    export, tables = exported
    shown = tables("/studies/drawn/report/")
    labels, scales = export.codebook["labels"], export.codebook["scales"]
    of_labels, of_scales = (shown.columns(f"Every two reviewers: {words}") for words in ("Cohen’s κ", "α of each"))
    pairs = list(combinations(range(4), 2))
    assert of_labels["Reviewers"] == [f"{export.reviewers[one]}, {export.reviewers[other]}" for one, other in pairs]
    for place, (one, other) in enumerate(pairs):
        for label in labels:
            pooled = again.pool([export.table_of_sentences(text, label["code"]) for text in export.texts])
            both = again.pairable(pooled[[one, other]])
            assert_printed(of_labels[f"κ {label['name']}"][place], cohen_kappa_score(*both))
        for scale in scales:
            pooled = again.pool([export.table_of_ratings(text, scale) for text in export.texts])
            assert_printed(of_scales[scale["code"]][place], again.alpha(pooled[[one, other]], scale["level"]))
        marks = [Counter(), Counter()]
        together = 0
        for text in export.texts:
            reads = {read.reviewer: read for read in text.reads}
            mine = [reads.get(export.reviewers[each]) for each in (one, other)]
            if None in mine:
                continue
            together += 1
            for found, read in zip(marks, mine, strict=True):
                found.update((text.slug, each["start"], each["end"], each["label"]) for each in read.marks)
        assert of_labels["Documents"][place] == str(together)
        same = (marks[0] & marks[1]).total()
        assert_printed(of_labels["F1 same"][place], 2 * same / (marks[0].total() + marks[1].total()))


def test_figures_of_the_study_vary_and_some_have_intervals(exported):
    export, _ = exported
    scales = export.codebook["scales"]
    tables = {
        label["code"]: [export.table_of_sentences(text, label["code"]) for text in export.texts]
        for label in export.codebook["labels"]
    }
    values = [again.alpha(again.pool(each)) for each in tables.values()]
    values += [
        again.alpha(again.pool([export.table_of_ratings(text, scale) for text in export.texts])) for scale in scales
    ]
    assert len({round(value, 2) for value in values}) == 6
    assert sum(again.alpha_ends(each, "nominal", rarer=True) is not None for each in tables.values()) >= 2


def test_table_of_documents_prints_what_the_export_gives(exported):
    export, tables = exported
    rows = tables("/studies/drawn/").named("α on sentences for each document")
    for cells, text in zip(rows, export.texts, strict=True):
        assert cells[0][0] == text.title
        assert cells[1][0] == str(len(text.reads))
        for cell, label in zip(cells[2:5], export.codebook["labels"], strict=True):
            assert_printed(cell[0], again.alpha(export.table_of_sentences(text, label["code"])))
        assert cells[5][0] == str(len(text.text))


@pytest.mark.parametrize("place", [0, 2])
def test_document_page_prints_what_the_export_gives(exported, place):
    export, tables = exported
    text = export.texts[place]
    shown = tables(f"/studies/drawn/documents/{text.slug}/")
    for cells, label in zip(shown.named("Agreement for each label"), export.codebook["labels"], strict=True):
        assert_label(export, cells, label, [text], whole=False)
    asked = [scale for scale in export.codebook["scales"] if scale["target"] == "passage"]
    for cells, scale in zip(shown.named("Agreement for each scale"), asked, strict=True):
        assert_scale(export, cells, scale, [text], whole=False)
    assert_more(export, shown, [text], asked)
    assert_together(export, shown, [text], whole=False)
    assert_distributions(export, shown, [text], asked)
    (credibility,) = [scale for scale in export.codebook["scales"] if scale["target"] == "document"]
    ((_, (ratings, _), (agreement, _)),) = shown.named("How the reviewers rated the document")
    assert_printed(agreement, again.percent(export.table_of_ratings(text, credibility)))
    for point in credibility["points"]:
        times = sum(rating["point"] == point["value"] for _, rating in export.answers(credibility, [text]))
        assert (f"{point['name']} {times}" in ratings) == (times > 0)
