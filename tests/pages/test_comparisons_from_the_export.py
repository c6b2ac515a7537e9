"""Every figure that the pages of two reviewers, of each, over time and to cite print, recomputed from the export."""

from itertools import combinations

import pytest

from tests.pages import recomputing as again
from tests.pages import recomputing_pairs as paired
from tests.pages.drawn import assert_printed, assert_range, in_two_versions, made_documents, opened

MODES = {"F1, overlapping": "overlap", "F1, the same": "exact", "F1, characters": "char"}
SUBJECTS = ("all", "label-fact", "label-opinion", "label-ai", "scale-slant", "scale-basis", "scale-credibility")
RATINGS = "Ratings of each scale by point, “cannot be judged” with a dash before it"
TEXT = "documents/drawn-4/"
every_page = pytest.mark.parametrize(
    ("key", "place"), [*((key, "") for key in SUBJECTS), *((key, TEXT) for key in ("all", "label-fact", "scale-slant"))]
)


@pytest.fixture
def exported(cast):
    """The export of the drawn study as recomputed, and what opens a page as its lead."""
    return opened(cast.ada, made_documents())


def subject_of(export, key):
    kind, _, code = key.partition("-")
    return "all" if key == "all" else next(each for each in export.codebook[f"{kind}s"] if each["code"] == code)


def texts_of(export, place):
    return [text for text in export.texts if not place or f"documents/{text.slug}/" == place]


def readers_of(texts):
    return sorted({read.reviewer for text in texts for read in text.reads})


def labels_of(export, subject):
    return [label["code"] for label in export.codebook["labels"]] if subject == "all" else [subject["code"]]


def value_of(export, subject, words):
    """Read the head of a row or column of a table of counts."""
    if words == "no majority":
        return words
    if subject != "all" and not paired.is_label(subject):
        return int(words.split()[0].replace("−", "-"))
    names = {label["name"]: label["code"] for label in export.codebook["labels"]}
    return frozenset() if words == "not marked" else frozenset(names[each] for each in words.split(" + "))


def assert_counts(export, subject, rows, counted):
    """Whether a table of counts has every pair of values as often, with its share of the row, and the sums."""
    heads = [value_of(export, subject, words) for words, _ in rows[0]]
    assert {value for pair in counted for value in pair} <= set(heads)
    for (words, _), *cells, (total, _) in rows[1:]:
        mine = value_of(export, subject, words)
        of_row = sum(times for (one, _), times in counted.items() if one == mine)
        assert total == str(of_row)
        for other, (cell, _) in zip(heads, cells, strict=True):
            times, share = cell.split(maxsplit=1)
            assert times == str(counted[mine, other])
            assert_printed(share, counted[mine, other] / of_row if of_row else None)


def assert_matrix(rows, readers, below, above):
    """Whether the matrix has the figure and size of each two below its diagonal, and other ones above it."""
    for row, cells in enumerate(rows):
        assert cells[0][0] == readers[row]
        for column, (cell, _) in enumerate(cells[1:]):
            if row == column:
                continue
            pair = tuple(sorted((readers[row], readers[column])))
            value, size = (below if row > column else above)[pair]
            printed, n = cell.split(" n ")
            assert_printed(printed, value)
            assert n.replace(",", "") == str(size)


@every_page
def test_page_of_every_two_reviewers(exported, key, place):
    export, tables = exported
    subject, texts = subject_of(export, key), texts_of(export, place)
    units, readers = paired.units_on(export, texts, subject), readers_of(texts)
    pairs = list(combinations(readers, 2))
    shown = tables(f"/studies/drawn/{place}pairs/?of={key}")
    columns = shown.columns("Figures of every two reviewers")
    assert columns["Reviewers"] == [f"{one} with {other}" for one, other in pairs]
    below, above = {}, {}
    for row, pair in enumerate(pairs):
        counted = paired.crossed(units, pair)
        documents, measure, share, *others = (columns[head][row] for head in columns if head != "Reviewers")
        assert documents == str(len(paired.both_read(texts, pair)))
        value = paired.agreement(export, texts, subject, pair)
        assert_printed(measure.split()[0], value)
        assert_printed(share, paired.percent(counted))
        assert others[-1] == str(counted.total())
        size = counted.total()
        if subject == "all":
            size = sum(len(text.text) for text in paired.both_read(texts, pair))
        below[pair], above[pair] = (value, size), (paired.percent(counted), counted.total())
        if key.startswith("scale-"):
            assert len(others) == 1
            continue
        for head, mode in MODES.items():
            figure = paired.passages(texts, pair, labels_of(export, subject), mode)
            assert_printed(columns[head][row], figure[0])
            if mode == "overlap":
                above[pair] = figure
    assert_matrix(shown.named("Below the diagonal"), readers, below, above)


