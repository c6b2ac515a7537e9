"""What the acts of a study's history are called, and how each is told: words only, no addresses."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from annotator.models import Annotation, Assignment, Event, Label, Membership, ScalePoint, Study
from annotator.templatetags.figures import counted
from sources.models import Revision

QUOTE_LENGTH: Final = 200
KINDS: Final = {
    "annotation": "Passages",
    "rating": "Ratings of the document",
    "recoding": "Passages coded again",
    "decision": "Decisions",
    "comment": "Discussion",
    "assignment": "Assignments",
    "membership": "Members",
    "study": "The study itself",
    "invitation": "Invitations",
    "classcode": "Class codes",
    "passwordlink": "Password links",
    "training": "Training",
    "trainingtext": "Training documents",
    "qualification": "Qualifications",
}
VERBS: Final = {
    "created": "made or marked",
    "changed": "changed",
    "deleted": "deleted",
    "restored": "brought back",
    "rated": "rated",
    "cleared": "took a rating back",
    "recoded": "coded again",
    "commented": "commented",
    "decided": "settled",
    "undone": "took a decision or an answer back",
    "upheld": "upheld",
    "assigned": "assigned",
    "submitted": "submitted",
    "revealed": "saw others’ work",
    "revised": "opened a second round",
    "reopened": "reopened",
    "reclaimed": "took back an assignment",
    "given back": "gave back an assignment",
    "added": "added",
    "joined": "joined",
    "left": "left",
    "extended": "added documents",
    "reduced": "took documents out",
    "sorted": "put in order",
    "extra review": "added a reviewer",
    "closed": "closed",
    "imported": "imported",
    "revoked": "revoked",
    "used": "used",
    "qualified": "qualified",
    "retired": "retired",
    "opened": "opened",
    "ended": "ended",
}
OWN_KINDS: Final = ("annotation", "rating", "recoding", "comment", "assignment", "membership")
OWN_VERBS: Final = (
    *("created", "changed", "deleted", "restored", "rated", "cleared", "recoded", "undone"),
    "commented",
    *("submitted", "revealed", "revised", "joined"),
)
"""What whoever reads only their own acts may look for."""
THINGS: Final = {
    "invitation": "an invitation link",
    "classcode": "a class code",
    "passwordlink": "a link for a new password",
    "training": "the training",
    "trainingtext": "a training document",
    "qualification": "a qualification",
}
OUTCOMES: Final = {
    "took": "taking a reviewer’s passage",
    "merged": "merging passages",
    "redrew": "redrawing it",
    "nothing_here": "as nothing to be marked",
    "contested": "as legitimately contested",
    "agreed_by_rule": "by the rule for what all agree on",
}
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """An act in words: what was done, the words it was done to, the rest of the sentence, and what else it changed."""

    did: str
    quote: str = ""
    then: str = ""
    details: tuple[str, ...] = ()


class Names:
    """What acts name by codes and numbers, looked up in a fixed number of queries."""

    def __init__(self, study: Study, events: Iterable[Event]) -> None:
        assignments = {event.assignment_id: event.assignment for event in events if event.assignment}.values()
        codebooks = {each.codebook_id for each in assignments}
        labels = Label.objects.filter(codebook__in=codebooks).values_list("codebook_id", "code", "name")
        self.labels = {(codebook, code): name for codebook, code, name in labels}
        self.questions: dict[tuple[int, str], str] = {}
        self.points: dict[tuple[int, str, int], str] = {}
        points = ScalePoint.objects.filter(scale__codebook__in=codebooks).select_related("scale")
        for point in points:
            scale = point.scale
            self.questions[scale.codebook_id, scale.code] = scale.question
            self.points[scale.codebook_id, scale.code, point.value] = point.name
        spans = [
            str((event.after or event.before or {}).get("annotation")) for event in events if event.kind == "recoding"
        ]
        rows = Annotation.objects.filter(pk__in=[each for each in spans if each != "None"]) if spans else ()
        self.spans = {str(row.pk): {"start": row.start, "end": row.end} for row in rows}
        newer = Label.objects.filter(codebook__slug=study.codebook.slug) if spans else Label.objects.none()
        self.versions = {
            (version, code): name for version, code, name in newer.values_list("codebook__version", "code", "name")
        }
        texts = {each.revision_id for each in assignments}
        self.texts = dict(Revision.objects.filter(pk__in=texts).values_list("pk", "text"))
        members = list(Membership.objects.filter(study=study).values_list("pk", "user_id", "pseudonym"))
        self.people = {user: name for _, user, name in members}
        self.members = {str(pk): name for pk, _, name in members}

    def person(self, user_id: int) -> str:
        """Return a pseudonym; site staff who are no members have none."""
        return self.people.get(user_id, "Site staff")

    def quote(self, event: Event, state: State) -> str:
        """Return the words between the offsets of a state, cut where they are many."""
        text = self.texts.get(event.assignment.revision_id, "") if event.assignment else ""
        words = text[state["start"] : state["end"]]
        return words if len(words) <= QUOTE_LENGTH else f"{words[:QUOTE_LENGTH]}…"

    def label(self, event: Event, code: str) -> str:
        """Return the name of a label."""
        return self.labels.get((event.assignment.codebook_id, code), code) if event.assignment else code

    def question(self, event: Event, state: State) -> str:
        """Return the question of the scale that a state names."""
        book = event.assignment.codebook_id if event.assignment else 0
        return self.questions.get((book, state["scale"]), state["scale"])

    def rating(self, event: Event, scale: str, value: int) -> str:
        """Return question and answer."""
        book = event.assignment.codebook_id if event.assignment else 0
        return f"{self.question(event, {'scale': scale})} {self.points.get((book, scale, value), value)}"


def _ratings(event: Event, names: Names, before: State, after: State) -> list[str]:
    old = {each["scale"]: each["point"] for each in before.get("ratings", ())}
    new = {each["scale"]: each["point"] for each in after.get("ratings", ())}
    words = [names.rating(event, scale, point) for scale, point in new.items() if old.get(scale) != point]
    gone = [names.rating(event, scale, point) for scale, point in old.items() if scale not in new]
    return words + [f"no longer rated: {each}" for each in gone]


def _note(before: str, after: str) -> list[str]:
    if before == after:
        return []
    return ["note written"] if not before else ["note changed" if after else "note taken away"]


def _marked(event: Event, names: Names) -> Said:
    after = event.after or {}
    details = (*_ratings(event, names, {}, after), *_note("", after["note"]))
    return Said("marked", names.quote(event, after), f"as {names.label(event, after['label'])}", details)


def _remarked(event: Event, names: Names) -> Said:
    before, after = event.before or {}, event.after or {}
    details = [*_ratings(event, names, before, after), *_note(before["note"], after["note"])]
    moved = (before["start"], before["end"]) != (after["start"], after["end"])
    if moved:
        details.insert(0, f"it was “{names.quote(event, before)}”")
    old, new = names.label(event, before["label"]), names.label(event, after["label"])
    if old != new:
        return Said("relabelled", names.quote(event, after), f"from {old} to {new}", tuple(details))
    if moved:
        return Said("moved the borders of a passage to", names.quote(event, after), f", {new}", tuple(details))
    return Said("changed", names.quote(event, after), f", {new}", tuple(details))


def _passage(did: str) -> Callable[[Event, Names], Said]:
    def say(event: Event, names: Names) -> Said:
        state = event.before or event.after or {}
        return Said(did, names.quote(event, state), f", {names.label(event, state['label'])}")

    return say


def _rated(event: Event, names: Names) -> Said:
    before, after = event.before, event.after or {}
    was = f"it was {names.rating(event, before['scale'], before['point'])}" if before else ""
    evidence = len(after["evidence"])
    details = (was, f"{counted(evidence, 'passage')} named for it" if evidence else "")
    answer = names.rating(event, after["scale"], after["point"])
    return Said("rated the document:", then=answer, details=tuple(filter(None, details)))


def _rating(did: str) -> Callable[[Event, Names], Said]:
    def say(event: Event, names: Names) -> Said:
        state = event.before or event.after or {}
        return Said(did, then=names.rating(event, state["scale"], state["point"]))

    return say


def _decision(did: str) -> Callable[[Event, Names], Said]:
    def say(event: Event, names: Names) -> Said:
        state = event.after or event.before or {}
        details = (f"because: {state['reason']}",) if state["reason"] else ()
        if "scale" in state:
            point = state["point"]
            answer = names.rating(event, state["scale"], point) if point is not None else names.question(event, state)
            how = OUTCOMES[state["outcome"]] if state["outcome"] in ("contested", "agreed_by_rule") else ""
            return Said(
                f"{did}:" if did.startswith("settled") else did, then=f"{answer} {how}".strip(), details=details
            )
        return Said(did, names.quote(event, state), OUTCOMES.get(state["outcome"], state["outcome"]), details)

    return say


def _recoding(did: str) -> Callable[[Event, Names], Said]:
    def say(event: Event, names: Names) -> Said:
        state = event.after or event.before or {}
        span, code = names.spans.get(state["annotation"]), state["label"]
        answer = names.versions.get((state["codebook_version"], code), code) if code else "none of the new labels"
        return Said(did, names.quote(event, span) if span else "", f"as {answer}")

    return say


def _comment(did: str) -> Callable[[Event, Names], Said]:
    return lambda event, names: Said(did, names.quote(event, event.after or event.before or {}))


def _given(event: Event, names: Names) -> Said:
    assignment = event.assignment
    role = " to settle" if assignment and assignment.role == Assignment.Role.ADJUDICATOR else ""
    if assignment is None or assignment.reviewer_id == event.actor_id:
        return Said(f"was given the document{role}")
    return Said("gave the document", then=f"to {names.person(assignment.reviewer_id)}{role}")


def _assignment(did: str) -> Callable[[Event, Names], Said]:
    def say(event: Event, names: Names) -> Said:
        reason = (event.after or {}).get("reason", "") or (event.assignment.reason if event.verb == "revised" else "")
        whose = ""
        if event.assignment and event.assignment.reviewer_id != event.actor_id:
            whose = f"of {names.person(event.assignment.reviewer_id)}"
        return Said(did, then=whose, details=(f"because: {reason}",) if reason else ())

    return say


def _deadline(event: Event, names: Names) -> Said:
    day = (event.after or {}).get("due_on")
    whose = f"of {names.person(event.assignment.reviewer_id)}" if event.assignment else ""
    return Said("set the deadline", then=f"{whose} to {day}" if day else f"{whose} as the study’s")


def _member(event: Event, names: Names) -> Said:
    who = names.members.get(event.object_id, "somebody")
    before, after = event.before or {}, event.after or {}
    role = after.get("role", "")
    match event.verb:
        case "added":
            return Said("added", then=f"{who} as {role}")
        case "joined":
            by = {"invitation": " by an invitation", "classcode": " by a class code"}.get(after.get("by", ""), "")
            return Said(f"joined as {role}{by}")
        case "left":
            returned = len(after.get("returned", ()))
            details = (f"{counted(returned, 'open document')} returned",) if returned else ()
            return Said("let", then=f"{who} leave the study", details=details)
    if before.get("left"):
        return Said("brought back", then=f"{who} as {role}")
    return Said("made", then=f"{who} {role}, {before.get('role', '')} before")


def _study(event: Event, names: Names) -> Said:
    before, after = event.before or {}, event.after or {}
    match event.verb:
        case "created":
            return Said("began the study")
        case "extended":
            return Said(f"added {counted(len(after.get('added', ())), 'document')} to the study")
        case "reduced":
            return Said(f"took {counted(len(after.get('removed', ())), 'document')} out of the study")
        case "closed":
            return Said("closed the study", then=f"with {counted(after.get('open_assignments', 0), 'open assignment')}")
        case "reopened":
            return Said("reopened the study")
        case "extra review":
            document = after.get("document", "")
            return Said("gave a document of low agreement to one reviewer more", details=(document,))
        case "sorted":
            return Said("put the documents in another order")
        case "imported":
            words = f"imported {counted(after.get('assignments', 0), 'assignment')}"
            said = after.get("comments", 0)
            return Said(f"{words} and {counted(said, 'comment')}" if said else words)
    if "version" in after and "codebook" in after:
        return Said(f"took version {after['version']} of the codebook", then=f"after version {before.get('version')}")
    details = [f"{name.replace('_', ' ')}: {before.get(name)} → {value}" for name, value in after.items()]
    return Said("changed the study", details=tuple(details))


def _qualified(event: Event, names: Names) -> Said:
    after = event.after or {}
    who, reason = after.get("reviewer", ""), after.get("reason", "")
    if after.get("how") == "passed":
        return Said("passed the training" if names.person(event.actor_id) == who else f"let {who} on, who has passed")
    before = ", who had begun to read before the training" if after.get("how") == "before" else ""
    return Said(f"let {who} on{before}", details=(f"because: {reason}",) if reason else ())


def _trained(event: Event, names: Names) -> Said:
    if event.verb == "moved":
        return Said("put the training documents in another order")
    kind = "a check" if (event.after or {}).get("kind") == "check" else "a training document"
    return Said(f"added {kind}" if event.verb == "added" else f"took {kind} out")


def _training(event: Event, names: Names) -> Said:
    words = {"opened": "let the training begin", "ended": "ended the training"}
    return Said(words.get(event.verb, "changed the pass marks of the training"))


SAYINGS: Final[Mapping[tuple[str, str], Callable[[Event, Names], Said]]] = {
    ("annotation", "created"): _marked,
    ("annotation", "changed"): _remarked,
    ("annotation", "deleted"): _passage("deleted"),
    ("annotation", "restored"): _passage("brought back"),
    ("rating", "rated"): _rated,
    ("rating", "cleared"): _rating("took a rating back:"),
    ("rating", "restored"): _rating("brought a rating back:"),
    ("recoding", "recoded"): _recoding("coded again"),
    ("recoding", "changed"): _recoding("coded otherwise again"),
    ("recoding", "undone"): _recoding("took an answer back, of"),
    ("comment", "commented"): _comment("said something about"),
    ("comment", "changed"): _comment("edited a comment on"),
    ("comment", "deleted"): _comment("deleted a comment on"),
    ("comment", "restored"): _comment("brought back a comment on"),
    ("decision", "decided"): _decision("settled"),
    ("decision", "changed"): _decision("settled otherwise"),
    ("decision", "undone"): _decision("took a decision back on"),
    ("decision", "restored"): _decision("brought a decision back on"),
    ("decision", "upheld"): _decision("upheld a decision on"),
    ("assignment", "assigned"): _given,
    ("assignment", "submitted"): _assignment("submitted the work"),
    ("assignment", "revealed"): _assignment("was shown others’ work"),
    ("assignment", "revised"): _assignment("opened a second round"),
    ("assignment", "reopened"): _assignment("reopened the work"),
    ("assignment", "reclaimed"): _assignment("took back the assignment"),
    ("assignment", "given back"): _assignment("gave back the assignment"),
    ("assignment", "changed"): _deadline,
}
BY_KIND: Final = {
    "membership": _member,
    "study": _study,
    "qualification": _qualified,
    "training": _training,
    "trainingtext": _trained,
}
ERASED: Final = {
    ("annotation", "created"): "marked a passage",
    ("annotation", "changed"): "changed a passage",
    ("annotation", "deleted"): "deleted a passage",
    ("annotation", "restored"): "brought a passage back",
    ("rating", "rated"): "rated the document",
    ("rating", "cleared"): "took a rating back",
    ("rating", "restored"): "brought a rating back",
    ("recoding", "recoded"): "coded a passage again",
    ("recoding", "changed"): "coded a passage otherwise again",
    ("recoding", "undone"): "took an answer back",
    ("comment", "commented"): "said something",
    ("comment", "changed"): "edited a comment",
    ("comment", "deleted"): "deleted a comment",
    ("comment", "restored"): "brought back a comment",
    ("decision", "decided"): "settled a case",
    ("decision", "changed"): "settled a case otherwise",
    ("decision", "undone"): "took a decision back",
    ("decision", "restored"): "brought a decision back",
    ("decision", "upheld"): "upheld a decision",
}
"""How an act is told whose states were erased."""


def say(event: Event, names: Names) -> Said:
    """Tell an act; one that has no words of its own by its verb and the kind of its row."""
    act = (event.kind, event.verb)
    needed = event.before if event.verb in ("cleared", "deleted") else event.after
    if act in ERASED and (needed is None or (event.verb == "changed" and event.before is None)):
        return Said(f"{ERASED[act]}; what it held was erased")
    saying = SAYINGS.get(act) or BY_KIND.get(event.kind)
    if saying is not None:
        return saying(event, names)
    did = "made" if event.verb == "created" else VERBS.get(event.verb, event.verb.replace("_", " "))
    return Said(did, then=THINGS.get(event.kind, event.kind.replace("_", " ")))
