"""From rows to records: what was said about texts in discussions."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from annotator.models import Study
from annotator.records import CodedComment


def comments_of(study: Study, said: Any, revisions: list[int]) -> Mapping[int, list[CodedComment]]:
    """Return what was `said` about texts, by revision id; no query where discussions are not asked for."""
    found: dict[int, list[CodedComment]] = defaultdict(list)
    if said is None:
        return found
    rows = list(said.filter(revision__in=revisions).prefetch_related("versions").order_by("created_at", "pk"))
    names = dict(study.memberships.values_list("user_id", "pseudonym")) if rows else {}
    for row in sorted(rows, key=lambda each: each.thread_id is not None):  # threads before their answers
        former = () if row.is_deleted else tuple((each.words, each.written_at) for each in row.versions.all())
        found[row.revision_id].append(
            CodedComment(
                id=row.pk,
                author=names[row.author_id],
                start=row.start,
                end=row.end,
                words="" if row.is_deleted else row.words,
                annotation=row.annotation_id,
                thread=row.thread_id,
                former=former,
                version=row.version,
                created_at=row.created_at,
                updated_at=row.updated_at,
                deleted_at=row.deleted_at,
            )
        )
    return found
