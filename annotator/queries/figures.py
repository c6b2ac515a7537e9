"""Figures of a study from documents measured once and kept, over the work that somebody may see.

What is kept is found by a digest of all it was made of: the engine, the codebook, the choice of work, the text, and the
assignments that were seen, with their rounds and times. So nothing kept is ever out of date, and nobody gets an entry
made of work they may not see; those who see the same work share it. Kept are single documents, blocks of them, groups
of these and whole reports (`agreement.measured.blocks`): after one document has changed, its work is read and measured,
its block and group added up again and the report computed from the groups. Without anything kept all is computed, to
the same last digit.
"""

import hashlib
import marshal
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, overload
from uuid import UUID

import numpy as np
from django.conf import settings
from django.core.cache import caches
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from annotator import agreement, reading, records
from annotator.agreement.comparison import Comparison, Subject, comparison, pool_compared
from annotator.agreement.measured import DocumentReport, Key, Tally, blocks, measure, pool_tallies
from annotator.agreement.report import Report, pooled_report
from annotator.agreement.selection import Work, usual_work
from annotator.models import Assignment, Event, Recoding, Study, User, descriptions
from annotator.models.assignment import AssignmentQuerySet, begun_by
from annotator.models.descriptions import codebook_info
from annotator.queries.agreement import hidden_revisions
from annotator.queries.coded_documents import AT_ONCE, documents_with, first_reveals
from annotator.records import CodebookInfo
from sources.models import Revision, SegmentationKind


def _digest(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _quick_digest(*parts: Any) -> str:
    """Return a digest of texts and numbers, and of tuples and lists of such: for the thousands of a page."""
    return hashlib.sha256(marshal.dumps(parts, VALUES_ALONE)).hexdigest()


def _engine() -> str:
    """Return a digest of the code that turns rows into figures: kept entries of other code are never looked at."""
    files = [
        *Path(agreement.__file__).parent.glob("*.[jp]*"),
        Path(records.__file__),
        *(Path(__file__).with_name(name) for name in ("coded_documents.py", "votes_read.py")),
        Path(descriptions.__file__),
        Path(reading.__file__),
    ]
    code = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)]
    return _digest(settings.VERSION, np.__version__, *code)


ENGINE: Final = _engine()
CACHE: Final = "figures"
VALUES_ALONE: Final = 2
"""The last format of `marshal` in which equal values are equal bytes, whichever of them are the same object."""
PARTS: Final = ("row", "tally", "compared")
"""What is kept of a measured document, each by itself: see `agreement.measured.MeasuredDocument`."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of the study; `told` is all of it that figures or their rows tell."""

    pk: int
    key: Key
    told: tuple[Any, ...]


Piece = tuple[str, str, str, str, int, bool, str, str]
"""An assignment that enters the figures, or is counted as left out of them; id and time as the database has them.

Its id, the reviewer's pseudonym and kind, role, round, whether it is independent, when it was submitted, and a digest
of what its reviewer said since of passages with a split label. The time tells submissions of one piece of work apart:
what is submitted changes only by being handed back. Plain tuples, since a page reads thousands of them.
"""


@dataclass(frozen=True, slots=True)
class _Seen:
    """The pieces of each text, by revision id, in the order of their random ids; and which texts have certain ones."""

    pieces: dict[int, list[Piece]]
    later: set[int]
    """Texts with reviews that are not independent."""
    by_machines: set[int]


class _DocumentReports(Sequence[DocumentReport]):
    """The rows of all documents, read when they are asked for."""

    def __init__(self, keys: Iterable[Key], read: Callable[[Iterable[Key]], dict[Key, DocumentReport]]) -> None:
        self.keys, self._read = tuple(keys), read

    def find(self, keys: Iterable[Key]) -> dict[Key, DocumentReport]:
        """Return the rows of those of the documents that the report is over."""
        known = set(self.keys)
        return self._read([key for key in keys if key in known])

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, place: int) -> DocumentReport: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[DocumentReport, ...]: ...
    def __getitem__(self, place: int | slice) -> DocumentReport | tuple[DocumentReport, ...]:
        """Return the rows of one document, or of some that are read together."""
        if isinstance(place, int):
            key = self.keys[place]
            return self._read([key])[key]
        keys = self.keys[place]
        found = self._read(keys)
        return tuple(found[key] for key in keys)

    def __iter__(self) -> Iterator[DocumentReport]:
        return iter(self[:])


