"""The forms of a draft: a label, a scale with its points, and the codebook's own words.

They only give shape; what fits is said by `formats.codebook_checks`, for pages, files and API alike.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.forms import formset_factory

from annotator.formats.codebook_checks import LEVELS, TARGETS, Fault, Place, place_name
from annotator.records import CodebookInfo, LabelInfo, PointInfo, ScaleInfo

MOST_POINTS = 50
NEW_COLOURS = (  # light and dark line of each further label: all 3:1 and more on their page
    *(("#0b6bb0", "#6db9f2"), ("#9a5b00", "#f0b13c"), ("#a0307e", "#ee9ccb"), ("#0b6355", "#74cdbb")),
    *(("#a3201b", "#ff9f94"), ("#5a4fb0", "#b3a9f5"), ("#55620f", "#b9cc5a"), ("#4a545b", "#a9b2b7")),
)


class Words(forms.CharField):
    """A text over several lines, kept letter for letter but for the line ends that browsers send as CR LF."""

    def __init__(self, rows: int = 3, **options: Any) -> None:
        options = {"strip": False, "required": False, "widget": forms.Textarea(attrs={"rows": rows}), **options}
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        """Return the text with LF alone."""
        return super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")


def _line(**options: Any) -> forms.CharField:
    return forms.CharField(required=False, **options)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.split("\n") if line.strip())


class Plain(forms.Form):
    """A form in the site's own looks; what is missing is said by the check, not by the browser."""

    use_required_attribute = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
                field.widget.attrs.setdefault("class", "input")
            if isinstance(field.widget, forms.Textarea | forms.TextInput):
                field.widget.attrs.setdefault("dir", "auto")


class HeadingForm(Plain):
    """The title and the guidelines."""

    title = _line(label="Title")
    guidelines = Words(
        rows=16, label="Guidelines", help_text="Markdown: ## heading, **bold**, - list, [words](https://…)"
    )

    def heading(self) -> tuple[str, str]:
        """Return what was typed."""
        return self.cleaned_data["title"], self.cleaned_data["guidelines"]


class LabelForm(Plain):
    """One label."""

    name = _line(label="Name")
    code = _line(label="Code", help_text="Small letters, digits and hyphens. It stands in every export.")
    shortcut = forms.ChoiceField(
        label="Key", required=False, choices=[("", "none"), *((key, key) for key in "123456789")]
    )
    position = forms.IntegerField(label="Position", help_text="Its order, which also gives the style of its line.")
    colour_light = _line(label="Line on a light page", widget=forms.TextInput(attrs={"type": "color"}))
    colour_dark = _line(label="Line on a dark page", widget=forms.TextInput(attrs={"type": "color"}))
    definition = Words(label="Definition")
    use_when = Words(label="Use when")
    not_when = Words(label="Not when")
    when_in_doubt = Words(label="When in doubt")
    examples = Words(label="Examples", help_text="One on each line.")
    counterexamples = Words(label="Counterexamples", help_text="One on each line, with the reason.")
    replaces = Words(
        rows=2,
        label="Reads the passages of",
        help_text="Older labels, one on each line as short-name/version/code. To merge, name them all here.",
    )

    @staticmethod
    def initial_of(label: LabelInfo) -> dict[str, Any]:
        """Return what the form shows of a stored label."""
        values = {name: getattr(label, name) for name in LabelForm.base_fields}
        for name in ("examples", "counterexamples"):
            values[name] = "\n".join(values[name])
        values["replaces"] = "\n".join(f"{slug}/{version}/{code}" for slug, version, code in label.replaces)
        return values

    @staticmethod
    def initial_of_new(info: CodebookInfo) -> dict[str, Any]:
        """Return a free key, the next position and colours not in use yet, where there are such."""
        used = {label.shortcut for label in info.labels}
        colours = {label.colour_light for label in info.labels}
        light, dark = next((pair for pair in NEW_COLOURS if pair[0] not in colours), NEW_COLOURS[-1])
        return {
            "shortcut": next((key for key in "123456789" if key not in used), ""),
            "position": 1 + max((label.position for label in info.labels), default=0),
            "colour_light": light,
            "colour_dark": dark,
        }

    def clean_replaces(self) -> tuple[tuple[str, int, str], ...]:
        """Return the older labels; ValidationError where a line names none."""
        found = []
        for line in _lines(self.cleaned_data["replaces"]):
            slug, version, code = [*line.strip().split("/"), "", ""][:3]
            if line.count("/") != 2 or not (version.isascii() and version.isdigit() and len(version) < 7):
                raise forms.ValidationError("Write each as short-name/version/code, such as my-codebook/1/claim.")
            found.append((slug, int(version), code))
        return tuple(sorted(found))

    def part(self) -> LabelInfo:
        """Return the label that was typed."""
        typed = self.cleaned_data
        lists = {name: _lines(typed[name]) for name in ("examples", "counterexamples")}
        return LabelInfo(**{**typed, **lists})


