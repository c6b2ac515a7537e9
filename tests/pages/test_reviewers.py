"""The pages on reviewers: every two of them and each beside the others, and the files of all figures' numbers."""

import csv
import io
from collections.abc import Callable
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from sklearn.metrics import cohen_kappa_score, f1_score

from annotator.templatetags.figures import coefficient, share
from annotator.views.tables import TABLES
from tests.access.conftest import Worker
from tests.pages.conftest import BEST, FERRY, MACHINE
from tests.pages.test_blind import bytes_of

FARES, NOBODY = "Fares will rise, the mayor said.", "Nobody should be surprised."
# The seven sentences of the stage's text, in order; who marks which as what.
SENTENCES = ("Harbour news", MACHINE, FERRY, BEST, "کشتی دیروز آمد.", FARES, NOBODY)
MARKS = {
    "ben": {FERRY: "fact", BEST: "opinion", NOBODY: "opinion", MACHINE: "ai"},
    "cleo": {FERRY: "fact", BEST: "opinion", FARES: "fact"},
    "eli": {FERRY: "opinion", BEST: "opinion", FARES: "fact", MACHINE: "ai"},
}
SLANT = {"ben": {FERRY: 0, BEST: 1, NOBODY: -2}, "cleo": {FERRY: 0, BEST: 2}, "eli": {FERRY: 9, BEST: 1}}


