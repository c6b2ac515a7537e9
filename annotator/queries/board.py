"""The board of a study: every text with its readers' states, what is missing, and how long that may take.

States of assignments, which whoever runs a study may know although blind, and the pace of work the viewer may see.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from annotator.models import Assignment, Event, Membership, Study, User
from annotator.pace import Pace, TimeLeft, usual_pace
from sources.models import Revision

MEASURED: Final = 200
"""Pieces of work, the latest submitted, whose pace is measured: enough for it, whatever the size of the study."""
COMPARED: Final = 2
"""Readers without whom nothing on a text can be compared."""


@dataclass(frozen=True, slots=True)
class BoardCell:
    """One text and one member: the states of the rounds, in order, and whether an open one is past its day."""

    states: tuple[str, ...]
    is_overdue: bool = False

    @property
    def is_open(self) -> bool:
        """Whether any round is being worked on."""
        return Assignment.State.OPEN in self.states

    @property
    def first(self) -> str:
        """The state of the first round."""
        return self.states[0]


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One text: who reads it, how far, and how far the gold standard is (None without an adjudicator).

    `given` and `submitted` count people's first rounds, those that figures rest on; `gold` is the adjudicator's.
    `wanted` readers are asked for by the study, None where it does not say.
    """

    slug: str
    number: int
    title: str
    length: int
    is_withdrawn: bool
    cells: Mapping[int, BoardCell]
    gold: BoardCell | None
    given: int
    submitted: int
    wanted: int | None

    @property
    def open(self) -> int:
        """People's first rounds that are not submitted yet."""
        return self.given - self.submitted

    @property
    def missing(self) -> int:
        """Submissions that the study wants of this text and does not have."""
        return max(self.wanted - self.submitted, 0) if self.wanted is not None else self.open

    @property
    def ungiven(self) -> int:
        """Readers that the study wants, nobody being asked to be one; of a withdrawn text none."""
        return 0 if self.wanted is None or self.is_withdrawn else max(self.wanted - self.given, 0)

    @property
    def has_open(self) -> bool:
        """Whether anybody is at work on it: a second round, a machine and the adjudicator are too."""
        return any(cell.is_open for cell in self._all)

    @property
    def has_overdue(self) -> bool:
        """Whether anything open on it is past its day."""
        return any(cell.is_overdue for cell in self._all)

    @property
    def _all(self) -> tuple[BoardCell, ...]:
        return (*self.cells.values(), *([self.gold] if self.gold else []))

    @property
    def is_one_short_of_figures(self) -> bool:
        """Whether one more submission lets it be compared."""
        return self.submitted == COMPARED - 1

    @property
    def is_one_short_of_wanted(self) -> bool:
        """Whether one more submission makes it as complete as the study wants."""
        return self.wanted is not None and self.wanted - self.submitted == 1


SHOWN: Final[Mapping[str, Callable[[BoardRow], bool]]] = {
    "all": lambda row: True,
    "missing": lambda row: row.missing > 0,
    "open": lambda row: row.has_open,
    "overdue": lambda row: row.has_overdue,
    "ungiven": lambda row: row.ungiven > 0,
    "one-short": lambda row: row.is_one_short_of_figures,
    "last": lambda row: row.is_one_short_of_wanted,
}
"""Which texts a board may show."""
SORTS: Final = ("title", "length", "submitted", "missing")


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """One reviewer: texts given and submitted, and the characters of those still open (first rounds)."""

    member: Membership
    given: int
    submitted: int
    characters: int

    @property
    def open(self) -> int:
        """Texts not submitted yet."""
        return self.given - self.submitted


@dataclass(frozen=True)
class Board:
    """All texts of a study, by title, its reviewers, and the pace of the work that the viewer may see."""

    study: Study
    members: tuple[Membership, ...]
    rows: tuple[BoardRow, ...]
    readers: tuple[ReaderRow, ...]
    pace: Pace | None
    n_measured: int

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many texts each choice of SHOWN has."""
        return {key: sum(map(admits, self.rows)) for key, admits in SHOWN.items()}

    @cached_property
    def given(self) -> int:
        """People's first rounds given out."""
        return sum(row.given for row in self.rows)

    @cached_property
    def submitted(self) -> int:
        """People's first rounds submitted."""
        return sum(row.submitted for row in self.rows)

    @cached_property
    def ungiven(self) -> int:
        """First rounds that the study wants beyond those given out."""
        return sum(row.ungiven for row in self.rows)

    @cached_property
    def compared(self) -> int:
        """Texts with as many submissions as a comparison needs."""
        return sum(row.submitted >= COMPARED for row in self.rows)

    @cached_property
    def open_characters(self) -> int:
        """Characters still to be read by those who have them."""
        return 0 if self.study.is_closed else sum(row.open * row.length for row in self.rows)

    @cached_property
    def ungiven_characters(self) -> int:
        """Characters still to be read by readers whom nobody has asked yet."""
        return 0 if self.study.is_closed else sum(row.ungiven * row.length for row in self.rows)

    def time_for(self, characters: int) -> TimeLeft | None:
        """Return how long so many characters take; None before a pace is known."""
        return self.pace.time_for(characters) if self.pace else None

    @property
    def time_left(self) -> TimeLeft | None:
        """How long all that is left takes."""
        return self.time_for(self.open_characters + self.ungiven_characters)

    @property
    def time_open(self) -> TimeLeft | None:
        """How long that takes which is given out."""
        return self.time_for(self.open_characters)

    @property
    def time_ungiven(self) -> TimeLeft | None:
        """How long that takes which is not."""
        return self.time_for(self.ungiven_characters)

    def shown(self, show: str, sort: str, reader: Membership | None) -> list[BoardRow]:
        """Return the texts of a choice of SHOWN, in an order of SORTS, downwards behind a minus sign.

        Of a `reader` only the texts given to them, and the open ones among these are those open in their hands.
        """
        found = [row for row in self.rows if SHOWN[show](row)]
        if reader is not None:
            cells = [(row, row.cells.get(reader.user_id)) for row in found]
            found = [row for row, cell in cells if cell and (show != "open" or cell.is_open)]
        key = sort.removeprefix("-")
        if key != "title":
            found.sort(key=lambda row: getattr(row, key))
        return found[::-1] if sort.startswith("-") else found