class Figures:
    """The figures of texts of a study over submitted work that was chosen for its viewer.

    Finding the keys takes a few queries, however many documents there are; texts, passages and ratings are read of
    those documents only that were not measured before.
    """

    def __init__(
        self,
        study: Study,
        seen: AssignmentQuerySet,
        texts: QuerySet[Revision],
        hidden: frozenset[int] = frozenset(),
    ) -> None:
        """Read which work there is of these texts; of those whose ids are in `hidden`, nothing enters any figure."""
        self.study, self.codebook, self.hidden = study, codebook_info(study.codebook), hidden
        self._made_by = _digest(ENGINE, _origin(study), self.codebook)
        self._settled = True  # whether all that was read is what the digests say
        self._seen = _seen(study, seen)
        known = self._seen.pieces.keys() - hidden
        self._texts = {text.key: text for text in _texts(texts) if text.pk in known}

    @property
    def keys(self) -> tuple[Key, ...]:
        """The documents of which submitted work is seen, in the order of their titles."""
        return tuple(self._texts)

    @property
    def usual(self) -> Work:
        """The work that counts unless other is asked for."""
        return usual_work(blind=self.study.is_blind)

    @property
    def has_later_work(self) -> bool:
        """Whether any work was begun after its reviewer had seen others', so that the choice of work matters."""
        return any(text.pk in self._seen.later for text in self._texts.values())

    @property
    def has_machines(self) -> bool:
        """Whether any work is a machine's."""
        return any(text.pk in self._seen.by_machines for text in self._texts.values())

    def tag(self, work: Work, *, include_machines: bool = False) -> str:
        """Return a digest of all that the report tells; what its viewer may not see leaves no trace."""
        digests = self._digests(work, include_machines)
        return _digest(ENGINE, self.study.slug, self.study.demo, self.codebook, *digests.values())

    def report(self, work: Work, *, include_machines: bool = False) -> Report:
        """Return the report over the chosen work; its `per_document` is read when asked for."""
        digests = self._digests(work, include_machines)
        part = partial(self._part, digests, _choice(work, include_machines))
        names, tallies = self._groups("tally", digests, part, pool_tallies)
        report = self._kept(_digest("report", *names), lambda: pooled_report(tallies(), self.codebook, ()))
        return replace(report, per_document=_DocumentReports(digests, partial(part, "row")))

    def rows(self, work: Work) -> Sequence[DocumentReport]:
        """Return the rows of all documents over the chosen work of people, without what they come to together."""
        digests = self._digests(work, False)
        return _DocumentReports(digests, partial(self._part, digests, _choice(work, False), "row"))

    def tallies(self, work: Work) -> dict[Key, Tally]:
        """Return the tally of each document over the chosen work of people."""
        digests = self._digests(work, False)
        return self._part(digests, _choice(work, False), "tally", digests)

    def comparison(
        self, work: Work, subject: Subject, *, include_machines: bool = False, with_model: bool = False
    ) -> Comparison:
        """Return the reviewers compared on one subject over the chosen work."""
        digests = self._digests(work, include_machines)
        part = partial(self._part, digests, _choice(work, include_machines))
        names, sums = self._groups("compared", digests, part, pool_compared)

        def whole() -> Comparison:
            pooled = pool_compared(sums(), self.codebook)
            return comparison(pooled, subject, self.codebook, with_model=with_model)

        return self._kept(_digest("comparison", subject.key, with_model, *names), whole)

    def _groups(
        self,
        which: str,
        digests: Mapping[Key, str],
        part: Callable[[str, Iterable[Key]], Mapping[Key, Any]],
        pool: Callable[[Sequence[Any], CodebookInfo], Any],
    ) -> tuple[list[str], Callable[[], list[Any]]]:
        """Return the names of the groups a part of the documents is pooled in, and what yields these as kept.

        A block is named after what it was made by as well: also without a document it has sums for each label.
        """
        kind = _digest(f"block of {which}", self._made_by)
        groups = [
            [(_digest(kind, *(digests[key] for key in block)), block) for block in group]
            for group in blocks(list(digests))
        ]
        names = [_digest(f"group of {which}", *(name for name, _ in group)) for group in groups]

        def pooled(group: Sequence[tuple[str, Sequence[Key]]]) -> Any:
            found = caches[CACHE].get_many([name for name, _ in group])
            missing = [(name, block) for name, block in group if name not in found]
            measured = part(which, [key for _, block in missing for key in block])
            made = {name: pool([measured[key] for key in block], self.codebook) for name, block in missing}
            if self._settled:
                caches[CACHE].set_many(made)
            found |= made
            return pool([found[name] for name, _ in group], self.codebook)

        def all_groups() -> list[Any]:
            return [self._kept(name, partial(pooled, group)) for name, group in zip(names, groups, strict=True)]

        return names, all_groups

    def _digests(self, work: Work, include_machines: bool) -> dict[Key, str]:
        made_by = _digest(self._made_by, work.rounds, work.independent, include_machines)
        seen = self._seen.pieces
        return {key: _quick_digest(made_by, text.told, seen[text.pk]) for key, text in self._texts.items()}

    def _kept(self, name: str, compute: Callable[[], Any]) -> Any:
        """Return what is kept under a digest; compute it where nothing is, and keep it."""
        found = caches[CACHE].get(name)
        if found is None:
            found = compute()
            if self._settled:
                caches[CACHE].set(name, found)
        return found

    def _part(
        self, digests: Mapping[Key, str], choice: Mapping[str, Any], which: str, keys: Iterable[Key]
    ) -> dict[Key, Any]:
        """Return one of the `PARTS` of documents as it is kept; measure, and keep, documents of which it is not."""
        names = {f"{digests[key]}:{which}": key for key in keys}
        found = {names[name]: part for name, part in caches[CACHE].get_many(names).items()}
        missing = [key for key in names.values() if key not in found]
        for start in range(0, len(missing), AT_ONCE):
            found |= self._measure(digests, choice, which, missing[start : start + AT_ONCE])
        return found

    def _measure(
        self, digests: Mapping[Key, str], choice: Mapping[str, Any], which: str, keys: Sequence[Key]
    ) -> dict[Key, Any]:
        """Return one of the `PARTS` of documents that are measured now, and kept."""
        missing = {self._texts[key].pk: key for key in keys}
        seen = self._seen.pieces
        work = Assignment.objects.filter(pk__in=[each[0] for pk in missing for each in seen[pk]]).submitted()
        documents = documents_with(self.study, missing, work)
        made = {(each.slug, each.revision): measure(each, self.codebook, **choice) for each in documents}
        # Work may have been handed back and changed while it was read: nothing made of it is kept.
        now = _seen(self.study, work).pieces
        unchanged = [key for pk, key in missing.items() if now.get(pk) == seen[pk]]
        self._settled &= len(unchanged) == len(missing)
        for one in PARTS:
            caches[CACHE].set_many({f"{digests[key]}:{one}": getattr(made[key], one) for key in unchanged})
        return {key: getattr(each, which) for key, each in made.items()}


