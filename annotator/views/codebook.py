"""A codebook version for reading: guidelines, labels and scales; and the stylesheet of its labels."""

import hashlib

import nh3
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST, require_safe
from markdown_it import MarkdownIt

from annotator.actions.codebooks_restored import content_of, discarded_drafts, restore_draft
from annotator.actions.errors import ActionError, NotFoundError
from annotator.models import Codebook, Study, User
from annotator.queries import changes_since
from annotator.views import label_styles

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
MOST_DISCARDED = 20  # drafts offered again, the latest first
_TAGS = {
    *("p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "a", "br", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


def _only_web_links(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href" and not value.lower().startswith(("https://", "http://")):
        return None
    return value


def markdown(source: str) -> SafeString:
    """Turn guidelines into markup: no HTML of the author's, a short list of elements, links to the web only.

    Headings start at level 3, below the page's own.
    """
    tokens = _MARKDOWN.parse(source)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6) if token.tag != 'h1' else 3}"
    dirty = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    clean = nh3.clean(
        dirty,
        tags=_TAGS,
        attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
        attribute_filter=_only_web_links,
        url_schemes={"http", "https"},
        link_rel="noopener",
        strip_comments=True,
    )
    return mark_safe(clean)  # noqa: S308 - cleaned by an allow-list just above


def visible_codebook(user: User, slug: str, version: int) -> Codebook:
    """Return a codebook version the user may see, or raise Http404."""
    found = Codebook.objects.visible_to(user).filter(slug=slug, version=version).first()
    if found is None:
        raise Http404
    return found


@require_safe
@login_required
def codebook_list(request: HttpRequest) -> HttpResponse:
    """List the codebook versions one may see; lead straight to the only one who can begin no other."""
    found = list(Codebook.objects.visible_to(request.user).defer("guidelines"))
    begins = request.user.begins_codebooks
    if len(found) == 1 and not begins:
        return redirect("codebook", found[0].slug, found[0].version)
    discarded = discarded_drafts(request.user).order_by("-at", "-hash")[:MOST_DISCARDED] if begins else ()
    context = {
        "section": "codebook",
        "codebooks": found,
        "begins": begins,
        "discarded": [(act, content_of(act)) for act in discarded],
    }
    return render(request, "annotator/codebooks.html", context)


@require_POST
@login_required
def restore_discarded(request: HttpRequest, act: str) -> HttpResponse:
    """Bring a discarded draft back."""
    try:
        codebook = restore_draft(actor=request.user, act=act)
    except NotFoundError as error:
        raise Http404 from error
    except ActionError as error:
        messages.error(request, error.detail)
        return redirect("codebook-list")
    messages.success(request, f"The draft {codebook.title} is there again, as version {codebook.version}.")
    return redirect("codebook", codebook.slug, codebook.version)


@require_safe
@login_required
def codebook(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Show the guidelines, labels and scales of one version."""
    shown = visible_codebook(request.user, slug, version)
    labels = list(shown.labels.all())
    scales = list(shown.scales.prefetch_related("points", "labels"))
    others = Codebook.objects.visible_to(request.user).filter(slug=slug).exclude(pk=shown.pk).defer("guidelines")
    context = {
        "section": "codebook",
        "codebook": shown,
        "guidelines": markdown(shown.guidelines),
        "labels": labels,
        "passage_scales": [scale for scale in scales if scale.target == "passage"],
        "document_scales": [scale for scale in scales if scale.target == "document"],
        "studies": Study.objects.visible_to(request.user).filter(codebook=shown),
        "versions": others,
        "contrasts": label_styles.contrasts(labels),
        "conflicts": label_styles.conflicts(labels),
        "writes": shown.is_written_by(request.user),
        "since": changes_since(shown, request.user),
    }
    return render(request, "annotator/codebook.html", context)


@require_safe
@login_required
def labels_css(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Send the stylesheet of the labels; that of a published version never changes."""
    shown = visible_codebook(request.user, slug, version)
    sheet = label_styles.stylesheet(shown.labels.all())
    etag = f'"{hashlib.sha256(sheet.encode()).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(sheet, content_type="text/css; charset=utf-8")
    response.headers["ETag"] = etag
    # A day, not a year: the rules written around the frozen colours may change with the program.
    response.headers["Cache-Control"] = "private, max-age=86400, immutable" if shown.is_frozen else "private, no-cache"
    return response
