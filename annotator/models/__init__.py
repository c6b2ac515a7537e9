"""The tables of the annotator: who reads, with which codebook, and what they found."""

from annotator.models.annotation import Annotation, Decision, Rating
from annotator.models.assignment import Assignment
from annotator.models.codebook import Codebook, Label, Scale, ScalePoint
from annotator.models.comment import Comment, CommentVersion
from annotator.models.entrance import ClassCode, Invitation, PasswordLink
from annotator.models.event import Event, Ledger
from annotator.models.extra import texts_all_in
from annotator.models.recoding import Recoding
from annotator.models.study import Membership, Study, TextPlace
from annotator.models.training import PassMark, Qualification, Training, TrainingText
from annotator.models.user import LoginFailure, Token, User

__all__ = [
    "Annotation",
    "Assignment",
    "ClassCode",
    "Codebook",
    "Comment",
    "CommentVersion",
    "Decision",
    "Event",
    "Invitation",
    "Label",
    "Ledger",
    "LoginFailure",
    "Membership",
    "PassMark",
    "PasswordLink",
    "Qualification",
    "Rating",
    "Recoding",
    "Scale",
    "ScalePoint",
    "Study",
    "TextPlace",
    "Token",
    "Training",
    "TrainingText",
    "User",
    "texts_all_in",
]
