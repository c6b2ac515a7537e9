"""Every page there is and every state of the workbench, and how a visitor gets there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from tests.browser.texts import CHINESE, PERSIAN
from tests.browser.texts import PLAIN as LATIN

HERE = Path(__file__).parent
ADMIN = (
    *("", "annotator/study/", "annotator/study/add/", "annotator/assignment/", "annotator/assignment/add/"),
    *("annotator/user/", "annotator/codebook/", "annotator/codebook/1/change/", "annotator/annotation/"),
    *("annotator/invitation/", "annotator/classcode/", "annotator/passwordlink/"),
    *("annotator/rating/", "annotator/event/", "annotator/ledger/", "annotator/membership/", "annotator/token/"),
    *("sources/document/", "sources/document/add/", "sources/document/1/change/", "sources/source/"),
    *("sources/revision/", "sources/original/"),
)


@dataclass(frozen=True)
class Place:
    """One page in one state: who goes there, at which address, and what is done there then."""

    name: str
    who: str
    path: str | Callable[[Any], str]
    act: Callable[[Any], None] | None = None

    def go(self, visit: Any) -> None:
        """Sign in, open it and bring it into its state."""
        if self.who:
            visit.sign_in(self.who)
        path = self.path if isinstance(self.path, str) else self.path(visit)
        visit.page.goto(f"{visit.server.address}{path}")
        if "/assignments/" in path and not path.endswith(("/text/", "/gold/")):
            visit.page.wait_for_selector("body[data-ready]")
        if self.act:
            self.act(visit)


def _seed(end: str = "", document: str = LATIN) -> Callable[[Any], str]:
    return lambda visit: f"/assignments/{visit.assignment_of(document)}/{end}"


def _disputed(query: str = "") -> Callable[[Any], str]:
    return lambda visit: f"/assignments/{visit.sign_in_to_settle()}/adjudicate/{query}"


def _divided(visit: Any) -> str:
    session, slug = visit.server.run((HERE / "divided.py").read_text()).split()
    visit.page.context.add_cookies([{"name": "sessionid", "value": session, "url": visit.server.address}])
    return f"/studies/{slug}/recode/"


def _settle_some(visit: Any) -> None:
    for key in ("g", "c"):
        with visit.page.expect_navigation():
            visit.page.keyboard.press(key)
        visit.page.wait_for_selector("body[data-ready]")
    visit.page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")


def _submitted(visit: Any) -> str:
    """A workbench submitted with a passage in it, made so if need be; nobody else uses it."""
    assignment = visit.assignment_of(PERSIAN)
    visit.open(assignment)
    if visit.page.get_by_role("button", name="Submit", exact=True).is_visible():
        _keys("s", "1", "Escape", "Escape")(visit)
        visit.page.get_by_role("button", name="Submit", exact=True).click()
        visit.page.get_by_role("button", name="Submit and lock").click()
        visit.page.locator("#locked-words").wait_for()
    return f"/assignments/{assignment}/"


def _keys(*keys: str) -> Callable[[Any], None]:
    def act(visit: Any) -> None:
        for key in keys:
            visit.page.keyboard.press(key)
        visit.saved()

    return act


def _press(name: str, *keys: str) -> Callable[[Any], None]:
    def act(visit: Any) -> None:
        _keys(*keys)(visit)
        visit.page.get_by_role("button", name=name, exact=True).first.click()

    return act


def _select(visit: Any) -> None:
    visit.draw("Reconnaissance drones")
    visit.page.get_by_role("toolbar", name="Label selection").wait_for()


def _evidence(visit: Any) -> None:
    if not visit.page.locator("#passages .passage").count():
        _keys(*MARK)(visit)
    visit.page.locator("#document-scales input").first.check()
    visit.saved()
    visit.page.locator(".evidence button").first.click()


def _place(visit: Any) -> None:
    visit.page.keyboard.press("j")
    visit.page.keyboard.press("o")


def _help(visit: Any) -> None:
    visit.page.keyboard.press("?")


def _refused_sign_in(visit: Any) -> None:
    visit.page.get_by_label("User name").fill("nobody")
    visit.page.get_by_label("Password").fill("wrong")
    visit.page.get_by_role("button", name="Sign in").click()
    visit.page.get_by_role("alert").wait_for()


def _stale_form(visit: Any) -> None:
    visit.expect("403")
    visit.page.context.clear_cookies(name="csrftoken")
    visit.page.get_by_label("Present password").fill("x")
    visit.page.get_by_label("New password", exact=True).fill("x")
    visit.page.get_by_label("New password again").fill("x")
    visit.page.get_by_role("button", name="Change password").click()
    visit.page.get_by_role("heading", name="The session has changed").wait_for()


def _served(status: int, title: str, detail: str) -> Callable[[Any], str]:
    """The page of a failure that cannot be brought about from outside: rendered here, under the site's own policy."""

    def path(visit: Any) -> str:
        visit.expect(str(status))
        policy = visit.page.request.get(f"{visit.server.address}/login/").headers["content-security-policy"]
        body = render_to_string("error.html", {"status": status, "title": title, "detail": detail})
        headers = {"content-security-policy": policy, "content-type": "text/html; charset=utf-8"}
        visit.page.route("**/failed/", lambda route: route.fulfill(status=status, headers=headers, body=body))
        return "/failed/"

    return path


