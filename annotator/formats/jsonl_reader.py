"""Reads our JSON Lines back into records: every row is checked, against the rows above it too, before any is returned.

The layout is described in `annotator.formats.jsonl`, the shape of the rows in `annotator.formats.jsonl_rows`.
"""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from annotator.formats.jsonl_checks import (
    LATE_KINDS,
    Complain,
    Instrument,
    Row,
    build_instrument,
    check_codebook,
    check_comment,
    check_outcome,
    check_span,
    compare,
    fitting_ratings,
    follows,
    recodings,
    refuse_doubles,
)
from annotator.formats.jsonl_parts import Reading, TextRead, Work, overlaps, put_together
from annotator.formats.jsonl_rows import HEADER, LATER, PLACE, ROWS, ShapeError, count, decode, take, unsafe_strings
from annotator.formats.problems import Problems, shown
from annotator.records import (
    CodedDecision,
    CodedDocument,
    CodedPassage,
    CodedRating,
    Coding,
    StudyInfo,
)
from sources.text import Utf16Index, sha256

Texts = Callable[[str], str | None]


def parse(stream: Iterable[bytes] | Iterable[str], texts: Texts | None = None) -> Reading:
    """Read a whole file as `jsonl.read` does, and keep its header and line numbers too."""
    return _Reader(texts).read(stream)


