"""Every page there is and every state of the workbench, and how a visitor gets there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from tests.browser.texts import CHINESE, PERSIAN
from tests.browser.texts import PLAIN as LATIN

ADMIN = (
    *("", "annotator/study/", "annotator/study/add/", "annotator/assignment/", "annotator/assignment/add/"),
    *("annotator/user/", "annotator/codebook/", "annotator/codebook/1/change/", "annotator/annotation/"),
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
        if "/assignments/" in path and not path.endswith("/text/"):
            visit.page.wait_for_selector("body[data-ready]")
        if self.act:
            self.act(visit)


def _seed(end: str = "", document: str = LATIN) -> Callable[[Any], str]:
    return lambda visit: f"/assignments/{visit.assignment_of(document)}/{end}"


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


def _missing(visit: Any) -> str:
    visit.expect("404")
    return "/nothing/"


ONE = "reviewer1"
MARK = ("s", "1", "Shift+Digit3", "2", "Escape")
PLACES = [
    Place("sign-in", "", "/login/"),
    Place("sign-in refused", "", "/login/", _refused_sign_in),
    Place("home", ONE, "/"),
    Place("home, nothing found", ONE, "/?q=zzz"),
    Place("home, administrator", "admin", "/"),
    Place("home, submitted", "reviewer4", lambda visit: _submitted(visit) and "/"),
    Place("studies", ONE, "/studies/"),
    Place("study", ONE, "/studies/demonstration/"),
    Place("study, blind", ONE, "/studies/seeds/"),
    Place("study, administrator", "admin", "/studies/demonstration/"),
    Place("over time", ONE, "/studies/demonstration/over-time/"),
    Place("over time, blind", ONE, "/studies/seeds/over-time/"),
    Place("second rounds", ONE, "/studies/demonstration/rounds/"),
    Place("report", ONE, "/studies/demonstration/report/"),
    Place("agreement", ONE, "/studies/demonstration/documents/demonstration-1/"),
    Place("agreement as a table", ONE, "/studies/demonstration/documents/demonstration-1/?view=table"),
    Place("agreement, a place", ONE, "/studies/demonstration/documents/demonstration-2/?mode=divided", _place),
    Place("agreement, keys", ONE, "/studies/demonstration/documents/demonstration-2/?layer=fact", _help),
    Place("agreement, blind", ONE, f"/studies/seeds/documents/{LATIN}/"),
    Place("method", ONE, "/method/"),
    Place("giving documents out", "admin", "/studies/seeds/distribute/?per_text=2&for_all=1"),
    Place("codebooks", ONE, "/codebooks/"),
    Place("codebook", ONE, "/codebooks/credence-default/1/"),
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
