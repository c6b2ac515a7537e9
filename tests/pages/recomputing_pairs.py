"""Reviewers compared, recomputed from an export: unit by unit, passage by passage, with scikit-learn and SciPy.

A subject is "all", a label or a scale of the export's codebook.
"""

from collections import Counter
from collections.abc import Hashable
from itertools import product
from math import log
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import cohen_kappa_score

from tests.agreement.test_unitizing_by_definition import by_definition
from tests.pages import recomputing as again
from tests.pages.recomputing import Export, Text

Unit = dict[str, Hashable]
"""What each reviewer gave."""


def is_label(subject: Any) -> bool:
    """Whether a subject is a label."""
    return "definition" in subject


def across(codebook: dict[str, Any]) -> set[str]:
    """Labels whose marks name what they rest on: a nominal scale of passages asks it of them alone."""
    scales = [each for each in codebook["scales"] if each["target"] == "passage" and each["level"] == "nominal"]
    return {each["labels"][0] for each in scales if len(each["labels"]) == 1}


def units_on(export: Export, texts: list[Text], subject: Any) -> list[Unit]:
    """What reviewers gave: sentences with their set of labels, or whether marked; units rated by two or more."""
    if subject == "all":
        kept = [label["code"] for label in export.codebook["labels"] if label["code"] not in across(export.codebook)]
        found = []
        for text in texts:
            layers = [_units(export, export.table_of_sentences(text, code)) for code in kept]
            for units in zip(*layers, strict=True):
                marks = list(zip(kept, units, strict=True))
                found.append({name: frozenset(code for code, unit in marks if unit[name]) for name in units[0]})
        return found
    if is_label(subject):
        tables = [export.table_of_sentences(text, subject["code"]) for text in texts]
        codes = {0: frozenset(), 1: frozenset([subject["code"]])}
        units = [unit for table in tables for unit in _units(export, table)]
        return [{name: codes[value] for name, value in unit.items()} for unit in units]
    tables = [export.table_of_ratings(text, subject) for text in texts]
    return [unit for table in tables for unit in _units(export, table) if len(unit) >= 2]


def _units(export: Export, table: np.ndarray) -> list[Unit]:
    return [
        {name: int(value) for name, value in zip(export.reviewers, column, strict=True) if not np.isnan(value)}
        for column in table.T
    ]


def both_read(texts: list[Text], pair: tuple[str, str]) -> list[Text]:
    """Texts that both of two reviewers read."""
    return [text for text in texts if set(pair) <= {read.reviewer for read in text.reads}]


def agreement(export: Export, texts: list[Text], subject: Any, pair: tuple[str, str]) -> float | None:
    """u-alpha of all labels by its definition, Cohen's kappa by scikit-learn, or alpha by the krippendorff package."""
    if subject == "all":
        shared = [export.marked(text) for text in both_read(texts, pair)]
        of_two = [({name: marked[name] for name in pair}, length) for marked, length in shared]
        return by_definition(of_two, joined=True)["u"]
    if is_label(subject):
        table = _of_two(export, [export.table_of_sentences(text, subject["code"]) for text in texts], pair)
        return float(cohen_kappa_score(*table)) if len(set(table.ravel())) > 1 else None
    table = _of_two(export, [export.table_of_ratings(text, subject) for text in texts], pair)
    return again.alpha(table, subject["level"])


def _of_two(export: Export, tables: list[np.ndarray], pair: tuple[str, str]) -> np.ndarray:
    return again.pairable(again.pool(tables)[[export.reviewers.index(name) for name in pair]])


def crossed(units: list[Unit], pair: tuple[str, str]) -> Counter[tuple[Hashable, Hashable]]:
    """How often the second gave what where the first gave what."""
    one, other = pair
    return Counter((unit[one], unit[other]) for unit in units if one in unit and other in unit)


def percent(table: Counter[tuple[Hashable, Hashable]]) -> float | None:
    """The share of units on which both gave the same."""
    same = sum(times for (one, other), times in table.items() if one == other)
    return same / table.total() if table else None


def passages(texts: list[Text], pair: tuple[str, str], labels: list[str], mode: str) -> tuple[float | None, int]:
    """F1 of two reviewers, and how many passages, or characters in that mode, they marked in all."""
    common = in_all = 0
    for text, label in product(both_read(texts, pair), labels):
        reads = {read.reviewer: read for read in text.reads}
        one, other = (
            sorted({(each["start"], each["end"]) for each in reads[name].marks if each["label"] == label})
            for name in pair
        )
        if mode == "char":
            one, other = ({place for start, end in spans for place in range(start, end)} for spans in (one, other))
        in_all += len(one) + len(other)
        if mode == "overlap":
            sharing = [[first[0] < second[1] and second[0] < first[1] for second in other] for first in one]
            table = np.array(sharing, dtype=bool).reshape(len(one), len(other))
            common += int(table[linear_sum_assignment(table, maximize=True)].sum())
        else:
            common += len(set(one) & set(other))
    return (2 * common / in_all if in_all else None), in_all


def against_others(units: list[Unit], name: str) -> Counter[tuple[Hashable, Hashable]]:
    """What most of the others gave where a reviewer gave what; "no majority" where none has more than half."""
    found: Counter[tuple[Hashable, Hashable]] = Counter()
    for unit in units:
        others = Counter(value for reader, value in unit.items() if reader != name)
        if name in unit and others:
            ((most, times),) = others.most_common(1)
            found[unit[name], most if 2 * times > others.total() else "no majority"] += 1
    return found


def competence(units: list[Unit]) -> dict[str, float]:
    """Dawid and Skene's model, equation by equation: the probability of the true value, weighted by the prior."""
    shared = [unit for unit in units if len(unit) >= 2]
    readers = sorted({name for unit in shared for name in unit})
    values = sorted({value for unit in shared for value in unit.values()}, key=str)
    assert all(sum(name in unit for unit in shared) >= 30 for name in readers), "nobody has too few here"
    truth = [{j: sum(value == j for value in unit.values()) / len(unit) for j in values} for unit in shared]
    before, likelihood = None, 0.0
    while before is None or abs(likelihood - before) >= 1e-8:
        before = likelihood
        prior = {j: sum(each[j] for each in truth) / len(truth) for j in values}
        says = {}
        for name, j in product(readers, values):
            met = [(each[j], unit[name]) for each, unit in zip(truth, shared, strict=True) if name in unit]
            total = sum(share for share, _ in met)
            for k in values:
                says[name, j, k] = sum(share for share, value in met if value == k) / total
        likelihood, truth = 0.0, []
        for unit in shared:
            joint = {j: prior[j] for j in values}
            for (name, value), j in product(unit.items(), values):
                joint[j] *= says[name, j, value]
            total = sum(joint.values())
            likelihood += log(total)
            truth.append({j: each / total for j, each in joint.items()})
    return {name: sum(prior[j] * says[name, j, j] for j in values) for name in readers}