def study_board(study: Study, viewer: User) -> Board:
    """Return the board of a study that the viewer runs; a fixed number of queries, whatever its size."""
    members = Membership.objects.filter(study=study).visible_to(viewer).select_related("user")
    known = {member.user_id: member for member in members}
    cells: dict[int, dict[int, list[tuple[str, bool]]]] = defaultdict(lambda: defaultdict(list))
    gold: dict[int, BoardCell] = {}
    assignments = Assignment.objects.filter(study=study).without_training().order_by("round")
    today, columns = timezone.localdate(), ("revision_id", "reviewer_id", "role", "state", "due_on")
    for text, user, role, state, due_on in assignments.values_list(*columns):
        day = due_on or study.due_on
        late = state == Assignment.State.OPEN and not study.is_closed and day is not None and day < today
        if role == Assignment.Role.REVIEWER:
            cells[text][user].append((state, late))
        elif state != Assignment.State.DECLINED:
            gold[text] = BoardCell((state,), late)
    people = {pk for pk, member in known.items() if member.user.kind == User.Kind.HUMAN}
    present = {pk for pk in people if known[pk].left_at is None}
    rows: list[BoardRow] = []
    read: dict[int, list[tuple[str, int]]] = defaultdict(list)
    columns = ("pk", "document__slug", "number", "document__title", "length", "document__withdrawn_at")
    texts = Revision.objects.filter(studies=study).order_by("document__title", "document__slug", "number")
    for pk, slug, number, title, length, withdrawn_at in texts.values_list(*columns):
        own = {
            user: BoardCell(tuple(state for state, _ in rounds), any(late for _, late in rounds))
            for user, rounds in cells[pk].items()
        }
        firsts = {user: cell.first for user, cell in own.items() if user in people}
        submitted = [user for user, state in firsts.items() if state == Assignment.State.SUBMITTED]
        open_ones = [user for user, state in firsts.items() if state == Assignment.State.OPEN and user in present]
        for user in (*submitted, *open_ones):
            read[user].append((firsts[user], length))
        rows.append(
            BoardRow(
                slug,
                number,
                title,
                length,
                withdrawn_at is not None,
                own,
                gold.get(pk),
                len(submitted) + len(open_ones),
                len(submitted),
                study.reviewers_per_document,
            )
        )
    works = _measured(study, viewer)
    return Board(
        study,
        members=tuple(known[user] for user in known if any(user in row.cells for row in rows)),
        rows=tuple(rows),
        readers=tuple(_reader(known[user], read[user]) for user in known if user in read),
        pace=usual_pace(works),
        n_measured=len(works),
    )


def _reader(member: Membership, given: list[tuple[str, int]]) -> ReaderRow:
    open_lengths = [length for state, length in given if state == Assignment.State.OPEN]
    return ReaderRow(member, len(given), len(given) - len(open_lengths), sum(open_lengths))


def _measured(study: Study, viewer: User) -> list[tuple[list[datetime], int]]:
    """Return the times of the acts, and the length of the text, of people's latest submitted first rounds."""
    work = Assignment.objects.filter(study=study, round=1).without_training()
    seen = work.submitted().reviews().work_visible_to(viewer)
    latest = seen.filter(reviewer__kind=User.Kind.HUMAN).order_by("-submitted_at", "pk")
    lengths: dict[UUID, int] = dict(latest.values_list("pk", "revision__length")[:MEASURED])
    times: dict[UUID, list[datetime]] = defaultdict(list)
    kinds = Q(kind__in=("annotation", "rating")) | Q(kind="assignment", verb="submitted")
    acts = Event.objects.filter(kinds, assignment__in=list(lengths), actor=F("assignment__reviewer"))
    for assignment_id, at in acts.order_by().values_list("assignment_id", "at"):
        times[assignment_id].append(at)
    return [(times[pk], length) for pk, length in lengths.items() if times[pk]]
