"""Figures recomputed from an export by other libraries: nothing of the package but the words of its file format.

Rows are read with `json`, tables are built cell by cell as the method says, and the krippendorff package, SciPy and
plain counting do the rest.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, count, pairwise
from math import sqrt
from typing import Any

import krippendorff
import numpy as np
from scipy import stats

NAN = float("nan")
Table = np.ndarray
"""Reviewers × units, NaN where there is no value."""


@dataclass
class Read:
    """One reviewer's submitted first round of one document."""

    reviewer: str
    codebook_version: int
    submitted_at: str
    marks: list[dict[str, Any]]
    ratings: list[dict[str, Any]]


@dataclass
class Text:
    """A document of the export with the work that counts."""

    slug: str
    title: str
    text: str
    sentences: list[int]
    reads: list[Read]


class Export:
    """An export: its codebook and its texts, with submitted independent first rounds of people."""

    def __init__(self, raw: bytes) -> None:
        rows = [json.loads(line) for line in raw.decode().splitlines()]
        (study,) = [row for row in rows if row["type"] == "study"]
        (self.codebook,) = [
            row for row in rows if row["type"] == "codebook" and row["version"] == study["codebook_version"]
        ]
        marks = defaultdict(list)
        for row in rows:
            if row["type"] == "annotation" and row["deleted_at"] is None:
                marks[row["assignment"]].append(row)
        self._all: dict[str, list[tuple[dict[str, Any], Read]]] = defaultdict(list)
        for row in rows:
            if row["type"] == "assignment" and row["state"] == "submitted" and row["role"] == "reviewer":
                version, submitted = row["codebook_version"], row["submitted_at"]
                read = Read(row["reviewer"], version, submitted, marks[row["id"]], row["ratings"])
                self._all[row["document"]].append((row, read))
        self._documents = [row for row in rows if row["type"] == "document"]
        self.texts = self.read_by(
            lambda row: row["reviewer_kind"] == "human" and row["round"] == 1 and row["independent"]
        )
        self.reviewers = sorted({read.reviewer for text in self.texts for read in text.reads})

    def read_by(self, counts: Callable[[dict[str, Any]], bool], least: int = 2) -> list[Text]:
        """Texts with two or more, or so many, submitted pieces of work of those that count."""
        found = []
        for row in self._documents:
            reads = [read for assignment, read in self._all[row["document"]] if counts(assignment)]
            if len(reads) >= least:
                found.append(Text(row["document"], row["title"], row["text"], row["sentences"], reads))
        return found

    def table_of_sentences(self, text: Text, label: str) -> Table:
        """Sentences marked, where at least half of what is no space is covered."""
        columns = []
        for start, end in pairwise([0, *text.sentences]):
            ink = [place for place in range(start, end) if not text.text[place].isspace()]
            if not ink:
                continue
            column = {}
            for read in text.reads:
                spans = [(each["start"], each["end"]) for each in read.marks if each["label"] == label]
                covered = sum(any(begin <= place < stop for begin, stop in spans) for place in ink)
                column[read.reviewer] = float(2 * covered >= len(ink))
            columns.append([column.get(name, NAN) for name in self.reviewers])
        return np.array(columns).reshape(-1, len(self.reviewers)).T

    def marked(self, text: Text) -> tuple[dict[str, dict[str, list[tuple[int, int]]]], int]:
        """Spans by reviewer and label, and the length of the text."""
        found: dict[str, dict[str, list[tuple[int, int]]]] = {}
        for read in text.reads:
            layers = found[read.reviewer] = {label["code"]: [] for label in self.codebook["labels"]}
            for each in read.marks:
                layers[each["label"]].append((each["start"], each["end"]))
        return found, len(text.text)

    def table_of_characters(self, text: Text, label: str) -> Table:
        """Characters marked."""
        table = np.full((len(self.reviewers), len(text.text)), NAN)
        for read in text.reads:
            row = self.reviewers.index(read.reviewer)
            table[row] = 0
            for each in read.marks:
                if each["label"] == label:
                    table[row, each["start"] : each["end"]] = 1
        return table

    def table_of_ratings(self, text: Text, scale: dict[str, Any], *, judged: bool = False) -> Table:
        """Ratings of shared units; "cannot be judged" missing, or with `judged` 0 beside 1 for all other answers."""
        columns = []
        for unit in self._units(text, scale):
            column = [NAN] * len(self.reviewers)
            for reviewer, rating in unit.items():
                if judged:
                    column[self.reviewers.index(reviewer)] = float(not rating["missing"])
                elif not rating["missing"]:
                    column[self.reviewers.index(reviewer)] = float(rating["point"])
            columns.append(column)
        return np.array(columns).reshape(-1, len(self.reviewers)).T

    def _units(self, text: Text, scale: dict[str, Any]) -> list[dict[str, dict[str, Any]]]:
        if scale["target"] == "document":
            return [
                {
                    read.reviewer: rating
                    for read in text.reads
                    for rating in read.ratings
                    if rating["scale"] == scale["code"]
                }
            ]
        asked = [
            (read.reviewer, mark)
            for read in text.reads
            for mark in read.marks
            if not scale["labels"] or mark["label"] in scale["labels"]
        ]
        groups = [{number} for number in range(len(asked))]
        for one, other in combinations(range(len(asked)), 2):
            (who, a), (whom, b) = asked[one], asked[other]
            shared = len(set(range(a["start"], a["end"])) & set(range(b["start"], b["end"])))
            either = len(set(range(a["start"], a["end"])) | set(range(b["start"], b["end"])))
            if who != whom and 2 * shared >= either:
                (first,) = [group for group in groups if one in group]
                (second,) = [group for group in groups if other in group]
                if first is not second:
                    first |= second
                    groups.remove(second)
        units = []
        for group in groups:
            unit: dict[str, dict[str, Any]] = {}
            members = [asked[number] for number in group]
            for who, mark in sorted(members, key=lambda each: (each[1]["start"] - each[1]["end"], each[1]["start"])):
                unit.setdefault(who, mark)
            given = {
                who: rating
                for who, mark in unit.items()
                for rating in mark["ratings"]
                if rating["scale"] == scale["code"]
            }
            units.append(given)
        return units

    def answers(self, scale: dict[str, Any], texts: list[Text]) -> list[tuple[str, dict[str, Any]]]:
        """All ratings of texts on a scale, with who gave them."""
        found = []
        for text in texts:
            for read in text.reads:
                given = list(read.ratings)
                given += [each for mark in read.marks for each in mark["ratings"]]
                found += [(read.reviewer, rating) for rating in given if rating["scale"] == scale["code"]]
        return found


