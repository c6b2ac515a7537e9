"""A real browser against the real server: `manage.py demo` as a process of its own, on a fresh database."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

if os.environ.get("CREDENCE_REQUIRE_BROWSER") == "1":
    import playwright.sync_api  # noqa: F401  the gate fails here where the browser tests would be skipped

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Where the first letter of one string and the last of another stand on the screen, a pixel inside each.
FIND = """([first, last]) => {
  const inText = (words) => {
    for (const { firstChild: node } of document.querySelectorAll('#text p')) {
      const at = node?.data.indexOf(words) ?? -1;
      if (at >= 0) return [node, at];
    }
    throw new Error(`${words} is not in the text`);
  };
  const edge = (node, at, ending) => {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const box = range.getBoundingClientRect();
    const rtl = getComputedStyle(node.parentElement).direction === 'rtl';
    return [ending === rtl ? box.left + 1 : box.right - 1, box.top + box.height / 2];
  };
  const [from, start] = inText(first);
  const [to, end] = inText(last);
  from.parentElement.scrollIntoView({ block: 'center' });
  return [edge(from, start, false), edge(to, end + last.length - 1, true)];
}"""
# In one go, so that the browser does not draw between: it takes the focus from what is no longer seen only then.
LEAVE_AND_PRESS = """() => {
  const dialog = document.querySelector('dialog:modal');
  dialog.close();
  document.activeElement.dispatchEvent(
    new KeyboardEvent('keydown', { key: '?', code: 'Slash', shiftKey: true, bubbles: true, cancelable: true }));
  return dialog.open;
}"""
START = 120  # seconds a first start may take on a busy machine: migrations, texts, accounts


def absent(reason: str) -> None:
    """Skip for a reason, or fail where the gate requires a browser."""
    if os.environ.get("CREDENCE_REQUIRE_BROWSER") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def free_port() -> int:
    """Return a port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Server:
    """The running demo: where it is, where its data lie and who may sign in."""

    data: Path
    port: int
    passwords: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    crew: list[str] = field(default_factory=list)
    untouched: dict[str, list[str]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The site's root, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """A database of its own, whatever the other tests use."""
        own = {**os.environ, "CREDENCE_DATA": str(self.data), "PYTHONUNBUFFERED": "1"}
        own.pop("DATABASE_URL", None)
        return own

    def enlist(self) -> None:
        """Make the study "crew", whose members are signed in."""
        for line in self.run((HERE / "crew.py").read_text()).splitlines():
            name, self.passwords[name], self.sessions[name] = line.split("\t")
            self.crew.append(name)

    def copied(self, data: Path) -> "Server":
        """Return one like this, not started, with a copy of its data."""
        shutil.copytree(self.data, data, dirs_exist_ok=True)
        return Server(data, free_port(), dict(self.passwords), dict(self.sessions), crew=list(self.crew))

    def start(self) -> None:
        """Start and wait until it is ready; learn the passwords it prints."""
        log = self.data / "server.log"
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment(),
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop(signal.SIGKILL)
                pytest.fail(f"The server did not start:\n{log.read_text()[-3000:]}", pytrace=False)
            time.sleep(0.2)
        self.passwords |= dict(re.findall(r"^\w+\s+(\w+)\s+password (\S+)$", log.read_text(), re.MULTILINE))

    def run(self, script: str) -> str:
        """Run a script inside the app, beside the server; return what it prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", script],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def one_of_the_crew(self, document: str) -> str:
        """Return somebody of the study "crew" who has not touched their assignment over a document; each only once."""
        if not self.crew:
            self.enlist()
        untouched = self.untouched.setdefault(document, list(self.crew))
        return untouched.pop()

    def is_ready(self) -> bool:
        """Say whether it answers and its database is migrated."""
        try:
            with urlopen(f"{self.address}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (URLError, OSError):
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process and everything it started."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, how)
            self.process.wait(timeout=20)


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """What the demo's first run and the crew leave behind: made once, copied for each server."""
    made = Server(tmp_path_factory.mktemp("first"), free_port())
    made.start()
    made.enlist()
    made.stop()
    return made


@contextmanager
def serving(first_start: Server, data: Path) -> Iterator[Server]:
    """Serve a copy of the first start."""
    running = first_start.copied(data)
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def server(first_start: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo, started once for all tests that have no server of their own."""
    with serving(first_start, tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Chromium as the system has it. Stopped after each module: its event loop would trouble tests that use the ORM."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent("Playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        absent("There is no Chromium on the PATH")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield launched
        launched.close()


@dataclass
class Visit:
    """A signed-in page that remembers everything that went wrong in it."""

    page: "Page"
    server: Server
    problems: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, words: str) -> None:
        """Do not count console errors that contain these words."""
        self.expected.append(words)

    def heard(self, message: "ConsoleMessage") -> None:
        """Note an error of the console."""
        if message.type == "error":
            self.problems.append(message.text)

    def listen(self) -> None:
        """Note what goes wrong in the page from now on."""
        self.page.on("console", self.heard)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    def reopen(self) -> None:
        """Go on in a new page of the same browser, after the old one was closed."""
        self.page = self.page.context.new_page()
        self.listen()

    def unexpected(self) -> list[str]:
        """Return what went wrong and was not expected."""
        return [one for one in self.problems if not any(words in one for words in self.expected)]

    def sign_in(self, name: str) -> None:
        """Sign in by the page, once per person for all tests; later their session does."""
        if session := self.server.sessions.get(name):
            cookie = {"name": "sessionid", "value": session, "url": self.server.address}
            self.page.context.add_cookies([cookie])
            return
        self.page.goto(f"{self.server.address}/login/")
        self.page.get_by_label("User name").fill(name)
        self.page.get_by_label("Password").fill(self.server.passwords[name])
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.server.address}/")
        cookies = {one["name"]: one["value"] for one in self.page.context.cookies()}
        self.server.sessions[name] = cookies["sessionid"]

    def sign_in_to_settle(self) -> str:
        """Sign in as the adjudicator of a disputed text made for this, and return the id of the assignment."""
        session = self.server.run((HERE / "disputed.py").read_text()).strip()
        self.page.context.add_cookies([{"name": "sessionid", "value": session, "url": self.server.address}])
        return self.get("assignments/")["results"][0]["id"]

    def get(self, path: str) -> Any:
        """Return what the API answers this session at a path."""
        answer = self.page.request.get(f"{self.server.address}/api/v1/{path}")
        assert answer.ok, f"{path}: {answer.status} {answer.text()[:500]}"
        return json.loads(answer.body())

    def assignment_of(self, document: str, study: str = "seeds") -> str:
        """Return the id of this reviewer's assignment over a document of a study."""
        found = self.get(f"assignments/?study={study}&limit=1000")["results"]
        return next(one["id"] for one in found if one["document"] == document)

    def begin(self, document: str) -> str:
        """Sign in as one of the crew whose assignment over this document is untouched, open it, return its id."""
        self.sign_in(self.server.one_of_the_crew(document))
        assignment = self.assignment_of(document, "crew")
        self.open(assignment)
        return assignment

    def open(self, assignment: str) -> None:
        """Open the workbench and wait until it can be used."""
        self.page.goto(f"{self.server.address}/assignments/{assignment}/")
        self.page.wait_for_selector("body[data-ready]")

    def taken(self) -> None:
        """Wait until the page has taken what was done last: dialogs close and selections are read after the event."""
        self.page.evaluate("new Promise((resolve) => setTimeout(resolve, 20))")

    def saved(self) -> None:
        """Wait until every change is on the server."""
        self.taken()
        state = self.page.get_by_role("status", name="Save state")
        state.filter(has_text=re.compile("^Saved$")).wait_for()

    def draw(self, first: str, last: str | None = None, *, exact: bool = True) -> None:
        """Draw with the mouse from the first letter of `first` to the last of `last`; `exact` holds Alt down."""
        start, end = self.page.evaluate(FIND, [first, last or first])
        if exact:
            self.page.keyboard.down("Alt")
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
        self.page.mouse.move(*end, steps=4)
        self.page.mouse.up()
        if exact:
            self.page.keyboard.up("Alt")
        self.taken()

    def mark(self, label: str, first: str, last: str | None = None, *, exact: bool = True) -> None:
        """Draw, and choose a label in the toolbar over the selection."""
        self.draw(first, last, exact=exact)
        self.page.get_by_role("toolbar", name="Label selection").get_by_role("button", name=label).click()
        self.saved()

    def hears_a_key_at_once(self, field: str = "Single keys are on") -> bool:
        """Whether the help opens again by its key in the moment in which it is left from one of its fields."""
        self.page.get_by_label(field).focus()
        return self.page.evaluate(LEAVE_AND_PRESS)

    def passages(self, assignment: str) -> list[dict[str, Any]]:
        """Return the passages the server holds, in the order of the text."""
        return self.get(f"assignments/{assignment}/")["annotations"]

    def item(self, number: int = 0) -> "Locator":
        """Return an item of the list beside the text."""
        return self.page.get_by_role("complementary", name="Passages").locator("#passages .passage").nth(number)


@pytest.fixture
def visit(browser: "Browser", server: Server) -> Iterator[Visit]:
    """A page in a context of its own; at the end nothing unexpected may have gone wrong in it."""
    if not server.is_ready():  # a test that stopped it has failed
        server.stop(signal.SIGKILL)
        server.start()
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.add_init_script(
        "addEventListener('securitypolicyviolation', (event) =>"
        " console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))"
    )
    context.set_default_timeout(15_000)
    made = Visit(context.new_page(), server)
    made.listen()
    yield made
    context.close()
    assert made.unexpected() == []