class _Reader:
    """What was read so far. A thing whose row is bad is kept as None: known, so that rows naming it are not blamed."""

    def __init__(self, texts: Texts | None) -> None:
        self.texts = texts
        self.problems = Problems()
        self.before = 0  # faults found before the line being read
        self.safe = True  # no string of the line being read holds what cannot be encoded
        self.unreadable = False  # some line could not even be decoded
        self.header: Row = {}
        self.counts = dict.fromkeys((kind for kind in ROWS if kind != "end"), 0)
        self.codebooks: dict[tuple[str, int], Instrument | None] = {}
        self.studies: dict[str, StudyInfo | None] = {}
        self.documents: dict[tuple[str, str, int], TextRead | None] = {}
        self.hashes: dict[tuple[str, str, str], int] = {}
        self.assignments: dict[UUID, Work | None] = {}
        self.annotations: dict[UUID, Work | None] = {}
        self.rounds: dict[tuple[Any, ...], int] = {}
        self.kinds: dict[tuple[str, str], str] = {}
        self.lines: dict[UUID, int] = {}
        self.rows = {
            "codebook": self.codebook,
            "study": self.study,
            "document": self.document,
            "assignment": self.assignment,
            "annotation": self.annotation,
            "decision": self.decision,
            "comment": self.comment,
        }

    def read(self, stream: Iterable[bytes] | Iterable[str]) -> Reading:
        """Read every line, then raise all faults or return the whole."""
        number = 0
        ended = 0
        for number, line in enumerate(stream, start=1):
            self.before = self.problems.total
            row = self.decoded(number, line)
            if number == 1:
                self.read_header(row)
                continue
            if ended:
                self.problems.add(number, "", f"stands after the end line {ended}: nothing may follow it")
                break
            if row is None:
                continue
            kind = row.get("type")
            if kind == "end":
                ended = number
                self.end(row, self.complainer(number))
            elif isinstance(kind, str) and kind in self.rows:
                self.counts[kind] += 1
                self.rows[kind](number, row, self.complainer(number))
            elif kind == "header":
                self.problems.add(number, "type", "is a second header: a file has one, on its first line")
            else:
                self.problems.add(number, "type", f"is not a known type of row: {shown(kind)}")
        if not number and not self.problems.total:
            self.problems.add(1, "", "the file is empty")
        elif not ended:
            self.problems.add(number + 1, "", "the file is cut short: its last line must be of type end")
        self.check_evidence()
        self.check_overlaps()
        self.problems.raise_any()
        return self.reading()

    def complainer(self, number: int) -> Complain:
        """Return a way to note faults of this line."""
        return lambda name, reason: self.problems.add(number, name, reason)

    @property
    def sound(self) -> bool:
        """Whether nothing was found wrong with the line being read."""
        return self.problems.total == self.before

    def decoded(self, number: int, line: bytes | str) -> Row | None:
        """Return the line's object, its unsafe strings noted, or None after noting why there is none."""
        try:
            text = line if isinstance(line, str) else line.decode("utf-8")
            row = decode(text.removeprefix("\ufeff") if number == 1 else text)
        except UnicodeDecodeError as error:
            self.problems.add(number, "", f"is not UTF-8 at byte {error.start + 1} of the line")
        except ShapeError as error:
            self.problems.add(number, "", error.reason)
        else:
            for path, reason in unsafe_strings(row):
                self.problems.add(number, path, reason)
            self.safe = self.sound
            return row
        self.unreadable = True
        return None

    def unresolved(self, number: int, name: str, reason: str) -> None:
        """Note a reference to a row that is not there, unless a line that cannot be read may have been that row."""
        if not self.unreadable:
            self.problems.add(number, name, reason)

    def read_header(self, row: Row | None) -> None:
        """Take the header; without one the rest cannot be judged, so its faults are raised at once."""
        if row is not None and row.get("type") == "header":
            self.header = take(row, HEADER, self.complainer(1))
        elif row is not None:
            self.problems.add(1, "type", f"must be header on the first line, not {shown(row.get('type'))}")
        self.problems.raise_any()

    def end(self, row: Row, complain: Complain) -> None:
        """Compare the counts with the rows that were there."""
        names = {"codebook": "codebooks", "study": "studies", "document": "documents"}
        names |= {"assignment": "assignments", "annotation": "annotations", "decision": "decisions"}
        names["comment"] = "comments"
        further = {name: count for kind, name in LATE_KINDS.items() if name in row or self.counts[kind]}
        fields = {**ROWS["end"], **further}
        claimed = take(row, fields, complain)
        if self.unreadable:
            return
        for kind, name in names.items():
            if name in claimed and claimed[name] != self.counts[kind]:
                complain(name, f"says {claimed[name]}, but the file has {self.counts[kind]}")

    def codebook(self, number: int, row: Row, complain: Complain) -> None:
        """Take a codebook with its labels and scales."""
        taken = take(row, ROWS["codebook"], complain)
        if not taken.keys() >= {"slug", "version"}:
            return
        key = taken["slug"], taken["version"]
        if key in self.codebooks:
            complain("version", f"codebook {key[0]} {key[1]} has a line already")
            return
        check_codebook(taken, complain)
        self.codebooks[key] = build_instrument(taken) if self.sound else None

    def study(self, number: int, row: Row, complain: Complain) -> None:
        """Take a study."""
        taken = take(row, ROWS["study"], complain, LATER["study"])
        if "slug" not in taken:
            return
        slug = taken["slug"]
        if slug in self.studies:
            complain("slug", f"study {slug} has a line already")
            return
        self.check_demo(taken, complain)
        if taken.keys() >= {"codebook", "codebook_version"}:
            self.find_codebook(number, (taken["codebook"], taken["codebook_version"]), "codebook")
        if not self.sound:
            self.studies[slug] = None
            return
        codebook = taken.pop("codebook"), taken.pop("codebook_version")
        self.studies[slug] = StudyInfo(codebook=codebook, **taken)

    def document(self, number: int, row: Row, complain: Complain) -> None:
        """Take a document with its text, from the file or by its hash from the caller."""
        taken = take(row, ROWS["document"], complain, LATER["document"])
        if not taken.keys() >= {"study", "document", "revision"}:
            return
        key = taken["study"], taken["document"], taken["revision"]
        if key in self.documents:
            complain("revision", f"revision {key[2]} of document {key[1]} has a line already in study {key[0]}")
            return
        self.documents[key] = None
        self.check_demo(taken, complain)
        if taken["study"] not in self.studies:
            self.unresolved(number, "study", f"no line above describes study {taken['study']}")
        codebooks = [(book["slug"], book["version"]) for book in taken.get("codebooks", ())]
        refuse_doubles(codebooks, "codebooks[{}].version", complain)
        for i, codebook in enumerate(codebooks):
            self.find_codebook(number, codebook, f"codebooks[{i}]")
        if "revision_sha256" in taken:
            other = self.hashes.setdefault((*key[:2], taken["revision_sha256"]), taken["revision"])
            if other != taken["revision"]:
                complain("revision_sha256", f"revision {other} of this document has the same text")
        content = self.text_of(taken, complain)
        study = self.studies.get(taken["study"])
        instruments = [self.codebooks.get(codebook) for codebook in codebooks]
        if not self.sound or study is None or content is None or None in instruments:
            return
        given = {
            name: taken[name]
            for name in taken.keys()
            - {"study", "demo", "document", "revision_sha256", "length", "codebooks", "text"}
            - {"segmentation_method", "segmentation_version"}
        }
        record = CodedDocument(
            study=study,
            codebooks={one.info.key: one.info for one in instruments if one},
            slug=taken["document"],
            text=content,
            sha256=taken["revision_sha256"],
            segmentation=(taken["segmentation_method"], taken["segmentation_version"]),
            **given,
        )
        self.documents[key] = TextRead(taken, record, Utf16Index(content))

    def text_of(self, taken: Row, complain: Complain) -> str | None:
        """Return the document's text once its hash, length and sentences agree with it, or None."""
        if not self.safe or not taken.keys() >= {"text", "revision_sha256", "length", "sentences"}:
            return None
        content = taken["text"]
        digest = taken["revision_sha256"]
        if content is None:
            content = self.texts(digest) if self.texts else None
            if content is None:
                complain(
                    "text", "is not in the file, and no text with this sha256 is known here: import the text first"
                )
                return None
        if sha256(content) != digest:
            complain("revision_sha256", "is not the hash of this text")
            return None
        if len(content) != taken["length"]:
            complain("length", f"says {taken['length']}, but the text has {len(content)} code points")
        ends = taken["sentences"]
        if ends and (list(ends) != sorted(set(ends)) or ends[-1] != len(content)):
            complain("sentences", "must rise and end at the length of the text")
        return content

    def assignment(self, number: int, row: Row, complain: Complain) -> None:
        """Take an assignment with its document ratings."""
        later = dict.fromkeys(LATER["assignment"])
        taken = {**later, **take(row, ROWS["assignment"], complain, LATER["assignment"])}
        if "id" not in taken or not self.claim(taken["id"], number, complain):
            return
        self.assignments[taken["id"]] = None
        self.check_demo(taken, complain)
        if taken.keys() >= {"state", "submitted_at"} and (taken["state"] == "submitted") != bool(taken["submitted_at"]):
            complain("submitted_at", "must be set exactly where the state is submitted")
        if (
            taken.get("revealed_at")
            and "submitted_at" in taken
            and not follows(taken["revealed_at"], taken["submitted_at"])
        ):
            complain("revealed_at", "must not be set before the assignment was submitted")
        if taken["reclaimed_at"] and taken.get("state") not in (None, "declined"):
            complain("reclaimed_at", "belongs to a declined assignment only")
        if not taken.keys() >= ROWS["assignment"].keys():
            return
        key = taken["study"], taken["document"], taken["revision"]
        if key not in self.documents:
            self.unresolved(
                number, "document", f"no line above describes revision {key[2]} of document {key[1]} in study {key[0]}"
            )
            return
        document = self.documents[key]
        if document is None:
            return
        self.check_rounds(number, taken, key, complain)
        if taken["revision_sha256"] != document.record.sha256:
            complain("revision_sha256", f"is not that of revision {key[2]} of document {key[1]}")
        codebook = taken["codebook"], taken["codebook_version"]
        if codebook not in document.record.codebooks:
            complain("codebook", f"document {key[1]} does not name codebook {codebook[0]} {codebook[1]}")
            return
        instrument = self.codebooks[codebook]
        if instrument is None:
            return
        ratings = self.ratings(number, taken, instrument, document, "document", complain)
        if not self.sound:
            return
        coding = Coding(
            id=taken["id"],
            reviewer=taken["reviewer"],
            codebook=codebook,
            kind=taken["reviewer_kind"],
            ratings=ratings,
            **{name: taken[name] for name in ("role", "round", "state", "independent", "reason")},
            **{name: taken[name] for name in ("created_at", "begun_at", "submitted_at", "revealed_at", "informed_at")},
            **{name: taken[name] for name in LATER["assignment"]},
        )
        work = Work(taken, instrument, document, coding)
        self.assignments[taken["id"]] = work
        document.works.append(work)

    def check_rounds(self, number: int, taken: Row, document: tuple[str, str, int], complain: Complain) -> None:
        """Complain of a second reading in one round, a second gold standard, and a reviewer both human and machine."""
        reviewer = taken["study"], taken["reviewer"]
        other = self.rounds.setdefault((document, taken["reviewer"], taken["round"]), number)
        if other != number:
            complain("round", f"line {other} is this reviewer's reading of this document in this round")
        if taken["role"] == "adjudicator" and taken["state"] != "declined":
            other = self.rounds.setdefault((document,), number)
            if other != number:
                complain("role", f"line {other} is the adjudicator's reading of this document")
        if self.kinds.setdefault(reviewer, taken["reviewer_kind"]) != taken["reviewer_kind"]:
            complain("reviewer_kind", f"reviewer {shown(taken['reviewer'])} was of the other kind on a line above")

    def annotation(self, number: int, row: Row, complain: Complain) -> None:
        """Take an annotation and compare it with its assignment, codebook and text."""
        taken = {"recoded": (), **take(row, ROWS["annotation"], complain, LATER["annotation"])}
        if "id" not in taken or not self.claim(taken["id"], number, complain):
            return
        work = self.annotations[taken["id"]] = self.work_of(number, taken, complain)
        if work is None:
            return
        if "label" in taken and taken["label"] not in work.instrument.labels:
            complain("label", f"the codebook has no label {taken['label']}")
        check_span(taken, work.document.record.text, work.document.utf16, complain)
        if taken.get("derived_from") == taken["id"]:
            complain("derived_from", "is the annotation itself")
        ratings: tuple[CodedRating, ...] = ()
        if "ratings" in taken:
            ratings = self.ratings(number, taken, work.instrument, work.document, "passage", complain)
        recoded = recodings(taken, work.coding.codebook, self.codebooks, complain)
        if not self.sound:
            return
        given = ("id", "label", "start", "end", "note", "version", "derived_from", "derivation")
        times = ("created_at", "updated_at", "deleted_at")
        work.passages.append(
            CodedPassage(ratings=ratings, recoded=recoded, **{name: taken[name] for name in given + times})
        )

    def work_of(self, number: int, taken: Row, complain: Complain) -> Work | None:
        """Return the assignment a row belongs to and compare the two; None where there is none, or a bad one."""
        if "assignment" not in taken:
            return None
        if taken["assignment"] not in self.assignments:
            self.unresolved(number, "assignment", f"no line above describes assignment {taken['assignment']}")
            return None
        work = self.assignments[taken["assignment"]]
        if work is not None:
            for name in PLACE:
                compare(taken, name, work.row[name], complain)
        return work

    def decision(self, number: int, row: Row, complain: Complain) -> None:
        """Take a decision and compare it with its assignment, its text and the annotations it names."""
        taken = {"point": None, "points": (), **take(row, ROWS["decision"], complain, LATER["decision"])}
        if "id" not in taken or not self.claim(taken["id"], number, complain):
            return
        work = self.work_of(number, taken, complain)
        if work is None or not taken.keys() >= ROWS["decision"].keys():
            return
        if work.coding.role != "adjudicator":
            complain("assignment", "is not an adjudicator's")
        check_span(taken, work.document.record.text, work.document.utf16, complain)
        check_outcome(taken, work.instrument, complain)
        refuse_doubles(taken["votes"], "votes[{}]", complain)
        made = taken["annotation"]
        if made is not None and made not in self.annotations:
            self.unresolved(number, "annotation", f"the file has no annotation {made}")
        elif made is not None and self.annotations[made] not in (work, None):
            complain("annotation", f"annotation {made} belongs to another assignment")
        for i, vote in enumerate(taken["votes"]):
            other = self.annotations.get(vote)
            if other is not None and other.document is not work.document:
                complain(f"votes[{i}]", f"annotation {vote} is on another document")
        if taken["scale"]:
            place = ("scale", taken["assignment"], made, taken["scale"])
            if (other := self.rounds.setdefault(place, number)) != number:
                complain("scale", f"line {other} settles it already")
        if not self.sound:
            return
        distribution = tuple((each["label"], each["reviewers"]) for each in taken["distribution"])
        points = tuple((each["point"], each["reviewers"]) for each in taken["points"])
        given = ("id", "start", "end", "outcome", "scale", "annotation", "votes", "point", "reason", "version")
        kept = {name: taken[name] for name in (*given, "created_at", "updated_at")}
        work.decisions.append(CodedDecision(distribution=distribution, points=points, **kept))

    def comment(self, number: int, row: Row, complain: Complain) -> None:
        """Take a comment and compare it with its text, the thread it answers in and the annotation it is about."""
        taken = take(row, ROWS["comment"], complain)
        if not taken.keys() >= {"id", "study", "document", "revision"} or not self.claim(taken["id"], number, complain):
            return
        self.check_demo(taken, complain)
        key = taken["study"], taken["document"], taken["revision"]
        document = self.documents.get(key)
        if key not in self.documents:
            self.unresolved(number, "document", f"no line above describes revision {key[2]} of document {key[1]}")
        if document is None:
            return
        compare(taken, "revision_sha256", document.record.sha256, complain)
        check_span(taken, document.record.text, document.utf16, complain)
        about = self.annotations.get(taken.get("annotation"))
        if about is not None and about.document is not document:
            complain("annotation", f"annotation {taken['annotation']} is on another document")
        if self.sound:
            found = check_comment(taken, document.comments, complain)
            if self.sound:
                document.comments.append(found)

    def ratings(
        self, number: int, taken: Row, instrument: Instrument, document: TextRead, target: str, complain: Complain
    ) -> tuple[CodedRating, ...]:
        """Return the ratings of a row that fit the codebook, their evidence noted for the end of the file."""
        for i, rating in enumerate(taken["ratings"]):
            refuse_doubles(rating["evidence"], f"ratings[{i}].evidence[{{}}]", complain)
            document.evidence.extend((number, f"ratings[{i}].evidence", passage) for passage in rating["evidence"])
        return fitting_ratings(taken, instrument, target, complain)

    def claim(self, name: UUID, number: int, complain: Complain) -> bool:
        """Note the line of an assignment's or annotation's id; complain and return False where it is taken."""
        other = self.lines.setdefault(name, number)
        if other != number:
            complain("id", f"line {other} has the same id")
        return other == number

    def check_demo(self, taken: Row, complain: Complain) -> None:
        """Complain where a row is invented and the file is not, or the other way round."""
        if "demo" in taken and taken["demo"] != self.header["demo"]:
            complain("demo", "differs from the header: one file cannot hold both invented labels and real ones")

    def find_codebook(self, number: int, key: tuple[str, int], name: str) -> None:
        """Complain of a codebook that no line above describes."""
        if key not in self.codebooks:
            self.unresolved(number, name, f"no line above describes codebook {key[0]} {key[1]}")

    def check_evidence(self) -> None:
        """Complain of evidence that is not an annotation on the same document."""
        for document in self.documents.values():
            for number, name, passage in document.evidence if document else ():
                if passage not in self.annotations:
                    self.unresolved(number, name, f"the file has no annotation {passage}")
                elif (work := self.annotations[passage]) is not None and work.document is not document:
                    self.problems.add(number, name, f"annotation {passage} is on another document")

    def check_overlaps(self) -> None:
        """Complain of two passages that are not deleted, share a label and overlap, in one assignment."""
        for work in self.assignments.values():
            for line, fault in overlaps(work, self.lines) if work else ():
                self.problems.add(line, "start", fault)

    def reading(self) -> Reading:
        """Put the records together."""
        documents = []
        for document in self.documents.values():
            if document is None:
                raise AssertionError("a document without a record was not complained of")
            documents.append(put_together(document))
        passages = (passage for each in documents for coding in each.codings for passage in coding.passages)
        derived_from = {passage.derived_from for passage in passages if passage.derived_from}
        outside = frozenset(derived_from - self.annotations.keys())
        codebooks = tuple(instrument.info for instrument in self.codebooks.values() if instrument is not None)
        header = {name: self.header[name] for name in ("software", "exported_at", "demo")}
        return Reading(documents=documents, codebooks=codebooks, lines=self.lines, outside=outside, **header)
