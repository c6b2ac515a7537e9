"""What the pages count passage by passage, recounted from the export: character by character, with plain sets."""

import re
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import combinations
from math import comb

import pytest
from django.test import Client

from tests.pages.drawn import Tables, made_documents, opened, with_machine_and_second_rounds

BASES = ((1, "declared"), (2, "suspected"))
KINDS = {
    "presence": "marked by some only",
    "label": "labels differ",
    "boundary": "borders differ",
    "rating": "ratings differ",
}


@pytest.fixture
def exported(cast):
    """The export of the drawn study, second rounds among it, and what reads a page's markup as its lead."""
    export, _ = opened(cast.ada, with_machine_and_second_rounds(made_documents()))
    client = Client()
    client.force_login(cast.ada)
    return export, lambda path: client.get(f"/studies/drawn/{path}").content.decode()


def marked_at(text):
    """The marks over each character, by label and reviewer."""
    found = [defaultdict(list) for _ in text.text]
    for read in text.reads:
        for mark in read.marks:
            for place in range(mark["start"], mark["end"]):
                found[place][mark["label"], read.reviewer].append(mark)
    return found


def apart(marks, readers):
    """How many pairs of reviewers mark a character with different sets of labels."""
    sets = {name: frozenset(label for label, who in marks if who == name) for name in readers}
    return sum(sets[one] != sets[other] for one, other in combinations(readers, 2))


def label_words(export, marks, of):
    """Words like “Fact 2, AI-generated declared by 1 of 4”: marks by label and reviewer, in the codebook's order."""
    words = []
    for label in export.codebook["labels"]:
        given = {who: here for (code, who), here in marks.items() if code == label["code"]}
        if not given:
            continue
        if label["code"] != "ai":
            words.append(f"{label['name']} {len(given)}")
            continue
        points = {
            who: {rating["point"] for mark in here for rating in mark["ratings"] if rating["scale"] == "basis"}
            for who, here in given.items()
        }
        bases = [
            f"{basis} by {number} of {of}"
            for basis, number in (
                *((name, sum(point in each for each in points.values())) for point, name in BASES),
                ("basis not given", sum(not each for each in points.values())),
            )
            if number
        ]
        words.append(f"{label['name']} {', '.join(bases)}")
    return words


@pytest.mark.parametrize("place", [0, 2, 3])
@pytest.mark.parametrize("mode", ["marked", "divided"])
def test_table_of_stretches(exported, place, mode):
    export, read = exported
    text = export.texts[place]
    readers = sorted(each.reviewer for each in text.reads)
    pairs = comb(len(readers), 2)
    runs = []
    for at, marks in enumerate(marked_at(text)):
        here = {key: sorted(mark["id"] for mark in found) for key, found in marks.items()}
        if runs and runs[-1][1] == here:
            runs[-1][3] = at + 1
        else:
            runs.append([marks, here, at, at + 1])
    wanted = [each for each in runs if (apart(each[0], readers) if mode == "divided" else each[0])]
    rows = Tables(read(f"documents/{text.slug}/?view=table&mode={mode}")).named("Stretches of the text")
    assert len(rows) == len(wanted) > 5
    for cells, (marks, _, start, end) in zip(rows, wanted, strict=True):
        words = [cell for cell, _ in cells]
        assert words[0] == f"{start:,} to {end:,}"
        assert words[1] == " ".join(text.text[start:end].split())
        assert words[2] == f"marked by {len({who for _, who in marks})} of {len(readers)}"
        said = label_words(export, marks, len(readers))
        who = [
            ", ".join(sorted(name for code, name in marks if code == label["code"]))
            for label in export.codebook["labels"]
            if any(code == label["code"] for code, _ in marks)
        ]
        assert words[3] == " ".join(f"{one} {names}" for one, names in zip(said, who, strict=True))
        assert words[4] == f"{apart(marks, readers)} of {pairs} pairs differ"


def places_of(text):
    """Passages that hang together by shared characters: of each place its first and last character and its marks."""
    covered = [bool(marks) for marks in marked_at(text)]
    linked = {
        at
        for read in text.reads
        for mark in read.marks
        for at in range(mark["start"] + 1, mark["end"])  # no border between places lies inside of a passage
    }
    found, start = [], None
    for at in range(len(covered) + 1):
        if start is not None and at not in linked:
            inside = [
                (read.reviewer, mark)
                for read in text.reads
                for mark in read.marks
                if start <= mark["start"] and mark["end"] <= at
            ]
            found.append((start, at, inside))
            start = None
        if start is None and at < len(covered) and covered[at]:
            start = at
    return found


def points_of(inside):
    """The points that each reviewer gave at a place, by scale."""
    points = defaultdict(lambda: defaultdict(set))
    for name, mark in inside:
        for rating in mark["ratings"]:
            points[rating["scale"]][name].add(rating["point"])
    return points


def kinds_of(text, inside, readers):
    """In which ways the reviewers of a place differ, by their words."""
    layers = {name: defaultdict(set) for name, _ in inside}
    for name, mark in inside:
        layers[name][mark["label"]] |= {at for at in range(mark["start"], mark["end"]) if not text.text[at].isspace()}
    sets = {frozenset(each) for each in layers.values()}
    inked = [dict(each) for each in layers.values()]
    return [
        words
        for words, differs in zip(
            KINDS.values(),
            (
                len(layers) < len(readers),
                len(sets) > 1,
                len(sets) == 1 and any(each != inked[0] for each in inked),
                any(len({frozenset(given) for given in each.values()}) > 1 for each in points_of(inside).values()),
            ),
            strict=True,
        )
        if differs
    ]


