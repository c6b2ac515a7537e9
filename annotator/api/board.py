"""The board of a study: how far every text is, what is missing, and how long that may take. For those who run it."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.actions.errors import InvalidError
from annotator.api.base import PageParameters
from annotator.api.fields import Choice
from annotator.api.schema import describe
from annotator.api.studies import PSEUDONYM_LENGTH, StudyView
from annotator.models import Assignment
from annotator.pace import Pace, TimeLeft
from annotator.queries import Board, BoardRow, study_board
from annotator.queries.board import SHOWN, SORTS

MOST_TEXTS = 1_000_000


class PaceSerializer(serializers.Serializer):
    """Seconds for 1,000 characters: of the middle piece of work, and the ends of the middle half of them."""

    middle = serializers.FloatField()
    quick = serializers.FloatField()
    slow = serializers.FloatField()
    pieces = serializers.IntegerField(source="n", help_text="Pieces of work that were measured.")


class TimeLeftSerializer(serializers.Serializer):
    """Seconds at the middle pace, and at those a quarter of the work was quicker, or slower, than."""

    middle = serializers.FloatField()
    quick = serializers.FloatField()
    slow = serializers.FloatField()


class BoardCellSerializer(serializers.Serializer):
    """One reader of a text: the states of the rounds, in order."""

    reviewer = serializers.CharField()
    states = serializers.ListField(child=Choice("AssignmentState", Assignment.State.values))
    overdue = serializers.BooleanField()


class BoardTextSerializer(serializers.Serializer):
    """One text. `given`, `submitted` and `missing` count people's first rounds; `gold` is empty where none is begun."""

    document = serializers.CharField(source="row.slug")
    revision = serializers.IntegerField(source="row.number")
    title = serializers.CharField(source="row.title")
    characters = serializers.IntegerField(source="row.length")
    withdrawn = serializers.BooleanField(source="row.is_withdrawn")
    given = serializers.IntegerField(source="row.given")
    submitted = serializers.IntegerField(source="row.submitted")
    missing = serializers.IntegerField(source="row.missing")
    to_be_given = serializers.IntegerField(source="row.ungiven")
    gold = serializers.CharField(allow_blank=True)
    reviewers = BoardCellSerializer(many=True)


class BoardReaderSerializer(serializers.Serializer):
    """One reviewer: texts, and the characters of those that are open."""

    reviewer = serializers.CharField(source="member.pseudonym")
    given = serializers.IntegerField()
    submitted = serializers.IntegerField()
    open = serializers.IntegerField()
    characters = serializers.IntegerField()


class BoardCountsSerializer(serializers.Serializer):
    """How many texts each choice of `show` has."""

    all = serializers.IntegerField()
    missing = serializers.IntegerField()
    open = serializers.IntegerField()
    overdue = serializers.IntegerField()
    ungiven = serializers.IntegerField()
    one_short = serializers.IntegerField()
    last = serializers.IntegerField()


class BoardSerializer(serializers.Serializer):
    """The board. `pace` and the times are null before enough work that the caller may see is submitted."""

    wanted = serializers.IntegerField(allow_null=True, help_text="Reviewers for each document.")
    given = serializers.IntegerField()
    submitted = serializers.IntegerField()
    compared = serializers.IntegerField(help_text="Texts with two submissions or more.")
    counts = BoardCountsSerializer()
    pace = PaceSerializer(allow_null=True)
    time_open = TimeLeftSerializer(allow_null=True)
    time_ungiven = TimeLeftSerializer(allow_null=True)
    reviewers = BoardReaderSerializer(many=True)
    results = BoardTextSerializer(many=True)
    next = serializers.IntegerField(allow_null=True)


class BoardParameters(PageParameters):
    """Which texts to list."""

    show = Choice("BoardShow", list(SHOWN), default="all")
    sort = Choice("BoardSort", [*SORTS, *(f"-{key}" for key in SORTS)], default="title")
    reviewer = serializers.CharField(max_length=PSEUDONYM_LENGTH, required=False, help_text="Texts given to them.")
    after = serializers.IntegerField(
        min_value=0, max_value=MOST_TEXTS, default=0, help_text="`next` of the page before."
    )


def _text(board: Board, row: BoardRow) -> dict[str, Any]:
    cells = [(member, row.cells.get(member.user_id)) for member in board.members]
    readers = [
        {"reviewer": member.pseudonym, "states": cell.states, "overdue": cell.is_overdue}
        for member, cell in cells
        if cell
    ]
    return {"row": row, "reviewers": readers, "gold": row.gold.first if row.gold else ""}


class StudyBoard(StudyView):
    """The board of a study."""

    parameters = BoardParameters

    @describe(
        "get_board", "Read a study's board", {200: BoardSerializer}, parameters=[BoardParameters], problems=(404,)
    )
    def get(self, request: Request, slug: str) -> Response:
        """Say how far every text is. Leads only; nothing of work that is not submitted is in it."""
        study = self.run_study(slug)
        board = study_board(study, self.viewer)
        reader = None
        if "reviewer" in self.query:
            name = self.query["reviewer"]
            reader = next((member for member in board.members if member.pseudonym == name), None)
            if reader is None:
                raise InvalidError("reviewer", "The study has no such reviewer.")
        rows = board.shown(self.query["show"], self.query["sort"], reader)
        start, limit = self.query["after"], self.query["limit"]
        pace: Pace | None = board.pace
        times: dict[str, TimeLeft | None] = {"time_open": board.time_open, "time_ungiven": board.time_ungiven}
        answer = {
            "wanted": study.reviewers_per_document,
            "given": board.given,
            "submitted": board.submitted,
            "compared": board.compared,
            "counts": {key.replace("-", "_"): number for key, number in board.counts.items()},
            "pace": pace,
            **times,
            "reviewers": board.readers,
            "results": [_text(board, row) for row in rows[start : start + limit]],
            "next": start + limit if start + limit < len(rows) else None,
        }
        return Response(BoardSerializer(answer).data)
