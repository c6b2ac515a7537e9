"""Giving the texts of a study out: what a wish would do is shown first, and done when it is confirmed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotator.actions.distribution import Forecast, Wish, distribute_texts, forecast, reviewers_of
from annotator.actions.errors import ActionError
from annotator.models import Membership
from annotator.templatetags.figures import counted
from annotator.views.members import run_study
from annotator.views.refusals import tell

USUAL = 3  # readers of a document, where the study does not say


class WishForm(forms.Form):
    """How many read each document, how many documents all read, and who takes part."""

    per_text = forms.IntegerField(label="Reviewers for each document", min_value=1, max_value=1000)
    for_all = forms.IntegerField(label="Documents that everybody reads", min_value=0, max_value=100_000)
    reviewer = forms.MultipleChoiceField(
        label="Reviewers", error_messages={"required": "Choose at least one reviewer."}
    )

    def __init__(self, data: QueryDict, members: tuple[Membership, ...]) -> None:
        super().__init__(data)
        self.members = {member.pseudonym: member for member in members}
        self.fields["reviewer"].choices = [(name, name) for name in self.members]

    @property
    def chosen(self) -> list[str]:
        """Pseudonyms that are ticked."""
        return self["reviewer"].value() or []

    def wish(self) -> Wish:
        """Return what is asked for; of a valid form."""
        chosen = tuple(self.members[name] for name in dict.fromkeys(self.cleaned_data["reviewer"]))
        return Wish(self.cleaned_data["per_text"], self.cleaned_data["for_all"], chosen)


def sentences(found: Forecast) -> list[str]:
    """Put a forecast into words, what it means for agreement figures included."""
    plan = found.plan
    least, most = min(plan.loads.values()), max(plan.loads.values())
    span = counted(least, "document") if least == most else f"{least} to {counted(most, 'document')}"
    words = [
        f"{counted(plan.n_given, 'assignment')} would be made. Each of the {counted(len(plan.loads), 'reviewer')}"
        f" then has {span}."
    ]
    if plan.n_compared:
        words.append(
            f"{plan.n_compared} of {counted(found.n_texts, 'document')} would have two readers or more: agreement"
            " is computed on these."
        )
        if plan.n_compared < 3:
            words.append("An interval needs three such documents at least.")
    else:
        words.append("No document would have two readers, so no agreement could be computed at all.")
    if plan.shared and not plan.apart:
        words.append(f"Every two reviewers share {counted(min(plan.shared.values()), 'document')} or more.")
    elif plan.apart:
        words.append(
            f"{counted(len(plan.apart), 'pair')} of reviewers would share no document, so that these two can never be"
            " compared directly. More reviewers for each document, or documents that everybody reads, mend that."
        )
    return words


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def distribution(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a wish would do; a POST with the digest of what was shown does it."""
    study = run_study(request.user, slug)
    members = reviewers_of(study)
    usual = {
        "per_text": min(study.reviewers_per_document or USUAL, max(len(members), 1)),
        "for_all": 0,
        "reviewer": [member.pseudonym for member in members],
    }
    form = WishForm(request.POST if request.method == "POST" else _completed(request.GET, usual), members)
    status, found = 200, None
    try:
        if members and not study.is_closed and form.is_valid():
            wish = form.wish()
            if request.method == "POST":
                digest = request.POST.get("digest", "")
                done = distribute_texts(actor=request.user, study=study, wish=wish, digest=digest)
                messages.success(request, f"{counted(done.plan.n_given, 'assignment')} made.")
                return redirect("study", study.slug)
            found = forecast(study, wish)
    except ActionError as error:
        tell(form, error)
    if request.method == "POST" or form.errors:
        status = 400
        if not form.errors.keys() - {"__all__"} and members and not study.is_closed:
            found = forecast(study, form.wish())
    context = {
        "section": "studies",
        "study": study,
        "form": form,
        "members": members,
        "found": found,
        "sentences": sentences(found) if found else [],
    }
    return render(request, "annotator/distribution.html", context, status=status)


def _completed(asked: QueryDict, usual: dict[str, Any]) -> QueryDict:
    """Return the address with the usual for what it does not say."""
    query = QueryDict(mutable=True)
    for name, value in usual.items():
        query.setlist(name, asked.getlist(name) or (value if isinstance(value, list) else [value]))
    return query
