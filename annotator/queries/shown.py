"""Which of a study's documents enter the figures that a viewer is shown."""

from annotator.models import Study, User
from annotator.queries.agreement import hidden_revisions, measured_documents
from annotator.records import CodedDocument


def shown_documents(study: Study, viewer: User) -> tuple[CodedDocument, ...]:
    """Return the texts whose figures the viewer is shown, with all submitted work that may enter them.

    A text on which others' work is still hidden from the viewer is left out whole, the viewer's own work too.
    """
    hidden = {
        (slug, number)
        for slug, number in hidden_revisions(study, viewer).values_list("document__slug", "number").order_by()
    }
    return tuple(each for each in measured_documents(study, viewer) if (each.slug, each.revision) not in hidden)
