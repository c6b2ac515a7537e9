"""Every code a refusal may carry, with its status and meaning: the reference lists them, tests count them."""

from typing import NamedTuple


class Code(NamedTuple):
    """The code of a refusal."""

    code: str
    status: int
    words: str

    @property
    def anchor(self) -> str:
        """What `type` of a refusal points to; a code that two statuses share is found at the first of them."""
        return self.code if next(each for each in CODES if each.code == self.code) == self else ""


CODES = (
    Code("bad_json", 400, "The body is not a JSON object in UTF-8, or holds a number beyond all bounds."),
    Code("too_deep", 400, "The body is nested deeper than 32 levels."),
    Code("bad_text", 400, "A string or key holds NUL or half a surrogate pair, which is not text."),
    Code("invalid", 400, "A value is missing, of the wrong type, out of its range, or of an unknown field."),
    Code("span", 400, "The passage is empty, inverted, or outside the text."),
    Code("bad_rows", 400, "Rows of the file do not fit; the first hundred are named by line and field."),
    Code("unknown_parameter", 400, "The address carries a parameter that it does not take."),
    Code("bad_request", 400, "The request could not be read at all."),
    Code("unauthenticated", 401, "Nobody is signed in, or the token is wrong, expired or revoked."),
    Code("csrf", 403, "The session's CSRF token is missing or old: read the cookie again and send once more."),
    Code("forbidden", 403, "The scope of the token does not reach so far."),
    Code("not_allowed", 403, "The thing may be seen by this account, but not changed so."),
    Code("blind", 403, "Others' work is not shown to you yet."),
    Code("not_found", 404, "There is nothing at this address, or it is not yours; the two are never told apart."),
    Code("method", 405, "The address does not take this method."),
    Code("not_acceptable", 406, "The Accept header leaves out JSON."),
    Code("quote", 409, "The quote is not the text between the offsets: count in code points, not in UTF-16 units."),
    Code("overlap", 409, "You have a passage with the same label here already."),
    Code("id_taken", 409, "The id belongs to something else: choose another one."),
    Code("different", 409, "The same id or scale holds something else already; `current` shows it."),
    Code("gaps", 409, "Answers are missing: give them, or submit with `accept_gaps`."),
    Code("submitted", 409, "The work was submitted and is locked."),
    Code("closed", 409, "The study is closed."),
    Code("left", 409, "You left the study: your work in it can only be read."),
    Code("declined", 409, "The assignment was declined."),
    Code("adjudicator", 409, "An adjudicator sees all submitted work; there is nothing to reveal or revise."),
    Code("not_adjudicator", 409, "Only the adjudicator of the text settles its disagreements."),
    Code("settled", 409, "Another decision settles a passage of the case already: undo that one first."),
    Code("frozen", 409, "The codebook is published and stays as it is."),
    Code("open", 409, "The work is not submitted yet."),
    Code("blind", 409, "The study's rule keeps others' work hidden until the study is closed."),
    Code("revealed", 409, "Others' work was shown already, so that the first round stays as it is."),
    Code("not_revealed", 409, "A second round begins only after others' work was shown."),
    Code("exists", 409, "There is one already."),
    Code("taken", 409, "The short name belongs to somebody else's codebook."),
    Code("in_use", 409, "Something else in the draft needs it."),
    Code("withdrawn", 409, "The document was withdrawn and takes no new work."),
    Code("identity", 409, "The import holds work of somebody who can sign in here, who alone may add to it."),
    Code("changed", 409, "The study has changed since it was looked at: look again."),
    Code(
        "training", 409, "The training of the study comes first; or training documents are never revealed or reopened."
    ),
    Code("teaches", 409, "The gold of the text is used for training: take the text out of the training first."),
    Code("few", 409, "Nobody could pass the training: too few texts, or a mark that no gold has anything for."),
    Code("not_training", 409, "Only a reviewer of the study is in training."),
    Code("adjudicated", 409, "The text has an adjudicator already."),
    Code("last_lead", 409, "Nobody else leads the study: make somebody else lead first."),
    Code("member", 409, "The person is in the study already."),
    Code("used", 409, "The link was used already: it is good once."),
    Code("revoked", 409, "The link or code was taken back."),
    Code("expired", 409, "The time of the link or code is over."),
    Code("full", 409, "All places of the class code are taken."),
    Code("draft", 409, "The codebook is a draft here."),
    Code("assigned", 409, "Reviewers were assigned under a blind rule: an open study needs to be a new one."),
    Code("confirm", 409, "It has consequences, which `detail` names: send it again with `confirm`."),
    Code("worked_on", 409, "Somebody has worked on the document, so that it stays in the study."),
    Code("open_work", 409, "Another number of assignments is open than was named; `detail` has the present one."),
    Code("reclaimed", 409, "Whoever runs the study took the assignment back; what was done in it is kept."),
    Code(
        "deleted",
        410,
        "The passage was deleted: restore it instead. Or the decision was undone: decide under a new id.",
    ),
    Code("length", 411, "The body came without its length."),
    Code("stale", 412, "The row was changed in the meantime; `current` is the row as it is."),
    Code("too_large", 413, "The body is larger than this address takes."),
    Code("too_long", 414, "The address is longer than 8,192 characters."),
    Code("media_type", 415, "The body is of a type, or compressed in a way, that this address does not take."),
    Code("if_match", 428, "Say which version you edit with If-Match, or create with If-None-Match: *."),
    Code("too_fast", 429, "Too many wrong attempts, or requests: wait as long as Retry-After says."),
    Code("error", 500, "Something failed on our side."),
    Code("busy", 503, "The database did not answer in time. Nothing was saved; trying again is safe."),
)