def pairable(table: Table) -> Table:
    """Columns of two or more values."""
    return table[:, (~np.isnan(table)).sum(axis=0) >= 2]


def alpha(table: Table, level: str = "nominal") -> float | None:
    """Krippendorff's alpha by the krippendorff package; None where nothing varies."""
    kept = pairable(table)
    if len(np.unique(kept[~np.isnan(kept)])) < 2:
        return None
    return float(krippendorff.alpha(kept, level_of_measurement=level))


def percent(table: Table) -> float | None:
    """Mean over units of the share of equal pairs, pair by pair."""
    shares = []
    for column in pairable(table).T:
        values = column[~np.isnan(column)]
        equal = [one == other for one, other in combinations(values, 2)]
        shares.append(sum(equal) / len(equal))
    return sum(shares) / len(shares) if shares else None


def prevalence(table: Table) -> float:
    """Share of the judgements that are "marked"."""
    return float(np.nanmean(table))


def chance_corrected(table: Table, categories: list[int], chance: str, *, quadratic: bool = False) -> float | None:
    """Fleiss' kappa ("fleiss") or Gwet's AC1 or AC2 ("gwet"), term by term as they are written; Gwet, 2014."""
    q = len(categories)
    reach = max(categories) - min(categories)
    weight = [[1 - ((c - k) / reach) ** 2 if quadratic else float(c == k) for k in categories] for c in categories]
    agreed, given, several = 0.0, [0.0] * q, 0
    for column in table.T:
        values = column[~np.isnan(column)]
        if not len(values):
            continue
        r = [sum(values == c) for c in categories]
        given = [total + count / len(values) for total, count in zip(given, r, strict=True)]
        if len(values) < 2:
            continue
        several += 1
        for k in range(q):
            r_star = sum(weight[k][other] * r[other] for other in range(q))
            agreed += r[k] * (r_star - 1) / (len(values) * (len(values) - 1))
    if not several:
        return None
    p_a, judged = agreed / several, sum(given)
    pi = [each / judged for each in given]
    if chance == "fleiss":
        p_e = sum(each**2 for each in pi)
    else:
        p_e = sum(map(sum, weight)) * sum(each * (1 - each) for each in pi) / (q * (q - 1))
    return (p_a - p_e) / (1 - p_e)