def _draft(end: str = "") -> Callable[[Any], str]:
    """A page of a draft that continues the default codebook, begun if need be."""

    def path(visit: Any) -> str:
        edit = "/codebooks/credence-default/2/edit/"
        if visit.page.request.get(f"{visit.server.address}{edit}").status == 404:
            visit.page.goto(f"{visit.server.address}/codebooks/credence-default/1/")
            visit.page.get_by_role("button", name="New version").click()
        return f"{edit}{end}"

    return path


def _refused_label(visit: Any) -> None:
    visit.expect("400")
    visit.page.get_by_role("button", name="Save and preview").click()
    visit.page.get_by_role("alert").wait_for()


def _missing(visit: Any) -> str:
    visit.expect("404")
    return "/nothing/"


def _fill(path: str, button: str, **fields: str) -> Callable[[Any], None]:
    """Fill in fields by their names, and press."""

    def act(visit: Any) -> None:
        for name, value in fields.items():
            visit.page.locator(f"main [name={name}]").fill(value)
        visit.page.get_by_role("button", name=button, exact=True).click()
        visit.page.wait_for_url(f"**{path}")

    return act


def _way_in(kind: str) -> str:
    """A script that makes an invitation, code or password link and prints its secret."""
    made = {
        "invitation": "create_invitation(actor=admin, study=study, role='adjudicator')[1]",
        "code": "create_code(actor=admin, study=study, places=30, days=7).code",
        "spent": "create_code(actor=admin, study=study, places=30, days=7)",
        "password": "create_password_link(actor=admin, user=User.objects.get(username='reviewer3'))[1]",
    }[kind]
    end = "print(made)"
    if kind == "spent":
        end = "revoke_entrance(actor=admin, study=study, kind=ClassCode, entrance_id=made.pk); print(made.code)"
    return (
        "from annotator.models import *; from annotator.actions.entrance import *;"
        "from annotator.actions.password_links import create_password_link;"
        "admin = User.objects.get(username='admin'); study = Study.objects.get(slug='seeds');"
        f"made = {made}; {end}"
    )


def _behind(address: str, kind: str) -> Callable[[Any], str]:
    """The address of a link, its secret behind the #: the page's script does the rest."""
    return lambda visit: f"{address}#{visit.server.run(_way_in(kind)).strip()}"


def _arrived(path: str) -> Callable[[Any], None]:
    def act(visit: Any) -> None:
        visit.page.wait_for_url(f"**{path}")
        assert "#" not in visit.page.url

    return act


def _gone(visit: Any) -> str:
    visit.expect("410")
    return _behind("/join/", "spent")(visit)


def _wrong_code(visit: Any) -> None:
    visit.expect("400")
    visit.page.get_by_label("Code or link").fill("KTM4W-XD7RX")
    visit.page.get_by_role("button", name="Go on").click()
    visit.page.locator("#code-errors").wait_for()


def _a_member(visit: Any) -> str:
    """The page of a reviewer of the seeds."""
    script = (
        "from annotator.models import *; print(Membership.objects.get(user__username='reviewer2', study__slug='seeds'))"
    )
    return f"/studies/seeds/members/{visit.server.run(script).strip()}/"


