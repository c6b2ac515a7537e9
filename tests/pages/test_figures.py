"""Figures as the pages print them: each with its interval, or the reason, and as it is without each reviewer."""

import re

import pytest
from django.template.loader import render_to_string

from annotator.agreement.report import report
from annotator.templatetags.charts import ends
from annotator.templatetags.figures import coefficient
from tests.agreement.test_report import make_study, many_documents


def rendered(template, found, **context):
    """Return the rows of a table as lists of what their cells say, hidden words left out."""
    html = render_to_string(f"annotator/{template}.html", {"report": found, "labels": found.labels, **context})
    shown = re.sub(r'<span class="hidden">.*?</span>', "", html)
    rows = re.findall(r"<tr>(.*?)</tr>", shown.split("<tbody>")[1], re.DOTALL)
    return [[" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in re.split("</t[hd]>", row)[:-1]] for row in rows]


def test_a_label_is_printed_with_its_alphas_and_their_intervals():
    found = report(many_documents())
    rows = rendered("_label_rows", found, rows=found.labels)
    assert [row[0] for row in rows] == [label.name for label in found.labels]
    for row, label in zip(rows, found.labels, strict=True):
        for cell, estimate, interval in (
            (row[1], label.sentence_alpha, label.interval),
            (row[3], label.u_alpha, label.u_interval),
            (row[4], label.character_alpha, label.character_interval),
        ):
            words = [coefficient(estimate.value), ends(interval), "rough" * interval.rough]
            assert cell == " ".join(words if ends(interval) else words[:1]).strip()
    for name in ("interval", "u_interval", "character_interval"):
        assert any(ends(getattr(label, name)) for label in found.labels)


def test_a_scale_is_printed_with_its_interval():
    found = report(many_documents())
    rows = rendered("_scale_rows", found, rows=found.scales)
    printed = [ends(scale.interval) in row[2] for row, scale in zip(rows, found.scales, strict=True)]
    assert all(printed)
    assert any(ends(scale.interval) for scale in found.scales)


def test_too_few_documents_are_not_blamed_in_each_row_but_a_dominating_one_is():
    few = report(make_study())
    assert not any("No interval" in " ".join(row) for row in rendered("_label_rows", few, rows=few.labels))
    first, second, *_ = many_documents()
    uneven = report([first, second, *many_documents()[2:3]])
    reasons = {label.interval.reason for label in uneven.labels if label.sentence_alpha.value is not None}
    shown = " ".join(cell for row in rendered("_label_rows", uneven, rows=uneven.labels) for cell in row)
    assert reasons
    for reason in reasons - {""}:
        assert reason in shown


@pytest.mark.parametrize("documents", [make_study, many_documents])
def test_figures_without_each_reviewer_stand_in_the_reviewer_s_column(documents):
    found = report(documents())
    rows = rendered("_without_each", found)
    assert len(rows) == len(found.labels) + len(found.scales)
    for row, figure in zip(rows, (*found.labels, *found.scales), strict=True):
        expected = [coefficient(figure.without.without[name].value) for name in found.reviewers]
        assert row[2:] == expected