@pytest.mark.parametrize("key", SUBJECTS)
def test_table_of_two_reviewers_and_the_other_ways_to_count_passages(exported, key):
    export, tables = exported
    subject = subject_of(export, key)
    units = paired.units_on(export, export.texts, subject)
    pair = export.reviewers[3], export.reviewers[1]
    for mode in ("exact", "char"):
        shown = tables(f"/studies/drawn/pairs/?of={key}&first={pair[0]}&second={pair[1]}&f1={mode}")
        rows = shown.named("What one gave where the other gave which")
        assert_counts(export, subject, rows, paired.crossed(units, pair[::-1]))
        if not key.startswith("scale-"):
            (cell, _) = shown.named("Below the diagonal")[1][4]
            value, size = paired.passages(export.texts, pair, labels_of(export, subject), mode)
            assert_printed(cell.split(" n ")[0], value)
            assert cell.split(" n ")[1].replace(",", "") == str(size)


def mean(figures):
    defined = [each for each in figures if each is not None]
    return sum(defined) / len(defined) if defined else None


@every_page
def test_page_of_each_reviewer(exported, key, place):
    export, tables = exported
    subject, texts = subject_of(export, key), texts_of(export, place)
    units, readers = paired.units_on(export, texts, subject), readers_of(texts)
    is_scale = key.startswith("scale-")
    scales = [subject] if is_scale else export.codebook["scales"]
    answers = [each for scale in scales for each in export.answers(scale, texts)]
    columns = tables(f"/studies/drawn/{place}reviewers/?of={key}").columns("How each reviewer reads")
    assert columns["Reviewer"] == readers
    model = {} if is_scale or len(units) < 40 else paired.competence(units)
    for row, name in enumerate(readers):
        pairs = [tuple(sorted((name, other))) for other in readers if other != name]
        (head,) = [head for head in columns if head.startswith("Mean ") and "F1" not in head]
        figures = [paired.agreement(export, texts, subject, pair) for pair in pairs]
        assert_printed(columns[head][row].split()[0], mean(figures))
        assert columns[head][row].split()[1] == str(sum(each is not None for each in figures))
        for words, mode in MODES.items() if not is_scale else ():
            printed = columns[f"Mean {words}" if mode == "overlap" else words][row]
            found = [paired.passages(texts, pair, labels_of(export, subject), mode)[0] for pair in pairs]
            assert_printed(printed, mean(found))
        counted = paired.against_others(units, name)
        decided = {pair: times for pair, times in counted.items() if pair[1] != "no majority"}
        same = sum(times for (one, other), times in decided.items() if one == other)
        share, _, n_decided = columns["As the majority of the others"][row].partition(" of ")
        assert_printed(share, same / sum(decided.values()) if decided else None)
        assert n_decided == (str(sum(decided.values())) if decided else "")
        assert_printed(columns["Model"][row], model.get(name))
        given = [rating["missing"] for reviewer, rating in answers if reviewer == name]
        share, _, n_given = columns["Cannot be judged"][row].partition(" of ")
        assert_printed(share, sum(given) / len(given) if given else None)
        assert n_given == str(len(given))
        assert columns["Units" if is_scale else "Sentences"][row] == str(sum(name in unit for unit in units))
        if subject != "all":
            made = export.table_of_ratings if is_scale else export.table_of_sentences
            pooled = again.pool([made(text, subject if is_scale else subject["code"]) for text in texts])
            left = again.without_each(pooled, subject["level"] if is_scale else "nominal")
            assert_printed(columns["α without"][row], left[export.reviewers.index(name)])


@pytest.mark.parametrize("key", SUBJECTS)
def test_table_of_a_reviewer_beside_the_majority(exported, key):
    export, tables = exported
    subject = subject_of(export, key)
    units = paired.units_on(export, export.texts, subject)
    for name in export.reviewers:
        shown = tables(f"/studies/drawn/reviewers/?of={key}&reviewer={name}")
        rows = shown.named("What the reviewer gave where the majority")
        assert_counts(export, subject, rows, paired.against_others(units, name))