def figures_for(study: Study, viewer: User, revision: Revision | None = None) -> Figures:
    """Return the figures this viewer may see, of one text, or of all texts of the study that are not hidden yet."""
    texts, work = _of(study, revision)
    hidden = hidden_revisions(study, viewer).values_list("pk", flat=True) if revision is None else ()
    return Figures(study, work.measured_for(viewer, study), texts, frozenset(hidden))


def figures_for_operator(study: Study, revision: Revision | None = None) -> Figures:
    """Return the figures over all submitted work: for the operator's own commands, never for a page."""
    texts, work = _of(study, revision)
    return Figures(study, work.submitted().without_training(), texts)


def _of(study: Study, revision: Revision | None) -> tuple[QuerySet[Revision], AssignmentQuerySet]:
    texts, work = study.revisions.all(), Assignment.objects.filter(study=study)
    if revision is None:
        return texts, work
    return texts.filter(pk=revision.pk), work.filter(revision=revision)


def _choice(work: Work, include_machines: bool) -> dict[str, Any]:
    return {"rounds": work.rounds, "independent": work.independent, "include_machines": include_machines}


def _origin(study: Study) -> str:
    """Return what tells this database from another with the same study: ids and times come along with an import."""
    first = Event.objects.filter(ledger__study=study, seq=1).values_list("hash", flat=True).first()
    return first or ""