class ScaleForm(Plain):
    """One scale without its points."""

    question = _line(label="Question")
    code = _line(label="Code", help_text="Small letters, digits and hyphens. It stands in every export.")
    level = forms.ChoiceField(
        label="Level",
        choices=list(
            zip(
                LEVELS,
                ("nominal: kinds without an order", "ordinal: an order", "interval: an order in equal steps"),
                strict=True,
            )
        ),
    )
    target = forms.ChoiceField(
        label="Asked of", choices=[(TARGETS[0], "a passage"), (TARGETS[1], "the whole document")]
    )
    labels = forms.MultipleChoiceField(
        label="Passages with these labels",
        required=False,
        help_text="None chosen means every label.",
        widget=forms.CheckboxSelectMultiple,
    )
    required = forms.BooleanField(label="Required before submitting", required=False)
    needs_evidence = forms.BooleanField(label="Needs the passages that justify it", required=False)
    position = forms.IntegerField(label="Position")

    def __init__(self, info: CodebookInfo, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["labels"].choices = [(label.code, label.name) for label in info.labels]
        self.order = [label.code for label in info.labels]

    @staticmethod
    def initial_of(scale: ScaleInfo) -> dict[str, Any]:
        """Return what the form shows of a stored scale."""
        return {name: getattr(scale, name) for name in ScaleForm.base_fields}

    @staticmethod
    def initial_of_new(info: CodebookInfo) -> dict[str, Any]:
        """Return the next position, and the usual level."""
        return {"level": "ordinal", "position": 1 + max((scale.position for scale in info.scales), default=0)}

    def part(self, points: Sequence[PointInfo]) -> ScaleInfo:
        """Return the scale that was typed, with these points."""
        typed = self.cleaned_data
        chosen = tuple(sorted(typed["labels"], key=self.order.index))
        return ScaleInfo(**{**typed, "labels": chosen}, points=tuple(points))


class PointForm(Plain):
    """One point; a row left empty is none."""

    value = forms.IntegerField(label="Value", required=False, min_value=-(2**31), max_value=2**31 - 1)
    name = _line(label="Name")
    anchor = Words(rows=1, label="Anchor: when to choose it")
    missing = forms.BooleanField(label="Means “cannot be judged”", required=False)

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError for a point that has no value."""
        typed = super().clean()
        if (typed.get("name") or typed.get("anchor")) and typed.get("value") is None and "value" not in self.errors:
            self.add_error("value", "Give the point a value.")
        return typed

    @property
    def is_point(self) -> bool:
        """Whether the row holds a point."""
        return self.cleaned_data.get("value") is not None

    def part(self) -> PointInfo:
        """Return the point that was typed."""
        return PointInfo(**self.cleaned_data)


PointForms = formset_factory(PointForm, extra=0, max_num=MOST_POINTS, absolute_max=MOST_POINTS, validate_max=True)


def point_forms(scale: ScaleInfo | None, data: Any = None, more: int = 0) -> forms.BaseFormSet:
    """Return a row for each point and empty ones for further points; of typed rows all, and `more` empty ones."""
    if data is not None:
        data = data.copy()
        total = data.get("point-TOTAL_FORMS", "")
        if more and total.isascii() and total.isdigit() and len(total) < 4:
            data["point-TOTAL_FORMS"] = str(min(int(total) + more, MOST_POINTS))
        return PointForms(data, prefix="point")
    rows = [{name: getattr(point, name) for name in PointForm.base_fields} for point in scale.points] if scale else []
    return PointForms(initial=rows + [{}] * min(5 if not rows else 2, MOST_POINTS - len(rows)), prefix="point")


def show_faults(form: forms.Form, faults: Iterable[Fault], mine: Place, info: CodebookInfo) -> list[Fault]:
    """Put each fault beside its field, and return those of the points; what lies elsewhere is said with its place."""
    of_points = []
    for fault in faults:
        if fault.place[: len(mine)] == mine and "point" in fault.place:
            of_points.append(fault)
            continue
        words = fault.reason[0].upper() + fault.reason[1:] + "."
        if fault.place != mine:
            words = f"{place_name(fault.place, info).capitalize()}: {fault.field} {fault.reason}."
        form.add_error(fault.field if fault.field in form.fields and fault.place[:1] == mine[:1] else None, words)
    return of_points