def figure_of(export, figure, texts):
    """Alpha of a label or scale over texts; None also where one unit alone makes it 0 whatever was said."""
    made = export.table_of_sentences if paired.is_label(figure) else export.table_of_ratings
    tables = [made(text, figure["code"] if paired.is_label(figure) else figure) for text in texts]
    level = "nominal" if paired.is_label(figure) else figure["level"]
    pooled = again.pool(tables)
    return tables, level, again.alpha(pooled, level) if again.pairable(pooled).shape[1] != 1 else None


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("versions", [1, 2])
def test_page_over_time_and_by_codebook_version(cast, versions, batch):
    documents = made_documents()
    export, tables = opened(cast.ada, documents if versions == 1 else in_two_versions(documents))
    figures = [*export.codebook["labels"], *export.codebook["scales"]]
    shown = tables(f"/studies/drawn/over-time/?batch={batch}")
    ordered = sorted(export.texts, key=lambda text: (max(read.submitted_at for read in text.reads), text.slug))
    assert (ordered == export.texts) is (versions == 1)
    steps = [ordered[start : start + batch] for start in range(0, len(ordered), batch)]
    rows = shown.named("The documents of each step")
    assert [cells[2][0] for cells in rows] == [" ; ".join(text.title for text in step) for step in steps]
    assert [cells[4][0] for cells in rows] == [str(len(readers_of(step))) for step in steps]
    rows = shown.named("α of all documents so far")
    for place, figure in enumerate(figures):
        for number, step in enumerate(steps):
            so_far = [text for each in steps[: number + 1] for text in each]
            assert_printed(rows[2 * place][number + 2][0], figure_of(export, figure, so_far)[2])
            assert_printed(rows[2 * place + 1][number + 1][0], figure_of(export, figure, step)[2])
    groups = {}
    for text in ordered:
        groups.setdefault(tuple(sorted({read.codebook_version for read in text.reads})), []).append(text)
    assert len(groups) == (1 if versions == 1 else 3)
    columns = shown.columns("α for each codebook version")
    for (numbers, texts), (head, cells) in zip(groups.items(), list(columns.items())[1:], strict=True):
        words = " and ".join(f"v{number}" for number in numbers)
        assert head == f"{words} {len(texts)} document{'s' if len(texts) > 1 else ''}"
        for figure, cell in zip(figures, cells, strict=True):
            parts, level, _ = figure_of(export, figure, texts)
            assert_printed(cell.split()[0], again.alpha(again.pool(parts), level))
            assert_range(cell, again.alpha_ends(parts, level, rarer=paired.is_label(figure)))


def test_sheet_to_cite(exported):
    export, tables = exported
    shown = tables("/studies/drawn/report/")
    labels, scales = export.codebook["labels"], export.codebook["scales"]
    for opening, figures in (("Agreement for each label", labels), ("Agreement for each scale", scales)):
        for cells, figure in zip(shown.named(opening), figures, strict=True):
            parts, level, _ = figure_of(export, figure, export.texts)
            left = [each for each in again.without_each(again.pool(parts), level) if each is not None]
            assert_printed(cells[1][0], again.alpha(again.pool(parts), level))
            assert_range(cells[2][0], again.alpha_ends(parts, level, rarer=paired.is_label(figure)))
            assert_range(cells[3][0], (min(left), max(left)))
    without = shown.columns("α of the others, without each reviewer")
    for figure in [*labels, *scales]:
        parts, level, _ = figure_of(export, figure, export.texts)
        printed = without[figure["name"] if paired.is_label(figure) else figure["code"]]
        for words, value in zip(printed, again.without_each(again.pool(parts), level), strict=True):
            assert_printed(words, value)
    columns = shown.columns("Every two reviewers: Cohen’s κ")
    codes = [label["code"] for label in labels]
    for row, pair in enumerate(combinations(export.reviewers, 2)):
        assert_printed(columns["u-α, all labels"][row], paired.agreement(export, export.texts, "all", pair))
        assert_printed(columns["F1 overlapping"][row], paired.passages(export.texts, pair, codes, "overlap")[0])
    for cells, text in zip(shown.named("α on sentences for each document"), export.texts, strict=True):
        for cell, label in zip(cells[2:], labels, strict=True):
            assert_printed(cell[0], figure_of(export, label, [text])[2])
    for cells, scale in zip(shown.found[RATINGS], scales, strict=True):
        given = [rating["point"] for _, rating in export.answers(scale, export.texts)]
        printed = [int(each.rpartition(": ")[2]) for each in cells[1][0].split(" ; ")]
        assert printed == [given.count(point["value"]) for point in scale["points"]]
    rows = shown.columns("Reviewers, their kind and work")
    for row, name in enumerate(export.reviewers):
        reads = [read for text in export.texts for read in text.reads if read.reviewer == name]
        assert rows["Documents counted"][row] == str(len(reads))
        assert rows["Passages counted"][row] == str(sum(len(read.marks) for read in reads))


def test_more_measures_of_the_sheet_are_those_of_the_page_of_the_study(exported):
    """They are recomputed for that page."""
    _, tables = exported
    sheet, shown = tables("/studies/drawn/report/"), tables("/studies/drawn/")
    for opening in ("More measures of each label", "More measures of each scale"):
        assert sheet.named(opening) == shown.named(opening)