def _texts(texts: QuerySet[Revision]) -> list[_Text]:
    columns = ("pk", "document__slug", "number", "document__title", "sha256")
    units = ("segmentations__method", "segmentations__method_version")
    rows = texts.filter(segmentations__kind=SegmentationKind.SENTENCE)
    rows = rows.order_by("document__title", "document__slug", "number").values_list(*columns, *units)
    return [_Text(pk, (slug, number), tuple(told)) for pk, *told in rows for slug, number in [told[:2]]]


def _seen(study: Study, assignments: AssignmentQuerySet) -> _Seen:
    """Return the assignments of each text.

    Of thousands of rows: what can be known of a member is asked once, and nothing is parsed that is only compared.
    """
    first_reveal = first_reveals(study)
    members = study.memberships.values_list("user_id", "pseudonym", "user__kind")
    about = {user: (pseudonym, kind) for user, pseudonym, kind in members}
    columns = ("revision_id", "reviewer_id", "role", "round")
    names = ("pk", "informed_at", "begun_at", "submitted_at")
    as_text = {f"{name}_text": Cast(name, TextField()) for name in names}
    rows = assignments.order_by().annotate(**as_text).values_list(*columns, *as_text)
    blind = study.is_blind
    answers = _recoded(study)
    pieces: dict[int, list[Piece]] = defaultdict(list)
    later, by_machines = set(), set()
    for revision, reviewer, role, number, pk, informed, begun, submitted in rows:
        independent = blind and number == 1 and informed is None
        if independent and reviewer in first_reveal:
            independent = begun_by(first_reveal[reviewer], _moment(begun), _moment(submitted))
        recoded, knowing = answers.get(UUID(pk), ("", False)) if answers else ("", False)
        independent = independent and not knowing
        pseudonym, kind = about[reviewer]
        pieces[revision].append((pk, pseudonym, kind, role, number, independent, submitted, recoded))
        if not independent and role == Assignment.Role.REVIEWER:
            later.add(revision)
        if kind == User.Kind.MACHINE:
            by_machines.add(revision)
    for some in pieces.values():
        some.sort()
    return _Seen(dict(pieces), later, by_machines)


def _recoded(study: Study) -> dict[UUID, tuple[str, bool]]:
    """Return what tells answers about split labels apart, by assignment, and whether one was given with knowledge.

    Of versions that the present one comes after or is; most studies have none, and one query says so.
    """
    rows = Recoding.objects.live().filter(assignment__study=study, codebook__slug=study.codebook.slug)
    rows = rows.filter(codebook__version__lte=study.codebook.version).order_by("pk")
    said: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for owner, *answer in rows.values_list("assignment_id", "informed", "annotation_id", "codebook_id", "label_id"):
        said[owner].append(tuple(answer))
    return {owner: (_digest(answers), any(answer[0] for answer in answers)) for owner, answers in said.items()}


def _moment(text: str | None) -> datetime | None:
    """Read a time as the database writes it: in UTC, which only some say."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
