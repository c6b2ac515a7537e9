"""The board of a study, for those who run it: how far every text is, what is missing, and how long that may take."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotator.formats.cells import MEDIA_TYPE, Cell, heading, line
from annotator.models import Membership
from annotator.queries import Board, BoardRow, study_board
from annotator.queries.board import MEASURED, SHOWN, SORTS
from annotator.templatetags.figures import counted
from annotator.views.home import Head
from annotator.views.members import run_study

TEXTS_ON_A_PAGE: Final = 50
READERS_ON_A_PAGE: Final = 12
SHOWN_WORDS: Final = {
    "all": "All documents",
    "missing": "Submissions are missing",
    "open": "Somebody is at work",
    "overdue": "Past the deadline",
    "ungiven": "Not given to enough reviewers",
    "one-short": "One submission short of a figure",
    "last": "One submission short of complete",
}
COLUMNS: Final = (
    *("document", "revision", "title", "characters", "withdrawn", "wanted", "given", "submitted", "missing"),
    *("gold", "reviewer", "round", "state", "overdue"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader asked the board to show; unknown words ask for nothing."""

    show: str
    sort: str
    reader: Membership | None

    @classmethod
    def of(cls, request: HttpRequest, board: Board) -> "Asked":
        """Read the address."""
        show, sort = request.GET.get("show", "all"), request.GET.get("sort", "title")
        name = request.GET.get("reviewer", "")
        return cls(
            show if show in SHOWN else "all",
            sort if sort.removeprefix("-") in SORTS else "title",
            next((member for member in board.members if member.pseudonym == name), None),
        )

    def rows(self, board: Board) -> list[BoardRow]:
        """Return the texts asked for, in the order asked for."""
        return board.shown(self.show, self.sort, self.reader)


def heads(sort: str) -> dict[str, Head]:
    """Return the heads that sort. Titles begin upwards; of a number the largest is asked for first."""
    names = {"title": "Document", "length": "Characters", "submitted": "Submitted", "missing": "Missing"}
    found = {}
    for key, name in names.items():
        now = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
        downwards = now == "ascending" or (not now and key != "title")
        found[key] = Head(name, f"-{key}" if downwards else key, now)
    return found


def _to_make(number: int) -> str:
    return counted(number, "assignment is,assignments are")


def sentences(board: Board) -> list[str]:
    """Say how far the study is, and what is missing to what."""
    wanted = board.study.reviewers_per_document
    words = [f"{board.submitted:,} of {counted(board.given, 'assignment')} submitted."]
    if wanted is None:
        words.append("The study does not say how many reviewers a document is to have.")
    else:
        left = board.counts["missing"]
        words.append(
            f"A document is to have {counted(wanted, 'reviewer')}:"
            f" {len(board.rows) - left:,} of {counted(len(board.rows), 'document')} have as many submissions"
            + (f", and {_to_make(board.ungiven)} still to be made." if board.ungiven else ".")
        )
    words.append(
        f"{counted(board.compared, 'document')} with two submissions or more can be compared"
        + ("; an interval needs three." if board.compared < 3 else ".")
    )
    return words


@require_safe
@login_required
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the board, one page of texts and one of reviewers."""
    study = run_study(request.user, slug)
    found = study_board(study, request.user)
    asked = Asked.of(request, found)
    rows = Paginator(asked.rows(found), TEXTS_ON_A_PAGE).get_page(request.GET.get("page", ""))
    readers = [asked.reader] if asked.reader else found.members
    columns = Paginator(readers, READERS_ON_A_PAGE).get_page(request.GET.get("reviewers", ""))
    context = {
        "section": "studies",
        "study": study,
        "board": found,
        "asked": asked,
        "sentences": sentences(found),
        "choices": [(key, words, found.counts[key]) for key, words in SHOWN_WORDS.items()],
        "times": [(row, found.time_for(row.characters)) for row in found.readers if row.member.user.kind == "human"],
        "heads": heads(asked.sort),
        "rows": [(row, [row.cells.get(member.user_id) for member in columns]) for row in rows],
        "page": rows,
        "columns": columns,
        "measured": MEASURED,
    }
    return render(request, "annotator/board.html", context)


def _lines(found: Board, asked: Asked) -> Iterator[list[Cell]]:
    """Yield a row for each round of each reader of a text, and one for a text without readers."""
    for row in asked.rows(found):
        place: list[Any] = [row.slug, row.number, row.title, row.length, row.is_withdrawn]
        place += [row.wanted, row.given, row.submitted, row.missing, row.gold.first if row.gold else None]
        readers = [(member, row.cells[member.user_id]) for member in found.members if member.user_id in row.cells]
        if asked.reader:
            readers = [each for each in readers if each[0] == asked.reader]
        for member, cell in readers:
            for number, state in enumerate(cell.states, 1):
                yield [*place, member.pseudonym, number, state, cell.is_overdue and state == "open"]
        if not readers:
            yield [*place, None, None, None, None]


@require_safe
@login_required
def board_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer with the board as CSV: all texts that the page's choices admit, in its order."""
    study = run_study(request.user, slug)
    found = study_board(study, request.user)
    lines = [heading(COLUMNS), *(line(row) for row in _lines(found, Asked.of(request, found)))]
    return HttpResponse(
        "".join(lines),
        content_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{study.slug}-board.csv"'},
    )
