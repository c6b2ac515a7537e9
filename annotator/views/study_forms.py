"""The form of a study's words and rules, new or there already, and the words of its choices."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from annotator.models import Codebook, Study, User
from annotator.views.codebook_forms import Plain

Options = list[tuple[str, str, str]]

PURPOSES: Options = [
    (Study.Purpose.RELIABILITY, "Reliability study", "measures how far reviewers agree who work apart"),
    (Study.Purpose.TEACHING, "Teaching", "reviewers learn by comparing their work with others’ as they go"),
]
BLINDINGS: Options = [
    (
        Study.Blinding.UNTIL_CLOSED,
        "until closed",
        "nobody sees others’ work before the study is closed, so that every document of a reviewer is independent",
    ),
    (
        Study.Blinding.UNTIL_SUBMITTED,
        "until submitted",
        "who has submitted a document may show others’ work on it; what they begin after a look is reported apart",
    ),
    (Study.Blinding.OPEN, "never", "every member sees what is submitted; no figure counts independent work"),
]
USUAL_BLINDING = (
    "",
    "as usual for the purpose",
    "until closed for a reliability study, since after a first look nothing is independent any more;"
    " until submitted for teaching, since comparing at once is what one learns from",
)
ORDERS: Options = [
    (
        Study.Order.RANDOM,
        "random for each reviewer",
        "everybody reads in another order, so that growing tired or used to it falls on all documents alike",
    ),
    (
        Study.Order.FIXED,
        "fixed",
        "everybody reads in the order you sort the documents into; class codes give the first",
    ),
    (
        Study.Order.LEAST_COVERED,
        "least covered first",
        "every document is read once before any is read twice, as far as can be; settled when documents are given out",
    ),
]
MOST_REVIEWERS = 1000


def usable_codebooks(user: User) -> QuerySet[Codebook]:
    """Return the published versions a user may base a study on, those of one codebook together, the newest first."""
    found = Codebook.objects.visible_to(user).published().filter(retired_at=None)
    return found.defer("guidelines").order_by("title", "slug", "-version")


class CodebookField(forms.ModelChoiceField):
    """A choice of codebook versions."""

    def label_from_instance(self, obj: Codebook) -> str:
        """Name the version."""
        return f"{obj.title}, version {obj.version}"


def as_read(study: Study) -> list[tuple[str, str]]:
    """Return the fields of a study's words and rules as a form sends them."""
    values = ((name, getattr(study, name)) for name in StudyForm.base_fields)
    return [(name, "" if value is None else str(value)) for name, value in values]


class StudyForm(Plain):
    """Words and rules."""

    title = forms.CharField(label="Title", max_length=300)
    purpose = forms.ChoiceField(label="Purpose", choices=[each[:2] for each in PURPOSES])
    blinding = forms.ChoiceField(label="Others’ work is hidden", choices=[each[:2] for each in BLINDINGS])
    reviewers_per_document = forms.IntegerField(
        label="Reviewers for each document",
        min_value=1,
        max_value=MOST_REVIEWERS,
        required=False,
        help_text="What giving out aims at. Left empty, class codes give documents to any number of people.",
    )
    order = forms.ChoiceField(label="Reading order", choices=[each[:2] for each in ORDERS])
    due_on = forms.DateField(
        label="Deadline",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Shown to reviewers, and late work to you. Nothing is locked by it: late work can be submitted.",
    )
    extra_up_to = forms.IntegerField(
        label="Reviewers in all, at most",
        min_value=3,
        max_value=MOST_REVIEWERS,
        required=False,
        help_text="Left empty, nobody is added.",
    )
    extra_below = forms.FloatField(
        label="Where agreement is below",
        min_value=-1,
        max_value=1,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    extra_measure = forms.ChoiceField(
        label="Measured by",
        choices=[
            (Study.ExtraMeasure.TOGETHER, "u-alpha of all labels"),
            (Study.ExtraMeasure.WEAKEST, "lowest alpha of a label"),
        ],
    )
    purposes, blindings, orders = PURPOSES, BLINDINGS, ORDERS

    def changes(self) -> dict[str, Any]:
        """Return what was chosen; of a valid form."""
        return dict(self.cleaned_data)

    def seen(self) -> list[tuple[str, str]]:
        """Return the fields as they were read, which the page sent along."""
        return [(name, self.data[sent]) for name in self.fields if (sent := f"seen-{name}") in self.data]

    def own_changes(self) -> dict[str, Any]:
        """Return what differs from what was read, which the page sends along; all of it where it sends nothing."""
        return {name: value for name, value in self.changes().items() if self._seen(name) != value}

    def others_changes(self, now: Study) -> list[str]:
        """Return the fields that somebody else changed since the page was read."""
        return [name for name in self.fields if self._seen(name) != getattr(now, name)]

    def _seen(self, name: str) -> Any:
        """Return the value of a field as it was read; something that no field has, where the page does not say."""
        try:
            return self.fields[name].clean(self.data[f"seen-{name}"])
        except (KeyError, forms.ValidationError):
            return self

    def merged_with(self, now: Study) -> "StudyForm":
        """Return a form with what was changed here, and as it is now otherwise."""
        own = self.own_changes()
        data = {name: self.data.get(name, "") if name in own else value for name, value in as_read(now)}
        return StudyForm(data)


class NewStudyForm(StudyForm):
    """The same, with what stays as it is from the beginning."""

    slug = forms.CharField(
        label="Short name",
        max_length=60,
        required=False,
        help_text="It stands in addresses and exports. Left empty, it is made from the title.",
    )
    codebook = CodebookField(
        Codebook.objects.none(), label="Codebook", empty_label="Choose a version", help_text="Published versions only."
    )
    blindings = [USUAL_BLINDING, *BLINDINGS]

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("extra_up_to", "extra_below", "extra_measure"):  # a rule for later: nothing is submitted yet
            del self.fields[name]
        self.fields["codebook"].queryset = usable_codebooks(user)
        self.fields["blinding"].required = False
        self.fields["blinding"].choices = [each[:2] for each in self.blindings]
