"""What the votes of a decision say when they are read with the codebook of the gold standard."""

from annotator.models import Annotation, Codebook
from annotator.models.descriptions import codebook_info, codebooks_behind, passage_said
from annotator.reading import Reader
from annotator.records import CodebookInfo


class VoteLabels:
    """Reads the labels of votes that came with their labels and answers; each codebook version is looked up once."""

    def __init__(self) -> None:
        self.versions: dict[int, CodebookInfo] = {}
        self.readers: dict[int, Reader] = {}

    def label(self, vote: Annotation, codebook_id: int) -> str:
        """Return the label a vote is read as, "" where its reviewer said that it is none of the new ones."""
        if vote.label.codebook_id == codebook_id:
            return vote.label.code
        if codebook_id not in self.readers:
            newer = self._version(codebook_id)
            self.readers[codebook_id] = Reader(newer, codebooks_behind(newer, {newer.key: newer}))
        said = passage_said(vote, vote.recodings.all())
        return self.readers[codebook_id].label(said, self._version(vote.label.codebook_id))[0]

    def _version(self, codebook_id: int) -> CodebookInfo:
        if codebook_id not in self.versions:
            self.versions[codebook_id] = codebook_info(Codebook.objects.get(pk=codebook_id))
        return self.versions[codebook_id]