def pool(tables: list[Table]) -> Table:
    """Units of several documents behind one another."""
    return np.concatenate(tables, axis=1)


def alpha_ends(tables: list[Table], level: str, *, rarer: bool) -> tuple[float, float] | None:
    """Ends of the interval of alpha."""
    return jackknife(*left_out(tables, level, rarer=rarer))


def left_out(tables: list[Table], level: str, *, rarer: bool) -> tuple[float | None, list[float | None], list[float]]:
    """Alpha, alpha without each document, and what each weighs: with `rarer` by the rarer of two values."""
    used = [table for table in map(pairable, tables) if table.size]
    if not used:
        return None, [], []
    left = [alpha(pool(used[:at] + used[at + 1 :]), level) if len(used) > 1 else None for at in range(len(used))]
    masses = masses_of(used) if rarer else [float((~np.isnan(table)).sum()) for table in used]
    return alpha(pool(used), level), left, masses


def masses_of(tables: list[Table]) -> list[float]:
    """How often each document was judged as the rarer of two values."""
    rare = min((0, 1), key=lambda value: sum((table == value).sum() for table in tables))
    return [float((table == rare).sum()) for table in tables]


def jackknife(point: float | None, left: list[float | None], mass: list[float]) -> tuple[float, float] | None:
    """Delete-one-document jackknife with a t quantile; None where the method gives none."""
    found = spread(point, left, mass)
    if found is None:
        return None
    error, effective = found
    reach = stats.t.ppf(0.975, effective - 1) * error
    return point - reach, min(1.0, point + reach)


def spread(point: float | None, left: list[float | None], mass: list[float]) -> tuple[float, float] | None:
    """Standard error by the jackknife, and how many documents of equal weight would count as much."""
    if point is None or len(left) < 3:
        return None
    masses = np.array(mass)
    effective = masses.sum() ** 2 / (masses**2).sum()
    if None in left or effective < 3 - 1e-9 or np.ptp(left) < 1e-12:
        return None
    pseudo = len(left) * point - (len(left) - 1) * np.array(left)
    return float(pseudo.std(ddof=1)) / sqrt(len(left)), float(effective)


def documents_wanted(point: float, left: list[float], mass: list[float], reach: float) -> tuple[int, float]:
    """How many documents more would let the interval reach so far to either side, tried one by one; how far it does."""
    error, effective = spread(point, left, mass)

    def reached(number: int) -> float:
        share = number / len(left)
        return stats.t.ppf(0.975, effective * share - 1) * error / sqrt(share)

    return next(number for number in count(len(left)) if reached(number) <= reach) - len(left), reached(len(left))


def without_each(table: Table, level: str) -> list[float | None]:
    """Alpha without each reviewer."""
    return [alpha(np.delete(table, row, axis=0), level) for row in range(len(table))]