class Tables(HTMLParser):
    """The tables of a page by caption: rows of the words in their cells."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self._caption, self._rows, self._inside, self._hidden = "", [], "", 0
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._caption, self._rows = "", []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")
        self._hidden += tag == "span" and (self._hidden or dict(attrs).get("class") in ("hidden", "ends"))
        self._inside = tag if tag in ("caption", "td", "th") else self._inside

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self.found[" ".join(self._caption.split())] = self._rows
        self._hidden -= tag == "span" and self._hidden > 0
        if tag in ("td", "th"):
            self._rows[-1][-1] = self._rows[-1][-1].strip()
        self._inside = "" if tag in ("caption", "td", "th") else self._inside

    def handle_data(self, data: str) -> None:
        if self._inside == "caption":
            self._caption += data
        elif self._inside and not self._hidden:
            self._rows[-1][-1] += data


@pytest.fixture
def trio(make_stage: Callable[..., Any]) -> Any:
    """Three reviewers who have submitted; ben has revealed."""
    stage = make_stage(reviewers=("ben", "cleo", "eli"))
    for name, marks in MARKS.items():
        worker = Worker(stage.assignments[name], stage)
        for words, label in marks.items():
            ratings = [("slant", SLANT[name][words])] if words in SLANT[name] else []
            worker.mark(words, label, ratings=ratings)
        worker.submit()
    Worker(stage.assignments["ben"], stage).reveal()
    return stage


@pytest.fixture
def names(trio: Any) -> dict[str, str]:
    """Pseudonyms by user name."""
    return dict(trio.study.memberships.values_list("user__username", "pseudonym"))


@pytest.fixture
def ben(trio: Any, as_: Callable[[str], Client]) -> Client:
    return as_("ben")


def tables_of(client: Client, url: str) -> dict[str, list[list[str]]]:
    response = client.get(url)
    assert response.status_code == 200, url
    return Tables(response.content.decode()).found


def file_of(client: Client, url: str) -> list[dict[str, str]]:
    response = client.get(url)
    assert response.status_code == 200, url
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def printed(cell: str, show: Callable[[float | None], str] = coefficient) -> str:
    return show(float(cell) if cell else None)


# Nothing is left out of the study, there is no second round, and nobody published figures akin to its codebook's.
# "study-changes" is for those who run the study.
NOT_HERE = {"left-out", "rounds", "changes", "machines", "yardsticks", "study-changes"}
STUDY, DOCUMENT = "/studies/harbour/", "/studies/harbour/documents/harbour-text/"


def test_every_two_reviewers_have_the_figures_that_scikit_learn_gives_for_their_marks(
    ben: Client, names: dict[str, str]
) -> None:
    rows = file_of(ben, f"{STUDY}figures/pairs.csv?of=label-fact")
    assert len(rows) == 3
    users = {pseudonym: user for user, pseudonym in names.items()}
    for row in rows:
        one, other = (
            [MARKS[users[row[side]]].get(words) == "fact" for words in SENTENCES] for side in ("first", "second")
        )
        assert float(row["agreement"]) == pytest.approx(cohen_kappa_score(one, other))
        assert float(row["f1_exact"]) == pytest.approx(f1_score(one, other))
        assert (row["measure"], row["agreement_units"]) == ("cohen", "7")


def test_the_file_of_every_two_reviewers_has_the_numbers_of_the_page(ben: Client, trio: Any) -> None:
    subjects = ("all", "label-opinion", "scale-slant", "scale-credibility")
    for place, of in [*((STUDY, of) for of in subjects), (DOCUMENT, "label-fact")]:
        page = tables_of(ben, f"{place}pairs/?of={of}")["Figures of every two reviewers"]
        rows = file_of(ben, f"{place}figures/pairs.csv?of={of}")
        f1 = [] if of.startswith("scale") else ["f1_overlap", "f1_exact", "f1_characters"]
        expected = [
            [
                f"{row['first']} with {row['second']}",
                row["documents"],
                printed(row["agreement"]),
                printed(row["percent"], share),
                *(printed(row[key]) for key in f1),
                row["units"],
            ]
            for row in rows
        ]
        assert page[1:] == expected, (place, of)


def test_the_matrix_has_agreement_below_its_diagonal_and_f1_above(ben: Client, trio: Any) -> None:
    (grid,) = [
        rows for title, rows in tables_of(ben, f"{STUDY}pairs/?of=label-fact&f1=exact").items() if "diagonal" in title
    ]
    order = grid[0][1:]
    assert order == sorted(order)
    rows = {(row["first"], row["second"]): row for row in file_of(ben, f"{STUDY}figures/pairs.csv?of=label-fact")}
    for (first, second), row in rows.items():
        low, high = order.index(first) + 1, order.index(second) + 1
        assert grid[high][low] == f"{printed(row['agreement'])}n {row['agreement_units']}"
        assert grid[low][high].startswith(printed(row["f1_exact"]) + "n ")


def test_the_matrix_is_ordered_by_mean_agreement_on_request_only(ben: Client, trio: Any) -> None:
    usual = ben.get(f"{STUDY}pairs/?of=label-fact").context
    asked = ben.get(f"{STUDY}pairs/?of=label-fact&order=mean").context
    assert usual["names"] == sorted(usual["names"])
    means = {row.reviewer: row.agreement.value for row in asked["found"].readers}
    assert [means[name] for name in asked["names"]] == sorted(means.values(), reverse=True)


def test_what_cannot_be_computed_is_hatched_and_says_why(ben: Client, trio: Any) -> None:
    page = ben.get(f"{STUDY}pairs/?of=scale-credibility")
    assert "the two judged no document in common on this scale" in page.content.decode()
    assert {cell.step for _, cells in page.context["matrix"] for cell in cells if cell} == {0}


def test_words_that_the_address_does_not_know_mean_the_usual(ben: Client, trio: Any) -> None:
    usual = ben.get(f"{STUDY}pairs/")
    odd = ben.get(f"{STUDY}pairs/?of=label-nothing&f1=none&order=up&first=R-QQQ9&second=&reviewer=%00x"[:-3])
    assert odd.context["choice"].subject.key == usual.context["choice"].subject.key == "all"
    assert odd.context["pair"] == usual.context["pair"]
    assert odd.context["matrix"] == usual.context["matrix"]


def test_the_table_of_two_counts_sentences_by_what_each_gave(ben: Client, names: dict[str, str]) -> None:
    query = f"first={names['ben']}&second={names['eli']}"
    rows = file_of(ben, f"{STUDY}figures/confusion.csv?{query}")
    sides = ("first", "second") if rows[0]["first"] == names["ben"] else ("second", "first")
    counts = {tuple(row[f"{side}_gave"] for side in sides): int(row["count"]) for row in rows if row["count"] != "0"}
    assert counts == {
        ("unmarked", "unmarked"): 3,  # two whole, and the one that both mark as machine text only
        ("fact", "opinion"): 1,
        ("opinion", "opinion"): 1,
        ("opinion", "unmarked"): 1,
        ("unmarked", "fact"): 1,
    }
    page = ben.get(f"{STUDY}pairs/?{query}")
    (shown,) = [table for title, table in Tables(page.content.decode()).found.items() if title.startswith("What one")]
    expected = [row["count"] for row in rows]
    assert [cell for row in shown[2:] for cell in row[1:-1]] == expected
    assert "gave the same to 4 of 7 sentences" in page.content.decode()


def test_the_table_of_a_scale_leaves_out_what_cannot_be_judged(ben: Client, names: dict[str, str]) -> None:
    rows = file_of(ben, f"{STUDY}figures/confusion.csv?of=scale-slant&first={names['ben']}&second={names['eli']}")
    assert {row["first_gave"] for row in rows} == {"-2", "-1", "0", "1", "2"}
    assert sum(int(row["count"]) for row in rows) == 1


def test_a_reviewer_stands_against_the_majority_of_the_others(ben: Client, names: dict[str, str]) -> None:
    query = f"of=label-fact&reviewer={names['eli']}"
    rows = file_of(ben, f"{STUDY}figures/majority.csv?{query}")
    counts = {(row["reviewer_gave_name"], row["majority_gave_name"]): int(row["count"]) for row in rows}
    assert counts == {
        ("not marked", "not marked"): 5,
        ("not marked", "Fact"): 1,
        ("not marked", "no majority"): 0,
        ("Fact", "not marked"): 0,
        ("Fact", "Fact"): 0,
        ("Fact", "no majority"): 1,
    }
    page = ben.get(f"{STUDY}reviewers/?{query}").content.decode()
    assert f"{names['eli']} gave what more than half of the others did 5 of 6 times" in page
    (shown,) = [table for title, table in Tables(page).found.items() if title.startswith("What the reviewer")]
    assert [cell for row in shown[2:] for cell in row[1:-1]] == [row["count"] for row in rows]


def test_the_file_of_each_reviewer_has_the_numbers_of_the_page(ben: Client, trio: Any) -> None:
    for of in ("all", "label-fact", "scale-slant"):
        page = tables_of(ben, f"{STUDY}reviewers/?of={of}")["How each reviewer reads beside the others"]
        rows = file_of(ben, f"{STUDY}figures/reviewers.csv?of={of}")
        f1 = [] if of.startswith("scale") else ["mean_f1_overlap", "mean_f1_exact", "mean_f1_characters"]
        expected = [
            [
                row["reviewer"],
                printed(row["mean_agreement"]),
                *(printed(row[key]) for key in f1),
                *([] if of == "all" else [printed(row["alpha_without"])]),
                printed(row["as_majority"], share),
                printed(row["model_competence"]),
                printed(row["cannot_be_judged_share"], share),
                row["units"],
            ]
            for row in rows
        ]
        assert page[1:] == expected, of
        assert [row["reviewer"] for row in rows] == sorted(row["reviewer"] for row in rows)
        assert "competence wants 3 reviewers who judged 30 units each" in rows[0]["model_reason"]


def test_files_of_the_overview_have_its_numbers(ben: Client, trio: Any) -> None:
    page = tables_of(ben, STUDY)
    labels = page["Agreement for each label; guide lines at .667 and .800"]
    for shown, row in zip(labels[1:], file_of(ben, f"{STUDY}figures/labels.csv"), strict=True):
        assert shown[0] == row["name"]
        assert shown[1] == printed(row["alpha_sentences"])
        assert shown[3:7] == [
            printed(row["u_alpha"]),
            printed(row["alpha_characters"]),
            printed(row["percent_sentences"], share),
            printed(row["sentences_marked"], share),
        ]
    scales = page["Agreement for each scale; guide lines at .667 and .800"]
    for shown, row in zip(scales[1:], file_of(ben, f"{STUDY}figures/scales.csv"), strict=True):
        assert shown[2] == printed(row["alpha"])
        assert shown[4:7] == [
            printed(row[key], share) for key in ("percent", "cannot_be_judged_share", "ratings_compared")
        ]
    together = page["Agreement on all labels together; guide lines at .667 and .800"]
    u, unit, coding, coverage = file_of(ben, f"{STUDY}figures/together.csv")
    assert [shown[2] for shown in together[1:]] == [printed(row["value"]) for row in (u, unit, coding)]
    assert together[3][4] == printed(coverage["value"], share)
    values = page["(k)u-α of each set of labels"]
    for shown, row in zip(values[1:], file_of(ben, f"{STUDY}figures/values.csv"), strict=True):
        expected = [
            row["name"],
            printed(row["share"], share),
            printed(row["ku_alpha"]),
            printed(row["coverage"], share),
        ]
        assert [shown[0], shown[1], shown[2], shown[4]] == expected
    alphas = {row["code"]: row for row in file_of(ben, f"{STUDY}figures/documents.csv") if row["kind"] == "label"}
    (document,) = page["α on sentences for each document and label"][1:]
    assert document[2:5] == [printed(alphas[code]["alpha"]) for code in ("fact", "opinion", "ai")]


def test_files_over_time_and_of_other_measures_have_the_numbers_of_their_pages(ben: Client, trio: Any) -> None:
    over_time = tables_of(ben, f"{STUDY}over-time/")["α of all documents so far, and of each step alone in brackets"]
    rows = file_of(ben, f"{STUDY}figures/over-time.csv")
    so_far = [row[2] for row in over_time[1:] if "all so far" in row]
    assert so_far == [printed(row["alpha_so_far"]) for row in rows]
    page = tables_of(ben, STUDY)
    other = [row[1] for row in page["More measures of each label"][1:]]
    assert other == [printed(row["ac1_sentences"]) for row in file_of(ben, f"{STUDY}figures/labels.csv")]
    other = [row[1:4] for row in page["More measures of each scale"][1:]]
    scales = file_of(ben, f"{STUDY}figures/scales.csv")
    assert other == [[printed(row[key]) for key in ("alpha_nominal", "fleiss", "ac1")] for row in scales]
    wanted = page["Documents that would narrow each interval to ± .10"][1:]
    assert [row[1] for row in wanted] == [
        row["documents_wanted"] for row in file_of(ben, f"{STUDY}figures/more-documents.csv")
    ]


def test_files_of_a_text_have_the_stretches_and_places_that_its_page_shows(ben: Client, trio: Any) -> None:
    page = ben.get(f"{DOCUMENT}?view=table")
    shown = [(row.start, row.end, row.marked, code) for row in page.context["rows"] for code, _, _ in row.labels]
    rows = file_of(ben, f"{DOCUMENT}figures/stretches.csv?view=table")
    keys = ("start", "end", "marked_by")
    assert [(*(int(row[key]) for key in keys), row["label"]) for row in rows] == shown
    assert [row["quote"] for row in rows if row["marked_by"] == "3"] == [FERRY, FERRY, BEST]
    one = file_of(ben, f"{DOCUMENT}figures/stretches.csv?layer=ai")
    assert [(row["quote"], row["marked_with_label"], row["reviewers"]) for row in one] == [(MACHINE, "2", "3")]
    listed = {case.number: case for case in ben.get(f"{DOCUMENT}?order=text").context["cases"]}
    places = {int(row["number"]): row for row in file_of(ben, f"{DOCUMENT}figures/places.csv")}
    assert {number: row["labels"] for number, row in places.items() if row["differs_in"] != "alike"} == {
        number: case.labels for number, case in listed.items()
    }


def test_files_beside_the_reviewers_have_the_numbers_of_the_page(ben: Client, trio: Any) -> None:
    page = tables_of(ben, f"{STUDY}reviewers/")
    without = page["α of all reviewers, and without each of them"]
    rows = file_of(ben, f"{STUDY}figures/without.csv")
    assert [cell for row in without[1:] for cell in row[1:]] == [printed(row["alpha"]) for row in rows]
    missing = page["Share of ratings that are “cannot be judged”, for each scale and reviewer"]
    rows = file_of(ben, f"{STUDY}figures/missing.csv")
    assert [cell for row in missing[1:] for cell in row[1:]] == [printed(row["share"], share) for row in rows]


def test_every_file_has_a_cell_for_each_column(ben: Client, trio: Any) -> None:
    places = [(STUDY, "harbour", key, table.of_study) for key, table in TABLES.items()]
    places += [(DOCUMENT, "harbour-harbour-text", key, table.of_document) for key, table in TABLES.items()]
    for place, name, key, there in places:
        answer = ben.get(f"{place}figures/{key}.csv")
        assert answer.status_code == (200 if there else 404), (place, key)
        if not there:
            continue
        lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        assert len({len(cells) for cells in lines}) == 1, key
        assert len(lines) > 1 or key in NOT_HERE, key
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}-{key}.csv"'


def test_every_file_is_linked_beside_its_figure_with_the_choices_of_its_page(
    ben: Client, names: dict[str, str]
) -> None:
    linked = set()
    query = f"?of=label-fact&work=first&first={names['ben']}&second={names['cleo']}&reviewer={names['eli']}"
    for page in ("", "pairs/", "reviewers/", "over-time/"):
        response = ben.get(f"{STUDY}{page}{query}")
        links = [part.split('"')[0] for part in response.content.decode().split('href="')[1:]]
        files = [link.replace("&amp;", "&") for link in links if "/figures/" in link]
        assert all("of=label-fact&work=first" in link for link in files)
        assert all(ben.get(link).status_code == 200 for link in files)
        linked |= {link.split("/figures/")[1].split(".csv")[0] for link in files}
    assert linked == {key for key, table in TABLES.items() if table.of_study} - NOT_HERE


def test_a_title_that_a_spreadsheet_would_run_is_guarded(ben: Client, trio: Any) -> None:
    document = trio.revision.document
    document.title = "=HYPERLINK(1)"
    document.save()
    assert {row["title"] for row in file_of(ben, f"{STUDY}figures/documents.csv")} == {"'=HYPERLINK(1)"}


def test_files_are_refused_in_the_same_words_before_the_reveal_and_unknown_ones_are_not_there(
    trio: Any, as_: Callable[[str], Client], cast: SimpleNamespace
) -> None:
    blind = as_("cleo")
    answers = {
        bytes_of(blind, f"{place}figures/{key}.csv") for place in (STUDY, DOCUMENT) for key in ("labels", "pairs")
    }
    assert len(answers) == 1
    assert blind.get(f"{STUDY}figures/labels.csv").status_code == 403
    for path in ("figures/nothing.csv", "documents/harbour-text/figures/documents.csv", "documents/nothing/pairs/"):
        assert as_("ben").get(f"{STUDY}{path}").status_code == 404


def test_before_the_reveal_a_fixed_sentence_stands_in_place_of_figures(trio: Any, as_: Callable[[str], Client]) -> None:
    for part in ("pairs/", "reviewers/"):
        words = as_("cleo").get(f"{STUDY}{part}").content.decode()
        assert "Agreement is shown once you have submitted a document and chosen “Show others’ work” on it." in words
        assert "κ" not in words
        assert "Show others’ work" in as_("cleo").get(f"{DOCUMENT}{part}").content.decode()


def test_with_one_reviewer_there_is_nobody_to_compare(
    stage: Any, as_: Callable[[str], Client], submit: Callable[..., None]
) -> None:
    submit("ben")
    for part in ("pairs/", "reviewers/"):
        words = as_("ada").get(f"{STUDY}{part}").content.decode()
        assert "No document has two submitted pieces of work that can be compared yet." in words
    assert as_("ada").get(f"{STUDY}figures/pairs.csv").content.decode("utf-8-sig").count("\r\n") == 1


def test_the_label_for_machine_text_never_stands_beside_the_others_and_says_what_a_mark_means(
    ben: Client, trio: Any
) -> None:
    together = ben.get(f"{STUDY}pairs/?of=all").content.decode()
    assert "AI-generated lies across the other labels and is therefore no value beside them here" in together
    alone = ben.get(f"{STUDY}pairs/?of=label-ai").content.decode()
    assert "says that the text declares it, or that the reviewer suspects it" in alone