def ratings_apart(inside):
    """The share of pairs of reviewers who rated a place and gave different points; of several scales the largest."""
    rated = [list(given.values()) for given in points_of(inside).values() if len(given) > 1]
    return max(
        (Fraction(sum(a != b for a, b in combinations(sets, 2)), comb(len(sets), 2)) for sets in rated), default=0
    )


def slant_words(inside):
    """Words like “slant −1 to +2, cannot judge 1”, of the points given at a place; "" of none."""
    given = [rating["point"] for _, mark in inside for rating in mark["ratings"] if rating["scale"] == "slant"]
    judged = sorted(point for point in given if point != 9)
    words = []
    if judged:
        ends = [f"{point:+d}".replace("-", "−") if point else "0" for point in (judged[0], judged[-1])]
        words.append(ends[0] if ends[0] == ends[1] else " to ".join(ends))
    if 9 in given:
        words.append(f"cannot judge {given.count(9)}" if len(given) > 1 else "cannot judge")
    return f"slant {', '.join(words)}" if given else ""


SAID = re.compile(
    r'<li id="place-(\d+)">.*?<strong>(.*?)</strong>: (.*?)</span><bdi[^>]*>(.*?)</bdi>'
    r'(?:<span class="quiet">(.*?)</span>)?</a>',
    re.DOTALL,
)


@pytest.mark.parametrize("place", [0, 2, 3])
def test_list_of_places_and_its_order(exported, place):
    export, read = exported
    text = export.texts[place]
    readers = sorted(each.reviewer for each in text.reads)
    at, pairs = marked_at(text), comb(len(readers), 2)
    found, divided = {}, {}
    for number, (start, end, inside) in enumerate(places_of(text), start=1):
        marks = defaultdict(list)
        for name, mark in inside:
            marks[mark["label"], name].append(mark)
        said = ", ".join(label_words(export, marks, len(readers)))
        if slant := slant_words(inside):
            said += f"; {slant}"
        kinds = kinds_of(text, inside, readers)
        marked = f"{len({name for name, _ in inside})} of {len(readers)}"
        quote = " ".join(text.text[start:end].split())
        found[number] = (marked, said, quote, kinds)
        share = Fraction(sum(apart(at[each], readers) for each in range(start, end)), pairs * (end - start))
        divided[number] = (-share, -ratings_apart(inside), number)
    differing = [number for number, (*_, kinds) in found.items() if kinds]
    assert len(differing) > 3
    for query, wanted in (
        ("?order=text", differing),
        ("", sorted(differing, key=divided.get)),
        ("?kind=alike&order=text", [number for number in found if number not in differing]),
        *((f"?kind={kind}&order=text", [n for n in found if words in found[n][3]]) for kind, words in KINDS.items()),
    ):
        page = read(f"documents/{text.slug}/{query}")
        printed = SAID.findall(page)
        assert [int(number) for number, *_ in printed] == wanted
        assert f'Disagreements <span class="quiet">{len(wanted)}<' in page or "alike" in query
        for number, marked, said, quote, kinds in printed:
            mine = found[int(number)]
            assert (marked, said, kinds) == (mine[0], mine[1], ", ".join(mine[3]))
            begun = quote.removesuffix(" …")
            assert mine[2] == quote or (mine[2].startswith(begun) and 100 < len(begun) <= 160)


def test_passages_changed_between_the_rounds(exported):
    export, read = exported
    rounds = [export.read_by(lambda row, wanted=wanted: row["round"] == wanted, least=1) for wanted in (1, 2)]
    page = read("rounds/")
    rows = Tables(page).named("What became of the passages of the first rounds")
    totals, unchanged, n_rounds = Counter(), 0, 0
    names = ("before", "kept", "moved", "rated", "taken back", "added", "document ratings")
    for cells, later in zip(rows[:-1], rounds[1], strict=True):
        (first,) = [text for text in rounds[0] if text.slug == later.slug]
        before = {each.reviewer: each for each in first.reads}
        counts = Counter()
        for again in later.reads:
            own = Counter(before=len(before[again.reviewer].marks))
            left = {mark["id"]: mark for mark in before[again.reviewer].marks}
            for mark in again.marks:
                origin = left.pop(mark["derived_from"], None)
                own[what_became(origin, mark)] += 1
            own["taken back"] = len(left)
            given, now = (
                {each["scale"]: each["point"] for each in who.ratings} for who in (before[again.reviewer], again)
            )
            own["document ratings"] = sum(given.get(scale) != now.get(scale) for scale in {*given, *now})
            unchanged += own["before"] == own["kept"] == own.total() - own["before"]
            n_rounds += 1
            counts += own
        assert cells[0][0] == later.title
        assert cells[1][0].replace(" ,", ",") == ", ".join(sorted(each.reviewer for each in later.reads))
        assert [cell for cell, _ in cells[2:]] == [str(counts[name]) for name in names]
        totals += counts
    assert [cell for cell, _ in rows[-1][1:]] == [str(totals[name]) for name in names]
    assert all(totals[name] for name in names)
    assert 0 < unchanged < n_rounds
    assert f"{unchanged} of {n_rounds} second rounds change nothing" in page


def what_became(origin, mark):
    """Tell a passage added from one kept, moved or rated otherwise."""
    if origin is None:
        return "added"
    if any(origin[name] != mark[name] for name in ("start", "end", "label")):
        return "moved"
    points = [{each["scale"]: each["point"] for each in passage["ratings"]} for passage in (origin, mark)]
    return "kept" if points[0] == points[1] else "rated"
