"""The text on the agreement page: how it is shaded, the reviewers' lanes, the list of places and the table."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotator.models import Annotation
from tests.pages.conftest import BEST, FERRY, MACHINE, Page

FARES = "Fares will rise, the mayor said."
NOBODY = "Nobody should be surprised."


def unpacked(runs: list[int]) -> list[tuple[int, int, int, bool]]:
    """Return the shaded runs as start, end, step and whether labels differ."""
    found, start = [], 0
    for length, code in zip(runs[::2], runs[1::2], strict=True):
        if code:
            found.append((start, start + length, code // 2, bool(code % 2)))
        start += length
    return found


@pytest.fixture
def shown(as_: Callable[[str], Client], urls: SimpleNamespace) -> Callable[..., Any]:
    """A function that returns the context of the page as ada sees it."""

    def show(query: str = "") -> Any:
        return as_("ada").get(urls.document + query).context

    return show


@pytest.fixture
def crowd(make_stage: Callable[..., Any], cast: SimpleNamespace) -> Callable[..., Any]:
    """A function that sets up a study of so many more reviewers, who mark what is given and submit."""
    from annotator.actions.assignments import submit_assignment
    from annotator.models import User

    def make(*marks: list[tuple[str, str]], text: str | None = None) -> SimpleNamespace:
        names = [f"reader{number}" for number in range(len(marks))]
        for name in names:
            setattr(cast, name, User.objects.create(username=name))
        stage = make_stage(slug="crowd", reviewers=tuple(names), **({"text": text} if text else {}))
        labels = {label.code: label for label in stage.codebook.labels.all()}
        for name, given in zip(names, marks, strict=True):
            assignment = stage.assignments[name]
            spans = [(label, *(stage.span(words) if isinstance(words, str) else words)) for label, words in given]
            Annotation.objects.bulk_create(
                Annotation(assignment=assignment, label=labels[label], start=start, end=end)
                for label, start, end in spans
            )
            submit_assignment(actor=assignment.reviewer, assignment_id=assignment.pk, accept_gaps=True)
        pseudonyms = dict(stage.study.memberships.values_list("user__username", "pseudonym"))
        return SimpleNamespace(
            stage=stage, url="/studies/crowd/documents/crowd-text/", pseudonyms=[pseudonyms[name] for name in names]
        )

    return make


FOUR = (
    [("fact", FERRY), ("opinion", BEST), ("fact", FARES)],
    [("fact", FERRY), ("opinion", BEST), ("fact", FARES)],
    [("fact", FERRY), ("opinion", BEST), ("opinion", FARES)],
    [("fact", FERRY), ("fact", BEST[:20])],
)


def listed(page: Any) -> list[str]:
    """The quoted words of the places in the list, in its order."""
    return re.findall(r'<bdi class="quote" dir="auto">([^<]*)</bdi>(?:<span class="quiet">[^<]*</span>)?</a>', page)


def test_shading_counts_reviewers_and_tells_where_their_labels_differ(crowd, as_):
    made = crowd(*FOUR)
    runs = unpacked(as_("ada").get(made.url).context["painted"]["runs"])
    (start, end), (fares, fares_end) = made.stage.span(BEST), made.stage.span(FARES)
    assert runs == [
        (*made.stage.span(FERRY), 4, False),
        (start, start + 20, 4, True),
        (start + 20, end, 3, False),
        (fares, fares_end, 3, True),
    ]


def test_shading_by_difference_counts_pairs_and_leaves_out_where_all_agree(crowd, as_):
    """By hand: of 6 pairs 3 differ where three of four mark the same, and 5 where two, one and one differ."""
    made = crowd(*FOUR)
    context = as_("ada").get(f"{made.url}?mode=divided").context
    best, fares = made.stage.span(BEST), made.stage.span(FARES)
    assert unpacked(context["painted"]["runs"]) == [(*best, 3, False), (*fares, 5, False)]
    assert [(each.step, each.words) for each in context["heat"].legend()] == [(3, "3"), (4, "4"), (5, "5 to 6")]
    one_layer = as_("ada").get(f"{made.url}?mode=divided&layer=fact").context
    assert unpacked(one_layer["painted"]["runs"]) == [(best[0], best[0] + 20, 4, False), (*fares, 5, False)]


def test_shading_by_number_counts_reviewers_up_to_five_and_shares_beyond():
    from annotator.views.heat import Heat

    assert [Heat("marked", 4, one_layer=False).step(count) for count in (1, 2, 3, 4)] == [1, 2, 3, 4]
    ten, seven = Heat("marked", 10, one_layer=False), Heat("marked", 7, one_layer=True)
    assert [ten.step(count) for count in range(1, 11)] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert [step.words for step in seven.legend()] == ["1", "2", "3 to 4", "5", "6 to 7"]


@pytest.mark.parametrize("of", [2, 3, 4, 7, 12])
@pytest.mark.parametrize("one_layer", [True, False])
def test_the_strongest_shading_by_difference_is_the_largest_there_can_be(of, one_layer):
    from annotator.views.heat import Heat

    heat = Heat("divided", of, one_layer=one_layer)
    largest = max(count * (of - count) for count in range(of + 1)) if one_layer else of * (of - 1) // 2
    steps = [step.step for step in heat.legend()]
    assert heat.step(largest) == 5
    assert steps == sorted(set(steps))
    assert heat.legend()[-1].words.split()[-1] == str(largest)


@pytest.mark.parametrize(
    ("query", "runs"),
    [("?layer=fact", 1), ("?layer=opinion", 1), ("?layer=ai", 1), ("?layer=nonsense", 3), ("?page=999999&order=x", 3)],
)
def test_a_layer_is_one_label(shown, marked, query, runs):
    assert len(unpacked(shown(query)["painted"]["runs"])) == runs


@pytest.mark.parametrize("query", ["mode=x", "kind=x", "view=x", "who=R-X", "who=&who=", "page=-1", "page=٣", "work=x"])
def test_words_the_page_does_not_know_mean_the_usual(shown, marked, query):
    usual, found = shown(), shown(f"?{query}")
    assert found["painted"] == usual["painted"]
    assert found["shown"] == usual["shown"]


def test_each_place_says_how_many_marked_it_as_what_and_rated_how(read, urls, marked, reveal):
    reveal("ben")
    words = " ".join(read("ben", f"{urls.document}?order=text").words.split())
    assert f"2 of 2: Fact 2; slant −1 to 0{FERRY}" in words
    assert f"1 of 2: Opinion 1; slant +1{BEST}" in words
    assert f"1 of 2: AI-generated declared by 1 of 2{MACHINE}" in words


def test_ai_generated_is_said_to_be_declared_or_suspected_by_so_many(stage, mark, submit, read, urls):
    mark("ben", MACHINE, "ai", ratings=[("basis", 1)])
    mark("cleo", MACHINE, "ai", ratings=[("basis", 2)])
    submit("ben", "cleo")
    words = " ".join(read("ada", urls.document).words.split())
    assert "AI-generated: declared by 1 of 2, suspected by 1 of 2" in words
    assert "AI-generated, declared" in words
    lanes = [str(tag.get("aria-label")) for tag in read("ada", urls.document).all("svg")]
    assert [any(f"AI-generated {basis} 1;" in lane for lane in lanes) for basis in ("declared", "suspected")] == [
        True
    ] * 2
    assert "AI-generated, suspected" in words
    table = " ".join(read("ada", f"{urls.document}?view=table").words.split())
    assert "AI-generated declared by 1 of 2, suspected by 1 of 2" in table


def test_who_said_what_stands_under_the_pseudonym_with_its_note(read, urls, stage, marked, reveal):
    reveal("cleo")
    page = read("cleo", f"{urls.document}?order=text").words
    names = dict(stage.study.memberships.values_list("user__username", "pseudonym"))
    (place,) = [part for part in page.split("Who said what about place") if part.strip().startswith("3")]
    assert f"{names['ben']}Opinion slant +1<b>bold</b> claim" in place
    assert f"{names['cleo']}: nothing here" in place


def test_unanimous_places_are_no_disagreements_and_each_kind_can_be_asked_for(crowd, as_):
    made = crowd(*FOUR)
    client = as_("ada")
    found = {kind: client.get(f"{made.url}?order=text&kind={kind}") for kind in ("", "presence", "label", "alike")}
    quotes = {kind: listed(response.content.decode()) for kind, response in found.items()}
    assert quotes == {"": [BEST, FARES], "presence": [FARES], "label": [BEST, FARES], "alike": [FERRY]}
    counts = {each.kind: each.count for each in found[""].context["filters"]}
    assert counts == {"": 2, "presence": 1, "label": 2, "boundary": 0, "rating": 0, "alike": 1}


def test_borders_and_ratings_are_kinds_of_their_own(stage, mark, submit, shown):
    mark("ben", FERRY, "fact", ratings=[("slant", 0)])
    mark("cleo", FERRY[:30], "fact", ratings=[("slant", 0)])
    mark("ben", BEST, "opinion", ratings=[("slant", 1)])
    mark("cleo", BEST, "opinion", ratings=[("slant", 2)])
    submit("ben", "cleo")
    for kind, words in (("boundary", FERRY), ("rating", BEST)):
        (case,) = shown(f"?kind={kind}")["cases"]
        assert (case.start, case.end) == stage.span(words)


def test_the_most_divided_come_first_unless_the_order_of_the_text_is_asked_for(crowd, as_):
    made = crowd(*FOUR)
    client = as_("ada")
    assert listed(client.get(made.url).content.decode()) == [FARES, BEST]
    assert listed(client.get(f"{made.url}?order=text").content.decode()) == [BEST, FARES]


def test_equally_divided_places_are_ranked_by_ratings_that_lie_apart(stage, mark, submit, shown):
    mark("ben", FERRY, "fact", ratings=[("slant", 0)])
    for words, slants in ((BEST, (1, 1)), (FARES, (0, 2))):
        mark("ben", words, "fact", ratings=[("slant", slants[0])])
        mark("cleo", words, "opinion", ratings=[("slant", slants[1])])
    mark("ben", NOBODY, "fact", ratings=[("slant", 0)])
    mark("cleo", NOBODY, "fact", ratings=[("slant", 0)])
    submit("ben", "cleo")
    assert [(case.start, case.end) for case in shown()["cases"]] == [stage.span(each) for each in (FARES, FERRY, BEST)]
    assert [(case.start, case.end) for case in shown("?kind=alike")["cases"]] == [stage.span(NOBODY)]


@pytest.mark.parametrize(
    ("marks", "query", "words"),
    [
        (([], []), "", "Nobody marked anything."),
        (([("fact", FERRY)], []), "?layer=opinion", "Nobody marked anything with this label."),
        (([("fact", FERRY)], [("fact", FERRY)]), "", "Reviewers agree about every place that was marked."),
        (([("fact", FERRY)], []), "?kind=label", "No place differs in this way."),
        (([("fact", FERRY)], []), "?kind=alike", "Reviewers differ about every place."),
    ],
)
def test_an_empty_list_says_why(crowd, as_, marks, query, words):
    assert words in Page(as_("ada").get(crowd(*marks).url + query).content.decode()).words


def test_what_one_reviewer_marked_is_listed_and_nobody_differs(crowd, as_):
    made = crowd(FOUR[0])
    response = as_("ada").get(made.url)
    assert listed(response.content.decode()) == [FERRY, BEST, FARES]
    assert "Disagreements" not in response.content.decode()
    assert as_("ada").get(f"{made.url}?mode=divided&view=table").context["rows"] == []


def test_chosen_reviewers_alone_are_counted_and_the_others_can_be_brought_back(crowd, as_):
    made = crowd(*FOUR)
    first, _, third, last = made.pseudonyms
    response = as_("ada").get(f"{made.url}?layer=fact&who={first}&who={last}")
    page = Page(response.content.decode())
    boxes = {tag["value"]: "checked" in tag for tag in page.all("input") if tag.get("name") == "who"}
    assert boxes == {name: name in (first, last) for name in made.pseudonyms}
    kept = [(tag["name"], tag["value"]) for tag in page.all("input") if tag.get("type") == "hidden"]
    assert ("layer", "fact") in kept
    assert response.context["heat"].of == 2
    assert "2 of 4 reviewers" in page.words
    assert {voice.reviewer for case in response.context["cases"] for voice in case.voices} == {first, last}
    assert response.context["report"].reviewers == tuple(sorted(made.pseudonyms)), "the figures are of all"
    only = as_("ada").get(f"{made.url}?who={third}").context
    assert only["heat"].of == 1


LANE = re.compile(r'aria-label="([^:"]+): ([^"]*)">((?:<path [^>]*/>)*)</svg>')
PATH = re.compile(r'd="M0 (\d+)((?:m-?\d+ 0h\d+)*)" class="line-of" data-label="(\w+)"')


def drawn(markup: str) -> list[tuple[str, int, int]]:
    """The strokes of a lane as label, first and last pixel."""
    found = []
    for _, steps, label in PATH.findall(markup):
        at = 0
        for gap, length in re.findall(r"m(-?\d+) 0h(\d+)", steps):
            found.append((label, at + int(gap), at + int(gap) + int(length)))
            at += int(gap) + int(length)
    return found


def test_each_reviewer_has_a_lane_where_the_passages_lie_and_the_same_in_words(crowd, as_):
    made = crowd(*FOUR)
    lanes = {
        name: (words, drawn(paths)) for name, words, paths in LANE.findall(as_("ada").get(made.url).content.decode())
    }
    assert list(lanes) == sorted(made.pseudonyms)
    scale = 1000 / len(made.stage.revision.text)
    words, strokes = lanes[made.pseudonyms[0]]
    expected = [("fact", FERRY), ("fact", FARES), ("opinion", BEST)]
    assert [label for label, _, _ in strokes] == [label for label, _ in expected]
    for (_, left, right), (_, quote) in zip(strokes, expected, strict=True):
        start, end = made.stage.span(quote)
        assert left == pytest.approx(start * scale, abs=1)
        assert right == pytest.approx(end * scale, abs=2)
    marked = len(FERRY) + len(BEST) + len(FARES)
    assert (
        words == f"3 passages: Fact 2, Opinion 1; {100 * marked / len(made.stage.revision.text):.0f}\u202f% of the text"
    )


def test_the_table_says_the_same_as_the_shading_and_who_marked(crowd, as_):
    made = crowd(*FOUR)
    client = as_("ada")
    for query in ("", "&mode=divided", "&layer=fact", "&layer=fact&mode=divided"):
        painted = unpacked(client.get(f"{made.url}?{query}").context["painted"]["runs"])
        rows = client.get(f"{made.url}?view=table{query}").context["rows"]
        shaded = {at for start, end, _, _ in painted for at in range(start, end)}
        assert shaded == {at for row in rows for at in range(row.start, row.end)}
    page = Page(client.get(f"{made.url}?view=table&mode=divided").content.decode()).words
    first, second, third, _ = made.pseudonyms
    assert f"Fact 2 {', '.join(sorted((first, second)))}" in page
    assert f"Opinion 1 {third}" in page
    assert "5 of 6" in page


def test_the_text_shows_the_work_that_is_asked_for(as_, urls, stage, marked, reveal):
    from annotator.actions.assignments import revise_assignment, submit_assignment

    reveal("ben")
    ben = stage.assignments["ben"]
    second = revise_assignment(actor=ben.reviewer, assignment_id=ben.pk, reason="I missed a line.")
    Annotation.objects.filter(assignment=second, label__code="opinion").update(deleted_at=timezone.now())
    submit_assignment(actor=ben.reviewer, assignment_id=second.pk, accept_gaps=True)
    client = as_("ada")
    assert len(unpacked(client.get(urls.document).context["painted"]["runs"])) == 3
    later = client.get(f"{urls.document}?work=second")
    assert [run[:2] for run in unpacked(later.context["painted"]["runs"])] == [stage.span(FERRY)]
    assert "The text shows: Second rounds" in Page(later.content.decode()).words


def test_a_reader_of_a_closed_study_sees_the_figures_and_not_who_marked_what(as_, cast, urls, stage, marked):
    from annotator.actions.study import add_member, close_study

    add_member(actor=cast.ada, study=stage.study, user=cast.eli, role="reader")
    close_study(actor=cast.ada, study=stage.study)
    response = as_("eli").get(urls.document)
    assert "You see the figures of this document, and not who marked what." in Page(response.content.decode()).words
    assert "painted" not in response.context
    assert response.context["report"].per_document[0].reviewers
    assert "painted" in as_("ada").get(urls.document).context


def long_text() -> str:
    """About 100,000 characters in sentences of a hundred, eight to a line, with an astral character in each."""
    sentence = (
        "\U0001f9e0 The ferry carried {:,} people to the coast and back in the month of May, as it does most years. "
    )
    return "".join(sentence.format(number) + ("\n" if number % 8 == 7 else "") for number in range(1000))


def test_the_page_stays_small_whatever_is_marked(crowd, as_):
    """A text of 100,000 characters on which four reviewers mark 3,000 passages, against the same without a passage."""
    text = long_text()
    ends = [match.end() for match in re.finditer(r"years\.", text)]
    starts = [match.start() for match in re.finditer("\U0001f9e0", text)]
    spans = list(zip(starts, ends, strict=True))
    some = [
        [("opinion" if (at * of) % 7 == 3 else "fact", span) for at, span in enumerate(spans) if (at + of) % 4]
        for of in range(1, 5)
    ]
    size = len(as_("ada").get(crowd(*some, text=text).url).content)
    Annotation.objects.update(deleted_at=timezone.now())
    plain = len(as_("ada").get("/studies/crowd/documents/crowd-text/").content)
    assert plain > 100_000
    assert size <= 1.5 * plain
