"""Reading work with a later version of its codebook, through what labels replace: renamed, merged or split.

Nothing that anybody said is rewritten: records are made anew each time they are read, so that reading with the former
version again gives the former records.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from annotator.records import CodebookInfo, CodedDocument, CodedPassage, CodedRating, CodedRecoding, Coding

Key = tuple[str, int]
"""Slug and version of a codebook."""


def heirs_of(older: CodebookInfo, newer: CodebookInfo, known: Mapping[Key, CodebookInfo]) -> dict[str, tuple[str, ...]]:
    """Return which labels of `newer` each label of `older` went on in, in the order of `newer`.

    One heir reads the label's passages, under its own or another code; several share what was split; a label without
    any went on nowhere. A label that nothing replaces is its own heir where `newer` has its code, unless the label of
    that code names others of `older` that it replaces: then it is another one. `known` has the versions in between.
    """
    ancestors = {label.code: _ancestors(newer, label.code, known) for label in newer.labels}
    found = {}
    for label in older.labels:
        heirs = tuple(code for code, names in ancestors.items() if (older.key, label.code) in names)
        if not heirs and label.code in ancestors and not any(key == older.key for key, _ in ancestors[label.code]):
            heirs = (label.code,)
        found[label.code] = heirs
    return found


def _ancestors(codebook: CodebookInfo, code: str, known: Mapping[Key, CodebookInfo]) -> set[tuple[Key, str]]:
    """Return all older labels that a label replaces, and those that they replace."""
    found: set[tuple[Key, str]] = set()
    waiting = [(codebook, code)]
    while waiting:
        book, name = waiting.pop()
        label = next((each for each in book.labels if each.code == name), None)
        for slug, version, older in label.replaces if label else ():
            step = ((slug, version), older)
            if step not in found:
                found.add(step)
                if step[0] in known:
                    waiting.append((known[step[0]], older))
    return found


def unread(label: str, codebook: Key) -> str:
    """Return what a passage is called whose label went on in several or none: no code of any codebook."""
    return f"{label} of version {codebook[1]}"


def read_with(document: CodedDocument, newer: CodebookInfo, known: Mapping[Key, CodebookInfo]) -> CodedDocument:
    """Return a document whose codings are read with `newer`; those made with it stay as they are.

    A coding that is read through an answer given when others' work could be seen is not independent as it is read.

    Ratings stay where `newer` has their scale and point and asks the scale of the label; others have no place in it.
    """
    older = {key: book for key, book in document.codebooks.items() if key != newer.key and book.labels}
    if not any(coding.codebook in older for coding in document.codings):
        return document
    reader = Reader(newer, known)
    codings = tuple(
        reader.coding(coding, older[coding.codebook]) if coding.codebook in older else coding
        for coding in document.codings
    )
    return replace(document, codings=codings)


class Reader:
    """Reads passages and ratings made with older versions of a codebook with a newer one."""

    def __init__(self, newer: CodebookInfo, known: Mapping[Key, CodebookInfo]) -> None:
        self.newer, self.known = newer, known
        self.scales = {scale.code: scale for scale in newer.scales}
        self.missing = {(scale.code, point.value): point.missing for scale in newer.scales for point in scale.points}
        self.heirs: dict[Key, dict[str, tuple[str, ...]]] = {}

    def coding(self, coding: Coding, older: CodebookInfo) -> Coding:
        """Read one coding."""
        passages = []
        independent = coding.independent
        for passage in coding.passages:
            label, answer = self.label(passage, older)
            independent = independent and not (answer is not None and answer.informed)
            if label:
                passages.append(self._as(passage, label))
        ratings = self.ratings(coding.ratings, "document", "")
        return replace(coding, passages=tuple(passages), ratings=ratings, independent=independent)

    def passage(self, passage: CodedPassage, older: CodebookInfo) -> CodedPassage | None:
        """Read one passage; None where its reviewer said that it is none of the labels its own was split into."""
        label, _ = self.label(passage, older)
        return self._as(passage, label) if label else None

    def _as(self, passage: CodedPassage, label: str) -> CodedPassage:
        return replace(passage, label=label, ratings=self.ratings(passage.ratings, "passage", label))

    def label(self, passage: CodedPassage, older: CodebookInfo) -> tuple[str, CodedRecoding | None]:
        """Return what a passage is read as, "" for nothing, and the reviewer's answer that says so, if one does.

        A label that went on in several is what its reviewer said when they were asked, with this version or with one
        that it goes back to. Without an answer, and where it went on in none, it is `unread`.
        """
        found = self._heirs(older).get(passage.label, ())
        if len(found) == 1:
            return found[0], None
        answers = [each for each in passage.recoded if each.codebook <= self.newer.key] if found else []
        for answer in sorted(answers, key=lambda each: each.codebook, reverse=True):
            if not answer.label:
                return "", answer
            if answer.codebook == self.newer.key:
                return answer.label, answer
            between = self.known.get(answer.codebook)
            heirs = self._heirs(between).get(answer.label, ()) if between is not None else ()
            if len(heirs) == 1:
                return heirs[0], answer
        return unread(passage.label, older.key), None

    def choices(self, passage: CodedPassage, older: CodebookInfo) -> tuple[str, ...]:
        """Return the labels its reviewer has to choose from, whether or not they have; none where nothing is asked.

        Where they said with an earlier version what it is, it is asked what became of that.
        """
        found = self._heirs(older).get(passage.label, ())
        answers = [each for each in passage.recoded if each.codebook < self.newer.key] if len(found) > 1 else []
        for answer in sorted(answers, key=lambda each: each.codebook, reverse=True):
            between = self.known.get(answer.codebook)
            heirs = self._heirs(between).get(answer.label, ()) if between is not None else ()
            if not answer.label or len(heirs) == 1:
                return ()
            if heirs:
                return heirs
        return found if len(found) > 1 else ()

    def _heirs(self, older: CodebookInfo) -> dict[str, tuple[str, ...]]:
        if older.key not in self.heirs:
            self.heirs[older.key] = heirs_of(older, self.newer, self.known)
        return self.heirs[older.key]

    def ratings(self, given: Iterable[CodedRating], target: str, label: str) -> tuple[CodedRating, ...]:
        """Keep the ratings that have a place."""
        found = []
        for rating in given:
            scale = self.scales.get(rating.scale)
            place = rating.scale, rating.value
            if scale is None or scale.target != target or place not in self.missing:
                continue
            if target == "document" or not scale.labels or label in scale.labels:
                found.append(replace(rating, missing=self.missing[place]))
        return tuple(found)