def _taught(path: str, who: int = 1, status: str = "") -> Callable[[Any], str]:
    """A page of a study made for this, whose reviewers train: for its lead (1), or for one who is in training (2)."""

    def address(visit: Any) -> str:
        if status:
            visit.expect(status)
        script = (Path(__file__).parent / "taught.py").read_text()
        made = visit.server.run(script).split()
        visit.page.context.add_cookies([{"name": "sessionid", "value": made[who], "url": visit.server.address}])
        return path.format(study=made[0], done=made[3], shut=made[4], text=made[5])

    return address


def _undo(visit: Any) -> str:
    """The question whether a passage that reviewer1 deleted is to come back."""
    script = (
        "from annotator.models import *; from annotator.actions.annotation import *; from annotator.ids import uuid7;"
        "work = Assignment.objects.filter(reviewer__username='reviewer1', study__slug='seeds', state='open').first();"
        "label = work.codebook.labels.first().code; name = uuid7();"
        "save_annotation(actor=work.reviewer, annotation_id=name, assignment_id=work.pk, label=label, start=0, end=9,"
        " quote=work.revision.text[:9], precondition=Precondition(create=True));"
        "delete_annotation(actor=work.reviewer, annotation_id=name, versions={1});"
        "print(Event.objects.get(verb='deleted', object_id=str(name)).hash)"
    )
    return f"/studies/seeds/history/{visit.server.run(script).strip()}/undo/"


ONE = "reviewer1"
MARK = ("s", "1", "Shift+Digit3", "2", "Escape")
PLACES = [
    Place("sign-in", "", "/login/"),
    Place("sign-in refused", "", "/login/", _refused_sign_in),
    Place("door", "", "/join/"),
    Place("door, wrong code", "", "/join/", _wrong_code),
    Place("door of passwords", "", "/new-password/"),
    Place("join with a new account", "", _behind("/join/", "code"), _arrived("/join/study/")),
    Place("join, signed in", "admin", _behind("/join/", "invitation"), _arrived("/join/study/")),
    Place("join, ended", "", _gone, _arrived("/join/study/")),
    Place("new password", "", _behind("/new-password/", "password"), _arrived("/new-password/set/")),
    Place("members", "admin", "/studies/seeds/members/"),
    Place("member", "admin", _a_member),
    Place("invitations", "admin", "/studies/seeds/invitations/"),
    Place("invitation made", "admin", "/studies/seeds/invitations/", _fill("/invitations/", "Make the link", days="3")),
    Place("class codes", "admin", "/studies/seeds/codes/", _fill("/codes/", "Make the code", places="30")),
    Place(
        "password links", "admin", "/password-links/", _fill("/password-links/", "Make the link", username="reviewer3")
    ),
    Place("home", ONE, "/"),
    Place("home, nothing found", ONE, "/?q=zzz"),
    Place("home, administrator", "admin", "/"),
    Place("home, submitted", "reviewer4", lambda visit: _submitted(visit) and "/"),
    Place("studies", ONE, "/studies/"),
    Place("study", ONE, "/studies/demonstration/"),
    Place("study, blind", ONE, "/studies/seeds/"),
    Place("study, administrator", "admin", "/studies/demonstration/"),
    Place("board", "admin", "/studies/seeds/board/"),
    Place("board, nothing like that", "admin", "/studies/demonstration/board/?show=ungiven"),
    Place("history", "admin", "/studies/seeds/history/"),
    Place("history, nothing like that", ONE, "/studies/seeds/history/?day=2001-01-01"),
    Place("history, restore", ONE, _undo),
    Place("history of a document", "admin", f"/studies/seeds/documents/{LATIN}/history/"),
    Place("questions", "admin", "/studies/demonstration/questions/"),
    Place("over time", ONE, "/studies/demonstration/over-time/"),
    Place("over time, blind", ONE, "/studies/seeds/over-time/"),
    Place("second rounds", ONE, "/studies/demonstration/rounds/"),
    Place("report", ONE, "/studies/demonstration/report/"),
    Place("agreement", ONE, "/studies/demonstration/documents/demonstration-1/"),
    Place("agreement as a table", ONE, "/studies/demonstration/documents/demonstration-1/?view=table"),
    Place("agreement, a place", ONE, "/studies/demonstration/documents/demonstration-2/?mode=divided", _place),
    Place("agreement, keys", ONE, "/studies/demonstration/documents/demonstration-2/?layer=fact", _help),
    Place("agreement, blind", ONE, f"/studies/seeds/documents/{LATIN}/"),
    Place("every two reviewers", ONE, "/studies/demonstration/pairs/?of=label-ai"),
    Place("each reviewer", ONE, "/studies/demonstration/reviewers/?of=label-fact"),
    Place("discussion", ONE, "/studies/demonstration/documents/demonstration-1/discussion/?start=0&end=40"),
    Place("each reviewer of a document", ONE, "/studies/demonstration/documents/demonstration-1/reviewers/"),
    Place("every two reviewers, blind", ONE, "/studies/seeds/pairs/"),
    Place("settling", "", _disputed("?case=4")),
    Place("settling, a scale", "", _disputed("?case=7")),
    Place("settling, some settled", "", _disputed(), _settle_some),
    Place("training", "", _taught("/studies/{study}/training/")),
    Place("training document", "", _taught("/studies/{study}/training/texts/{text}/")),
    Place("beside the gold over time", "", _taught("/studies/{study}/beside-gold/")),
    Place("home, in training", "", _taught("/", who=2)),
    Place("work beside the gold", "", _taught("/assignments/{done}/gold/", who=2)),
    Place("opens after the training", "", _taught("/assignments/{shut}/text/", who=2, status="409")),
    Place("method", ONE, "/method/"),
    Place("new study", "admin", "/studies/new/"),
    Place("set-up", "admin", "/studies/seeds/setup/"),
    Place("gold standard", "admin", "/studies/seeds/gold/"),
    Place("open work", "admin", "/studies/seeds/open-work/?days=7"),
    Place("extra reviews", "admin", "/studies/demonstration/extra-reviews/"),
    Place("documents of a study", "admin", "/studies/seeds/texts/"),
    Place("giving documents out", "admin", "/studies/seeds/distribute/?per_text=2&for_all=1"),
    Place("codebooks", ONE, "/codebooks/"),
    Place("codebook", ONE, "/codebooks/credence-default/1/"),
    Place("coding again", "", _divided),
    Place("coding again, nothing to do", ONE, "/studies/seeds/recode/"),
    Place("study, codebook", "admin", "/studies/demonstration/codebook/"),
    Place("codebooks, administrator", "admin", "/codebooks/"),
    Place("codebook, new", "admin", "/codebooks/new/"),
    Place("codebook, draft", "admin", _draft()),
    Place("codebook, label", "admin", _draft("label/opinion/")),
    Place("codebook, label refused", "admin", _draft("label/"), _refused_label),
    Place("codebook, scale", "admin", _draft("scale/slant/")),
    Place("account", ONE, "/account/"),
    Place("password", ONE, "/account/password/"),
    Place("tokens", ONE, "/account/tokens/"),
    Place("API reference", ONE, "/api/v1/reference/"),
    Place("not found", ONE, _missing),
    Place("not found, signed out", "", _missing),
    Place("csrf failure", "reviewer4", "/account/password/", _stale_form),
    Place("forbidden", ONE, _served(403, "Not allowed", "Your account may not do this.")),
    Place("server error", ONE, _served(500, "Something failed", "Something failed on our side.")),
    Place("workbench, empty", ONE, _seed(document=CHINESE)),
    Place("workbench, sentence mode", ONE, _seed(), _keys(*MARK, "s")),
    Place("workbench, details", ONE, _seed(), _keys(*MARK, ".")),
    Place("workbench, popover", ONE, _seed(), _select),
    Place("workbench, brush", ONE, _seed(), _keys("2")),
    Place("workbench, filter", ONE, _seed(), _press("Filter", *MARK)),
    Place("workbench, guideline", ONE, _seed(), _press("Guideline for Fact")),
    Place("workbench, shortcuts", ONE, _seed(), _press("Keyboard shortcuts")),
    Place("workbench, find", ONE, _seed(), _press("Find passage…")),
    Place("workbench, evidence", ONE, _seed(), _evidence),
    Place("workbench, submit", ONE, _seed(), _press("Submit", *MARK)),
    Place("workbench, submitted", "reviewer4", _submitted, _keys(".")),
    Place("marked text", ONE, _seed("text/")),
    Place("marked text, Persian", ONE, _seed("text/", PERSIAN)),
    *(Place(f"admin {path or 'index'}", "admin", f"/admin/{path}") for path in ADMIN),
]
